"""What was called, by whom, with what result: one line of JSON a request on standard output, and rows in the database.

A request only appends to a list. A background task writes, in batches, and while the database is away keeps what it can.
Route templates only: a path or a query could hold something personal.
"""

import asyncio
import json
import logging
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TextIO

from ihala_kit.auth import Caller
from ihala_kit.db import Database
from sqlalchemy.exc import SQLAlchemyError

from ihala_gateway import store
from ihala_gateway.edge.visit import Visit

log = logging.getLogger(__name__)

WRITE_EVERY_SECONDS = 0.5
LARGEST_BATCH = 500
MOST_WAITING = 50_000  # rows kept while the database is away: about 20 MB

Row = dict[str, Any]


class AccessLog:
    """Collects finished requests. `run` as a task; `flush` once more at the end."""

    def __init__(self, database: Database, stream: TextIO | None = None) -> None:
        self._database = database
        self._stream = stream or sys.stdout
        self._unprinted: list[str] = []
        self._unstored: list[Row] = []

    def note(self, visit: Visit) -> None:
        """Take down a request that is over."""
        row = _row(visit)
        self._unprinted.append(_line(row))
        self._unstored.append(row)

    async def run(self) -> None:
        """Write again and again; run as a task."""
        while True:
            await asyncio.sleep(WRITE_EVERY_SECONDS)
            try:
                await self.flush()
            except Exception:  # a closed standard output must not end the rows in the database
                log.exception("access log not printed")

    async def flush(self) -> None:
        """Write what has come in since."""
        await self._store_all()
        lines, self._unprinted = self._unprinted, []
        if lines:
            await asyncio.to_thread(_print, self._stream, lines)  # a full pipe must not hold requests

    async def _store_all(self) -> None:
        try:
            while batch := self._unstored[:LARGEST_BATCH]:
                await self._store(batch)
                del self._unstored[: len(batch)]
        except (OSError, SQLAlchemyError) as error:
            self._give_up_the_oldest(type(error).__name__)

    async def _store(self, rows: Sequence[Row]) -> None:
        async with self._database.transaction(Caller.system("access-log")) as tx:
            await store.write_access_log(tx, rows)

    def _give_up_the_oldest(self, error: str) -> None:
        lost = max(0, len(self._unstored) - MOST_WAITING)
        del self._unstored[:lost]
        log.warning("access log not stored", extra={"error": error, "waiting": len(self._unstored), "given_up": lost})


def _row(visit: Visit) -> Row:
    return {
        "at": visit.at,
        "request_id": visit.request_id,
        "client_id": visit.client_id,
        "organization_id": visit.organization_id,
        "method": visit.scope["method"],
        "route": visit.route,
        "status": visit.status or 0,
        "milliseconds": visit.milliseconds(),
    }


def _line(row: Row) -> str:
    at: datetime = row["at"]
    told = {name: value for name, value in row.items() if name != "at"}
    return json.dumps({"time": at.isoformat(timespec="milliseconds"), "service": "gateway", "message": "request", **told})


def _print(stream: TextIO, lines: Sequence[str]) -> None:
    stream.write("\n".join(lines) + "\n")
    stream.flush()
