"""Domain time. Tests and demonstrations may move it by one row in each database; everything else lives in real time."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

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
