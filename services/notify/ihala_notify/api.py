"""What people were told, over HTTP: scope, body, command, response model. No rule and no query."""

from uuid import UUID

from fastapi import APIRouter, Response
from ihala_kit.db import Transaction
from ihala_kit.etag import set_etag
from ihala_kit.problems import responses

from ihala_notify import models as v1
from ihala_notify import store
from ihala_notify.control.store import version_of
from ihala_notify.errors import MessageNotFound
from ihala_notify.rights import Reading

router = APIRouter(prefix="/v1")


@router.get("/messages/{message_id}", response_model=v1.Message, responses=responses(MessageNotFound))
async def message(message_id: UUID, caller: Reading, tx: Transaction, response: Response) -> v1.Message:
    """Show what became of one message."""
    row = await store.message(tx, caller, message_id)
    set_etag(response, version_of(row))
    return v1.Message.of(row)
