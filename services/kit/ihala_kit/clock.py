"""Domain time. Tests and demonstrations may move it by one row in each database; everything else lives in real time."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import asyncpg

from ihala_kit.dsn import plain_dsn

REFRESH_SECONDS = 0.5


class Clock:
    """Tells domain time. `follow` keeps the offset up to date where the clock may move; elsewhere it is always real time."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def now(self) -> datetime:
        """Return domain time, aware UTC."""
        return datetime.now(UTC) + self.offset

    async def follow(self, read_offset: Callable[[], Awaitable[timedelta]]) -> None:
        """Read the offset again and again; run as a task."""
        while True:
            self.offset = await read_offset()
            await asyncio.sleep(REFRESH_SECONDS)


async def clock_offset(owner_url: str) -> timedelta:
    """Return how far the database's clock is ahead of real time."""
    connection = await asyncpg.connect(plain_dsn(owner_url))
    try:
        offset: timedelta = await connection.fetchval('SELECT "offset" FROM clock_offset')
        return offset
    finally:
        await connection.close()


async def move_clock(owner_url: str, by: timedelta) -> None:
    """Add `by` to the database's clock; running processes follow within a second."""
    connection = await asyncpg.connect(plain_dsn(owner_url))
    try:
        await connection.execute('UPDATE clock_offset SET "offset" = "offset" + $1', by)
    finally:
        await connection.close()
