"""What the directory decides of an organisation, done to its clients and to the accounts of its people."""

from datetime import UTC, datetime
from uuid import UUID

from ihala_contracts.directory_v1 import OrganizationJoined
from ihala_contracts.gateway_v1 import AccountSuspended
from ihala_kit.outbox import emit
from sqlalchemy import case, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway import store
from ihala_gateway.clients import rights, standing
from ihala_gateway.clients.tables import KnownOrganization
from ihala_gateway.staff import store as staff
from ihala_gateway.staff.tables import Account


async def know(tx: AsyncSession, event: OrganizationJoined) -> None:
    """Keep what is told of an organisation. Is it cleared no more, its clients and people are not either; emits ClientApproved."""
    told = {
        "name": event.names.get("en") or next(iter(event.names.values()), ""), "kind": event.kind, "operator_id": event.operator_id,
        "cleared": event.cleared,
    }  # fmt: skip
    row = upsert(KnownOrganization).values(organization_id=event.organization_id, **told)
    await tx.execute(row.on_conflict_do_update(index_elements=["organization_id"], set_=told))
    if not event.cleared and event.kind != rights.OPERATOR:
        await _unclear(tx, event.organization_id)


async def suspend(tx: AsyncSession, organization_id: UUID) -> None:
    """Suspend its clients, and its accounts that nobody suspended; emits ClientSuspended for each that could call, and AccountSuspended.

    Sessions of its people end, and what they were invited with opens nothing.
    """
    await standing.hold_all(tx, organization_id)
    ours = update(Account).where(col(Account.organization_id) == organization_id, col(Account.status) != "suspended")
    now = datetime.now(UTC)
    taken = ours.values(status="suspended", suspended_by="organization", version=Account.version + 1, changed_at=now)
    for account_id in (await tx.execute(taken.returning(col(Account.account_id)))).scalars():
        await staff.end_sessions(tx, account_id)
        emit(tx, AccountSuspended(organization_id=organization_id, account_id=account_id, suspended_at=now))


async def reinstate(tx: AsyncSession, organization_id: UUID) -> None:
    """Give back what `suspend` took; emits ClientApproved for each client that may call again. People sign in anew."""
    await standing.release_all(tx, organization_id)
    taken = update(Account).where(col(Account.organization_id) == organization_id, col(Account.suspended_by) == "organization")
    status = case((col(Account.password_hash).is_(None) & col(Account.outside_hash).is_(None), "invited"), else_="active")
    await tx.execute(taken.values(status=status, suspended_by=None, version=Account.version + 1, changed_at=datetime.now(UTC)))


async def _unclear(tx: AsyncSession, organization_id: UUID) -> None:
    """Take the clearance of clients and people away; a human gives it back, if it is."""
    for client in await store.locked_clients_of(tx, organization_id):
        if client.cleared:
            client.cleared = False
            standing.touch(client)
            standing.tell(tx, client)
    cleared = update(Account).where(col(Account.organization_id) == organization_id, col(Account.cleared))
    await tx.execute(cleared.values(cleared=False, version=Account.version + 1, changed_at=datetime.now(UTC)))
