"""Messages by hand over HTTP: scope, body, command, response model. No rule and no query."""

from typing import Annotated

from fastapi import APIRouter, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction
from ihala_kit.once import Once
from ihala_kit.problems import responses

from ihala_notify import models as v1
from ihala_notify.accepting import commands
from ihala_notify.accepting.errors import NeedHasEnded, NeedIsRestricted, NeedNotFound, NotByHand, ValuesRefused
from ihala_notify.accepting.models import MessageRequest

router = APIRouter(prefix="/v1")
Sending = Annotated[Caller, Security(caller, scopes=["notify:send"])]


@router.post(
    "/messages",
    status_code=202,
    response_model=v1.Message,
    responses=responses(NeedNotFound, NeedHasEnded, NeedIsRestricted, NotByHand, ValuesRefused),
)
async def send(body: MessageRequest, caller: Sending, once: Once, tx: Transaction) -> v1.Message:
    """Send the person behind one of your operator's needs a message by a template with `by_hand`. It is queued; `GET` says what became
    of it. No name, number or free words: the template says it all, in the person's own language."""
    assert once.key is not None, "this route demands one"
    key = once.key
    return await once(v1.Message, lambda: commands.accept(tx, caller, body, key))
