"""Commit to consumer through outbox, relay and Kafka: 200 events a second, 1 KB, 500 keys, 8 writers; and the relay's memory."""

import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import psutil
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

from tests.bench.results import Figure, percentile
from tests.kit.conftest import make_kit_database

RATE, SECONDS, WARM_UP, WRITERS, KEYS = 200, 30, 5, 8, 500
PORT_OFFSET = 4000
BACKLOG = 20_000


async def measure() -> list[Figure]:
    """Start PostgreSQL and Kafka, both durable, run the load, and return the figures."""
    with tempfile.TemporaryDirectory(prefix="ihala-bench-") as folder:
        Path(folder).chmod(0o711)
        async with Stack(Path(folder), Ports.shifted(PORT_OFFSET), apps=(), seed=False) as stack:
            settings = await _settings(stack)
            relay = subprocess.Popen(
                [Path(sys.executable).with_name("ihala"), "run", "notify", "--role", "relay"], env=_environment(settings)
            )
            try:
                return await _run(settings, relay.pid)
            finally:
                relay.terminate()
                relay.wait()


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


def _environment(settings: KitSettings) -> dict[str, str]:
    return {
        **os.environ,
        "NOTIFY_DATABASE_URL": settings.database_url,
        "NOTIFY_KAFKA_SERVERS": settings.kafka_servers,
        "NOTIFY_KAFKA_USERNAME": settings.kafka_username,
        "NOTIFY_KAFKA_PASSWORD": settings.kafka_password.get_secret_value(),
        "NOTIFY_MASTER_KEY": settings.master_key.get_secret_value(),
    }


async def _run(settings: KitSettings, relay_pid: int) -> list[Figure]:
    database = Database(settings, pool_size=WRITERS)
    await database.start()
    committed: dict[str, float] = {}
    arrived: dict[str, float] = {}
    await asyncio.sleep(2)  # fresh access lists take a moment to reach the broker
    reading = asyncio.create_task(_read(settings, arrived))
    await asyncio.sleep(3)
    await asyncio.gather(*(_write(database, committed, RATE / WRITERS, SECONDS + WARM_UP) for _ in range(WRITERS)))
    await _until(lambda: committed.keys() <= arrived.keys())
    steady = sorted(committed, key=lambda name: committed[name])[RATE * WARM_UP :]
    late = [(arrived[name] - committed[name]) * 1000 for name in steady]
    memory = psutil.Process(relay_pid).memory_info().rss / 2**20
    drained = await _drain(database, arrived)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    await database.stop()
    lost = len(committed.keys() - arrived.keys())
    return [
        Figure("outbox commit to consumer p50", round(percentile(late, 50), 2), "ms", 10, "Debezium tuned 11.6"),
        Figure("outbox commit to consumer p99", round(percentile(late, 99), 2), "ms", 50, "Debezium tuned 44"),
        Figure("relay resident memory", round(memory, 1), "MiB", 60, "Debezium 541"),
        Figure("outbox events lost", lost, "events", 0, note=f"of {len(committed)} at {RATE}/s"),
        Figure("outbox backlog drained", round(drained), "events/s", None, "Debezium tuned 6,800", f"{BACKLOG} rows"),
    ]


async def _write(database: Database, committed: dict[str, float], rate: float, seconds: float) -> None:
    begin = time.monotonic()
    for n in range(int(rate * seconds)):
        await asyncio.sleep(max(0, begin + (n + random.random()) / rate - time.monotonic()))
        name = str(uuid4())
        async with database.transaction(Caller.system("bench")) as tx:
            emit(tx, _event(name))
        committed[name] = time.monotonic()


def _event(name: str) -> SubscriptionDisabled:
    key = UUID(int=random.randrange(KEYS) + 1)
    return SubscriptionDisabled(
        organization_id=key, subscription_id=key, reason=name.ljust(700, "."), disabled_at=datetime.now(UTC)
    )  # fmt: skip


async def _read(settings: KitSettings, arrived: dict[str, float]) -> None:
    async with Consumer(settings, "ihala.notify", ["ihala.notify.v1"]) as consumer:
        while True:
            for record in await consumer.poll():
                name = SubscriptionDisabled.model_validate_json(record.value).reason.rstrip(".")
                arrived.setdefault(name, time.monotonic())


async def _drain(database: Database, arrived: dict[str, float]) -> float:
    """Write a backlog in big transactions and return at how many events a second the consumer got it."""
    names = [str(uuid4()) for _ in range(BACKLOG)]
    for start in range(0, BACKLOG, 2000):
        async with database.transaction(Caller.system("bench")) as tx:
            for name in names[start : start + 2000]:
                emit(tx, _event(name))
    await _until(lambda: arrived.keys() >= set(names))
    at = sorted(arrived[name] for name in names)
    return BACKLOG / (at[-1] - at[0])


async def _until(done: object, within_seconds: float = 60) -> None:
    until = time.monotonic() + within_seconds
    while time.monotonic() < until and not done():  # type: ignore[operator]
        await asyncio.sleep(0.1)
