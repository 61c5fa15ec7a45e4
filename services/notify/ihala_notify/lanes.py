"""How many messages one process has under way by each channel: one that is slow or hangs holds up its own and nobody else's."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

HELD_FOR_EACH_PLACE = 10  # with those that are being handed over; what more there is waits in the database
STUCK_SECONDS = 5.0


class NoPlace(Exception):
    """The lane is full, or no place in it became free in time."""


class Lane:
    """One channel. `places` messages are being handed over at a time; some more wait for a place."""

    def __init__(self, places: int) -> None:
        self._most = places * HELD_FOR_EACH_PLACE
        self._held = 0
        self._free = asyncio.Semaphore(places)
        self._moved_at = time.monotonic()

    @property
    def room(self) -> int:
        """Return how many more may come: none while all places are taken and nothing ends."""
        if self._free.locked() and time.monotonic() > self._moved_at + STUCK_SECONDS:
            return 0
        return max(0, self._most - self._held)

    @asynccontextmanager
    async def place(self, within_seconds: float) -> AsyncIterator[None]:
        """Hold a place. Raises NoPlace."""
        if not self.room:
            raise NoPlace
        self._held += 1
        try:
            async with self._taken(within_seconds):
                yield
        finally:
            self._held -= 1

    @asynccontextmanager
    async def _taken(self, within_seconds: float) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(within_seconds):
                await self._free.acquire()
        except TimeoutError:
            raise NoPlace from None
        self._moved_at = time.monotonic()
        try:
            yield
        finally:
            self._moved_at = time.monotonic()
            self._free.release()
