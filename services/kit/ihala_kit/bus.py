"""Kafka, behind a port thin enough to change the client: CloudEvents in binary mode, nothing sent but by the relay.

aiokafka with the guards that research asked for: no waiting in the producer, explicit offsets, a new producer after any fatal error.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from ihala_contracts.envelope import Envelope

from ihala_kit.settings import KitSettings

SCHEMA_BASE = "urn:ihala:schema:"
BusError = KafkaError


class Undecodable(Exception):
    """A record that is not one of our events: it has no key to order by."""


@dataclass(frozen=True, slots=True)
class Message:
    """One event as bytes, ready for Kafka or just arrived from it."""

    topic: str
    key: bytes
    headers: list[tuple[str, bytes]]
    value: bytes


@dataclass(frozen=True, slots=True)
class Received:
    """A record and what its headers say; `envelope` is None when they do not say it rightly."""

    topic: str
    partition: int
    position: int
    headers: dict[str, str]
    value: bytes
    envelope: Envelope | None


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


def envelope_of(headers: Mapping[str, str]) -> Envelope:
    """Return the attributes of a received event; raises Undecodable."""
    try:
        return Envelope(
            id=UUID(headers["ce_id"]),
            source=headers["ce_source"].rsplit("/", 1)[-1],
            type=headers["ce_type"],
            version=int(headers["ce_dataschema"].rsplit(".v", 1)[-1]),
            key=UUID(headers["ce_partitionkey"]),
            sequence=int(headers["ce_sequence"]),
            epoch=int(headers["ce_epoch"]),
            time=datetime.fromisoformat(headers["ce_time"]),
            traceparent=headers.get("traceparent"),
            snapshot=headers.get("ce_snapshot") == "true",
        )
    except (KeyError, ValueError) as error:
        raise Undecodable(type(error).__name__) from None


def _sign_in(settings: KitSettings) -> dict[str, Any]:
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
        self._producer = AIOKafkaProducer(**_sign_in(settings), enable_idempotence=True, acks="all", linger_ms=0, request_timeout_ms=10_000)

    async def __aenter__(self) -> "Producer":
        try:
            await self._producer.start()
        except BaseException:
            await self._producer.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._producer.stop()

    async def send(self, messages: Sequence[Message]) -> None:
        """Return when Kafka has all of them; raises BusError, after which this producer is not used again."""
        waiting = [await self._producer.send(m.topic, key=m.key, value=m.value, headers=m.headers) for m in messages]
        for acknowledged in waiting:
            await acknowledged


class Consumer:
    """Reads a group's topics from the earliest record; offsets move only when told."""

    def __init__(self, settings: KitSettings, group: str, topics: Sequence[str]) -> None:
        self._consumer = AIOKafkaConsumer(
            *topics, **_sign_in(settings), group_id=group, enable_auto_commit=False, auto_offset_reset="earliest",
            session_timeout_ms=10_000, heartbeat_interval_ms=2_000, fetch_max_wait_ms=1_000,
        )  # fmt: skip
        self._ends: dict[TopicPartition, int] = {}

    async def __aenter__(self) -> "Consumer":
        try:
            await self._consumer.start()
        except BaseException:
            await self._consumer.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()

    async def poll(self, wait_ms: int = 500, most: int = 500) -> list[Received]:
        """Return what arrived, oldest first within each partition; empty after `wait_ms` without anything."""
        batches = await self._consumer.getmany(timeout_ms=wait_ms, max_records=most)
        self._ends |= {partition: records[-1].offset + 1 for partition, records in batches.items()}
        return [_received(record) for records in batches.values() for record in records]

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
        """Return how many records of our partitions are not read yet, as the broker says now; raises BusError without one."""
        partitions = list(self._consumer.assignment())
        ends = await asyncio.wait_for(self._consumer.end_offsets(partitions), 5) if partitions else {}
        return sum([end - await self._consumer.position(partition) for partition, end in ends.items()])


def _received(record: ConsumerRecord[bytes, bytes]) -> Received:
    headers = {name: value.decode("utf-8", "replace") for name, value in record.headers}
    try:
        envelope = envelope_of(headers)
    except Undecodable:
        envelope = None
    return Received(record.topic, record.partition, record.offset, headers, record.value or b"", envelope)
