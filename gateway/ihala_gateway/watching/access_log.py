"""What was called, by whom, with what result: one line of JSON a request on standard output, and chained rows in the database.

A request only appends to a list. Background tasks write and print, and while the database is away keep what they can.
Route templates only: a path or a query could hold something personal. What was refused to somebody unknown because of too much is counted
and has no row: or anybody could fill the log.
"""

import asyncio
import logging
import sys
from collections import deque
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TextIO

from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.vault import Vault
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.edge.visit import Visit
from ihala_gateway.watching import store, usage
from ihala_gateway.watching.chain import Row, Segment
from ihala_gateway.watching.printing import Lines

log = logging.getLogger(__name__)

WRITE_EVERY_SECONDS = 0.5
LARGEST_BATCH = 500
MOST_WAITING = 50_000  # rows kept while the database is away: about 20 MB
LONGEST_SEGMENT = timedelta(days=1)
LARGEST_SEGMENT = 1_000_000  # rows
HEAD_TOLD_EVERY = timedelta(minutes=5)
LONGEST_WRITE_SECONDS = 10.0  # for a batch; a database that neither answers nor refuses is one that is away
TOO_MANY = 429
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class _Batch:
    """What one transaction writes."""

    rows: list[Row]
    counted: usage.Sums  # what has no rows


class AccessLog:
    """Collects finished requests. `run` as a task; `close` at the end."""

    def __init__(self, database: Database, routes: usage.Routes, stream: TextIO | None = None) -> None:
        self._database = database
        self._vault = Vault.of(database.settings)
        self._routes = routes
        self.lines = Lines(stream or sys.stdout)
        self._writing = asyncio.Lock()  # one batch at a time: each hash needs the one before
        self._unstored: deque[Row] = deque()
        self._counted: usage.Sums = {}
        self._batch: _Batch | None = None  # being written; stays until it is known to be in the database
        self._lost = 0  # given up, and not told of in a segment yet
        self._lost_told = 0  # of these, in the one that is being tried
        self._segment: Segment | None = None  # as this process last knew it to be stored
        self._tried: Segment | None = None  # as it is, if the last transaction did commit after all
        self._head_told = datetime.now(UTC)

    def note(self, visit: Visit) -> None:
        """Take down a request that is over."""
        row = _row(visit)
        if row["client_id"] is None and row["status"] == TOO_MANY:
            usage.count(self._counted, row, self._routes)
            return
        self.lines.tell(row["at"], "request", {name: value for name, value in row.items() if name != "at"})
        self.take(row)

    def take(self, row: Row) -> None:
        """Take down what was printed elsewhere; the oldest row goes where too many wait."""
        if len(self._unstored) >= MOST_WAITING:
            self._unstored.popleft()
            self._lost += 1
        self._unstored.append(row)

    def lose(self, calls: int) -> None:
        """Have the segment say that so many calls, at least, have no row."""
        self._lost += calls

    @property
    def waiting(self) -> int:
        """Return how many rows are not known to be in the database yet."""
        return len(self._unstored) + (len(self._batch.rows) if self._batch else 0)

    async def run(self) -> None:
        """Write and print again and again; run as a task."""
        await asyncio.gather(self._store_again_and_again(), self.lines.run())

    async def flush(self) -> None:
        """Write what has come in since."""
        await self._store()
        await self.lines.flush()

    async def close(self) -> None:
        """Write the rest and close the segment."""
        await self._store(closing=True)
        await self.lines.flush()

    async def _store_again_and_again(self) -> None:
        while True:
            await asyncio.sleep(WRITE_EVERY_SECONDS)
            try:
                await self._store()
            except Exception:  # the next rows may be written
                log.exception("access log not stored")

    async def _store(self, *, closing: bool = False) -> None:
        async with self._writing:
            await self._store_all(closing=closing)

    async def _store_all(self, *, closing: bool = False) -> None:
        try:
            while self._batch or self._unstored or self._counted:
                await self._store_batch()
            if closing and self._segment is not None:
                async with self._database.transaction(Caller.system("access-log")) as tx:
                    await self._close_segment(tx, self._segment, datetime.now(UTC))
        except (OSError, SQLAlchemyError) as error:
            said = {"error": type(error).__name__, "waiting": self.waiting, "given_up": self._lost}
            log.warning("access log not stored", extra=said)

    async def _store_batch(self) -> None:
        """Write one batch. What is uncertain from the time before, when the answer to a commit got lost, is settled first."""
        async with asyncio.timeout(LONGEST_WRITE_SECONDS), self._database.transaction(Caller.system("access-log")) as tx:
            if self._tried is not None and await store.segment(tx, self._tried.number) == self._tried:
                self._done()
            elif self._tried is not None:
                self._tried = None
            if self._batch is None and (self._unstored or self._counted):
                rows = [self._unstored.popleft() for _ in range(min(LARGEST_BATCH, len(self._unstored)))]
                self._batch, self._counted = _Batch(rows, self._counted), {}
            if self._batch is not None:
                await self._write(tx, self._batch, datetime.now(UTC))
        self._done()

    async def _write(self, tx: AsyncSession, batch: _Batch, now: datetime) -> None:
        before = self._segment
        if before is not None and (now - before.opened_at > LONGEST_SEGMENT or before.rows >= LARGEST_SEGMENT):
            await self._close_segment(tx, before, now)
            before = None
        before = before or await store.open_segment(tx, self._vault, now)
        after, hashes = before.grown(batch.rows, now, self._lost)
        if not await store.grow(tx, self._vault, before, after):
            log.error("a segment of the access log is not as this process left it", extra={"segment": before.number})
            before = await store.open_segment(tx, self._vault, now)
            after, hashes = before.grown(batch.rows, now, self._lost)
            await store.grow(tx, self._vault, before, after)
        await store.write(tx, after.number, before.rows + 1, batch.rows, hashes)
        await usage.add(tx, usage.summed(batch.rows, self._routes, batch.counted))
        self._tried, self._lost_told = after, self._lost

    async def _close_segment(self, tx: AsyncSession, segment: Segment, now: datetime) -> None:
        closed = replace(segment, closed_at=now)
        await store.grow(tx, self._vault, segment, closed)
        self._tell_head(closed, now)

    def _done(self) -> None:
        """Go on from what was tried: it is in the database."""
        if self._tried is None:
            return
        self._segment, self._tried, self._batch = self._tried, None, None
        self._lost -= self._lost_told
        if self._segment.last_at - self._head_told > HEAD_TOLD_EVERY:
            self._tell_head(self._segment, self._segment.last_at)

    def _tell_head(self, segment: Segment, now: datetime) -> None:
        """Print how far the chain has come: who keeps these lines elsewhere can hold the database to them."""
        self._head_told = now
        said = {"segment": segment.number, "rows": segment.rows, "head": segment.head.hex()}
        self.lines.tell(now, "access log head", said)


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
        "bytes_out": 0 if method == "HEAD" else visit.bytes_out,  # the server leaves the content out
    }
