"""Kafka, behind a port thin enough to change the client: CloudEvents in binary mode, nothing sent but by the relay.

aiokafka with the guards that research asked for: no waiting in the producer, explicit offsets, a new producer after any fatal error, a
refused token that is an error at once (bearer.py), an end that ends nobody else (stopping.py), a reader that stands still while records
wait and begins anew. Readers ask within sessions (fetching.py).
"""

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from ihala_kit import bearer
from ihala_kit.faults import passing
from ihala_kit.fetching import in_sessions
from ihala_kit.records import Received, Undecodable, envelope_of
from ihala_kit.settings import KitSettings
from ihala_kit.stopping import stop

SCHEMA_BASE = "urn:ihala:schema:"
BusError = KafkaError
STUCK_AFTER_SECONDS = 60.0
SESSION_MS = 10_000  # a reader that says nothing for so long has left its group

bearer.guard()
passing(BusError)


class Stuck(BusError):
    """Records wait and none comes: seen of aiokafka after a broker began anew. A new consumer gets them."""


@dataclass(frozen=True, slots=True)
class Message:
    """One event as bytes, ready for Kafka or just arrived from it."""

    topic: str
    key: bytes
    headers: list[tuple[str, bytes]]
    value: bytes
    at_ms: int | None = None  # since 1970; None: when it is sent


def message(row: Mapping[str, Any], service: str) -> Message:
    """Return the outbox row as a CloudEvent in Kafka's binary mode."""
    schema = f"{SCHEMA_BASE}{row['type'].removeprefix('org.ihala.')}.v{row['version']}"
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": str(row["id"]),
        "ce_source": f"/ihala/{service}",
        "ce_type": row["type"],
        "ce_time": row["time"].isoformat(),
        "ce_subject": str(row["key"]),
        "ce_dataschema": schema,
        "ce_partitionkey": str(row["key"]),
        "ce_sequence": str(row["sequence"]),
        "ce_epoch": str(row["epoch"]),
        "content-type": "application/json",
    }
    if row["traceparent"]:
        attributes["traceparent"] = row["traceparent"]
    if row["snapshot"]:
        attributes["ce_snapshot"] = "true"
    headers = [(name, value.encode()) for name, value in attributes.items()]
    return Message(row["topic"], str(row["key"]).encode(), headers, row["data"].encode())


def sign_in(settings: KitSettings) -> dict[str, Any]:
    """Return what a client of the broker needs to be let in."""
    return {
        "bootstrap_servers": settings.kafka_servers,
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": settings.kafka_username,
        "sasl_plain_password": settings.kafka_password.get_secret_value(),
    }


class Producer:
    """Sends whole batches: idempotent, acknowledged by all in-sync replicas, without lingering."""

    def __init__(self, settings: KitSettings) -> None:
        self._producer = AIOKafkaProducer(**sign_in(settings), enable_idempotence=True, acks="all", linger_ms=0, request_timeout_ms=10_000)

    async def __aenter__(self) -> "Producer":
        try:
            await self._producer.start()
        except BaseException:
            await stop(self._producer)
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await stop(self._producer)

    async def send(self, messages: Sequence[Message]) -> None:
        """Return when Kafka has all of them; raises BusError, after which this producer is not used again."""
        waiting = [await self._producer.send(m.topic, key=m.key, value=m.value, headers=m.headers, timestamp_ms=m.at_ms) for m in messages]
        for acknowledged in waiting:
            await acknowledged


class Consumer:
    """Reads a group's topics from the earliest record; offsets move only when told."""

    def __init__(self, settings: KitSettings, group: str, topics: Sequence[str]) -> None:
        self._consumer = AIOKafkaConsumer(
            *topics, **sign_in(settings), group_id=group, enable_auto_commit=False, auto_offset_reset="earliest",
            session_timeout_ms=SESSION_MS, heartbeat_interval_ms=SESSION_MS // 5, fetch_max_wait_ms=1_000,
        )  # fmt: skip
        self.sessions = in_sessions(self._consumer)
        self._ends: dict[TopicPartition, int] = {}
        self._empty_since: float | None = None  # monotonic; since when polls bring nothing, as far as records may have waited

    async def __aenter__(self) -> "Consumer":
        try:
            await self._consumer.start()
        except BaseException:
            await stop(self._consumer)
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await stop(self._consumer)

    async def poll(self, wait_ms: int = 500, most: int = 500) -> list[Received]:
        """Return what arrived, oldest first within each partition; empty after `wait_ms` without anything."""
        batches = await self._consumer.getmany(timeout_ms=wait_ms, max_records=most)
        self._empty_since = None if batches else self._empty_since or time.monotonic()
        self._ends |= {partition: records[-1].offset + 1 for partition, records in batches.items()}
        return [received(record) for records in batches.values() for record in records]

    async def commit(self) -> None:
        """Move the offsets behind the last poll. A partition lost to a rebalance comes again elsewhere: the inbox knows it."""
        ends, self._ends = self._ends, {}
        with contextlib.suppress(CommitFailedError, IllegalStateError):
            if ends:
                await self._consumer.commit(ends)

    @property
    def uncommitted(self) -> bool:
        """Tell whether records were polled whose offsets did not move."""
        return bool(self._ends)

    async def lag(self) -> int:
        """Return how many records of our partitions are not read yet, as the broker says now; raises BusError without one, and Stuck."""
        partitions = list(self._consumer.assignment())
        ends = await asyncio.wait_for(self._consumer.end_offsets(partitions), 5) if partitions else {}
        waiting: int = sum([end - await self._consumer.position(partition) for partition, end in ends.items()])
        if not waiting:
            self._empty_since = None
        elif self._empty_since is not None and time.monotonic() - self._empty_since > STUCK_AFTER_SECONDS:
            raise Stuck
        return waiting


def _words(value: bytes | None) -> str:
    """Return a header that may be anything; PostgreSQL keeps no NUL."""
    return (value or b"").decode("utf-8", "replace").replace("\0", "\ufffd")


def received(record: ConsumerRecord[bytes, bytes]) -> Received:
    """Return a record with what its headers say."""
    headers = {name.replace("\0", "\ufffd"): _words(value) for name, value in record.headers}
    try:
        envelope = envelope_of(headers)
        if record.key != str(envelope.key).encode():
            raise Undecodable("key")  # in another partition, perhaps, than the other events of its key
    except Undecodable:
        envelope = None
    return Received(record.topic, record.partition, record.offset, headers, record.value or b"", envelope)
