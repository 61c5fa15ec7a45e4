"""A restored feed goes on above every position that it ever gave. What came since the backup comes again, under the same ids and in
another order, so no position may mean two things: whoever keeps one (a cursor, an offset, the highest `sequence` known) reads on from it
and misses nothing. Webhooks and partners' topics, whose places came back with the database, do so, too.
"""

from datetime import UTC, datetime

from ihala_kit.db import fetch
from sqlmodel.ext.asyncio.session import AsyncSession

_GO_ON = "UPDATE feed_start SET position = greatest(position, $1)"


async def begin(tx: AsyncSession) -> None:
    """Let all feeds go on from the microseconds of now (real time): no life that was lost can have come so far."""
    await fetch(tx, _GO_ON, int(datetime.now(UTC).timestamp() * 1_000_000))
