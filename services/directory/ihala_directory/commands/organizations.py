"""Organisations: they join, change, are suspended and come back, and leave."""

from typing import Any
from uuid import UUID

from ihala_contracts.directory_v1 import OrganizationLeft, OrganizationReinstated, OrganizationSuspended
from ihala_kit.auth import Caller
from ihala_kit.db import caller_of, now
from ihala_kit.due import schedule
from ihala_kit.etag import Stale
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory import facade, rights, store
from ihala_directory.commands import agreements, rows, versions
from ihala_directory.commands.places import REVOKE, tell_change
from ihala_directory.errors import AlreadySuspended, NotSuspended, OrganizationNotFound
from ihala_directory.joining import demands
from ihala_directory.joining import store as joining
from ihala_directory.joining.errors import ChecksMissing, OrganizationHasLeft
from ihala_directory.models.drafts import Agreement, OrganizationDraft
from ihala_directory.tables import Organization

CLOSE_SERVICES = "close-services-of-left"
NOWHERE: dict[str, Any] = {"latitude": None, "longitude": None, "address": {}, "transportation": {}}


async def join(
    tx: AsyncSession, operator_id: UUID, organization_id: UUID | None, draft: OrganizationDraft, *, checked: bool = False
) -> Organization:
    """Enter a new organisation of an operator; emits OrganizationJoined. `checked`: an approved application says so.

    Raises AlreadyExists, ChecksMissing (409), ClearanceNeeded (403).
    """
    values = _checked(tx, draft, None)
    if draft.kind in demands.CHECKS and not (checked or caller_of(tx).is_system):
        raise ChecksMissing(pointer="#/kind")
    at = now(tx)
    row = Organization(id=organization_id or new_id(), operator_id=operator_id, joined_at=at, changed_at=at, **values)
    await rows.insert(tx, row)
    await _tell(tx, row)
    await agreements.watch(tx, row)
    return row


async def change(tx: AsyncSession, row: Organization, draft: OrganizationDraft) -> Organization:
    """Change a locked organisation; emits OrganizationJoined again, and ServiceChanged for what is hidden from now on, if anything differs.

    Raises ClearanceNeeded (403), ChecksMissing, OrganizationHasLeft (409).
    """
    refuse_left(row)
    values = _checked(tx, draft, row)
    await _refuse_unchecked(tx, row, draft)
    if draft.hidden != row.hidden:
        await _hide(tx, row, draft.hidden)
    agreed = row.agreement_until
    if rows.change(row, values, now(tx)):
        await _tell(tx, row)
    if row.agreement_until != agreed:
        await agreements.watch(tx, row)
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


def refuse_left(row: Organization) -> None:
    """Raise OrganizationHasLeft (409) where nothing may change any more."""
    if row.status == "left":
        raise OrganizationHasLeft()


async def suspend(tx: AsyncSession, caller: Caller, organization_id: UUID, version: int, reason: str) -> Organization:
    """Give an organisation no offers from now on; emits OrganizationSuspended. What it holds is revoked by due work, one need at a time.

    Raises OfficersOnly (403), OrganizationNotFound (404), AlreadySuspended, OrganizationHasLeft (409), Stale (412).
    """
    row = await of_operator(tx, caller, organization_id, version)
    refuse_left(row)
    if row.status == "suspended":
        raise AlreadySuspended()
    at = now(tx)
    rows.change(row, {"status": "suspended", "suspended_for": reason, "suspended_at": at}, at)
    await versions.keep_organization(tx, row)
    await schedule(tx, REVOKE, row.id, at, {"of": "organization"})
    emit(tx, OrganizationSuspended(organization_id=row.id, reason=reason, suspended_at=at))
    return row


async def reinstate(tx: AsyncSession, caller: Caller, organization_id: UUID, version: int) -> Organization:
    """Let an organisation have offers again; emits OrganizationReinstated, and ServiceChanged for each of its services.

    Raises OfficersOnly (403), OrganizationNotFound (404), NotSuspended, ChecksMissing (409), Stale (412).
    """
    row = await of_operator(tx, caller, organization_id, version)
    if row.status != "suspended":
        raise NotSuspended()
    wanting = demands.failed(row.kind, await found(tx, row, row.registration))
    if wanting:
        raise ChecksMissing(missing=wanting)
    at = now(tx)
    rows.change(row, {"status": "active", "suspended_for": None, "suspended_at": None}, at)
    await versions.keep_organization(tx, row)
    emit(tx, OrganizationReinstated(organization_id=row.id, reinstated_at=at))
    for service in await store.services_of(tx, row.id):
        await tell_change(tx, service, places_opened=service.status == "active")
    return row


