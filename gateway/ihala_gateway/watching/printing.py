"""The access log on standard output: printed in a task of its own, since a full pipe must hold up neither requests nor the rows."""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TextIO

log = logging.getLogger(__name__)

PRINT_EVERY_SECONDS = 0.5
MOST_UNPRINTED = 50_000  # lines kept while nobody reads: about 25 MB


class Lines:
    """Collects lines. `run` as a task; `flush` at the end."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self._printing = asyncio.Lock()  # in the order in which they came
        self._unprinted: deque[str] = deque()
        self._given_up = 0

    def tell(self, at: datetime, message: str, said: dict[str, Any]) -> None:
        """Have a line printed; the oldest goes where too many wait."""
        if len(self._unprinted) >= MOST_UNPRINTED:
            self._unprinted.popleft()
            self._given_up += 1
        self._unprinted.append(_line(at, message, said))

    async def run(self) -> None:
        """Print again and again; run as a task."""
        while True:
            await asyncio.sleep(PRINT_EVERY_SECONDS)
            try:
                await self.flush()
            except Exception:  # a closed standard output ends nothing else
                log.exception("access log not printed")

    async def flush(self) -> None:
        """Print what has come in since."""
        async with self._printing:
            lines, self._unprinted = list(self._unprinted), deque()
            if self._given_up:
                lines.append(_line(datetime.now(UTC), "access log lines given up", {"lines": self._given_up}))
                self._given_up = 0
            if lines:
                await asyncio.to_thread(_print, self.stream, lines)


def _line(at: datetime, message: str, said: dict[str, Any]) -> str:
    return json.dumps({"time": at.isoformat(timespec="milliseconds"), "service": "gateway", "message": message, **said})


def _print(stream: TextIO, lines: Iterable[str]) -> None:
    stream.write("\n".join(lines) + "\n")
    stream.flush()
