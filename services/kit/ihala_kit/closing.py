"""A closed database: nobody works on it but who closed it. While it is open every process that works on it holds a lock with the others;
who closes it writes a row, and waits until it has that lock alone.

A process whose connection with the lock is lost stops its work until it has the lock again: the database may be another one by then.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from ihala_kit.dsn import LOST, plain_dsn
from ihala_kit.waiting import is_set_within

log = logging.getLogger(__name__)

LOCK = 0x1A_0C_0D
LOOK_EVERY_SECONDS = 0.5
GRACE_SECONDS = 5.0  # for requests under way
END_SECONDS = 20.0  # for parts, which were told: longer than a client of Kafka takes to end (stopping.py)
RETRY_AFTER_SECONDS = 30
SOON_SECONDS = 1  # another process answers, or this one's next life
WAIT_SECONDS = 2.0

_CLOSE = "INSERT INTO closed (why) VALUES ($1) ON CONFLICT DO NOTHING"
_CLOSED = "SELECT EXISTS (SELECT FROM closed)"
_OTHERS = """
    SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = $1 AND pid <> pg_backend_pid()
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""

Asgi = Callable[[Any, Any, Any], Awaitable[None]]


class StillWorking(Exception):
    """Somebody still works on the database that was closed."""


class Closed(Exception):
    """The database is closed: nothing may be done on it now."""


