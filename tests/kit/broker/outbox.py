"""Writes events without end and reads what arrives of them: in which order, and how much twice."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import psutil
from ihala_contracts.notify_v1 import SubscriptionDisabled
from ihala_kit.auth import Caller
from ihala_kit.bus import Consumer
from ihala_kit.db import Database
from ihala_kit.outbox import emit
from ihala_kit.records import Received
from ihala_kit.settings import KitSettings
from ihala_kit.shards import LOCK, SLOTS
from sqlalchemy import text

WITHIN_SECONDS = 120
TOPIC = "ihala.notify.v1"
_LEADERS = text("""
    SELECT l.objid::bigint - :first AS slot, a.client_port FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE l.locktype = 'advisory' AND l.granted AND a.datname = current_database() AND l.objid::bigint BETWEEN :first AND :last
""")
Process = subprocess.Popen  # of a relay or a reader


async def until(true: Callable[[], Awaitable[object]], within_seconds: float = WITHIN_SECONDS) -> None:
    """Wait until it is so; raises TimeoutError."""
    async with asyncio.timeout(within_seconds):
        while not await true():
            await asyncio.sleep(0.05)


@contextmanager
def process(settings: KitSettings, prefix: str, *words: str) -> Iterator["Process[bytes]"]:
    """Run a command with these settings in its environment; it is gone at the end."""
    told = {
        "DATABASE_URL": settings.database_url, "KAFKA_SERVERS": settings.kafka_servers, "KAFKA_USERNAME": settings.kafka_username,
        "KAFKA_PASSWORD": settings.kafka_password.get_secret_value(), "MASTER_KEY": settings.master_key.get_secret_value(),
        "LEADER_LOST_AFTER_SECONDS": str(settings.leader_lost_after_seconds), "RELAY_SHARDS": str(settings.relay_shards),
    }  # fmt: skip
    started = subprocess.Popen(words, env=os.environ | {f"{prefix}_{name}": value for name, value in told.items()})
    try:
        yield started
    finally:
        with contextlib.suppress(ProcessLookupError):
            started.send_signal(signal.SIGCONT)
        started.kill()
        started.wait()


def relay(settings: KitSettings) -> "contextlib.AbstractContextManager[Process[bytes]]":
    """Run a relay as a process of its own."""
    return process(settings, "NOTIFY", str(Path(sys.executable).with_name("ihala")), "run", "notify", "--role", "relay")


@dataclass
class Outbox:
    """Its events have keys of this test alone; each says its place among those of its key."""

    database: Database
    keys: list[UUID] = field(default_factory=lambda: [uuid4() for _ in range(40)])
    pause_seconds: float = 0.01  # between transactions
    written: int = 0
    over: bool = False
    arrived: list[Received] = field(default_factory=list)
    _told: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))

    async def write(self) -> None:
        """Ten events of different keys a transaction, the keys of the next one beside them, until it is over."""
        while not self.over:
            wanted = [self.keys[(self.written + number) % len(self.keys)] for number in range(10)]
            async with self.database.transaction(Caller.system("test")) as tx:
                for key in wanted:
                    self._told[key] += 1
                    at = datetime.now(UTC)
                    emit(tx, SubscriptionDisabled(organization_id=key, subscription_id=key, reason=str(self._told[key]), disabled_at=at))
            self.written += 10
            await asyncio.sleep(self.pause_seconds)

    async def read(self) -> None:
        """Note what arrives."""
        mine = set(self.keys)
        async with Consumer(self.database.settings, "ihala.notify", [TOPIC]) as consumer:
            while True:
                records = await consumer.poll(wait_ms=50)
                self.arrived += [record for record in records if record.envelope and record.envelope.key in mine]
                await consumer.commit()

    async def left(self) -> int:
        """Return how many events wait."""
        async with self.database.transaction(Caller.system("test")) as tx:
            return int(await tx.scalar(text("SELECT count(*) FROM outbox")) or 0)

    async def led_by(self, *processes: "Process[bytes]") -> dict[int, int]:
        """Return by slot the process that leads it, by its place among these; others and nobody are left out."""
        async with self.database.transaction(Caller.system("test")) as tx:
            rows = (await tx.execute(_LEADERS, {"first": LOCK, "last": LOCK + SLOTS - 1})).all()
        ports = {
            one.laddr.port: number
            for number, each in enumerate(processes)
            for one in psutil.Process(each.pid).net_connections()
            if one.laddr
        }
        return {row.slot: ports[row.client_port] for row in rows if row.client_port in ports}

    async def until_led_by_each(self, *processes: "Process[bytes]") -> None:
        """Wait until these lead all slots, each of them as many."""

        async def evenly() -> bool:
            led = list((await self.led_by(*processes)).values())
            return all(led.count(number) == SLOTS // len(processes) for number in range(len(processes)))

        await until(evenly)

    async def finish(self, writing: "asyncio.Task[None]") -> None:
        """Write no more and wait until all of it has arrived."""
        self.over = True
        await writing
        await until(self._all_arrived)

    async def _all_arrived(self) -> bool:
        return await self.left() == 0 and len({record.headers["ce_id"] for record in self.arrived}) >= self.written

    def check(self) -> None:
        """Every event of every key came, and for the first time in its order."""
        found: dict[UUID, list[int]] = defaultdict(list)
        seen: set[UUID] = set()
        for record in self.arrived:
            assert record.envelope is not None
            if record.envelope.id not in seen:
                found[record.envelope.key].append(record.envelope.sequence)
            seen.add(record.envelope.id)
        assert {key: len(numbers) for key, numbers in found.items()} == dict(self._told)
        assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in found.values()), "events of a key swapped"


@asynccontextmanager
async def writing_and_reading(settings: KitSettings) -> AsyncIterator[Outbox]:
    """Give an outbox that is read from now on; it is written to when `write` runs."""
    database = Database(settings)
    await database.start()
    found = Outbox(database)
    reading = asyncio.create_task(found.read())
    yield found
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    await database.stop()
