"""The last day of a data-sharing agreement is watched: the operator is told 30 days before, and when it has come."""

from datetime import date, datetime, timedelta
from uuid import UUID

from ihala_contracts.directory_v1 import AgreementExpired, AgreementExpiring
from ihala_kit.db import now
from ihala_kit.due import cancel, schedule
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory import hours, store
from ihala_directory.errors import OrganizationNotFound
from ihala_directory.tables import Organization

WATCH = "watch-agreement"
TOLD_BEFORE = timedelta(days=30)


async def watch(tx: AsyncSession, row: Organization) -> None:
    """Have the agreement looked at when it is 30 days from its end, or at once where that is past."""
    if row.agreement_until is None or row.status == "left":
        await cancel(tx, WATCH, row.id)
    else:
        await schedule(tx, WATCH, row.id, max(now(tx), _told_from(row.agreement_until)))


async def look(tx: AsyncSession, organization_id: UUID) -> None:
    """Tell that an agreement is about to end, or has ended: matching refuses it by itself. Emits AgreementExpiring, AgreementExpired."""
    try:
        row = await store.organization(tx, organization_id, lock=True)
    except OrganizationNotFound:
        return
    if row.agreement_until is None or row.agreement_version is None or row.status == "left":
        return
    at, said = now(tx), {"organization_id": row.id, "agreement_version": row.agreement_version, "until": row.agreement_until}
    if hours.day_of(at) > row.agreement_until:
        emit(tx, AgreementExpired(**said, expired_at=at))
        return
    if at >= _told_from(row.agreement_until):
        emit(tx, AgreementExpiring(**said, told_at=at))
        await schedule(tx, WATCH, row.id, hours.begins(row.agreement_until + timedelta(days=1)))
        return
    await watch(tx, row)


def _told_from(until: date) -> datetime:
    """Return when the operator is told of its last day, at the earliest."""
    return hours.begins(until - min(TOLD_BEFORE, until - date.min))
