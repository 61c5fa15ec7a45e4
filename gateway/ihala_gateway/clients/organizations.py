"""What the directory decides of an organisation, done to its clients and to the accounts of its people."""

from datetime import UTC, datetime
from uuid import UUID

from ihala_contracts.directory_v1 import OrganizationJoined
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway import store
from ihala_gateway.clients import rights, standing
from ihala_gateway.clients import store as own
from ihala_gateway.clients.tables import KnownOrganization, SuspendedOrganization
from ihala_gateway.staff import accounts
from ihala_gateway.staff import store as staff
from ihala_gateway.staff.roles import open_to


async def know(tx: AsyncSession, event: OrganizationJoined) -> None:
    """Keep what is told of an organisation; its clients and people get its name and kind, and become uncleared with it.

    Emits ClientApproved.
    """
    name = event.names.get("en") or next(iter(event.names.values()), "")
    told = {"name": name, "kind": event.kind, "operator_id": event.operator_id, "cleared": event.cleared}
    row = upsert(KnownOrganization).values(organization_id=event.organization_id, **told)
    await tx.execute(row.on_conflict_do_update(index_elements=["organization_id"], set_=told))
    await _follow(tx, event.organization_id, name, event.kind, may_be_cleared=event.cleared or event.kind == rights.OPERATOR)


async def suspend(tx: AsyncSession, organization_id: UUID) -> None:
    """Suspend its clients and accounts; emits ClientSuspended for each that could call, and AccountSuspended.

    Sessions of its people end, what they were invited with opens nothing, and nobody new comes.
    """
    await own.change_suspension(tx, organization_id)
    held = upsert(SuspendedOrganization).values(organization_id=organization_id, suspended_at=datetime.now(UTC))
    await tx.execute(held.on_conflict_do_nothing())
    await standing.hold_all(tx, organization_id)
    for account in await staff.locked_accounts_of(tx, organization_id):
        await accounts.suspend(tx, account, "organization")


async def reinstate(tx: AsyncSession, organization_id: UUID) -> None:
    """Give back what `suspend` took; emits ClientApproved for each client that may call again. People sign in anew."""
    await own.change_suspension(tx, organization_id)
    await standing.release_all(tx, organization_id)
    await tx.execute(delete(SuspendedOrganization).where(col(SuspendedOrganization.organization_id) == organization_id))
    for account in await staff.locked_accounts_of(tx, organization_id):
        accounts.release(account, "organization")


async def _follow(tx: AsyncSession, organization_id: UUID, name: str, kind: str, *, may_be_cleared: bool) -> None:
    """Name them anew, and take from clients and people what those of such an organisation cannot have; a human gives it back, if it is."""
    for client in await store.locked_clients_of(tx, organization_id):
        client.organization_name = name  # stands in no token: those that were given stay good
        if client.organization_kind != kind or (client.cleared and not may_be_cleared):
            client.organization_kind, client.cleared = kind, client.cleared and may_be_cleared
            client.first_party = client.first_party and kind == rights.OPERATOR
            standing.touch(client)
            standing.tell(tx, client)
    for person in await staff.locked_accounts_of(tx, organization_id):
        person.organization_name = name
        if person.organization_kind != kind or (person.cleared and not may_be_cleared):
            if person.organization_kind != kind:
                person.organization_kind, person.roles = kind, sorted(open_to(kind) & set(person.roles))
            person.cleared = person.cleared and may_be_cleared
            accounts.touch(person)
