"""Reading a feed: cursors, and waiting for what comes next without holding a database connection."""

import time
from uuid import UUID

from ihala_contracts.catalogue import type_of
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.pages import MalformedCursor, decoded, encoded

from ihala_notify import models as v1
from ihala_notify import store
from ihala_notify.views import VIEWS
from ihala_notify.wakeups import Wakeups

LATEST = "latest"
EVENT_TYPES = frozenset(type_of(model) for model in VIEWS)


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


async def newest(database: Database, caller: Caller) -> v1.Events:
    """Return no events and the cursor of now."""
    async with database.transaction(caller) as tx:
        return v1.Events(events=[], cursor=cursor_at(caller.organization_id, await store.latest(tx, caller)))


async def follow(
    database: Database, wakeups: Wakeups, caller: Caller, cursor: str | None, types: list[str] | None, wait: float, limit: int
) -> v1.Events:
    """Return what follows the cursor as soon as there is something, at the latest after `wait` seconds.

    Raises MalformedCursor (400), CursorTooOld (410). No connection is held while waiting.
    """
    position = position_of(cursor, caller.organization_id)
    until = time.monotonic() + wait
    with wakeups.waiter(caller.organization_id) as woken:
        while True:
            woken.clear()
            left = until - time.monotonic()
            if left > 0 and wakeups.at_end(caller.organization_id, position):
                await wakeups.wait(woken, left)
                continue
            async with database.transaction(caller) as tx:
                part = await store.feed_after(tx, caller, position, types, limit)
            position = part.position
            if part.items or (left <= 0 and not part.more):
                return _events(caller, part)
            if not part.more:
                await wakeups.wait(woken, until - time.monotonic())


def _events(caller: Caller, part: store.Part) -> v1.Events:
    events = [
        v1.CloudEvent(
            id=item.event_id, source=f"/ihala/{item.source}", type=item.type, subject=item.subject, time=item.time,
            sequence=item.position, data=item.data,
        )
        for item in part.items
    ]  # fmt: skip
    return v1.Events(events=events, cursor=cursor_at(caller.organization_id, part.position))
