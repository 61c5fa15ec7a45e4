"""Events in: each applied once, in the order of its key, in batches.

One transaction a batch holds the inbox rows, the fence of every key, the effects and their own events; the offsets move after its
commit, not for every batch: what is delivered again after a fall, the inbox knows. A batch that fails is done again one event at a
time: what may pass is retried, what cannot parks its key and what follows it.
"""

import asyncio
import inspect
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from ihala_contracts.envelope import Envelope, Event, type_of, version_of
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_kit import parked
from ihala_kit.auth import Caller
from ihala_kit.crash import crash_point
from ihala_kit.db import Database
from ihala_kit.faults import passes
from ihala_kit.fences import Fences, Verdict
from ihala_kit.measuring import gauges
from ihala_kit.records import Received
from ihala_kit.telemetry import span_from

if TYPE_CHECKING:
    from ihala_kit.bus import Consumer

log = logging.getLogger(__name__)

E = TypeVar("E", bound=Event)
Handler = Callable[[AsyncSession, Any], Awaitable[None]]
OnParked = Callable[[AsyncSession, UUID], Awaitable[None]]

READER = Caller.system("consume")
TRIES = 3
TELL_EVERY_SECONDS = 5.0
MOVE_OFFSETS_EVERY_SECONDS = 2.0
HOLD_SECONDS = 0.5
STALE_AFTER = timedelta(seconds=60)
LONGEST_TRANSACTION_SECONDS = 0.05
SLICE = 100  # events whose keys one transaction locks


_CAUGHT_UP = text("""
    INSERT INTO reader (consumer, caught_up_at) VALUES (:consumer, :at)
    ON CONFLICT (consumer) DO UPDATE SET caught_up_at = greatest(reader.caught_up_at, excluded.caught_up_at)
""")
_FRESH = text("SELECT caught_up_at > :since FROM reader WHERE consumer = :consumer")
_KEY_WAITS = text("SELECT true FROM parked WHERE consumer = :consumer AND state = 'waiting' AND key = :key LIMIT 1")


async def reader_fresh(tx: AsyncSession, consumer: str, key: UUID) -> bool:
    """Tell whether what the service knows from events about `key` is at most a minute old, and nothing of it is parked."""
    since = {"consumer": consumer, "since": datetime.now(UTC) - STALE_AFTER}
    fresh = (await tx.execute(_FRESH, since)).scalar_one_or_none()
    waits = (await tx.execute(_KEY_WAITS, {"consumer": consumer, "key": key})).scalar_one_or_none()
    return bool(fresh) and not waits


def reads(
    model: type[E],
) -> Callable[[Callable[[AsyncSession, E], Awaitable[None]]], Callable[[AsyncSession, E], Awaitable[None]]]:
    """Mark a function as the reader of one event: it runs in the batch's transaction and ends in a command."""

    def mark(handler: Callable[[AsyncSession, E], Awaitable[None]]) -> Callable[[AsyncSession, E], Awaitable[None]]:
        handler.__reads__ = model  # type: ignore[attr-defined]
        return handler

    return mark


def handlers_in(modules: Iterable[ModuleType]) -> dict[tuple[str, int], Handler]:
    """Return the marked functions by event type and version; raises ValueError when two read the same event."""
    found: dict[tuple[str, int], Handler] = {}
    for module in modules:
        for _, handler in inspect.getmembers(module, lambda value: hasattr(value, "__reads__")):
            name = (type_of(handler.__reads__), version_of(handler.__reads__))
            if found.setdefault(name, handler) is not handler:
                raise ValueError(f"two readers of {name}")
    return found


