"""A leader says that it is there while Kafka is slow, and stops sending when it leads no more. Frozen and killed ones: tests/e2e."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import uuid4

import pytest
from ihala_kit import relay as relaying
from ihala_kit.auth import Caller
from ihala_kit.bus import Message
from ihala_kit.db import Database
from ihala_kit.outbox import emit
from ihala_kit.relay import Relay
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
    async with asyncio.timeout(10):
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
    async with asyncio.timeout(10):
        while Slow.began < 2:
            await asyncio.sleep(0.01)
    Slow.gate.set()
    await until_sent(kit_db)
    assert (Slow.cancelled, len(Slow.sent)) == (1, 1)
