"""Runs what keeps partners' topics and rights on Kafka, in one process at a time: who holds the lock, on a connection that pings."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from ihala_kit.db import Database
from ihala_kit.dsn import close
from ihala_kit.jobs import Job
from ihala_kit.settings import KitSettings
from ihala_kit.shards import connect, ping_seconds

from ihala_notify.kafka.access import AccessLists
from ihala_notify.kafka.broker import Broker
from ihala_notify.kafka.consumers import CHANNEL
from ihala_notify.kafka.writer import Writer
from ihala_notify.settings import Settings
from ihala_notify.wakeups import CHANNEL as FEEDS

LOCK = 0x1A_CC_E5
AGAIN_AFTER_SECONDS = 1.0


class Partners:
    """Both works under one lock. `leading` tells tests how it stands."""

    def __init__(self, settings: Settings) -> None:
        self.lists, self.writer = AccessLists(Broker(settings)), Writer()
        self.leading = False

    async def run(self, database: Database) -> int:
        """Lead when nobody else does, until cancelled or the lock is lost. For a Job, which begins it again."""
        async with self._leadership(database.settings) as connection, asyncio.TaskGroup() as group:
            group.create_task(_ping(connection, ping_seconds(database.settings)))
            group.create_task(self.lists.follow(database))
            group.create_task(self.writer.follow(database))
        return 0

    @asynccontextmanager
    async def _leadership(self, settings: KitSettings) -> AsyncIterator[asyncpg.Connection]:
        connection = await connect(settings)
        try:
            while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
                await asyncio.sleep(ping_seconds(settings))
            await connection.add_listener(CHANNEL, lambda *_: self.lists.woken.set())
            await connection.add_listener(FEEDS, lambda *_: self.writer.woken.set())
            self.leading = True
            yield connection
        finally:
            self.leading = False
            await close(connection)


async def _ping(connection: asyncpg.Connection, every_seconds: float) -> None:
    """Raises what asyncpg says when the connection, and the lock with it, is gone."""
    while True:
        await connection.execute("SELECT")
        await asyncio.sleep(every_seconds)


def jobs(settings: Settings) -> list[Job]:
    """Return the job, where notify is told how to administer Kafka."""
    if not settings.kafka_access_password.get_secret_value():
        return []
    return [Job("partners on Kafka", AGAIN_AFTER_SECONDS, Partners(settings).run)]
