"""HTTP in: scope, body, command, response model. No rule and no query."""

from typing import Annotated

from fastapi import APIRouter, Response, Security
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Transaction
from ihala_kit.etag import set_etag
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import responses

from ihala_gateway.clients import models as v1
from ihala_gateway.clients import store
from ihala_gateway.clients.errors import ClientNotFound

router = APIRouter(prefix="/v1/clients", tags=["clients"])
Managing = Annotated[Caller, Security(caller, scopes=["gateway:clients"])]


@router.get("", response_model=Page[v1.Client])
async def clients(caller: Managing, tx: Transaction, page: PageQuery) -> Page[v1.Client]:
    """List your organisation's clients by id."""
    rows = page_of(await store.clients(tx, caller, page), page, lambda row: (row.client_id,))
    return Page(items=[v1.Client.model_validate(row, from_attributes=True) for row in rows])


@router.get("/{client_id}", response_model=v1.Client, responses=responses(ClientNotFound))
async def client(client_id: str, caller: Managing, tx: Transaction, response: Response) -> v1.Client:
    """Show one of your organisation's clients."""
    found = await store.client(tx, caller, client_id)
    set_etag(response, found.version)
    return v1.Client.model_validate(found, from_attributes=True)