class Gate:
    """Whether this process may work on its database. `follow` runs for as long as the process."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self.opened, self.shut = asyncio.Event(), asyncio.Event()
        self.closed = False
        self.followed = False
        self._parts: set[asyncio.Future[None]] = set()
        self._visits: set[asyncio.Future[Any]] = set()

    async def follow(self) -> None:
        """Look again and again whether the database is open, and hold the lock while it is; run as a task."""
        self.followed = True
        while True:
            try:
                await self._keep_looking()
            except LOST as error:
                log.warning("whether the database is open is asked again after %s", type(error).__name__)
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def _keep_looking(self) -> None:
        connection = await asyncpg.connect(plain_dsn(self._url))
        connection.add_termination_listener(lambda _: self._stop())
        try:
            while True:
                await self._look(connection)
                await asyncio.sleep(LOOK_EVERY_SECONDS)
        finally:
            await self._end_work()
            with contextlib.suppress(*LOST):
                await connection.close(timeout=1)

    async def _look(self, connection: asyncpg.Connection) -> None:
        self.closed = await connection.fetchval(_CLOSED)  # from here on nobody comes in
        if self.opened.is_set() and not self.closed:
            return
        await self._end_work()
        await connection.execute("SELECT pg_advisory_unlock_all()")
        if not await connection.fetchval("SELECT pg_try_advisory_lock_shared($1)", LOCK):
            self.closed = True
            return
        self.closed = await connection.fetchval(_CLOSED)  # behind the lock: who closes it waits for this one now
        if self.closed:
            await connection.execute("SELECT pg_advisory_unlock_all()")
        else:
            self.shut.clear()
            self.opened.set()

    def _stop(self) -> None:
        self.opened.clear()
        self.shut.set()

    async def _end_work(self) -> None:
        """Return when nothing of ours works any more: parts at once, requests after a moment to end by themselves."""
        self._stop()
        await asyncio.gather(_end(self._visits, GRACE_SECONDS), _end(self._parts, END_SECONDS))

    async def while_open(self, part: Callable[[], Awaitable[None]]) -> None:
        """Run a part of a process whenever the database is open; returns or raises when it ends by itself."""
        while True:
            await self.opened.wait()
            work, shut = asyncio.ensure_future(part()), asyncio.create_task(self.shut.wait())
            self._parts.add(work)
            work.add_done_callback(self._parts.discard)
            try:
                await asyncio.wait({work, shut}, return_when=asyncio.FIRST_COMPLETED)
                if work.done():
                    return work.result()
            finally:
                work.cancel()
                shut.cancel()
                await asyncio.gather(work, shut, return_exceptions=True)
            log.warning("a part of the service stops: the database is closed")

    async def admits(self) -> bool:
        """Tell whether a request may come in; one that comes while it is not known yet waits for a moment."""
        if self.followed and not self.closed and not self.opened.is_set():
            await is_set_within(self.opened, WAIT_SECONDS)
        return self.opened.is_set() if self.followed else True

    @contextlib.contextmanager
    def visit(self) -> Iterator[None]:
        """Let who closes the database wait for what this task does now."""
        task = asyncio.current_task()
        assert task is not None, "asked from a task"
        self._visits.add(task)
        try:
            yield
        finally:
            self._visits.discard(task)


async def _end(tasks: Collection[asyncio.Future[Any]], within_seconds: float) -> None:
    """Return when they ended; what has not by then is cancelled."""
    if tasks:
        _, late = await asyncio.wait(set(tasks), timeout=within_seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


class Doorkeeper:
    """Answers 503 while the database is closed; whether the process lives is still told."""

    def __init__(self, app: Asgi, gate: Gate) -> None:
        self._app, self._gate = app, gate

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        """Let a request in, or send it away."""
        if scope["type"] != "http" or scope["path"].startswith("/health/"):
            await self._app(scope, receive, send)
        elif not await self._gate.admits():
            await _send_away(scope, receive, send, RETRY_AFTER_SECONDS)
        else:
            with self._gate.visit():
                await self._answer(scope, receive, send)

    async def _answer(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        """Answer; a request that takes too long when the process ends, or the database is closed, is sent away and may come again."""
        begun = False

        async def noting(message: Any) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except asyncio.CancelledError:
            if begun:  # it stays cut off
                raise
            await _send_away(scope, receive, send, RETRY_AFTER_SECONDS if self._gate.closed else SOON_SECONDS)


async def _send_away(scope: MutableMapping[str, Any], receive: Any, send: Any, retry_after_s: int) -> None:
    from starlette.requests import Request

    from ihala_kit.problems import ServiceUnavailable, answer  # here: a relay carries no web framework

    refusal = ServiceUnavailable(retry_after_s=retry_after_s)
    await answer(Request(scope), refusal)(scope, receive, send)


@asynccontextmanager
async def at_work(database_url: str) -> AsyncIterator[None]:
    """Work on the database beside the service's processes: who closes it waits for this work, too. Raises Closed."""
    connection = await asyncpg.connect(plain_dsn(database_url))
    try:
        if not await connection.fetchval("SELECT pg_try_advisory_lock_shared($1)", LOCK) or await connection.fetchval(_CLOSED):
            raise Closed("the database is closed (`ihala restore` opens it); nothing was done")
        yield
    finally:
        await connection.close(timeout=1)


async def close(owner_url: str, why: str) -> None:
    """Close the database, as its owner, and wait for nobody: a copy, before services find it."""
    connection = await asyncpg.connect(plain_dsn(owner_url))
    try:
        await connection.execute(_CLOSE, why)
    finally:
        await connection.close(timeout=1)


@asynccontextmanager
async def closed(owner_url: str, why: str, within_seconds: float = 30) -> AsyncIterator[asyncpg.Connection]:
    """Close the database, as its owner, and have it alone; what goes wrong inside leaves it closed. Raises StillWorking."""
    connection = await asyncpg.connect(plain_dsn(owner_url))
    try:
        await connection.execute(_CLOSE, why)
        await connection.execute(f"SET lock_timeout = '{int(within_seconds * 1000)}ms'")
        try:
            await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        except asyncpg.LockNotAvailableError:
            others = await connection.fetchval(_OTHERS, LOCK)
            raise StillWorking(f"{others} processes still work on the database, which stays closed") from None
        yield connection
        await connection.execute("DELETE FROM closed")
    finally:
        await connection.close(timeout=1)
