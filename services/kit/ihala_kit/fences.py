"""Which event of a key comes next: what makes every event applied once and in order, whatever Kafka delivers twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from uuid import UUID

from ihala_contracts.envelope import Envelope
from pydantic_core import to_json
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_kit.straight import at_commit, fetch

_LOCK = "SELECT source, id, epoch, sequence, failed FROM lock_fences($1, $2, $3, $4)"
_SAVE = "SELECT save_fences({}, {}, {}, {})"

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
        asked = ([source for _, source in streams], [key for key, _ in streams], sorted(envelope.id for envelope in envelopes))
        for source, known, epoch, sequence, failed in await fetch(tx, _LOCK, consumer, *asked):
            if epoch is not None:
                fences.places[source, known] = Place(epoch, sequence)
            elif source is None:
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

    def save(self, tx: AsyncSession, begun: Mapping[tuple[str, int], int] = MappingProxyType({})) -> None:
        """Have the moved places and the ids applied written with the commit; and where in each partition the records began of which these
        are some: keys are not applied in the order of the partitions."""
        if not self.applied and not begun:
            return
        moved = [{"source": source, "key": key, **vars(self.places[source, key])} for source, key in self.moved]
        marks = [{"topic": topic, "partition": partition, "position": at} for (topic, partition), at in sorted(begun.items())]
        at_commit(tx, _SAVE, self.consumer, *(to_json(each).decode() for each in (moved, self.applied, marks)))

    def _is_behind(self, stream: Stream, envelope: Envelope) -> bool:
        place = self.places[stream]
        return (envelope.epoch, envelope.sequence) <= (place.epoch, place.sequence)

    def _is_next(self, stream: Stream, envelope: Envelope) -> bool:
        place = self.places[stream]
        follows = place.sequence + 1 if envelope.epoch == place.epoch else 1
        return envelope.snapshot or envelope.sequence == follows
