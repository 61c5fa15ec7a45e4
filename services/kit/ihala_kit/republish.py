"""Repeating what is open, for a reader that begins late or missed something: events that say a state instead of a change.

A thing is locked while it is looked at, and its events are numbered when that transaction commits. So what they say is what their place
in the key's sequence says, whoever changes it at the same time.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from ihala_contracts.envelope import Event
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.faults import passes
from ihala_kit.outbox import emit

log = logging.getLogger(__name__)

KEYS_AT_ONCE = 25  # locked by one transaction
WAITING_AT_MOST = 2_000  # events in the outbox: what is new waits behind no more of them than the relay sends in a moment
PAUSE_SECONDS = 0.1
TRIES = 5

_WAITING = text("SELECT count(*) FROM (SELECT FROM outbox LIMIT :most) AS waiting")


@dataclass(frozen=True, slots=True)
class Repeated:
    """One kind of thing that a service repeats, by the key of its events.

    `open_keys` returns keys of what is open, in order: after one of them or, with None, from the first, and so many at most.
    `events` locks the thing of a key and returns what makes a reader know it as it is, in order; nothing of a key that is not of this kind.
    With `whole` it also says what has ended of it: so it is asked when an operator names the key, for a reader that missed something.
    """

    what: str
    open_keys: Callable[[AsyncSession, UUID | None, int], Awaitable[Sequence[UUID]]]
    events: Callable[[AsyncSession, UUID, bool], Awaitable[Sequence[Event]]]


async def republish(database: Database, kinds: Sequence[Repeated], *, waiting: bool = True) -> AsyncIterator[str]:
    """Put snapshots of all that is open into the outbox, kind after kind; say line by line how it goes. May be run twice.

    Without `waiting` the outbox may grow: no relay works on it now, and nothing new waits behind.
    """
    for kind in kinds:
        keys, told, after = 0, 0, None
        while page := await _page(database, kind, after, WAITING_AT_MOST if waiting else None):
            told += await _repeat(database, [kind], page, whole=False)
            keys, after = keys + len(page), page[-1]
        yield f"{kind.what}: {keys} keys, {told} events"


async def republish_key(database: Database, kinds: Sequence[Repeated], key: UUID) -> int:
    """Put snapshots of one key's things into the outbox, also of what has ended; return how many."""
    return await _repeat(database, kinds, [key], whole=True)


async def _page(database: Database, kind: Repeated, after: UUID | None, most: int | None) -> Sequence[UUID]:
    """Return the next keys, as soon as the relay has come near the end of the outbox."""
    while True:
        async with database.transaction(Caller.system("republish")) as tx:
            if most is None or ((await tx.scalar(_WAITING, {"most": most})) or 0) < most:
                return await kind.open_keys(tx, after, KEYS_AT_ONCE)
        await asyncio.sleep(PAUSE_SECONDS)


async def _repeat(database: Database, kinds: Sequence[Repeated], keys: Sequence[UUID], *, whole: bool) -> int:
    for tries_left in reversed(range(TRIES)):
        try:
            async with database.transaction(Caller.system("republish")) as tx:
                events = [event for key in keys for kind in kinds for event in await kind.events(tx, key, whole)]
                for event in events:
                    emit(tx, event, snapshot=True)
            return len(events)
        except Exception as error:  # two that wait for each other's locks, above all
            if not passes(error) or not tries_left:
                raise
            log.warning("some keys are repeated once more after %s", type(error).__name__)
            await asyncio.sleep(PAUSE_SECONDS)
    raise AssertionError("the last try returns or raises")
