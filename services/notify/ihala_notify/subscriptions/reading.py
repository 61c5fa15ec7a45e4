"""Reading a feed after a position, through a subscription's filters. Each call looks at a bounded number of items and says how far it came,
so that filters which match little cost no more than those which match all, and a reader's place moves on either way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from ihala_kit.db import fetch
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.errors import CursorTooOld
from ihala_notify.subscriptions.filters import EVERYTHING, MATCHES, Filters

MOST_SCANNED = 10_000  # items looked through at a time: some 10 ms
_COUNTER = """
    SELECT coalesce(c.position, 0) AS position, coalesce(c.purged_to, 0) AS purged_to, coalesce(c.base, 0) AS base, e.epoch, e.before
    FROM feed_epoch e LEFT JOIN feed_counter c ON c.organization_id = $1
"""
_MATCHES = MATCHES.format(types="$5", roles="$6", governorates="$7", services="$8")
# `data` stays the text it is: nobody here looks into it.
_ITEMS = f"""
    SELECT position, event_id, source, type, subject, time, data::text AS data, version FROM feed
    WHERE organization_id = $1 AND position > $2 AND position <= $3 AND {_MATCHES} ORDER BY position LIMIT $4
"""  # noqa: S608 - made of constants


class Place(NamedTuple):
    """A place in a feed. After a restore positions are given anew: then those of another epoch are not these."""

    epoch: int
    position: int


class _Counter(NamedTuple):
    position: int
    purged_to: int
    base: int
    epoch: int
    before: int | None

    def here(self, place: Place) -> int:
        """Return the position from which who stood at a place goes on: where the epochs parted, if he came further. Raises CursorTooOld."""
        if place.epoch == self.epoch:
            return place.position
        if place.epoch == self.before:
            return min(place.position, self.base)
        raise CursorTooOld()  # two restores ago, or of a life that was lost as a whole


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
    epoch: int

    @property
    def place(self) -> Place:
        """Return where a reader stands who has read it."""
        return Place(self.epoch, self.position)


async def newest(tx: AsyncSession, organization_id: UUID) -> Place:
    """Return the place of the newest item of an organisation's feed; position 0 when there is none."""
    counter = await _counter(tx, organization_id)
    return Place(counter.epoch, counter.position)


async def read_after(tx: AsyncSession, organization_id: UUID, after: int | Place | None, most: int, filters: Filters = EVERYTHING) -> Part:
    """Return what follows `after`, at most `most` items: a reader's place, a position kept in this database, or None for the oldest that
    is kept. Raises CursorTooOld (410)."""
    counter = await _counter(tx, organization_id)
    position, purged_to = counter.position, counter.purged_to
    if isinstance(after, Place):
        after = counter.here(after)
    if after is not None and not purged_to <= after <= position:  # above: restored without a new epoch; its reader would wait for nothing
        raise CursorTooOld()
    start = purged_to if after is None else after
    last = min(position, start + MOST_SCANNED)
    if last <= start:
        return Part([], start, more=False, epoch=counter.epoch)
    rows = await fetch(tx, _ITEMS, organization_id, start, last, most, *filters.asked())
    if after is not None and (not rows or rows[0]["position"] > after + 1) and after < (await _counter(tx, organization_id)).purged_to:
        raise CursorTooOld()  # what followed was thrown away between the two questions
    reached = rows[-1]["position"] if len(rows) == most else last
    return Part([Item(*row) for row in rows], reached, more=reached < position, epoch=counter.epoch)


async def _counter(tx: AsyncSession, organization_id: UUID) -> _Counter:
    [row] = await fetch(tx, _COUNTER, organization_id)
    return _Counter(*row)
