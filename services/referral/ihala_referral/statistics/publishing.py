"""Makes sheets of the sums: for everybody once a quarter is over, for each operator of its own also before. A final one never changes.

What is published twice can be compared, and a difference of one is one person. So nobody but the operator, whose cases these are,
sees a quarter before it is over; and what comes late is counted, but published no more.
"""

import asyncio
from datetime import timedelta

from ihala_kit.auth import Caller
from ihala_kit.db import Database, now

from ihala_referral.statistics import measures, sheets, store
from ihala_referral.statistics.counting import EVERYBODY

GRACE = timedelta(days=2)  # for what was noted late, above all by a clock process that was down
AGAIN_AFTER = timedelta(minutes=10)


async def publish(database: Database) -> int:
    """Publish the sheet that waits the longest; return 0 when none does."""
    async with database.transaction(Caller.system("statistics")) as tx:
        at = now(tx)
        running = measures.quarter_of(measures.month_of(min(at - GRACE, await store.oldest_noted(tx) or at)))
        sheet = await store.next_sheet(tx, EVERYBODY, running, at - AGAIN_AFTER)
        if sheet is None:
            return 0
        operator_id = None if sheet.viewer_id == EVERYBODY else sheet.viewer_id
        counted, timed = await store.sums(tx, sheet.quarter, sheet.governorate, operator_id)
        sheet.final = sheet.quarter < running
        found = await asyncio.to_thread(sheets.figures, sheet.quarter, counted, timed)  # may take a second: the clocks go on
        if sheet.final:
            found += sheets.restricted(sheet.quarter, await store.restricted_sums(tx, sheet.quarter, sheet.governorate, operator_id))
        await store.replace(tx, sheet, found)
        sheet.published_at, sheet.version = max(at, sheet.changed_at), sheet.version + 1
        return 1
