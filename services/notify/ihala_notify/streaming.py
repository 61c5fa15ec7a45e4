"""A feed as server-sent events: `GET /v1/events` with `Accept: text/event-stream`. The id of each is the cursor after it.

A stream ends with the internal token it began with, after a minute at most, or as soon as that is refused, its subscription rests, or
this process ends: whoever follows comes again with `Last-Event-ID`, which is what every client of server-sent events does by itself.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable

from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.problems import Problem

from ihala_notify import following
from ihala_notify.cloud_events import as_cloud_event
from ihala_notify.subscriptions.reading import Item
from ihala_notify.wakeups import Wakeups

MEDIA_TYPE = "text/event-stream"
COME_AGAIN_MS = 1000
BEAT_SECONDS = 15.0  # something is sent at least so often: proxies cut what is silent, and a reader that left is noticed
LOOK_SECONDS = 1.0  # how long a refused token is still followed
MOST_EVENTS = 100

MayFollow = Callable[[], Awaitable[Caller]]


async def stream(
    database: Database, wakeups: Wakeups, caller: Caller, first: following.Followed, wanted: following.Wanted, may_follow: MayFollow
) -> AsyncIterator[str]:
    """Send `first` and what follows it until `may_follow` or `wanted` refuses. A subscription's cursor moves on with the beats, too."""
    yield f"retry: {COME_AGAIN_MS}\n\n"
    part, beat_at = first, float("-inf")
    while True:
        if part.items or time.monotonic() >= beat_at:
            yield "".join(_event(caller, item) for item in part.items) + _beat(part.cursor)
            beat_at = time.monotonic() + BEAT_SECONDS
        if wakeups.resting:
            return
        try:
            await may_follow()
            part = await following.follow(database, wakeups, caller, part.cursor, wanted, LOOK_SECONDS, MOST_EVENTS)
        except Problem:
            return


def _event(caller: Caller, item: Item) -> str:
    cursor = following.cursor_at(caller.organization_id, item.position)
    return f"id: {cursor}\nevent: {item.type}\ndata: {as_cloud_event(item)}\n\n"


def _beat(cursor: str) -> str:
    """Return an id without data: a reader's place moves, and nothing is dispatched to it."""
    return f"id: {cursor}\n\n"
