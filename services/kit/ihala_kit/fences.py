"""Which event of a key comes next: what makes every event applied once and in order, whatever Kafka delivers twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from uuid import UUID

from ihala_contracts.envelope import Envelope
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_kit.straight import fetch

_LOCK = """
    INSERT INTO fence (consumer, source, key, epoch, sequence)
    SELECT $1::text, asked.source, asked.key, 0, 0
    FROM unnest($2::text[], $3::uuid[]) AS asked (source, key) ORDER BY asked.key, asked.source
    ON CONFLICT (consumer, source, key) DO UPDATE SET sequence = fence.sequence
    RETURNING source, key, epoch, sequence
"""
# After _LOCK, never with it: a statement sees only what was committed when it began, and _LOCK may have waited for somebody's commit.
_KNOWN = """
    SELECT event_id AS id, NULL AS source, false AS failed FROM inbox
    WHERE consumer = $1 AND event_id = ANY($2::uuid[]) AND event_id BETWEEN $3 AND $4
    UNION ALL
    SELECT key, source, bool_or(error NOT IN ('gap', 'behind')) FROM parked
    WHERE consumer = $1 AND state = 'waiting' AND key = ANY($5::uuid[]) GROUP BY key, source
"""
_SAVE = """
    WITH saved AS (
        UPDATE fence SET epoch = moved.epoch, sequence = moved.sequence
        FROM unnest($2::text[], $3::uuid[], $4::int[], $5::bigint[])
             AS moved (source, key, epoch, sequence)
        WHERE fence.consumer = $1 AND fence.source = moved.source AND fence.key = moved.key
    ), marked AS (
        INSERT INTO bookmark (consumer, topic, partition, position)
        SELECT $1::text, topic, partition, position FROM unnest($7::text[], $8::int[], $9::bigint[]) AS at (topic, partition, position)
        ON CONFLICT (consumer, topic, partition) DO UPDATE SET position = excluded.position
    )
    INSERT INTO inbox (consumer, event_id) SELECT $1::text, id FROM unnest($6::uuid[]) AS id ORDER BY id
    ON CONFLICT DO NOTHING
"""

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
        keys = [key for key, _ in streams]
        for source, key, epoch, sequence in await fetch(tx, _LOCK, consumer, [source for _, source in streams], keys):
            fences.places[source, key] = Place(epoch, sequence)
        ids = sorted(envelope.id for envelope in envelopes)
        # By first and last, PostgreSQL looks at no other days of the inbox.
        for known, source, failed in await fetch(tx, _KNOWN, consumer, ids, ids[0], ids[-1], keys):
            if source is None:
                fences.seen.add(known)
            else:
                fences.waiting.add((source, known))
                fences.failed.update([(source, known)] if failed else [])
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

    async def save(self, tx: AsyncSession, begun: Mapping[tuple[str, int], int] = MappingProxyType({})) -> None:
        """Write the moved places and the ids applied, in this transaction; and where in each partition the records began of which these
        are some: keys are not applied in the order of the partitions."""
        if not self.applied and not begun:
            return
        moved = sorted(self.moved, key=lambda stream: (stream[1], stream[0]))
        places = [self.places[stream] for stream in moved]
        sources, keys = [source for source, _ in moved], [key for _, key in moved]
        epochs, sequences = [place.epoch for place in places], [place.sequence for place in places]
        marks = sorted((topic, partition, position) for (topic, partition), position in begun.items())
        bookmarks = ([mark[n] for mark in marks] for n in range(3))
        await fetch(tx, _SAVE, self.consumer, sources, keys, epochs, sequences, self.applied, *bookmarks)

    def _is_behind(self, stream: Stream, envelope: Envelope) -> bool:
        place = self.places[stream]
        return (envelope.epoch, envelope.sequence) <= (place.epoch, place.sequence)

    def _is_next(self, stream: Stream, envelope: Envelope) -> bool:
        place = self.places[stream]
        follows = place.sequence + 1 if envelope.epoch == place.epoch else 1
        return envelope.snapshot or envelope.sequence == follows
