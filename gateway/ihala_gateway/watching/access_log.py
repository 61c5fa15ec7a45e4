"""What was called, by whom, with what result: one line of JSON a request on standard output, and chained rows in the database.

A request only appends to a list. A background task writes, in batches, and while the database is away keeps what it can.
Route templates only: a path or a query could hold something personal.
"""

import asyncio
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TextIO

from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.vault import Vault
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.edge.visit import Visit
from ihala_gateway.watching import store, usage
from ihala_gateway.watching.chain import Row, Segment

log = logging.getLogger(__name__)

WRITE_EVERY_SECONDS = 0.5
LARGEST_BATCH = 500
MOST_WAITING = 50_000  # rows kept while the database is away: about 20 MB
LONGEST_SEGMENT = timedelta(days=1)
LARGEST_SEGMENT = 1_000_000  # rows
HEAD_TOLD_EVERY = timedelta(minutes=5)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class AccessLog:
    """Collects finished requests. `run` as a task; `close` at the end."""

    def __init__(self, database: Database, routes: usage.Routes, stream: TextIO | None = None) -> None:
        self._database = database
        self._vault = Vault.of(database.settings)
        self._routes = routes
        self._stream = stream or sys.stdout
        self._writing = asyncio.Lock()  # one batch at a time: each hash needs the one before
        self._unprinted: list[str] = []
        self._unstored: list[Row] = []
        self._batch: list[Row] = []  # being written; stays until it is known to be in the database
        self._lost = 0  # given up, and not told of in a segment yet
        self._lost_told = 0  # of these, in the one that is being tried
        self._segment: Segment | None = None  # as this process last knew it to be stored
        self._tried: Segment | None = None  # as it is, if the last transaction did commit after all
        self._head_told = datetime.now(UTC)

    def note(self, visit: Visit) -> None:
        """Take down a request that is over."""
        row = _row(visit)
        self._unprinted.append(_line(row))
        self.take(row)

    def take(self, row: Row) -> None:
        """Take down what was printed elsewhere."""
        self._unstored.append(row)

    @property
    def waiting(self) -> int:
        """Return how many rows are not known to be in the database yet."""
        return len(self._batch) + len(self._unstored)

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
        async with self._writing:
            await self._store_all()
            await self._print()

    async def close(self) -> None:
        """Write the rest and close the segment."""
        async with self._writing:
            await self._store_all(closing=True)
            await self._print()

    async def _store_all(self, *, closing: bool = False) -> None:
        try:
            while self._batch or self._unstored:
                await self._store_batch()
            if closing and self._segment is not None:
                async with self._database.transaction(Caller.system("access-log")) as tx:
                    await self._close_segment(tx, self._segment, datetime.now(UTC))
        except (OSError, SQLAlchemyError) as error:
            self._give_up_the_oldest(type(error).__name__)

    async def _store_batch(self) -> None:
        """Write one batch. What is uncertain from the time before, when the answer to a commit got lost, is settled first."""
        async with self._database.transaction(Caller.system("access-log")) as tx:
            if self._tried is not None and await store.segment(tx, self._tried.number) == self._tried:
                self._done()
            elif self._tried is not None:
                self._tried = None
            if not self._batch:
                self._batch, self._unstored = self._unstored[:LARGEST_BATCH], self._unstored[LARGEST_BATCH:]
            if self._batch:
                await self._write(tx, datetime.now(UTC))
        self._done()

    async def _write(self, tx: AsyncSession, now: datetime) -> None:
        before = self._segment
        if before is not None and (now - before.opened_at > LONGEST_SEGMENT or before.rows >= LARGEST_SEGMENT):
            await self._close_segment(tx, before, now)
            before = None
        before = before or await store.open_segment(tx, self._vault, now)
        after, hashes = before.grown(self._batch, now, self._lost)
        if not await store.grow(tx, self._vault, before, after):
            log.error("a segment of the access log is not as this process left it", extra={"segment": before.number})
            before = await store.open_segment(tx, self._vault, now)
            after, hashes = before.grown(self._batch, now, self._lost)
            await store.grow(tx, self._vault, before, after)
        await store.write(tx, after.number, before.rows + 1, self._batch, hashes)
        await usage.add(tx, usage.summed(self._batch, self._routes))
        self._tried, self._lost_told = after, self._lost

    async def _close_segment(self, tx: AsyncSession, segment: Segment, now: datetime) -> None:
        closed = replace(segment, closed_at=now)
        await store.grow(tx, self._vault, segment, closed)
        self._tell_head(closed, now)

    def _done(self) -> None:
        """Go on from what was tried: it is in the database."""
        if self._tried is None:
            return
        self._segment, self._tried, self._batch = self._tried, None, []
        self._lost -= self._lost_told
        if self._segment.last_at - self._head_told > HEAD_TOLD_EVERY:
            self._tell_head(self._segment, self._segment.last_at)

    def _tell_head(self, segment: Segment, now: datetime) -> None:
        """Print how far the chain has come: who keeps these lines elsewhere can hold the database to them."""
        self._head_told = now
        said = {"segment": segment.number, "rows": segment.rows, "head": segment.head.hex()}
        self._unprinted.append(_told(now, "access log head", said))

    def _give_up_the_oldest(self, error: str) -> None:
        lost = max(0, len(self._unstored) - MOST_WAITING)
        del self._unstored[:lost]
        self._lost += lost
        log.warning("access log not stored", extra={"error": error, "waiting": self.waiting, "given_up": lost})

    async def _print(self) -> None:
        lines, self._unprinted = self._unprinted, []
        if lines:
            await asyncio.to_thread(_print, self._stream, lines)  # a full pipe must not hold requests


def _row(visit: Visit) -> Row:
    method = visit.scope["method"]
    return {
        "at": visit.at,
        "request_id": visit.request_id,
        "client_id": visit.client_id,
        "organization_id": visit.organization_id,
        "account_id": visit.account_id,
        "acting_officer": visit.acting_officer,
        "method": method if method in _METHODS else "other",  # a caller may write anything there
        "route": visit.route,
        "status": visit.status or 0,
        "milliseconds": visit.milliseconds(),
        "bytes_in": visit.bytes_in,
        "bytes_out": visit.bytes_out,
    }


def _line(row: Row) -> str:
    return _told(row["at"], "request", {name: value for name, value in row.items() if name != "at"})


def _told(at: datetime, message: str, said: dict[str, Any]) -> str:
    return json.dumps({"time": at.isoformat(timespec="milliseconds"), "service": "gateway", "message": message, **said})


def _print(stream: TextIO, lines: Sequence[str]) -> None:
    stream.write("\n".join(lines) + "\n")
    stream.flush()
