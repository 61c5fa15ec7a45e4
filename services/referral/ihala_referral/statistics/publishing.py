"""Makes sheets of the sums: for everybody once a quarter is over, for each operator of its own also before. A final one never changes.

What is published twice can be compared, and a difference of one is one person. So nobody but the operator, whose cases these are,
sees a quarter before it is over; and what comes late is counted, but published no more.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ihala_kit.auth import Caller
from ihala_kit.db import Database, now
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral.statistics import measures, sheets, store
from ihala_referral.statistics.counting import EVERYBODY
from ihala_referral.tables import StatisticSheet

GRACE = timedelta(days=2)  # for what was noted late, above all by a clock process that was down
AGAIN_AFTER = timedelta(minutes=10)
A_MOMENT = timedelta(microseconds=1)


async def publish(database: Database) -> int:
    """Publish the sheet that waits the longest; return 0 when none does.

    The figures are made between two transactions, since that may take a second: nobody waits for the sheet meanwhile.
    """
    async with database.transaction(Caller.system("statistics")) as tx:
        drawn = await _drawn(tx)
    if drawn is None:
        return 0
    found = await asyncio.to_thread(sheets.figures, drawn.sheet.quarter, drawn.counted, drawn.timed)
    async with database.transaction(Caller.system("statistics")) as tx:
        await _keep(tx, drawn, found + sheets.restricted(drawn.sheet.quarter, drawn.restricted))
    return 1


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A sheet as it was at an instant, and the sums for it."""

    sheet: StatisticSheet
    at: datetime
    final: bool
    counted: list[sheets.Counted]
    timed: list[sheets.Timed]
    restricted: dict[str, sheets.Parts]  # once the quarter is over, never before


async def _drawn(tx: AsyncSession) -> _Drawn | None:
    """Return the sheet that waits the longest, or None. It is locked: what is being added to its sums is in none of them yet."""
    at = now(tx)
    running = measures.quarter_of(measures.month_of(min(at - GRACE, await store.oldest_noted(tx) or at)))
    sheet = await store.next_sheet(tx, EVERYBODY, running, at - AGAIN_AFTER)
    if sheet is None:
        return None
    final, operator_id = sheet.quarter < running, None if sheet.viewer_id == EVERYBODY else sheet.viewer_id
    counted, timed = await store.sums(tx, sheet.quarter, sheet.governorate, operator_id)
    restricted = await store.restricted_sums(tx, sheet.quarter, sheet.governorate, operator_id) if final else {}
    return _Drawn(sheet, at, final, counted, timed, restricted)


async def _keep(tx: AsyncSession, drawn: _Drawn, figures: Sequence[sheets.Figure]) -> None:
    """Publish the figures, unless somebody else published the sheet, or what would be final changed: then it is its turn again."""
    sheet = await store.locked_sheet(tx, drawn.sheet)
    changed = sheet.changed_at != drawn.sheet.changed_at
    if sheet.version != drawn.sheet.version or (drawn.final and changed):
        return
    await store.replace(tx, sheet, figures)
    sheet.final, sheet.version = drawn.final, sheet.version + 1
    sheet.published_at = min(drawn.at, sheet.changed_at - A_MOMENT) if changed else max(drawn.at, sheet.changed_at)
