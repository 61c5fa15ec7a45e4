"""A leader says that it is there while Kafka is slow, and stops sending when it leads no more. Frozen and killed ones: tests/e2e."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import uuid4

import pytest
from aiokafka.errors import KafkaConnectionError, OutOfOrderSequenceNumber, ProducerFenced
from ihala_kit import relay as relaying
from ihala_kit import shards as sharing
from ihala_kit.auth import Caller
from ihala_kit.bus import Message
from ihala_kit.db import Database
from ihala_kit.outbox import emit
from ihala_kit.relay import Relay
from ihala_kit.settings import KitSettings
from ihala_kit.shards import ping_seconds
from ihala_kit.waiting import is_set_within
from sqlalchemy import text

from tests.kit.samples import revoked

_LEADER = text("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND database = "
               "(SELECT oid FROM pg_database WHERE datname = current_database())")  # fmt: skip


class Slow:
    """A producer that waits for its gate."""

    gate: asyncio.Event
    began: int
    sent: list[Message]
    cancelled: int

    def __init__(self, _: Any) -> None:
        pass

    async def __aenter__(self) -> "Slow":
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def send(self, messages: Sequence[Message]) -> None:
        Slow.began += 1
        try:
            await Slow.gate.wait()
        except asyncio.CancelledError:
            Slow.cancelled += 1
            raise
        Slow.sent += messages


@pytest.fixture
async def leading(kit_db: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Relay]:
    """A relay that leads and is in the middle of sending one event."""
    monkeypatch.setattr(relaying, "Producer", Slow)
    Slow.gate, Slow.began, Slow.sent, Slow.cancelled = asyncio.Event(), 0, [], 0
    async with kit_db.transaction(Caller.system("test")) as tx:
        emit(tx, revoked(uuid4()))
    relay = Relay(kit_db.settings.model_copy(update={"leader_lost_after_seconds": 1}), "gateway")
    running = asyncio.create_task(relay.run())
    while not Slow.began:
        await asyncio.sleep(0.01)
    yield relay
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def left(database: Database) -> int:
    async with database.transaction(Caller.system("test")) as tx:
        return int(await tx.scalar(text("SELECT count(*) FROM outbox")) or 0)


async def until_sent(database: Database) -> None:
    async with asyncio.timeout(30):
        while await left(database):
            await asyncio.sleep(0.01)


async def test_whoever_waits_for_kafka_longer_than_a_silent_leader_may_still_leads(kit_db: Database, leading: Relay) -> None:
    await asyncio.sleep(1.3)
    assert leading.leading
    Slow.gate.set()
    await until_sent(kit_db)
    assert (Slow.began, len(Slow.sent), Slow.cancelled) == (1, 1, 0)


async def test_whoever_leads_no_more_stops_sending_and_begins_anew(kit_db: Database, leading: Relay) -> None:
    async with kit_db.transaction(Caller.system("test")) as tx:
        pid = await tx.scalar(_LEADER)
        await tx.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    async with asyncio.timeout(30):
        while Slow.began < 2:
            await asyncio.sleep(0.01)
    Slow.gate.set()
    await until_sent(kit_db)
    assert (Slow.cancelled, len(Slow.sent)) == (1, 1)


class Failing:
    """A producer that fails for good at its first batch, when told; each one is counted."""

    made: list["Failing"] = []
    fails: list[Exception] = []

    def __init__(self, _: Any) -> None:
        self.sent: list[Message] = []
        self.stopped = False
        Failing.made.append(self)

    async def __aenter__(self) -> "Failing":
        return self

    async def __aexit__(self, *_: object) -> None:
        self.stopped = True

    async def send(self, messages: Sequence[Message]) -> None:
        assert not self.stopped
        if Failing.fails:
            raise Failing.fails.pop(0)
        self.sent += messages


@pytest.mark.parametrize("error", [OutOfOrderSequenceNumber, ProducerFenced, KafkaConnectionError, TimeoutError])
async def test_a_producer_that_failed_is_replaced_and_nothing_is_deleted_before(
    kit_db: Database, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    monkeypatch.setattr(relaying, "Producer", Failing)
    monkeypatch.setattr(relaying, "AGAIN_AFTER_SECONDS", 0.01)
    Failing.made, Failing.fails = [], [error(), error()]
    async with kit_db.transaction(Caller.system("test")) as tx:
        for _ in range(3):
            emit(tx, revoked(uuid4()))
    running = asyncio.create_task(Relay(kit_db.settings, "gateway").run())
    await until_sent(kit_db)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert [len(each.sent) for each in Failing.made] == [0, 0, 3]
    assert all(each.stopped for each in Failing.made)


class Hanging:
    """A connection that answers nothing, not even its end."""

    terminated = 0

    async def execute(self, *_: object) -> None:
        await asyncio.Event().wait()

    fetchval = add_listener = execute

    async def close(self, **_: float) -> None:
        raise TimeoutError

    def terminate(self) -> None:
        Hanging.terminated += 1


@pytest.mark.parametrize("shards", [1, 2])
async def test_a_relay_whose_connections_hang_ends_when_it_is_told(kit_db: Database, monkeypatch: pytest.MonkeyPatch, shards: int) -> None:
    async def connect(_: KitSettings) -> Hanging:
        return Hanging()

    monkeypatch.setattr(relaying, "connect", connect)
    monkeypatch.setattr(sharing, "connect", connect)
    Hanging.terminated = 0
    running = asyncio.create_task(Relay(kit_db.settings.model_copy(update={"relay_shards": shards}), "gateway").run())
    await asyncio.sleep(0.05)
    running.cancel()
    assert (await asyncio.wait({running}, timeout=5))[0] == {running}
    assert Hanging.terminated == (1 if shards == 1 else 3)


async def test_a_relay_that_is_woken_while_it_is_told_to_end_ends(kit_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    waits = list[float]()

    async def wait(woken: asyncio.Event, seconds: float) -> bool:
        waits.append(seconds)
        return await is_set_within(woken, 60)

    monkeypatch.setattr(relaying, "Producer", Failing)
    monkeypatch.setattr(relaying, "is_set_within", wait)
    relay = Relay(kit_db.settings, "gateway")
    running = asyncio.create_task(relay.run())
    async with asyncio.timeout(30):
        while not relay.leading:
            await asyncio.sleep(0.01)
        while not waits:
            await asyncio.sleep(0.01)
    assert waits == [ping_seconds(kit_db.settings)], "with nothing to do it asks as often as it must say that it is there, no oftener"
    relay.wake()
    await asyncio.sleep(0)  # the event has woken its waiter, and nobody has heard of it yet
    running.cancel()
    assert (await asyncio.wait({running}, timeout=5))[0] == {running}
