"""Reads everything that happened off Kafka, for the checker: every record of every topic, with nothing of the kit."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

SERVICES = ("intake", "directory", "referral", "notify", "gateway")

Stream = tuple[str, str]  # source, key


@dataclass(frozen=True)
class Fact:
    """One event, once, as it first appeared."""

    id: str
    name: str  # without org.ihala.
    source: str
    key: str
    sequence: int
    epoch: int
    data: dict[str, Any]


@dataclass
class Ledger:
    """All events in the order of each stream, and what was wrong with how they lay there."""

    streams: dict[Stream, list[Fact]] = field(default_factory=lambda: defaultdict(list))
    by_name: dict[str, list[Fact]] = field(default_factory=lambda: defaultdict(list))
    faults: list[str] = field(default_factory=list)
    doubles: int = 0
    epochs: dict[Stream, dict[int, list[Fact]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))

    def add(self, fact: Fact) -> None:
        """Take the next record of a partition: a repetition is counted, anything out of order is a fault.

        A service that came back from a backup counts from 1 again, in a new epoch; what it sends of an old one was there before.
        """
        epochs = self.epochs[fact.source, fact.key]
        stream = epochs[fact.epoch]
        if fact.sequence <= len(stream):
            self.doubles += 1
            if stream[fact.sequence - 1].id != fact.id:
                self.faults.append(f"order: two events are number {fact.sequence} of {fact.source}/{fact.key}")
            return
        if fact.sequence != len(stream) + 1:
            self.faults.append(f"order: {fact.source}/{fact.key} goes from {len(stream)} to {fact.sequence}")
        if any(epoch > fact.epoch for epoch in epochs):
            self.faults.append(f"order: {fact.source}/{fact.key} goes on in epoch {fact.epoch} after it began another one")
        stream.append(fact)
        self.streams[fact.source, fact.key].append(fact)
        self.by_name[fact.name].append(fact)

    def of(self, *names: str) -> list[Fact]:
        """Return the events of these names, each once."""
        return [fact for name in names for fact in self.by_name[name]]


def read_ledger(sign_in: dict[str, Any]) -> Ledger:
    """Read all five topics from their beginning to their present end."""
    consumer = Consumer({**sign_in, "group.id": "checker", "enable.auto.commit": False, "enable.partition.eof": False})
    ledger = Ledger()
    try:
        for record in _records(consumer):
            ledger.add(record)
    finally:
        consumer.close()
    return ledger


def _records(consumer: Consumer) -> Iterable[Fact]:
    topics = consumer.list_topics(timeout=20).topics
    places = [TopicPartition(f"ihala.{name}.v1", n, OFFSET_BEGINNING) for name in SERVICES for n in topics[f"ihala.{name}.v1"].partitions]
    left = {}
    for place in places:
        low, high = consumer.get_watermark_offsets(place, timeout=20)
        if high > low:
            left[place.topic, place.partition] = high
    consumer.assign([place for place in places if (place.topic, place.partition) in left])
    while left:
        record = consumer.poll(20)
        assert record is not None and not record.error(), "the topics can be read to their end"
        yield _fact(record)
        where = (record.topic(), record.partition())
        if where in left and record.offset() + 1 >= left[where]:
            del left[where]


def _fact(record: Any) -> Fact:
    headers = {name: value.decode() for name, value in record.headers()}
    assert record.key().decode() == headers["ce_partitionkey"], "the record lies in the partition of its key"
    repeated = "again: " if headers.get("ce_snapshot") == "true" else ""  # a state that is told again: no rule asks for it by its name
    return Fact(
        headers["ce_id"],
        repeated + headers["ce_type"].removeprefix("org.ihala."),
        headers["ce_source"].rsplit("/", 1)[-1],
        headers["ce_partitionkey"],
        int(headers["ce_sequence"]),
        int(headers["ce_epoch"]),
        json.loads(record.value()),
    )
