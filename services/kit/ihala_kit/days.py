"""The inbox in parts, one for each day in which events were made: their ids (UUIDv7) begin with the time, so a part is a range of ids.

What is as old as nothing can be delivered any more is dropped as a whole day. The application owns no tables, so a function of the
owner's makes and drops them. An event of a day that has no part yet lies in `inbox_other` until its day is made: it is known there, too.
"""

from datetime import UTC, datetime

from sqlalchemy import text

from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.jobs import Job

# A topic keeps an event 30 days after its file is full, which takes a week at most; before, it waits in an outbox while Kafka is away.
KEPT_DAYS = 30 + 7 + 8
AHEAD_DAYS = 3
EVERY_SECONDS = 3600.0

_KEEP = text("SELECT inbox_days(CAST(:today AS date), :kept, :ahead)")


def is_part(table: str | None) -> bool:
    """Tell whether a table is a part of the inbox, which no model names."""
    return table is not None and table.startswith(("inbox_day_", "inbox_before_", "inbox_other"))


async def keep_days(database: Database) -> int:
    """Make the parts of the coming days and drop those of days that are over; return how many, of both. Real time: ids know no other."""
    async with database.transaction(Caller.system("inbox days")) as tx:
        asked = {"today": datetime.now(UTC).date(), "kept": KEPT_DAYS, "ahead": AHEAD_DAYS}
        return int(await tx.scalar(_KEEP, asked) or 0)


def keeping_days() -> Job:
    """Return the job that keeps the inbox's days."""

    async def run(database: Database) -> int:
        await keep_days(database)
        return 0

    return Job("inbox days", EVERY_SECONDS, run)
