"""Bytes that are no event of ours: their place in the partition is parked and counted, everything else of the partition flows."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaProducer
from ihala_contracts.notify_v1 import SubscriptionDisabled
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.settings import KitSettings
from sqlalchemy import text

from tests.kit.broker.member import reader
from tests.kit.broker.outbox import TOPIC, until
from tests.kit.broker.test_groups import applied, running
from tests.kit.samples import record
from tests.kit.test_measuring import figures

PARTITION = 3
_PARKED = text("SELECT position, source, error FROM parked WHERE partition = :partition AND position >= :since ORDER BY position")


def event(of: UUID, number: int, /, **replaced: bytes | None) -> dict[str, Any]:
    """Return a good event of a key as the producer takes it, with some of its parts replaced."""
    told = SubscriptionDisabled(organization_id=of, subscription_id=of, reason=str(number), disabled_at=datetime.now(UTC))
    headers: dict[str, bytes | None] = {name: value.encode() for name, value in record(told, number, source="notify").headers.items()}
    good: dict[str, Any] = {"key": str(of).encode(), "value": told.model_dump_json().encode()}
    for name, value in replaced.items():
        (good if name in good else headers)[name] = value
    return good | {"headers": list(headers.items())}


async def test_what_cannot_be_read_is_parked_where_it_lies_and_stops_nothing(settings: KitSettings) -> None:
    key, bad_value, no_value = uuid4(), uuid4(), uuid4()
    no_event: list[dict[str, Any]] = [
        {"value": b"\xff\xfe\x00", "key": b"\x00\xff", "headers": []},
        {"value": None, "key": b"", "headers": [("ce_id", b"\xff\x00"), ("\u0646", b"\x00")]},
        event(uuid4(), 1, ce_id=None),
        event(uuid4(), 1, ce_sequence=b"\x00\xc3"),
        event(uuid4(), 1, ce_time=b"2026-11-22T10:00:00"),  # of which zone?
        event(uuid4(), 1, key=b"\x80"),
        event(uuid4(), 1, key=None),
        event(uuid4(), 1, ce_partitionkey=str(uuid4()).encode()),
    ]
    fail = [event(bad_value, 1, value=b"\xff{"), event(no_value, 1, value=None)]
    sent = [event(key, 1), *no_event, event(key, 2), *fail, event(bad_value, 2), event(key, 3)]
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.kafka_servers, security_protocol="SASL_PLAINTEXT", sasl_mechanism="SCRAM-SHA-512",
        sasl_plain_username=settings.kafka_username, sasl_plain_password=settings.kafka_password.get_secret_value(),
    )  # fmt: skip
    async with producer:
        at = [(await producer.send_and_wait(TOPIC, partition=PARTITION, **one)).offset for one in sent]
    database = Database(settings)
    await database.start()

    async def places() -> list[tuple[object, ...]]:
        async with database.transaction(Caller.system("test")) as tx:
            return [tuple(row) for row in await tx.execute(_PARKED, {"partition": PARTITION, "since": at[0]})]

    async def all_came() -> bool:
        return (await applied(database)).get(key) == [1, 2, 3] and len(await places()) == len(no_event) + 3

    async with running(reader(database, "reads").run()):
        await until(all_came)
    found, told = await places(), await figures(database)
    await database.stop()
    failed = at[len(no_event) + 2 : -1]
    assert found == [
        *((position, "unknown", "Undecodable") for position in at[1 : len(no_event) + 1]),
        (failed[0], "notify", "ValidationError"), (failed[1], "notify", "ValidationError"), (failed[2], "notify", "behind"),
    ]  # fmt: skip
    assert told["parked.undecodable"] == len(no_event)


async def test_a_database_that_is_away_for_a_moment_does_not_end_a_reader(settings: KitSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(settings)
    await database.start()
    inbox = reader(database, "reads")
    told = 0

    async def tell(_: int) -> None:
        nonlocal told
        told += 1
        raise ConnectionResetError if told < 3 else ZeroDivisionError

    monkeypatch.setattr(inbox, "_tell", tell)
    async with running(inbox.run()) as reading:
        await asyncio.wait({reading}, timeout=20)
        assert isinstance(reading.exception(), ZeroDivisionError), "what does not pass ends the process"
    assert told == 3
    await database.stop()
