"""A service's own events, applied again to a database that came back from a backup: each once, in the order of its key, none announced."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from ihala_contracts.catalogue import BY_TYPE
from ihala_contracts.envelope import Envelope, Event
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.inbox import Handler
from ihala_kit.records import Received

log = logging.getLogger(__name__)

E = TypeVar("E", bound=Event)

CALLER = Caller.system("restore")
RECALLED = "recalled"

_KNOWN = text("SELECT key, epoch, n FROM stream WHERE key = ANY(CAST(:keys AS uuid[])) ORDER BY key FOR UPDATE")
_MOVED = text("""
    INSERT INTO stream (key, epoch, n) VALUES (:key, :epoch, :n) ON CONFLICT (key, epoch) DO UPDATE SET n = excluded.n
""")
_LEFT = text("DELETE FROM outbox WHERE key = ANY(CAST(:keys AS uuid[])) AND id = ANY(CAST(:ids AS uuid[]))")  # found by its key


class NotRestorable(Exception):
    """Why a service cannot be restored at all; its database is as it was."""


class NotRestored(Exception):
    """Why the database stays closed, in a sentence for the operator."""


def recall(tx: AsyncSession, model: type[E], key: UUID) -> list[E]:
    """Return what others said of a key since the backup: events of one type, in their order."""
    return [event for event in tx.info[RECALLED].get(key, ()) if isinstance(event, model)]


@dataclass
class Replay:
    """What is known of one run over the own topic."""

    keys: int = 0
    events: int = 0
    failed: dict[UUID, str] = field(default_factory=dict)


def by_key(records: Sequence[Received]) -> dict[UUID, list[Received]]:
    """Return the events of a topic by their key, each in order; what is no event of ours is left out."""
    found: dict[UUID, list[Received]] = defaultdict(list)
    for record in records:
        if record.envelope is not None:
            found[record.envelope.key].append(record)
    return found


async def apply(
    database: Database, handlers: Mapping[tuple[str, int], Handler], told: Mapping[UUID, list[Received]],
    known: Mapping[UUID, list[Event]], done: Replay,
) -> None:  # fmt: skip
    """Apply the events of some keys in one transaction; if that fails, each key in one of its own."""
    try:
        async with database.transaction(CALLER) as tx:
            tx.info[RECALLED] = known
            applied = await apply_keys(tx, handlers, told)
    except Exception as error:
        if len(told) == 1:
            [key] = told
            log.warning("a key cannot be restored", extra={"key": str(key)}, exc_info=error)
            done.failed[key] = str(error) if isinstance(error, NotRestored) else type(error).__name__
            return
        for key, records in told.items():
            await apply(database, handlers, {key: records}, known, done)
        return
    done.keys += sum(1 for number in applied.values() if number)
    done.events += sum(applied.values())


async def apply_keys(tx: AsyncSession, handlers: Mapping[tuple[str, int], Handler], told: Mapping[UUID, list[Received]]) -> dict[UUID, int]:
    """Apply what is not known of some keys, and write down how far that is; return how many of each were new.

    What lay in the outbox of the backup and has left since is taken out. Raises NotRestored where events are missing.
    """
    places: dict[UUID, dict[int, int]] = defaultdict(dict)
    for row in await tx.execute(_KNOWN, {"keys": sorted(told)}):
        places[row.key][row.epoch] = row.n
    applied = {}
    for key, records in told.items():
        applied[key] = 0
        for record in records:
            envelope = _envelope(record)
            if not _is_new(places[key], envelope):
                continue
            handler = handlers.get((envelope.type, envelope.version))
            if handler is not None and not envelope.snapshot:  # what is told again was told before
                await handler(tx, event_of(record))
                await tx.flush()
            places[key][envelope.epoch] = envelope.sequence
            applied[key] += 1
        for epoch, n in places[key].items():
            await tx.execute(_MOVED, {"key": key, "epoch": epoch, "n": n})
    left = [_envelope(record).id for records in told.values() for record in records]
    await tx.execute(_LEFT, {"keys": sorted(told), "ids": left})
    if tx.info["events"]:
        raise AssertionError("what is applied again announces nothing")
    return applied


def _is_new(places: Mapping[int, int], envelope: Envelope) -> bool:
    """Tell whether an event is not known yet. Raises NotRestored where the one before it is missing."""
    known = places.get(envelope.epoch, 0)
    if envelope.sequence <= known:
        return False
    if envelope.sequence > known + 1:
        raise NotRestored(f"the topic goes on with {envelope.sequence}, known is {known}: it is read from too late")
    return True


def event_of(record: Received) -> Any:
    """Return the event of a record that has an envelope."""
    envelope = _envelope(record)
    return BY_TYPE[envelope.type, envelope.version].model_validate_json(record.value).received(envelope)


def _envelope(record: Received) -> Envelope:
    assert record.envelope is not None, "records without an envelope are left out before"
    return record.envelope
