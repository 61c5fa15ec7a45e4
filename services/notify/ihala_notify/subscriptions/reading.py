"""Reading a feed after a position, through a subscription's filters. Each call looks at a bounded number of items and says how far it came,
so that filters which match little cost no more than those which match all, and a reader's place moves on either way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
from ihala_kit.db import fetch
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.errors import CursorTooOld
from ihala_notify.subscriptions.filters import EVERYTHING, MATCHES, Filters

MOST_SCANNED = 10_000  # items looked through at a time: some 10 ms
_COUNTER = "SELECT position, purged_to FROM feed_counter WHERE organization_id = $1"
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
    position, purged_to = await _counter(tx, organization_id)
    if after is not None and not purged_to <= after <= position:  # above: of a feed that began anew; its reader would wait for nothing
        raise CursorTooOld()
    start = purged_to if after is None else after
    last = min(position, start + MOST_SCANNED)
    if last <= start:
        return Part([], start, more=False)
    rows = await fetch(tx, _ITEMS, organization_id, start, last, most, *filters.asked())
    if after is not None and (not rows or rows[0]["position"] > after + 1) and after < (await _counter(tx, organization_id))[1]:
        raise CursorTooOld()  # what followed was thrown away between the two questions
    reached = rows[-1]["position"] if len(rows) == most else last
    return Part([Item(*row) for row in rows], reached, more=reached < position)


async def _counter(tx: AsyncSession, organization_id: UUID) -> tuple[int, int]:
    rows: list[asyncpg.Record] = await fetch(tx, _COUNTER, organization_id)
    return (rows[0]["position"], rows[0]["purged_to"]) if rows else (0, 0)
