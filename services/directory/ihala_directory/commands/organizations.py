"""Organisations: they join, change, are suspended and come back."""

from typing import Any
from uuid import UUID

from ihala_contracts.directory_v1 import OrganizationReinstated, OrganizationSuspended
from ihala_kit.auth import Caller
from ihala_kit.db import caller_of, now
from ihala_kit.due import schedule
from ihala_kit.etag import Stale
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory import facade, rights, store
from ihala_directory.commands import rows
from ihala_directory.commands.places import REVOKE, tell_change
from ihala_directory.errors import AlreadySuspended, NotSuspended, OrganizationNotFound
from ihala_directory.models.drafts import OrganizationDraft
from ihala_directory.tables import Organization


async def join(tx: AsyncSession, operator_id: UUID, organization_id: UUID | None, draft: OrganizationDraft) -> Organization:
    """Enter a new organisation of an operator; emits OrganizationJoined. Raises AlreadyExists (409), ClearanceNeeded (403)."""
    values = _checked(tx, draft)
    at = now(tx)
    row = Organization(id=organization_id or new_id(), operator_id=operator_id, joined_at=at, changed_at=at, **values)
    await rows.insert(tx, row)
    emit(tx, facade.joined(row))
    return row


async def change(tx: AsyncSession, row: Organization, draft: OrganizationDraft) -> Organization:
    """Change a locked organisation; emits OrganizationJoined again, and ServiceChanged for what is hidden from now on, if anything differs.

    Raises ClearanceNeeded (403).
    """
    values = _checked(tx, draft)
    if draft.hidden != row.hidden:
        await _hide(tx, row, draft.hidden)
    if rows.change(row, values, now(tx)):
        emit(tx, facade.joined(row))
    return row


async def of_operator(tx: AsyncSession, caller: Caller, organization_id: UUID, version: int) -> Organization:
    """Lock one of the caller's organisations. Raises OfficersOnly (403), OrganizationNotFound (404), Stale (412)."""
    operator_id = rights.office(caller)
    row = await store.organization(tx, organization_id, lock=True)
    if row.operator_id != operator_id:
        raise OrganizationNotFound()
    if row.version != version:
        raise Stale()
    return row


async def suspend(tx: AsyncSession, caller: Caller, organization_id: UUID, version: int, reason: str) -> Organization:
    """Give an organisation no offers from now on; emits OrganizationSuspended. What it holds is revoked by due work, one need at a time.

    Raises OfficersOnly (403), OrganizationNotFound (404), AlreadySuspended (409), Stale (412).
    """
    row = await of_operator(tx, caller, organization_id, version)
    if row.status == "suspended":
        raise AlreadySuspended()
    at = now(tx)
    rows.change(row, {"status": "suspended", "suspended_for": reason, "suspended_at": at}, at)
    await schedule(tx, REVOKE, row.id, at, {"of": "organization"})
    emit(tx, OrganizationSuspended(organization_id=row.id, reason=reason, suspended_at=at))
    return row


async def reinstate(tx: AsyncSession, caller: Caller, organization_id: UUID, version: int) -> Organization:
    """Let an organisation have offers again; emits OrganizationReinstated, and ServiceChanged for each of its services.

    Raises OfficersOnly (403), OrganizationNotFound (404), NotSuspended (409), Stale (412).
    """
    row = await of_operator(tx, caller, organization_id, version)
    if row.status != "suspended":
        raise NotSuspended()
    at = now(tx)
    rows.change(row, {"status": "active", "suspended_for": None, "suspended_at": None}, at)
    emit(tx, OrganizationReinstated(organization_id=row.id, reinstated_at=at))
    for service in await store.services_of(tx, row.id):
        await tell_change(tx, service, places_opened=service.status == "active")
    return row


def _checked(tx: AsyncSession, draft: OrganizationDraft) -> dict[str, Any]:
    """Return the columns of a draft. Raises ClearanceNeeded (403) when it says of an organisation what only the cleared may say."""
    if draft.hidden or draft.cleared:
        rights.demand_clearance(caller_of(tx))
    agreement = draft.agreement
    return draft.model_dump(mode="json", include=set(OrganizationDraft.model_fields) - {"agreement"}) | {
        "agreement_version": agreement.version if agreement else None,
        "agreement_until": agreement.until if agreement else None,
    }


async def _hide(tx: AsyncSession, row: Organization, hidden: bool) -> None:
    """Hide, or show again, what belongs to an organisation; a hidden place loses its point and address."""
    for service in await store.services_of(tx, row.id):
        service.hidden = hidden or service.restricted
        for at, where in await store.locations_of(tx, service.id):
            at.hidden = where.hidden = service.hidden
            if where.hidden:
                where.latitude, where.longitude, where.address, where.transportation = None, None, {}, {}
        await tell_change(tx, service, places_opened=False)
