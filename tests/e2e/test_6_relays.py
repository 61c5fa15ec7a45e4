"""Two relays of one outbox on real PostgreSQL and Kafka: the leader is frozen, or killed; the other goes on, and no key's events swap."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psutil
import pytest
from ihala_contracts.notify_v1 import SubscriptionDisabled
from ihala_kit.auth import Caller
from ihala_kit.bus import Consumer, Received
from ihala_kit.db import Database
from ihala_kit.outbox import emit
from ihala_kit.settings import KitSettings
from ihala_kit.vault import new_master_key
from ihala_local.ports import Ports
from ihala_local.provision.databases import Wanted, provision
from ihala_local.stack import Stack
from ihala_local.testing import open_directory
from pydantic import SecretStr
from sqlalchemy import text

from tests.e2e.conftest import PORT_OFFSET
from tests.kit.conftest import make_kit_database

KEYS = [UUID(int=number + 1) for number in range(20)]
LOST_AFTER = 2
WITHIN_SECONDS = 30
TOPIC = "ihala.notify.v1"
_LEADER = text("""
    SELECT a.client_port FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE l.locktype = 'advisory' AND l.granted AND a.datname = current_database()
""")
_LEFT = text("SELECT count(*) FROM outbox")


@pytest.fixture(scope="module")
async def settings() -> AsyncIterator[KitSettings]:
    """PostgreSQL and Kafka alone, and a database that holds nothing but the kit's tables."""
    with open_directory("ihala-relays-") as folder:
        async with Stack(folder / "home", Ports.shifted(PORT_OFFSET + 200), apps=(), seed=False) as stack:
            wanted, url = Wanted("relays", "relays", "relays"), stack.place.server.url_for
            await provision(stack.place.server, [wanted])
            await make_kit_database(url(wanted.database, wanted.owner, "relays"), wanted.app)
            yield KitSettings(
                database_url=url(wanted.database, wanted.app, "relays"), kafka_servers=stack.place.kafka_servers,
                kafka_username="notify", kafka_password=SecretStr(stack.home.secret("notify-kafka")),
                master_key=SecretStr(new_master_key()), leader_lost_after_seconds=LOST_AFTER,
            )  # fmt: skip


@contextmanager
def relay(settings: KitSettings) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a relay as a process of its own."""
    environment = os.environ | {
        "NOTIFY_DATABASE_URL": settings.database_url, "NOTIFY_KAFKA_SERVERS": settings.kafka_servers,
        "NOTIFY_KAFKA_USERNAME": settings.kafka_username, "NOTIFY_KAFKA_PASSWORD": settings.kafka_password.get_secret_value(),
        "NOTIFY_MASTER_KEY": settings.master_key.get_secret_value(),
        "NOTIFY_LEADER_LOST_AFTER_SECONDS": str(settings.leader_lost_after_seconds),
    }  # fmt: skip
    process = subprocess.Popen([Path(sys.executable).with_name("ihala"), "run", "notify", "--role", "relay"], env=environment)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()


@dataclass
class Outbox:
    """Writes events without end, and reads what arrives."""

    database: Database
    written: int = 0
    over: bool = False
    arrived: list[Received] = field(default_factory=list)

    async def write(self) -> None:
        """Ten events of different keys a transaction, the keys of the next one beside them, until it is over."""
        while not self.over:
            async with self.database.transaction(Caller.system("test")) as tx:
                for number in range(10):
                    key, reason = KEYS[(self.written + number) % len(KEYS)], str(self.written + number)
                    emit(tx, SubscriptionDisabled(organization_id=key, subscription_id=key, reason=reason, disabled_at=datetime.now(UTC)))
            self.written += 10
            await asyncio.sleep(0.01)

    async def read(self) -> None:
        async with Consumer(self.database.settings, "ihala.notify", [TOPIC]) as consumer:
            while True:
                self.arrived += await consumer.poll()

    async def leader(self) -> int | None:
        """Return the port from which the leader speaks to PostgreSQL."""
        async with self.database.transaction(Caller.system("test")) as tx:
            found: int | None = await tx.scalar(_LEADER)
            return found

    async def left(self) -> int:
        async with self.database.transaction(Caller.system("test")) as tx:
            return int(await tx.scalar(_LEFT) or 0)

    async def led_by(self, *processes: "subprocess.Popen[bytes]") -> "subprocess.Popen[bytes]":
        """Wait until one of these processes leads and return it; another one may still seem to."""
        until = time.monotonic() + WITHIN_SECONDS
        while time.monotonic() < until:
            port = await self.leader()
            for process in processes:
                if port is not None and any(one.laddr and one.laddr.port == port for one in psutil.Process(process.pid).net_connections()):
                    return process
            await asyncio.sleep(0.05)
        raise AssertionError(f"none of {len(processes)} leads; the leader is at {port}")

    def order(self) -> tuple[dict[UUID, list[int]], int]:
        """Return, by key, the numbers in the order in which each came for the first time; and how many came again."""
        found: dict[UUID, list[int]] = defaultdict(list)
        seen: set[UUID] = set()
        for record in self.arrived:
            assert record.envelope is not None
            if record.envelope.id not in seen:
                found[record.envelope.key].append(record.envelope.sequence)
            seen.add(record.envelope.id)
        return found, len(self.arrived) - len(seen)


@pytest.fixture
async def outbox(settings: KitSettings) -> AsyncIterator[Outbox]:
    database = Database(settings)
    await database.start()
    found = Outbox(database)
    reading = asyncio.create_task(found.read())
    yield found
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    await database.stop()


async def _until(done: object) -> None:
    until = time.monotonic() + WITHIN_SECONDS
    while not await done():  # type: ignore[operator]
        assert time.monotonic() < until, "it takes too long"
        await asyncio.sleep(0.05)


@pytest.mark.timeout(240)
async def test_the_other_relay_goes_on_when_the_leader_is_frozen_or_killed_and_nothing_swaps(settings: KitSettings, outbox: Outbox) -> None:
    with relay(settings) as first, relay(settings) as second:
        writing = asyncio.create_task(outbox.write())
        frozen = await outbox.led_by(first, second)
        await asyncio.sleep(0.5)
        other = second if frozen is first else first
        frozen.send_signal(signal.SIGSTOP)
        stood_at = outbox.written
        assert await outbox.led_by(other) is other
        frozen.send_signal(signal.SIGCONT)  # it still holds what it had read, and sends it now
        await asyncio.sleep(0.5)
        other.kill()
        assert await outbox.led_by(frozen) is frozen
        outbox.over = True
        await writing
        await _until(_empty(outbox))
        await _until(_all_arrived(outbox))
    order, _ = outbox.order()
    assert outbox.written > stood_at > 0
    assert set(order) == set(KEYS)
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in order.values()), "events of a key swapped, or are lost"


def _empty(outbox: Outbox) -> object:
    async def empty() -> bool:
        return await outbox.left() == 0

    return empty


def _all_arrived(outbox: Outbox) -> object:
    async def arrived() -> bool:
        return sum(map(len, outbox.order()[0].values())) >= outbox.written

    return arrived
