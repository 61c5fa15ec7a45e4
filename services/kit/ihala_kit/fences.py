"""Which event of a key comes next: what makes every event applied once and in order, whatever Kafka delivers twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import UUID

from ihala_contracts.envelope import Envelope
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

_LOCK = text("""
    INSERT INTO fence (consumer, source, key, epoch, sequence)
    SELECT :consumer, asked.source, asked.key, 0, 0
    FROM unnest(CAST(:sources AS text[]), CAST(:keys AS uuid[])) AS asked (source, key) ORDER BY asked.key, asked.source
    ON CONFLICT (consumer, source, key) DO UPDATE SET sequence = fence.sequence
    RETURNING source, key, epoch, sequence
""")
# After _LOCK, never with it: a statement sees only what was committed when it began, and _LOCK may have waited for somebody's commit.
_KNOWN = text("""
    SELECT event_id AS id, NULL AS source, false AS failed FROM inbox WHERE consumer = :consumer AND event_id = ANY(CAST(:ids AS uuid[]))
    UNION ALL
    SELECT key, source, bool_or(error NOT IN ('gap', 'behind')) FROM parked
    WHERE consumer = :consumer AND state = 'waiting' AND key = ANY(CAST(:keys AS uuid[])) GROUP BY key, source
""")
_SAVE = text("""
    WITH saved AS (
        UPDATE fence SET epoch = moved.epoch, sequence = moved.sequence
        FROM unnest(CAST(:sources AS text[]), CAST(:keys AS uuid[]), CAST(:epochs AS int[]), CAST(:sequences AS bigint[]))
             AS moved (source, key, epoch, sequence)
        WHERE fence.consumer = :consumer AND fence.source = moved.source AND fence.key = moved.key
    )
    INSERT INTO inbox (consumer, event_id) SELECT :consumer, id FROM unnest(CAST(:ids AS uuid[])) AS id ORDER BY id
    ON CONFLICT DO NOTHING
""")

Stream = tuple[str, UUID]


class Verdict(Enum):
    """What to do with an event."""

    APPLY = "apply"
    SKIP = "skip"  # applied before
    WAIT = "wait"  # something before it is missing or parked


@dataclass
class Place:
    """How far one key of one source was applied."""

    epoch: int
    sequence: int


class Fences:
    """The locked places of one batch's keys. `judge` moves them; `save` writes them with the inbox rows."""

    def __init__(self, consumer: str, once: bool) -> None:
        self.consumer, self.once = consumer, once
        self.places: dict[Stream, Place] = {}
        self.seen: set[UUID] = set()
        self.waiting: set[Stream] = set()
        self.failed: set[Stream] = set()  # of those that wait, where an event could not be applied and an operator must decide
        self.freed: set[Stream] = set()  # a snapshot stands for what waited
        self.gaps: set[Stream] = set()
        self.applied: list[UUID] = []
        self.moved: set[Stream] = set()

    @classmethod
    async def lock(cls, tx: AsyncSession, consumer: str, envelopes: Sequence[Envelope], *, once: bool = True) -> "Fences":
        """Lock the places of all keys, in one order, and read what was seen and what is parked."""
        fences = cls(consumer, once)
        streams = sorted({(envelope.key, envelope.source) for envelope in envelopes})
        keys = {"consumer": consumer, "keys": [key for key, _ in streams]}
        for row in await tx.execute(_LOCK, keys | {"sources": [source for _, source in streams]}):
            fences.places[row.source, row.key] = Place(row.epoch, row.sequence)
        known = (await tx.execute(_KNOWN, keys | {"ids": [envelope.id for envelope in envelopes]})).all()
        fences.seen = {row.id for row in known if row.source is None}
        fences.waiting = {(row.source, row.id) for row in known if row.source is not None}
        fences.failed = {(row.source, row.id) for row in known if row.failed}
        return fences

    def judge(self, envelope: Envelope) -> Verdict:
        """Say what to do with the event and, when it is applied, move its key's place behind it.

        A snapshot stands for whatever of its key is missing and waits behind that; not for what failed: an operator releases or skips it.
        """
        stream = (envelope.source, envelope.key)
        if not self.once:  # the negative control of the kill tests, and nothing else
            return Verdict.APPLY
        if envelope.id in self.seen or self._is_behind(stream, envelope):
            return Verdict.SKIP
        if stream in self.waiting and envelope.snapshot and stream not in self.failed:
            self.waiting.discard(stream)
            self.freed.add(stream)
        if stream in self.waiting:
            return Verdict.WAIT
        if not self._is_next(stream, envelope):
            self.gaps.add(stream)
            self.waiting.add(stream)
            return Verdict.WAIT
        self.advance(envelope)
        return Verdict.APPLY

    def why(self, envelope: Envelope) -> str:
        """Return why the event waits: `gap` (one before it is missing) or `behind` (one before it is parked)."""
        return "gap" if (envelope.source, envelope.key) in self.gaps else "behind"

    def advance(self, envelope: Envelope) -> None:
        """Put the key's place behind this event."""
        stream = (envelope.source, envelope.key)
        self.places[stream] = Place(envelope.epoch, envelope.sequence)
        self.applied.append(envelope.id)
        self.seen.add(envelope.id)
        self.moved.add(stream)

    async def save(self, tx: AsyncSession) -> None:
        """Write the moved places and the ids applied, in this transaction."""
        if not self.applied:
            return
        moved = sorted(self.moved, key=lambda stream: (stream[1], stream[0]))
        places = [self.places[stream] for stream in moved]
        values: dict[str, Any] = {
            "consumer": self.consumer,
            "sources": [source for source, _ in moved],
            "keys": [key for _, key in moved],
            "epochs": [place.epoch for place in places],
            "sequences": [place.sequence for place in places],
            "ids": self.applied,
        }
        await tx.execute(_SAVE, values)

    def _is_behind(self, stream: Stream, envelope: Envelope) -> bool:
        place = self.places[stream]
        return (envelope.epoch, envelope.sequence) <= (place.epoch, place.sequence)

    def _is_next(self, stream: Stream, envelope: Envelope) -> bool:
        place = self.places[stream]
        follows = place.sequence + 1 if envelope.epoch == place.epoch else 1
        return envelope.snapshot or envelope.sequence == follows