async def leave(tx: AsyncSession, caller: Caller, organization_id: UUID, version: int, reason: str) -> Organization:
    """End an organisation's part for good; emits OrganizationLeft. Due work revokes what it holds and closes its services, one at a time.

    Raises OfficersOnly (403), OrganizationNotFound (404), OrganizationHasLeft (409), Stale (412).
    """
    row = await of_operator(tx, caller, organization_id, version)
    refuse_left(row)
    at = now(tx)
    rows.change(row, {"status": "left", "left_for": reason, "left_at": at, "suspended_for": None, "suspended_at": None}, at)
    await versions.keep_organization(tx, row)
    await agreements.watch(tx, row)
    await schedule(tx, REVOKE, row.id, at, {"of": "organization"})
    await schedule(tx, CLOSE_SERVICES, row.id, at)
    emit(tx, OrganizationLeft(organization_id=row.id, reason=reason, left_at=at))
    return row


async def close_next(tx: AsyncSession, organization_id: UUID, after: UUID | None) -> UUID | None:
    """Close one service of an organisation that left; emits ServiceChanged. Return its id, or None when there is none after `after`."""
    await store.organization(tx, organization_id, lock=True)  # before the service: one order of locks
    known = await joining.next_service_of(tx, organization_id, after)
    if known is None:
        return None
    if rows.change(known, {"status": "closed"}, now(tx)):
        await versions.keep_service(tx, known)
        await tell_change(tx, known, places_opened=False)
    return known.id


def as_draft(row: Organization) -> OrganizationDraft:
    """Return an organisation as it would be sent, to change some of it."""
    agreed = row.agreement_until is not None and row.agreement_version is not None
    agreement = Agreement(version=row.agreement_version or "", until=row.agreement_until) if agreed and row.agreement_until else None
    same = {name: getattr(row, name) for name in OrganizationDraft.model_fields if name != "agreement"}
    return OrganizationDraft.model_validate(same | {"agreement": agreement})


async def _tell(tx: AsyncSession, row: Organization) -> None:
    await versions.keep_organization(tx, row)
    emit(tx, facade.joined(row))


async def _refuse_unchecked(tx: AsyncSession, row: Organization, draft: OrganizationDraft) -> None:
    """Raise ChecksMissing (409) where a draft says what an officer must look at first, and nobody did: till then what was checked holds."""
    before, after = (row.kind, row.registration), (draft.kind, draft.registration)
    if draft.kind not in demands.CHECKS or before == after or caller_of(tx).is_system:
        return
    lacking = demands.unchecked(before, after, await found(tx, row, draft.registration))
    if lacking:
        raise ChecksMissing(missing=lacking, pointer="#/registration" if row.kind == draft.kind else "#/kind")


async def found(tx: AsyncSession, row: Organization, registration: str | None) -> dict[str, bool]:
    """Return how each check of an organisation came out last; of its registration how that of this number did."""
    return demands.newest(await joining.checks_of_organization(tx, row.id), registration)


def _checked(tx: AsyncSession, draft: OrganizationDraft, row: Organization | None) -> dict[str, Any]:
    """Return the columns of a draft. Raises ClearanceNeeded (403) when it newly says what only the cleared may say."""
    if (draft.hidden and not (row and row.hidden)) or (draft.cleared and not (row and row.cleared)):
        rights.demand_clearance(caller_of(tx))
    agreement = draft.agreement
    return draft.model_dump(mode="json", include=set(OrganizationDraft.model_fields) - {"agreement"}) | {
        "agreement_version": agreement.version if agreement else None,
        "agreement_until": agreement.until if agreement else None,
    }


async def _hide(tx: AsyncSession, row: Organization, hidden: bool) -> None:
    """Hide, or show again, what belongs to an organisation, each with a new version; a hidden place loses its point and address."""
    for service in await store.services_of(tx, row.id):
        if not rows.change(service, {"hidden": hidden or service.restricted}, now(tx)):
            continue  # restricted: hidden before and after
        for at, where in await store.locations_of(tx, service.id):
            rows.change(at, {"hidden": service.hidden}, now(tx))
            if rows.set_values(where, {"hidden": service.hidden} | (NOWHERE if service.hidden else {})):
                where.changed_at = now(tx)
        await versions.keep_service(tx, service)
        await tell_change(tx, service, places_opened=False)
