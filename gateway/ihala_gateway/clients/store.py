"""Queries of clients' self-service; each takes the caller, who sees what is her organisation's."""

from collections.abc import Sequence

from ihala_kit.auth import Caller
from ihala_kit.pages import PageRequest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.clients.errors import ClientNotFound
from ihala_gateway.tables import Client


async def clients(tx: AsyncSession, caller: Caller, page: PageRequest) -> Sequence[Client]:
    """Return the caller's organisation's clients by id."""
    asked = select(Client).where(Client.organization_id == caller.organization_id)
    if (after := page.after_as(str)) is not None:
        asked = asked.where(col(Client.client_id) > after[0])
    return (await tx.exec(asked.order_by(Client.client_id).limit(page.fetch))).all()


async def client(tx: AsyncSession, caller: Caller, client_id: str) -> Client:
    """Return one of the caller's organisation's clients. Raises ClientNotFound (404)."""
    found = await tx.get(Client, client_id)
    if found is None or found.organization_id != caller.organization_id:
        raise ClientNotFound
    return found