class Inbox:
    """Applies what one service reads. `progress_at` and `lag` are its health: alive means moving."""

    def __init__(
        self, database: Database, consumer: str, handlers: dict[tuple[str, int], Handler], on_parked: OnParked | None = None,
        caller: Caller = READER,
    ) -> None:  # fmt: skip
        self.database, self.consumer, self.handlers, self.on_parked, self.caller = database, consumer, handlers, on_parked, caller
        self.once = database.settings.inbox
        self.progress_at = time.monotonic()
        self._told_at = 0.0
        self._read_to: datetime | None = None  # what happened before is applied
        self.lag = 0
        self._begun: dict[tuple[str, int], int] = {}  # from where a restored database would have to read again, not yet written down
        self._models = all_models()

    def seconds_still(self) -> float:
        """Return how long nothing moved: a poll that returns counts, also an empty one."""
        return time.monotonic() - self.progress_at

    async def run(self) -> None:
        """Read until cancelled; begin anew after a fault of the bus."""
        from ihala_kit.bus import Consumer

        topics = sorted({self._models[name].topic for name in self.handlers})
        while True:
            try:
                async with Consumer(self.database.settings, f"ihala.{self.consumer}", topics) as consumer:
                    await self._follow(consumer)
            except Exception as error:
                if not passes(error):  # such as a database that is away for a moment
                    raise
                log.warning("reading starts anew after %s", type(error).__name__)
                await asyncio.sleep(1)

    async def _follow(self, consumer: "Consumer") -> None:
        moved_at = float("-inf")
        held: list[Received] = []  # what nobody here reads: it moves fences alone, and does so with the next that somebody reads
        held_since = 0.0
        while True:
            records = await consumer.poll()
            held_since = held_since if held else time.monotonic()
            held += records
            if records and time.monotonic() - held_since < HOLD_SECONDS and not self._reads_any(records):
                continue
            if held:
                await self.apply(held)
                self._read_to = min((r.envelope.time for r in held if r.envelope), default=self._read_to)
                held = []
                crash_point("consume.after-commit")
            self.progress_at = time.monotonic()
            if consumer.uncommitted and (not records or self.progress_at - moved_at > MOVE_OFFSETS_EVERY_SECONDS):
                await consumer.commit()
                moved_at = self.progress_at
            if self.progress_at - self._told_at > TELL_EVERY_SECONDS:
                await self._tell(await consumer.lag())

    def _reads_any(self, records: list[Received]) -> bool:
        """Tell whether any of them has a reader here, or is to be parked."""
        return any(record.envelope is None or (record.envelope.type, record.envelope.version) in self.handlers for record in records)

    async def _tell(self, lag: int) -> None:
        """Write down up to when everything was read: what reads copies (identity, above all) asks how old they may be."""
        self.lag, self._told_at = lag, time.monotonic()
        gauges().set("inbox.lag", lag, "{event}", consumer=self.consumer)
        read_to = self._read_to if lag else datetime.now(UTC)
        if read_to is not None:
            async with self.database.transaction(Caller.system("consume")) as tx:
                await tx.execute(_CAUGHT_UP, {"consumer": self.consumer, "at": read_to})

    async def apply(self, records: list[Received]) -> None:
        """Apply records in as few transactions as the time limit allows; those of one key in their order (`in_order`)."""
        self._begun = _beginnings(records)
        for broken in [record for record in records if record.envelope is None]:
            await self._park_undecodable(broken)
        ordered = in_order(record for record in records if record.envelope is not None)
        while ordered:
            try:
                done = await self._apply_batch(ordered[:SLICE])
            except Exception as error:
                log.warning("a batch is done again one by one", extra={"events": len(ordered)}, exc_info=error)
                done = len(ordered[:SLICE])
                await self._apply_one_by_one(ordered[:done])
            ordered = ordered[done:]

    async def _apply_batch(self, records: list[Received]) -> int:
        """Apply from the front until the time is used up; return how many were applied, committed."""
        async with self.database.transaction(self.caller) as tx:
            fences = await Fences.lock(tx, self.consumer, [_envelope(r) for r in records], once=self.once)
            started = time.monotonic()
            done = 0
            for record in records:
                await self._apply_one(tx, fences, record)
                done += 1
                if time.monotonic() - started > LONGEST_TRANSACTION_SECONDS:
                    break
            fences.save(tx, self._begun)
        self._begun = {}
        return done

    async def _apply_one_by_one(self, records: list[Received]) -> None:
        for record in records:
            await self._apply_stubbornly(record)

    async def _apply_stubbornly(self, record: Received) -> None:
        """Retry what may pass without end, anything else a few times; then park the key."""
        tries, pause = 0, 0.1
        while True:
            try:
                await self._apply_batch([record])
                return
            except Exception as error:
                tries += not passes(error)
                log.warning("an event fails", extra={"event": str(_envelope(record).id), "type": _envelope(record).type}, exc_info=error)
                if tries >= TRIES:
                    await self._park(record, type(error).__name__)
                    return
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)

    async def _apply_one(self, tx: AsyncSession, fences: Fences, record: Received) -> None:
        envelope = _envelope(record)
        verdict = fences.judge(envelope)
        if verdict is Verdict.WAIT:
            await parked.park(tx, self.consumer, record, fences.why(envelope))
        if verdict is not Verdict.APPLY:
            return
        if (stream := (envelope.source, envelope.key)) in fences.freed:
            fences.freed.discard(stream)
            await parked.supersede(tx, self.consumer, *stream)
        handler = self.handlers.get((envelope.type, envelope.version))
        if handler is not None:
            await self.handle(tx, record, handler)

    async def handle(self, tx: AsyncSession, record: Received, handler: Handler) -> None:
        """Run one reader on one record."""
        envelope = _envelope(record)
        event = self._models[envelope.type, envelope.version].model_validate_json(record.value).received(envelope)
        with span_from(envelope.traceparent, f"apply {envelope.type}"):
            await handler(tx, event)

    async def _park(self, record: Received, error: str) -> None:
        async with self.database.transaction(Caller.system("consume")) as tx:
            fences = await Fences.lock(tx, self.consumer, [_envelope(record)], once=self.once)
            await parked.park(tx, self.consumer, record, error)
            fences.save(tx)
            if self.on_parked is not None:
                await self.on_parked(tx, _envelope(record).key)

    async def _park_undecodable(self, record: Received) -> None:
        async with self.database.transaction(Caller.system("consume")) as tx:
            await parked.park_undecodable(tx, self.consumer, record)


def all_models() -> dict[tuple[str, int], type[Event]]:
    """Return the models of all events; they are loaded by whoever reads, not by whoever only marks its readers."""
    from ihala_contracts.catalogue import BY_TYPE

    return BY_TYPE


def in_order(records: Iterable[Received]) -> list[Received]:
    """Return the records key by key. Those of one key and topic stay as they came, whatever their times say: that is their order.

    Between topics there is none; what came at once is put by its time, so that a consequence seldom comes before its cause. Not more than
    seldom: another service's clock is another one, and what is read later comes later.
    """
    latest: dict[tuple[UUID, str], datetime] = {}
    placed: list[tuple[UUID, datetime, Received]] = []
    for record in records:
        envelope = _envelope(record)
        stream = (envelope.key, record.topic)
        latest[stream] = max(envelope.time, latest.get(stream, envelope.time))  # never before what its own topic brought first
        placed.append((envelope.key, latest[stream], record))
    return [record for *_, record in sorted(placed, key=lambda place: place[:2])]


def _beginnings(records: list[Received]) -> dict[tuple[str, int], int]:
    found: dict[tuple[str, int], int] = {}
    for record in records:
        place = (record.topic, record.partition)
        found[place] = min(record.position, found.get(place, record.position))
    return found


def _envelope(record: Received) -> Envelope:
    assert record.envelope is not None, "records without an envelope are parked before"
    return record.envelope
