"""Reading a feed after a position, through a subscription's filters. Each call looks at a bounded number of items and says how far it came,
so that filters which match little cost no more than those which match all, and a reader's place moves on either way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ihala_kit.db import fetch
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.errors import CursorTooOld
from ihala_notify.subscriptions.filters import EVERYTHING, MATCHES, Filters

MOST_SCANNED = 10_000  # items looked through at a time: some 10 ms
_COUNTER = """
    SELECT coalesce(counter.position, 0), coalesce(counter.purged_to, 0), start.position
    FROM feed_start AS start LEFT JOIN feed_counter AS counter ON counter.organization_id = $1
"""
_NEXT = "SELECT min(position) - 1 AS position FROM feed WHERE organization_id = $1 AND position > $2"
_MATCHES = MATCHES.format(types="$5", roles="$6", governorates="$7", services="$8")
# `data` stays the text it is: nobody here looks into it.
_ITEMS = f"""
    SELECT position, event_id, source, type, subject, time, data::text AS data, version FROM feed
    WHERE organization_id = $1 AND position > $2 AND position <= $3 AND {_MATCHES} ORDER BY position LIMIT $4
"""  # noqa: S608 - made of constants


@dataclass(frozen=True, slots=True)
class Item:
    """One event of a feed; `data` is JSON text."""

    position: int
    event_id: UUID
    source: str  # the service that wrote it
    type: str
    subject: str
    time: datetime | None
    data: str
    version: int = 1  # of the data's schema


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a feed: what fits, the position up to which it was looked through, and whether the feed goes on."""

    items: Sequence[Item]
    position: int
    more: bool


async def newest(tx: AsyncSession, organization_id: UUID) -> int:
    """Return the position of the newest item of an organisation's feed; 0 when there is none."""
    return (await _counter(tx, organization_id))[0]


async def read_after(tx: AsyncSession, organization_id: UUID, after: int | None, most: int, filters: Filters = EVERYTHING) -> Part:
    """Return what follows the position `after` (None: from the oldest that is kept), at most `most` items. Raises CursorTooOld (410)."""
    position, purged_to, start_of_all = await _counter(tx, organization_id)
    # Above: of a feed that began anew, and its reader would wait for nothing; but where a restore let all go on, from above all cursors.
    if after is not None and not purged_to <= after <= max(position, start_of_all):
        raise CursorTooOld()
    start = purged_to if after is None else after
    last = min(position, start + MOST_SCANNED)
    if last <= start:
        return Part([], start, more=False)
    rows = await fetch(tx, _ITEMS, organization_id, start, last, most, *filters.asked())
    if after is not None and (not rows or rows[0]["position"] > after + 1) and after < (await _counter(tx, organization_id))[1]:
        raise CursorTooOld()  # what followed was thrown away between the two questions
    reached = rows[-1]["position"] if len(rows) == most else last
    if not rows and last < position:  # perhaps where a restore left a gap: nobody looks through that
        reached = (await fetch(tx, _NEXT, organization_id, last))[0]["position"] or position
    return Part([Item(*row) for row in rows], reached, more=reached < position)


async def _counter(tx: AsyncSession, organization_id: UUID) -> tuple[int, int, int]:
    """Return position and purged_to of a feed, and above which position all feeds go on."""
    [row] = await fetch(tx, _COUNTER, organization_id)
    position, purged_to, start = row
    return position, purged_to, start
