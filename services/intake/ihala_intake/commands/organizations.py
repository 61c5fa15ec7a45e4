"""Intake's copy of the organisations, and what a suspension closes."""

from uuid import UUID

from ihala_contracts.directory_v1 import OrganizationJoined, OrganizationLeft, OrganizationReinstated, OrganizationSuspended
from ihala_kit.db import now
from ihala_kit.due import schedule
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import store
from ihala_intake.commands.disclose import close
from ihala_intake.tables import Organization

CLOSE_ALL, CLOSE_ONE = "close-disclosures-of-suspended", "close-disclosure-of-suspended"
OPEN_ALL, OPEN_ONE = "open-disclosures-of-reinstated", "open-disclosure-of-reinstated"
AT_ONCE = 200


async def joined(tx: AsyncSession, event: OrganizationJoined) -> None:
    """Keep what the directory says; a suspension stands until the organisation is reinstated."""
    known = await _known(tx, event.organization_id)
    known.kind, known.operator_id, known.cleared = event.kind, event.operator_id, event.cleared
    known.agreement_until, known.changed_at, known.names = event.agreement_until, now(tx), event.names
    known.hidden, known.reporting_duty, known.phone = event.hidden, event.reporting_duty, event.phone


async def suspended(tx: AsyncSession, event: OrganizationSuspended) -> None:
    """Refuse the organisation's reads from now on; what is open to it is closed one by one."""
    (await _known(tx, event.organization_id)).status = "suspended"
    await schedule(tx, CLOSE_ALL, event.organization_id, now(tx))


async def left(tx: AsyncSession, event: OrganizationLeft) -> None:
    """The same for good: the directory reinstates nobody who left."""
    (await _known(tx, event.organization_id)).status = "suspended"
    await schedule(tx, CLOSE_ALL, event.organization_id, now(tx))


async def reinstated(tx: AsyncSession, event: OrganizationReinstated) -> None:
    """Answer what it accepted since, as far as that still stands."""
    known = await _known(tx, event.organization_id)
    if known.status == "active":  # said again
        return
    known.status = "active"
    await schedule(tx, OPEN_ALL, event.organization_id, now(tx))


async def close_all(tx: AsyncSession, organization_id: UUID, after: UUID | None) -> None:
    """Write a piece of due work for each disclosure that is open to a suspended organisation."""
    found = await store.open_with(tx, organization_id, after, AT_ONCE)
    for disclosure in found:
        await schedule(tx, CLOSE_ONE, disclosure.id, now(tx))
    if len(found) == AT_ONCE:
        await schedule(tx, CLOSE_ALL, organization_id, now(tx), {"after": str(found[-1].id)})


async def open_all(tx: AsyncSession, organization_id: UUID, after: UUID | None) -> None:
    """Write a piece of due work for each acceptance of a reinstated organisation that may still wait."""
    found = await store.accepted_by(tx, organization_id, after, AT_ONCE)
    for copy in found:
        await schedule(tx, OPEN_ONE, copy.referral_id, now(tx))
    if len(found) == AT_ONCE:
        await schedule(tx, OPEN_ALL, organization_id, now(tx), {"after": str(found[-1].referral_id)})


async def close_one(tx: AsyncSession, disclosure_id: UUID) -> None:
    """Close what a suspended organisation could read; emits DisclosureClosed."""
    disclosure = await store.locked_disclosure(tx, disclosure_id)
    if disclosure.state == "open":
        close(tx, disclosure, "organization_suspended")


async def _known(tx: AsyncSession, organization_id: UUID) -> Organization:
    """Return the copy, begun now if this is the first that is heard of the organisation."""
    known = await tx.get(Organization, organization_id)
    if known is None:
        known = Organization(
            id=organization_id, kind="unknown", names={}, hidden=False, reporting_duty={}, cleared=False, status="active",
            changed_at=now(tx),
        )  # fmt: skip
        tx.add(known)
    return known
