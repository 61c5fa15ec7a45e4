"""Outbox to Kafka: one leader a shard of the keys, in the order of the numbers, deleted only after Kafka's answer.

Leader is who holds the shard's advisory locks on a connection that pings each second, also while Kafka is slow; PostgreSQL ends that
connection after five silent seconds (`leader_lost_after_seconds`), so a frozen leader loses it and can only send again what its successor
sent. Woken by its own process, or by one NOTIFY after commits of others; else it looks with each ping. While much waits, the keys of what
was written last go along with the oldest events (backlog.py), so new events do not wait for a day's backlog.
"""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from ihala_kit import crash, logs
from ihala_kit.backlog import Backlog
from ihala_kit.bus import BusError, Message, Producer, message
from ihala_kit.closing import Gate
from ihala_kit.crash import crash_point
from ihala_kit.dsn import CHANNEL, LOST, close
from ihala_kit.settings import KitSettings
from ihala_kit.shards import Share, connect, ping_seconds, slots_of, try_locks
from ihala_kit.waiting import is_set_within

log = logging.getLogger(__name__)

AGAIN_AFTER_SECONDS = 0.5


class Relay:
    """Runs until cancelled. `leading` tells health and tests how it stands."""

    def __init__(self, settings: KitSettings, service: str) -> None:
        self.settings, self.service = settings, service
        self.share = Share(settings)
        self.shards = [Shard(self, number) for number in range(settings.relay_shards)]

    @property
    def leading(self) -> bool:
        """Tell whether this process leads all shards."""
        return len(self.share.led) == len(self.shards)

    def wake(self) -> bool:
        """Look now: a transaction of this very process committed events. False when another process leads and must be told."""
        for shard in self.shards:
            shard.woken.set()
        return self.leading

    async def run(self) -> None:
        """Lead what nobody else does, within the share."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.share.follow())
            for shard in self.shards:
                group.create_task(shard.run())


class Shard:
    """A part of the keys, of which all events leave through one leader."""

    def __init__(self, relay: Relay, number: int) -> None:
        self.settings, self.service, self.share, self.number = relay.settings, relay.service, relay.share, number
        self.slots = slots_of(number, relay.settings.relay_shards)
        self._ping_seconds = ping_seconds(relay.settings)
        self.woken = asyncio.Event()

    async def run(self) -> None:
        """Lead when nobody else does; begin anew, with a new producer, after whatever went wrong."""
        while True:
            try:
                async with self._leadership() as connection, Producer(self.settings) as producer:
                    await self._lead(connection, producer)
            except (BusError, *LOST) as error:
                log.warning("relay starts anew after %s", type(error).__name__)
                await asyncio.sleep(AGAIN_AFTER_SECONDS)
            finally:
                self.share.led.discard(self.number)

    @asynccontextmanager
    async def _leadership(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await connect(self.settings)
        try:
            while not (self.share.free and await try_locks(connection, self.slots)):
                await asyncio.sleep(self._ping_seconds)
                await connection.execute("SELECT")
            self.share.led.add(self.number)
            yield connection
        finally:
            await close(connection)

    async def _lead(self, connection: asyncpg.Connection, producer: Producer) -> None:
        """Send what comes, until another process is to lead this shard."""
        await connection.add_listener(CHANNEL, lambda *_: self.woken.set())
        backlog = Backlog(connection, self.slots)
        while not self.share.exceeded:
            self.woken.clear()
            await self._send_next(backlog, connection, producer)
            if not backlog.more:
                await is_set_within(self.woken, self._ping_seconds)
        self.share.led.discard(self.number)

    async def _send_next(self, backlog: Backlog, connection: asyncpg.Connection, producer: Producer) -> None:
        """Send the oldest rows, and what must not wait for them, and delete them. Reading them also is the ping."""
        if rows := await backlog.next():
            await self._send(connection, producer, [message(dict(row), self.service) for row in rows])
            crash_point("relay.after-ack")
            await connection.execute("DELETE FROM outbox WHERE seq = ANY($1::bigint[])", [row["seq"] for row in rows])

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


async def run_alone(settings: KitSettings, service: str) -> None:
    """Run a relay as a process of its own: no web framework, no tables, a few dozen megabytes. Ends at SIGTERM and SIGINT."""
    logs.set_up_logs(service)
    crash.arm(settings.crash_dir, service)
    gate = Gate(settings.database_url)
    relaying = asyncio.ensure_future(asyncio.gather(gate.follow(), gate.while_open(Relay(settings, service).run)))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, relaying.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await relaying
