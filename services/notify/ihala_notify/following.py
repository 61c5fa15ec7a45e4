"""Reading a feed: cursors, and waiting for what comes next without holding a database connection."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from ihala_contracts.envelope import type_of
from ihala_contracts.views import VIEWS
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.pages import MalformedCursor, decoded, encoded
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.subscriptions import reading
from ihala_notify.subscriptions.filters import EVERYTHING, Filters
from ihala_notify.subscriptions.reading import Item
from ihala_notify.wakeups import Wakeups

Wanted = Callable[[AsyncSession], Awaitable[Filters]]  # asked at each look: meanwhile a subscription may want something else, or rest

LATEST = "latest"
EVENT_TYPES = frozenset(type_of(model) for model in VIEWS)
MOST_LOOKS = 20  # parts of a feed that one call looks through where filters match nothing; then it answers with how far it came


@dataclass(frozen=True, slots=True)
class Followed:
    """What follows a cursor, oldest first, and the cursor after it."""

    items: Sequence[Item]
    cursor: str


async def everything(tx: AsyncSession) -> Filters:
    """Return the filters of who wants all that its organisation may see."""
    return EVERYTHING


def cursor_at(organization_id: UUID, position: int) -> str:
    """Return the cursor of a place in an organisation's feed."""
    return encoded((organization_id, position))


def position_of(cursor: str | None, organization_id: UUID) -> int | None:
    """Return the position a cursor stands for; None for none. Raises MalformedCursor (400), also for another organisation's."""
    if cursor is None:
        return None
    key = decoded(cursor)
    if len(key) != 2 or key[0] != organization_id or not isinstance(key[1], int) or key[1] < 0:
        raise MalformedCursor()
    return key[1]


async def newest(database: Database, caller: Caller) -> Followed:
    """Return no events and the cursor of now."""
    async with database.transaction(caller) as tx:
        return Followed([], cursor_at(caller.organization_id, await reading.newest(tx, caller.organization_id)))


async def follow(
    database: Database, wakeups: Wakeups, caller: Caller, cursor: str | None, wanted: Wanted, wait: float, limit: int
) -> Followed:
    """Return what follows the cursor as soon as there is something, at the latest after `wait` seconds.

    Sooner, and with nothing, when much of a feed was looked through that the filters leave out: the cursor has moved on; or when this
    process ends.
    Raises MalformedCursor (400), CursorTooOld (410), and what `wanted` raises. No connection is held while waiting.
    """
    position = position_of(cursor, caller.organization_id)
    until, looks = time.monotonic() + wait, 0
    with wakeups.waiter(caller.organization_id) as woken:
        while True:
            woken.clear()
            left = until - time.monotonic()
            if left > 0 and wakeups.at_end(caller.organization_id, position):
                await wakeups.wait(woken, left)
                continue
            async with database.transaction(caller) as tx:
                part = await reading.read_after(tx, caller.organization_id, position, limit, await wanted(tx))
            position, looks = part.position, looks + part.more
            if part.items or looks >= MOST_LOOKS or wakeups.resting or (left <= 0 and not part.more):
                return Followed(part.items, cursor_at(caller.organization_id, position))
            if not part.more:
                await wakeups.wait(woken, until - time.monotonic())
