"""May a client call: pending, active, suspended, revoked. Each change is told the others by an event in the same transaction.

Several may hold a client suspended: the operator, its own organisation, the directory (which suspended the organisation). It is what it
was before when none of them does any more, so that each gives back only what it took.
"""

from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from ihala_contracts.gateway_v1 import ClientApproved, ClientSuspended
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway import store
from ihala_gateway.tables import Client

By = Literal["operator", "organization", "directory"]


class ClientRefused(Exception):
    """The change is not possible; the text says why, for whoever asked for it."""


def touch(client: Client) -> None:
    """Mark a change: tokens that were given to the version before are refused from now on."""
    client.version += 1
    client.changed_at = datetime.now(UTC)


def tell(tx: AsyncSession, client: Client) -> None:
    """Tell what the client may do now, if it may call; who may not was told of when that began."""
    if client.status == "active":
        emit(tx, approved(client))


def approved(client: Client) -> ClientApproved:
    """Return the event that says what a client may do."""
    return ClientApproved(
        organization_id=client.organization_id, client_id=client.client_id, organization_kind=client.organization_kind,
        kind="sandbox" if client.kind == "sandbox" else "live", scopes=client.scopes, approved_at=client.changed_at,
    )  # fmt: skip


def suspended(client: Client) -> ClientSuspended:
    """Return the event that says that a client may do nothing any more."""
    return ClientSuspended(organization_id=client.organization_id, client_id=client.client_id, suspended_at=client.changed_at)


def begins_held(suspended: bool) -> dict[str, Any]:
    """Return what is different in a new client whose organisation the directory suspended: it waits for the reinstatement."""
    return {"status": "suspended", "suspended_by": ["directory"]} if suspended else {"suspended_by": []}


def hold(tx: AsyncSession, client: Client, by: By) -> bool:
    """Suspend it; emits ClientSuspended if it could call until now. Returns False when `by` held it already, or it is revoked."""
    if by in client.suspended_by or client.status == "revoked":
        return False
    client.suspended_by = sorted([*client.suspended_by, by])
    _become(tx, client, "suspended")
    return True


def release(tx: AsyncSession, client: Client, *by: By) -> bool:
    """Let go of it; emits ClientApproved if it may call again. Returns False when none of `by` held it, or it is revoked."""
    left = sorted(set(client.suspended_by) - set(by))
    if left == client.suspended_by or client.status == "revoked":
        return False
    client.suspended_by = left
    _become(tx, client, "suspended" if left else "active" if client.approved_at else "pending")
    return True


def approve(tx: AsyncSession, client: Client) -> None:
    """Let it call, unless somebody holds it; emits ClientApproved."""
    client.approved_at = client.approved_at or datetime.now(UTC)
    _become(tx, client, "suspended" if client.suspended_by else "active")


def revoke(tx: AsyncSession, client: Client) -> bool:
    """End it for good; emits ClientSuspended if it could call until now. Returns False when it was ended already."""
    if client.status == "revoked":
        return False
    _become(tx, client, "revoked")
    return True


def _become(tx: AsyncSession, client: Client, status: str) -> None:
    before, client.status = client.status, status
    touch(client)
    if before == "active" and status != "active":
        emit(tx, suspended(client))
    tell(tx, client)


async def suspend(tx: AsyncSession, client_id: str) -> bool:
    """Suspend a client as the operator. Returns False when it was. Raises ClientRefused for an unknown one."""
    return hold(tx, await _known(tx, client_id), "operator")


async def activate(tx: AsyncSession, client_id: str) -> bool:
    """Let a client in again, whoever held it. Returns False when nobody did. Raises ClientRefused: unknown, revoked, never approved."""
    client = await _known(tx, client_id)
    if client.status == "revoked" or client.approved_at is None:
        raise ClientRefused(f"{client_id} was revoked" if client.status == "revoked" else f"{client_id} was never approved")
    return release(tx, client, "operator", "organization", "directory")


async def end(tx: AsyncSession, client_id: str) -> bool:
    """Revoke a client. Returns False when it was revoked already. Raises ClientRefused for an unknown one."""
    return revoke(tx, await _known(tx, client_id))


async def hold_all(tx: AsyncSession, organization_id: UUID) -> None:
    """Suspend every client of an organisation, since the directory suspended the organisation."""
    for client in await store.locked_clients_of(tx, organization_id):
        hold(tx, client, "directory")


async def release_all(tx: AsyncSession, organization_id: UUID) -> None:
    """Give back what `hold_all` took."""
    for client in await store.locked_clients_of(tx, organization_id):
        release(tx, client, "directory")


async def _known(tx: AsyncSession, client_id: str) -> Client:
    client = await store.locked_client(tx, client_id)
    if client is None:
        raise ClientRefused(f"there is no client {client_id}")
    return client
