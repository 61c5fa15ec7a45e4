"""Queries of clients' self-service. An organisation's administrator sees her own clients; an operator's also those she decides on."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.pages import PageRequest
from sqlalchemy import ColumnElement, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP
from sqlalchemy.types import Text
from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.clients.errors import ClientNotFound, RequestNotFound
from ihala_gateway.clients.rights import may_approve
from ihala_gateway.clients.tables import ClientKey, ClientRequest, KnownOrganization, SuspendedOrganization
from ihala_gateway.tables import Client

MOST_ENDED = 200

_NOTE_USES = text("""
    INSERT INTO client_key AS known (client_id, kid, added_at, used_at)
    SELECT client_id, kid, at, at FROM unnest(:clients, :kids, :ats) AS used(client_id, kid, at) JOIN client USING (client_id)
    ORDER BY client_id, kid
    ON CONFLICT (client_id, kid) DO UPDATE SET used_at = greatest(known.used_at, excluded.used_at)
""").bindparams(
    bindparam("clients", type_=ARRAY(Text)), bindparam("kids", type_=ARRAY(Text)), bindparam("ats", type_=ARRAY(TIMESTAMP(True)))
)
_STAYS = text("SELECT pg_advisory_xact_lock_shared(hashtextextended('ihala_gateway.suspension.' || :id, 0))")
_COUNTED = text("SELECT pg_advisory_xact_lock(hashtextextended('ihala_gateway.clients.' || :id, 0))")
_CHANGES = text("SELECT pg_advisory_xact_lock(hashtextextended('ihala_gateway.suspension.' || :id, 0))")


def _seen_by(caller: Caller) -> ColumnElement[bool]:
    own = col(Client.organization_id) == caller.organization_id
    if not may_approve(caller):
        return own
    admitted = select(KnownOrganization.organization_id).where(KnownOrganization.operator_id == caller.organization_id)
    return or_(own, col(Client.operator_id) == caller.organization_id, col(Client.organization_id).in_(admitted))


async def clients(tx: AsyncSession, caller: Caller, page: PageRequest, status: str | None) -> Sequence[Client]:
    """Return the clients that the caller sees, by id; with `status` those alone."""
    asked = select(Client).where(_seen_by(caller))
    if status is not None:
        asked = asked.where(Client.status == status)
    if (after := page.after_as(str)) is not None:
        asked = asked.where(col(Client.client_id) > after[0])
    return (await tx.exec(asked.order_by(Client.client_id).limit(page.fetch))).all()


async def client(tx: AsyncSession, caller: Caller, client_id: str, *, lock: bool = False) -> Client:
    """Return a client that the caller sees. Raises ClientNotFound (404)."""
    asked = select(Client).where(Client.client_id == client_id, _seen_by(caller))
    found = (await tx.exec(asked.with_for_update(key_share=True) if lock else asked)).one_or_none()
    if found is None:
        raise ClientNotFound
    return found


async def organization(tx: AsyncSession, organization_id: UUID) -> KnownOrganization | None:
    """Return what the directory told of an organisation."""
    return await tx.get(KnownOrganization, organization_id)


async def is_suspended(tx: AsyncSession, organization_id: UUID) -> bool:
    """Tell whether the directory suspended an organisation; until the transaction ends, that stays so. Ask before other locks."""
    await tx.execute(_STAYS, {"id": str(organization_id)})
    return await tx.get(SuspendedOrganization, organization_id) is not None


async def change_suspension(tx: AsyncSession, organization_id: UUID) -> None:
    """Wait for whoever adds clients or people to an organisation, so that a change of its suspension reaches them, too."""
    await tx.execute(_CHANGES, {"id": str(organization_id)})


async def count_of(tx: AsyncSession, organization_id: UUID) -> int:
    """Return how many clients an organisation has that were not revoked; until the transaction ends nobody else is told."""
    await tx.execute(_COUNTED, {"id": str(organization_id)})
    ours = select(func.count()).where(Client.organization_id == organization_id, Client.status != "revoked")
    return (await tx.exec(ours)).one()


async def one_of(tx: AsyncSession, organization_id: UUID) -> Client | None:
    """Return any client of an organisation, which says what that is; none when it has none."""
    return (await tx.exec(select(Client).where(Client.organization_id == organization_id).limit(1))).first()


async def name_of(tx: AsyncSession, organization_id: UUID) -> str:
    """Return an organisation's name as its clients have it; nothing when it has none."""
    found = await tx.exec(select(Client.organization_name).where(Client.organization_id == organization_id).limit(1))
    return found.one_or_none() or ""


async def requests(tx: AsyncSession, caller: Caller, page: PageRequest, state: str) -> Sequence[ClientRequest]:
    """Return what an operator decides or decided, oldest first."""
    asked = select(ClientRequest).where(ClientRequest.operator_id == caller.organization_id, ClientRequest.state == state)
    if (after := page.after_as(UUID)) is not None:
        asked = asked.where(col(ClientRequest.id) > after[0])
    return (await tx.exec(asked.order_by(col(ClientRequest.id)).limit(page.fetch))).all()


async def requests_of(tx: AsyncSession, client_id: str) -> Sequence[ClientRequest]:
    """Return what was asked for a client, newest first, at most 50."""
    asked = select(ClientRequest).where(ClientRequest.client_id == client_id)
    return (await tx.exec(asked.order_by(col(ClientRequest.id).desc()).limit(50))).all()


async def request(tx: AsyncSession, caller: Caller, request_id: UUID, *, lock: bool = False) -> ClientRequest:
    """Return a request that the caller decides. Raises RequestNotFound (404)."""
    asked = select(ClientRequest).where(ClientRequest.id == request_id, ClientRequest.operator_id == caller.organization_id)
    found = (await tx.exec(asked.with_for_update() if lock else asked)).one_or_none()
    if found is None:
        raise RequestNotFound
    return found


async def all_open(tx: AsyncSession) -> Sequence[ClientRequest]:
    """Return every request that waits, oldest first, for whoever runs the gateway."""
    return (await tx.exec(select(ClientRequest).where(ClientRequest.state == "open").order_by(col(ClientRequest.id)))).all()


async def open_request(tx: AsyncSession, client_id: str) -> bool:
    """Tell whether a request for the client waits."""
    asked = select(ClientRequest.id).where(ClientRequest.client_id == client_id, ClientRequest.state == "open")
    return (await tx.exec(asked)).one_or_none() is not None


async def keys(tx: AsyncSession, client_id: str) -> dict[str, ClientKey]:
    """Return what is known of a client's keys, by kid."""
    return {row.kid: row for row in await tx.exec(select(ClientKey).where(ClientKey.client_id == client_id))}


async def ended_keys(tx: AsyncSession, now: datetime) -> Sequence[ClientKey]:
    """Return keys whose time is over, by client: one order of locks; the one that ended first comes first."""
    asked = select(ClientKey).where(col(ClientKey.ends_at) <= now)
    return (await tx.exec(asked.order_by(ClientKey.client_id, col(ClientKey.ends_at), col(ClientKey.added_at)).limit(MOST_ENDED))).all()


async def note_uses(tx: AsyncSession, uses: Iterable[tuple[str, str, datetime]]) -> None:
    """Write when which key of which client proved it, in the order of their ids: one order of locks."""
    clients_, kids, ats = zip(*uses, strict=True)
    await tx.execute(_NOTE_USES, {"clients": list(clients_), "kids": list(kids), "ats": list(ats)})
