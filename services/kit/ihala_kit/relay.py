"""Outbox to Kafka: one leader a database, in the order of the numbers, deleted only after Kafka's answer.

Leader is who holds the advisory lock on a connection that pings each second; PostgreSQL ends that connection after five silent
seconds, so a frozen leader loses it and can only send again what its successor sent. Woken by its own process, or by one NOTIFY after
commits of others; else it polls.
"""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from ihala_kit import crash, logs
from ihala_kit.bus import BusError, Producer, message
from ihala_kit.crash import crash_point
from ihala_kit.dsn import CHANNEL, plain_dsn
from ihala_kit.settings import KitSettings

log = logging.getLogger(__name__)

BATCH = 500
POLL_SECONDS = 0.25
PING_SECONDS = 1.0
LOST_AFTER = "5s"
LOCK = 0x1A_0B_0C
# A delete that a crash of the server undoes only sends its events again, which readers know: nobody waits for the disk.
_SESSION = {"idle_session_timeout": LOST_AFTER, "synchronous_commit": "off"}

_NEXT = """SELECT seq, id, topic, key, type, version, sequence, epoch, time, traceparent, snapshot, data
           FROM outbox ORDER BY seq LIMIT $1"""


class Relay:
    """Runs until cancelled. `leading` and `idle` tell health and tests how it stands."""

    def __init__(self, settings: KitSettings, service: str) -> None:
        self.settings, self.service = settings, service
        self.leading = False
        self.woken = asyncio.Event()

    def wake(self) -> bool:
        """Look now: a transaction of this very process committed events. False when another process leads and must be told."""
        self.woken.set()
        return self.leading

    async def run(self) -> None:
        """Lead when nobody else does; begin anew, with a new producer, after whatever went wrong."""
        while True:
            try:
                async with self._leadership() as connection, Producer(self.settings) as producer:
                    await self._lead(connection, producer)
            except (BusError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("relay starts anew after %s", type(error).__name__)
                await asyncio.sleep(0.5)
            finally:
                self.leading = False

    @asynccontextmanager
    async def _leadership(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(plain_dsn(self.settings.database_url), server_settings=_SESSION)
        try:
            while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
                await asyncio.sleep(PING_SECONDS)
            self.leading = True
            yield connection
        finally:
            await connection.close(timeout=1)

    async def _lead(self, connection: asyncpg.Connection, producer: Producer) -> None:
        await connection.add_listener(CHANNEL, lambda *_: self.woken.set())
        while True:
            self.woken.clear()
            if await self._send_next(connection, producer) < BATCH:
                await self._wait()

    async def _send_next(self, connection: asyncpg.Connection, producer: Producer) -> int:
        """Send the oldest rows and delete them; return how many there were. Reading them also is the ping."""
        rows = await connection.fetch(_NEXT, BATCH)
        if rows:
            await asyncio.wait_for(producer.send([message(dict(row), self.service) for row in rows]), timeout=30)
            crash_point("relay.after-ack")
            await connection.execute("DELETE FROM outbox WHERE seq = ANY($1::bigint[])", [row["seq"] for row in rows])
        return len(rows)

    async def _wait(self) -> None:
        try:
            await asyncio.wait_for(self.woken.wait(), POLL_SECONDS)
        except TimeoutError:
            return


async def run_alone(settings: KitSettings, service: str) -> None:
    """Run a relay as a process of its own: no web framework, no tables, a few dozen megabytes. Ends at SIGTERM and SIGINT."""
    logs.set_up_logs(service)
    crash.arm(settings.crash_dir, service)
    relaying = asyncio.create_task(Relay(settings, service).run())
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, relaying.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await relaying
