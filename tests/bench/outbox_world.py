"""What the benches of outbox and inbox share: PostgreSQL and Kafka, both durable, a relay as a process of its own, writers, a reader."""

import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from ihala_contracts.notify_v1 import SubscriptionDisabled
from ihala_kit.auth import Caller
from ihala_kit.bus import Consumer
from ihala_kit.db import Database
from ihala_kit.outbox import emit
from ihala_kit.settings import KitSettings
from ihala_kit.vault import new_master_key
from ihala_local.ports import Ports
from ihala_local.provision.databases import Wanted, provision
from ihala_local.stack import Stack
from pydantic import SecretStr
from sqlalchemy import text

from tests.kit.conftest import make_kit_database

PORT_OFFSET = 4000
AT_ONCE = 2_000  # events of one transaction that makes a backlog


@dataclass
class World:
    """A database of the kit's tables; when each event was committed and when it arrived, by its name (time.monotonic)."""

    settings: KitSettings
    database: Database
    committed: dict[str, float] = field(default_factory=dict)
    arrived: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def relay(self) -> Iterator[int]:
        """Run a relay; gives its process id."""
        process = subprocess.Popen([Path(sys.executable).with_name("ihala"), "run", "notify", "--role", "relay"], env=self._environment())
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait()

    async def write(self, key: UUID, name: str = "") -> str:
        """Commit one event and note when; return its name."""
        name = name or str(uuid4())
        async with self.database.transaction(Caller.system("bench")) as tx:
            emit(tx, event(key, name))
        self.committed[name] = time.monotonic()
        return name

    async def write_at(self, rate: float, over: Callable[[], bool], key: Callable[[], UUID]) -> list[str]:
        """Write so many events a second until it is over; return their names."""
        names: list[str] = []
        begun = time.monotonic()
        while not over():
            await asyncio.sleep(max(0.0, begun + (len(names) + random.random()) / rate - time.monotonic()))
            names.append(await self.write(key()))
        return names

    async def fill(self, keys: Sequence[UUID]) -> list[str]:
        """Write one event of each of these keys, many at once; return their names."""
        names = [str(uuid4()) for _ in keys]
        for start in range(0, len(keys), AT_ONCE):
            async with self.database.transaction(Caller.system("bench")) as tx:
                for key, name in zip(keys[start : start + AT_ONCE], names[start : start + AT_ONCE], strict=True):
                    emit(tx, event(key, name))
        return names

    async def read(self) -> None:
        """Note what arrives."""
        async with Consumer(self.settings, "ihala.notify", ["ihala.notify.v1"]) as consumer:
            while True:
                for record in await consumer.poll():
                    name = SubscriptionDisabled.model_validate_json(record.value).reason.rstrip(".")
                    self.arrived.setdefault(name, time.monotonic())

    async def empty(self) -> None:
        """Throw away what waits in the outbox."""
        async with self.database.transaction(Caller.system("bench")) as tx:
            await tx.execute(text("DELETE FROM outbox"))

    def late(self, names: Sequence[str]) -> list[float]:
        """Return how many milliseconds after its commit each of these arrived."""
        return [max(0.0, self.arrived[name] - self.committed[name]) * 1000 for name in names]

    def _environment(self) -> dict[str, str]:
        told = {
            "DATABASE_URL": self.settings.database_url, "KAFKA_SERVERS": self.settings.kafka_servers,
            "KAFKA_USERNAME": self.settings.kafka_username, "KAFKA_PASSWORD": self.settings.kafka_password.get_secret_value(),
            "MASTER_KEY": self.settings.master_key.get_secret_value(),
        }  # fmt: skip
        return {**os.environ, **{f"NOTIFY_{name}": value for name, value in told.items()}}


def event(key: UUID, name: str) -> SubscriptionDisabled:
    """Return an event of about 1 KB with its headers."""
    return SubscriptionDisabled(organization_id=key, subscription_id=key, reason=name.ljust(700, "."), disabled_at=datetime.now(UTC))


async def until(done: Callable[[], bool], within_seconds: float = 120) -> None:
    """Wait until it is so; raises TimeoutError."""
    async with asyncio.timeout(within_seconds):
        while not done():
            await asyncio.sleep(0.05)


@asynccontextmanager
async def world(writers: int) -> AsyncIterator[World]:
    """Start all of it, with a reader that reads already."""
    with tempfile.TemporaryDirectory(prefix="ihala-bench-") as folder:
        Path(folder).chmod(0o711)
        async with Stack(Path(folder), Ports.shifted(PORT_OFFSET), apps=(), seed=False) as stack:
            made = World(settings := await _settings(stack), Database(settings, pool_size=writers))
            await made.database.start()
            await asyncio.sleep(2)  # fresh access lists take a moment to reach the broker
            reading = asyncio.create_task(made.read())
            await asyncio.sleep(3)
            try:
                yield made
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)
                await made.database.stop()


async def _settings(stack: Stack) -> KitSettings:
    wanted = Wanted("bench", "bench", "bench")
    await provision(stack.place.server, [wanted])
    url = stack.place.server.url_for
    await make_kit_database(url(wanted.database, wanted.owner, "bench"), wanted.app)
    return KitSettings(
        database_url=url(wanted.database, wanted.app, "bench"),
        kafka_servers=stack.place.kafka_servers,
        kafka_username="notify",
        kafka_password=SecretStr(stack.home.secret("notify-kafka")),
        master_key=SecretStr(new_master_key()),
    )
