"""A roster that runs out is on the coordinators' list two days before: without one the next emergency is refused."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from ihala_kit.db import now
from ihala_kit.due import DueWork, cancel, performs, schedule
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import work_items
from ihala_referral.duty import coverage, store
from ihala_referral.duty.coverage import Span

WATCH = "watch-duty-roster"
TOLD_BEFORE = timedelta(days=2)


def roster_of(operator_id: UUID, governorate: str) -> UUID:
    """Return the id of an operator's roster in a governorate, the same always."""
    return uuid5(operator_id, governorate)


async def look(tx: AsyncSession, operator_id: UUID, governorate: str, covered: Sequence[Span], at: datetime) -> None:
    """Tell the coordinators when what is covered ends within two days, and look again when it is covered anew; else what was told is
    closed, and looked at again two days before the end."""
    roster_id, ends = roster_of(operator_id, governorate), coverage.until(covered, at)
    if ends is None or ends <= at + TOLD_BEFORE:
        await work_items.open_roster_gap(tx, operator_id, roster_id, governorate, at)
        look_at = coverage.next_begin(covered, at)
    else:
        await work_items.close_about(tx, roster_id, (work_items.ROSTER_GAP,), at)
        look_at = ends - TOLD_BEFORE
    if look_at is None:
        await cancel(tx, WATCH, roster_id)
    else:
        await schedule(tx, WATCH, roster_id, look_at, {"operator_id": str(operator_id), "governorate": governorate})


@performs(WATCH)
async def watch(tx: AsyncSession, work: DueWork) -> None:
    """Look whether the roster was filled since."""
    operator_id, governorate, at = UUID(work.payload["operator_id"]), work.payload["governorate"], now(tx)
    await store.hold(tx, operator_id, governorate)
    covered = coverage.covered(await store.spans(tx, operator_id, governorate, at))
    await look(tx, operator_id, governorate, covered, at)
