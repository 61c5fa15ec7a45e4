"""What overtook its need and waits for it (copies.py), to be seen: by its number and age as figures, and by need in `ihala parked`.

Moments are usual. What stays waits for a need whose announcement is parked or was left out; it is in no feed meanwhile.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.jobs import Job
from ihala_kit.measuring import COUNTED, EVERY_SECONDS, gauges
from ihala_kit.parked import Held, ParkedKey
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

WHY = "its need is not known yet"

_MEASURE = text("""
    SELECT (SELECT count(*) FROM (SELECT FROM early_event LIMIT :most) AS counted) AS events,
           (SELECT min(kept_at) FROM early_event) AS oldest
""")
_KEYS = text("""
    SELECT need_id, envelope ->> 'source' AS source, count(*) AS events, min(kept_at) AS since
    FROM early_event GROUP BY 1, 2 ORDER BY min(number)
""")
_OF = text("SELECT envelope ->> 'type' AS type, envelope ->> 'id' AS id FROM early_event WHERE need_id = :need_id ORDER BY number")


async def measure(database: Database) -> int:
    """Say how many events wait for their needs, and for how long the oldest has. An alarm: the second above a minute. For a Job."""
    async with database.transaction(Caller.system("measure")) as tx:
        row = (await tx.execute(_MEASURE, {"most": COUNTED})).one()
    gauges().set("feed.early", row.events, "{event}")
    waited = (datetime.now(UTC) - row.oldest).total_seconds() if row.oldest else 0.0
    gauges().set("feed.early_oldest", max(0.0, waited), "s")
    return 0


def measuring() -> Job:
    """Return the job that measures."""
    return Job("measure early events", EVERY_SECONDS, measure)


async def keys(tx: AsyncSession) -> Sequence[ParkedKey]:
    """Return the needs for which events wait, longest first."""
    return [ParkedKey(row.source, row.need_id, row.events, row.since, WHY) for row in await tx.execute(_KEYS)]


async def of_key(tx: AsyncSession, key: UUID) -> Sequence[str]:
    """Return what waits for one need, in order, a line each: type and id, never what is inside."""
    return [f"{row.type}  {row.id}  {WHY}" for row in await tx.execute(_OF, {"need_id": key})]


HELD = Held(keys, of_key)
