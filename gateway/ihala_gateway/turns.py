"""Work that takes a core and much memory for long: some of it at a time, some that waits, and a refusal for the rest."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from ihala_kit.problems import ServiceUnavailable

_T = TypeVar("_T")


class Turns:
    """`at_once` works in threads at the same time; `most` are under way or wait."""

    def __init__(self, at_once: int, most: int) -> None:
        self._free = asyncio.Semaphore(at_once)
        self._most = most
        self._there = 0

    async def take(self, work: Callable[[], _T]) -> _T:
        """Return what the work returns. Raises ServiceUnavailable (503) when too many wait."""
        if self._there >= self._most:
            raise ServiceUnavailable(retry_after_s=5)
        self._there += 1
        try:
            async with self._free:
                return await asyncio.to_thread(work)
        finally:
            self._there -= 1
