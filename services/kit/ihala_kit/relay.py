"""Outbox to Kafka: one leader a database, in the order of the numbers, deleted only after Kafka's answer.

Leader is who holds the advisory lock on a connection that pings each second, also while Kafka is slow; PostgreSQL ends that connection
after five silent seconds (`leader_lost_after_seconds`), so a frozen leader loses it and can only send again what its successor sent.
Woken by its own process, or by one NOTIFY after commits of others; else it polls.
"""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from ihala_kit import crash, logs
from ihala_kit.bus import BusError, Message, Producer, message
from ihala_kit.crash import crash_point
from ihala_kit.dsn import CHANNEL, LOST, plain_dsn
from ihala_kit.settings import KitSettings

log = logging.getLogger(__name__)

BATCH = 500
POLL_SECONDS = 0.25
PINGS = 5  # in the time after which a silent leader is lost
LOCK = 0x1A_0B_0C
# A delete that a crash of the server undoes only sends its events again, which readers know: nobody waits for the disk.
_SESSION = {"synchronous_commit": "off"}

_NEXT = """SELECT seq, id, topic, key, type, version, sequence, epoch, time, traceparent, snapshot, data
           FROM outbox ORDER BY seq LIMIT $1"""


class Relay:
    """Runs until cancelled. `leading` and `idle` tell health and tests how it stands."""

    def __init__(self, settings: KitSettings, service: str) -> None:
        self.settings, self.service = settings, service
        self._ping_seconds = settings.leader_lost_after_seconds / PINGS
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
            except (BusError, *LOST) as error:
                log.warning("relay starts anew after %s", type(error).__name__)
                await asyncio.sleep(0.5)
            finally:
                self.leading = False

    @asynccontextmanager
    async def _leadership(self) -> AsyncIterator[asyncpg.Connection]:
        session = _SESSION | {"idle_session_timeout": f"{self.settings.leader_lost_after_seconds}s"}
        connection = await asyncpg.connect(plain_dsn(self.settings.database_url), server_settings=session)
        try:
            while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
                await asyncio.sleep(self._ping_seconds)
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
            await self._send(connection, producer, [message(dict(row), self.service) for row in rows])
            crash_point("relay.after-ack")
            await connection.execute("DELETE FROM outbox WHERE seq = ANY($1::bigint[])", [row["seq"] for row in rows])
        return len(rows)

    async def _send(self, connection: asyncpg.Connection, producer: Producer, messages: list[Message]) -> None:
        """Send and wait for Kafka's answers, pinging meanwhile. Whoever does not lead any more stops sending."""
        sending = asyncio.ensure_future(asyncio.wait_for(producer.send(messages), timeout=30))
        try:
            while not (await asyncio.wait({sending}, timeout=self._ping_seconds))[0]:
                await connection.execute("SELECT")
            await sending
        finally:
            if not sending.done():
                sending.cancel()
                await asyncio.gather(sending, return_exceptions=True)

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
