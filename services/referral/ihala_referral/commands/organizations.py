"""What directory says of organisations and services: copies are kept; what touches many needs becomes due work, one need a transaction."""

from uuid import UUID, uuid5

from ihala_contracts.directory_v1 import (
    OrganizationJoined,
    OrganizationLeft,
    OrganizationReinstated,
    OrganizationSuspended,
    ServiceChanged,
)
from ihala_kit.db import now
from ihala_kit.due import schedule
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import store
from ihala_referral.commands.waiting import LOOK
from ihala_referral.guards import agreement_holds
from ihala_referral.tables import Organization, ServiceCopy
from ihala_referral.worklists.handing_over import ORIGIN_AWAY

REPLACE_ORGANIZATION = "replace-organization-offers"
REPLACE_SERVICE = "replace-service-offers"
HELD = "held-answer"
RETRY = "retry-unserved"
UNKNOWN = "unknown"
RETRIES = UUID("4d3c1f9a-6c55-5b3e-9a51-2f1d0b7c6e10")  # namespace of the rounds' keys


async def joined(tx: AsyncSession, event: OrganizationJoined) -> None:
    """Keep the copy; answers that waited for this organisation go on, and so does what is unserved, if an agreement of it holds again."""
    known, at = await _copy(tx, event.organization_id), now(tx)
    lapsed = known.kind != UNKNOWN and not agreement_holds(known, at)
    known.kind, known.names, known.operator_id = event.kind, event.names, event.operator_id
    if known.cleared and not event.cleared:  # of what is restricted nothing stays with it
        await schedule(tx, REPLACE_ORGANIZATION, event.organization_id, at)
    known.cleared, known.agreement_until = event.cleared, event.agreement_until
    if lapsed and agreement_holds(known, at):
        services = select(ServiceCopy).where(col(ServiceCopy.organization_id) == known.id).order_by(col(ServiceCopy.id))
        for service in (await tx.exec(services)).all():
            await _try_again(tx, service)
    for placement_id in await store.held_for(tx, event.organization_id):
        await schedule(tx, HELD, placement_id, at)


async def suspended(tx: AsyncSession, event: OrganizationSuspended) -> None:
    """No offers from now on; what is open is placed again, one need at a time, and the owning offices act where it was the origin."""
    (await _copy(tx, event.organization_id)).suspended = True
    await schedule(tx, REPLACE_ORGANIZATION, event.organization_id, now(tx))
    await schedule(tx, ORIGIN_AWAY, event.organization_id, now(tx))


async def left(tx: AsyncSession, event: OrganizationLeft) -> None:
    """The same for good: the directory reinstates nobody who left."""
    (await _copy(tx, event.organization_id)).suspended = True
    await schedule(tx, REPLACE_ORGANIZATION, event.organization_id, now(tx))
    await schedule(tx, ORIGIN_AWAY, event.organization_id, now(tx))


async def reinstated(tx: AsyncSession, event: OrganizationReinstated) -> None:
    """The suspension is over; what was placed again stays so, and it acts as origin again."""
    known = await _copy(tx, event.organization_id)
    if not known.suspended:  # said again
        return
    known.suspended = False
    await schedule(tx, ORIGIN_AWAY, event.organization_id, now(tx))


async def _copy(tx: AsyncSession, organization_id: UUID) -> Organization:
    """Return the copy, made if this is the first that is heard of the organisation."""
    known = await store.organization(tx, organization_id)
    if known is None:
        known = Organization(id=organization_id, kind=UNKNOWN, names={}, cleared=False, suspended=False)
        tx.add(known)
    return known


async def service_changed(tx: AsyncSession, event: ServiceChanged) -> None:
    """Keep the copy; where places, needs or areas opened, or its terms changed, what is unserved there is tried again."""
    known = await tx.get(ServiceCopy, event.service_id)
    opened = event.places_opened or event.terms_changed or _widened(known, event)
    if event.status == "closed" and (known is None or known.status != "closed"):
        await schedule(tx, REPLACE_SERVICE, event.service_id, now(tx))
    if known is None:
        known = ServiceCopy(id=event.service_id, organization_id=event.organization_id, status=event.status, restricted=event.restricted)
        tx.add(known)
    known.status, known.restricted = event.status, event.restricted
    known.need_codes, known.governorates = event.need_codes, event.governorates
    if event.places_opened and event.status == "active":
        await schedule(tx, LOOK, known.id, now(tx))
    if opened:
        await _try_again(tx, known)


async def _try_again(tx: AsyncSession, service: ServiceCopy) -> None:
    """Begin a round for each need that the service may meet wherever it works; never for what is restricted."""
    if service.status == "active" and not service.restricted:
        for need_code in service.need_codes:
            for governorate in service.governorates:
                await _begin_round(tx, need_code, governorate)


def _widened(known: ServiceCopy | None, event: ServiceChanged) -> bool:
    if known is None or known.status != "active":
        return True
    return bool(set(event.need_codes) - set(known.need_codes) or set(event.governorates) - set(known.governorates))


async def _begin_round(tx: AsyncSession, need_code: str, governorate: str) -> None:
    at = now(tx)
    payload = {"need_code": need_code, "governorate": governorate, "before": at.isoformat()}
    await schedule(tx, RETRY, uuid5(RETRIES, f"{need_code} {governorate}"), at, payload)
