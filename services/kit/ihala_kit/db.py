"""One request or one batch of events is one transaction, with its events in it.

`Database.transaction` tells PostgreSQL who calls (row policies read it), runs the work, writes the events last and commits.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Annotated, Any

import asyncpg
from fastapi import Depends, Request
from pydantic_core import from_json
from sqlalchemy import text
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.event import listen
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession as SqlAlchemySession
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_kit import outbox, straight
from ihala_kit.auth import Caller, current_caller
from ihala_kit.clock import Clock
from ihala_kit.dsn import CHANNEL, LOST, close, plain_dsn
from ihala_kit.settings import KitSettings
from ihala_kit.straight import Connection
from ihala_kit.straight import fetch as fetch  # noqa: PLC0414 - services find it here

NUDGE_EVERY_SECONDS = 0.002
_WITHOUT_BODY = ("GET", "HEAD")
DEMAND = "ihala.demand"  # where in a request's scope what its transaction is to demand is left by who is asked before it opens

_CONTEXT = text("""
    SELECT set_config('app.organization_id', :organization_id, true), set_config('app.operator_id', :operator_id, true),
           set_config('app.roles', :roles, true), set_config('app.cleared', :cleared, true),
           set_config('app.system', :system, true), set_config('app.client_id', :client_id, true),
           set_config('app.acting_officer', :acting_officer, true)
""")


class Session(AsyncSession):
    """SQLModel's session; `execute` is SQLAlchemy's, for statements that return no model (SQLModel warns of it)."""

    execute = SqlAlchemySession.execute

    async def __aexit__(self, *why: Any) -> None:
        """Close it; what was committed, and so has no connection any more, without a task of its own for that."""
        straight.let_go(self)
        if self.sync_session.in_transaction():
            await super().__aexit__(*why)
        else:
            self.sync_session.close()


class Database:
    """A service's own database: its pool, its clock, and the nudge that wakes the relay after a commit."""

    def __init__(self, settings: KitSettings, pool_size: int = 12) -> None:
        self.settings = settings
        self.clock = Clock()
        url = make_url(settings.database_url).set(drivername="postgresql+asyncpg")
        # The connection used last is the next one: its statements are prepared and PostgreSQL's caches for it are warm.
        self.engine = create_async_engine(
            url, pool_size=pool_size, max_overflow=0, pool_use_lifo=True, hide_parameters=True,
            connect_args={"connection_class": Connection}, json_deserializer=from_json,
        )  # fmt: skip
        listen(self.engine.sync_engine, "handle_error", _name_the_dying)
        self.on_events: list[Callable[[], bool]] = []  # told after each commit with events; True: its relay is woken, no NOTIFY is needed
        self.listeners: defaultdict[str, list[Callable[[str], None]]] = defaultdict(list)  # by channel; they hear `tell` of this process
        self._dirty = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start the background tasks: the nudge, and following the clock where it may move."""
        self._tasks.append(asyncio.create_task(self._nudge()))
        if self.settings.clock_may_move:
            self.clock.offset = await self.read_offset()
            self._tasks.append(asyncio.create_task(self._follow_clock()))

    async def stop(self) -> None:
        """Stop the tasks and close the pool."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.engine.dispose()

    @asynccontextmanager
    async def transaction(self, caller: Caller, demand: str = "") -> AsyncIterator[AsyncSession]:
        """Open a transaction of `caller`'s; commit at the end with its events, or roll back when the work raises.

        `demand` is asked on the way (see straight.begin).
        """
        async with Session(self.engine, expire_on_commit=False) as tx:
            tx.info.update(caller=caller, clock=self.clock, events=[], told=[], service=self.settings)
            await _begin(tx, caller, demand)
            yield tx
            written = outbox.write(tx)
            await tx.commit()
            told: list[tuple[str, str]] = tx.info["told"]
        for channel, words in told:
            for hear in self.listeners[channel]:
                hear(words)
        if written:
            woken = [tell() for tell in self.on_events]
            if not any(woken):
                self._dirty.set()

    async def read_offset(self) -> timedelta:
        """Return how far this database's clock was moved."""
        async with self.engine.connect() as connection:
            offset: timedelta = (await connection.execute(text('SELECT "offset" FROM clock_offset'))).scalar_one()
            return offset

    async def _follow_clock(self) -> None:
        while True:  # a database that is away for a moment must not end the process
            with suppress(*LOST, DBAPIError):
                await self.clock.follow(self.read_offset)
            await asyncio.sleep(1)

    async def _nudge(self) -> None:
        """Send one NOTIFY for many commits, on a connection of its own: inside the transaction it would cost the group commit."""
        while True:
            with suppress(*LOST):
                connection = await asyncpg.connect(plain_dsn(self.settings.database_url))
                try:
                    while True:
                        await self._dirty.wait()
                        self._dirty.clear()
                        await connection.execute(f"NOTIFY {CHANNEL}")
                        await asyncio.sleep(NUDGE_EVERY_SECONDS)
                finally:
                    await close(connection)
            await asyncio.sleep(1)  # the relay's own poll bridges the time without nudges


def _name_the_dying(context: ExceptionContext) -> None:
    """Take a connection on which PostgreSQL's farewell was read, but not yet the end, for one that is gone: asyncpg says only that it is
    in the wrong state, which SQLAlchemy does not take for that."""
    if isinstance(context.original_exception, AsyncAdapt_asyncpg_dbapi.InternalClientError):
        context.is_disconnect = True


async def _begin(tx: AsyncSession, caller: Caller, demand: str) -> None:
    """Begin by telling PostgreSQL who calls. That also shows a pooled connection that died unseen: nothing was done yet, so a new
    one begins again, which costs nothing where a ping would cost every transaction three round trips."""
    context = _context(caller)
    if await straight.begin(tx, context, demand):
        return
    await tx.rollback()
    try:
        await tx.execute(_CONTEXT, context)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        await tx.rollback()
        await tx.execute(_CONTEXT, context)
    straight.at_hand(tx)


def _context(caller: Caller) -> dict[str, str]:
    return {
        "organization_id": str(caller.organization_id),
        "operator_id": str(caller.operator_id or ""),
        "roles": ",".join(sorted(caller.roles)),
        "cleared": "true" if caller.cleared else "false",
        "system": (caller.purpose or "system") if caller.is_system else "",
        "client_id": caller.client_id,
        "acting_officer": caller.acting_officer or "",
    }


async def act_for(tx: AsyncSession, caller: Caller) -> None:
    """Go on for `caller` from here: due work that does what somebody asked for has that caller's rights, not the system's."""
    tx.info["caller"] = caller
    await tx.execute(_CONTEXT, _context(caller))


@asynccontextmanager
async def seeing_all(tx: AsyncSession, purpose: str) -> AsyncIterator[None]:
    """Open a part of a transaction that reaches rows its caller does not see. What it writes is still written in the caller's name."""
    caller: Caller = tx.info["caller"]
    await tx.flush()
    await tx.execute(_CONTEXT, _context(caller) | {"system": purpose})
    yield
    await tx.flush()
    await tx.execute(_CONTEXT, _context(caller))


@asynccontextmanager
async def attempt(tx: AsyncSession) -> AsyncIterator[None]:
    """Open a part of a transaction that may fail by itself: then its rows and its events are gone, and the rest goes on."""
    buffered = {name: len(tx.info[name]) for name in ("events", "told")}
    try:
        async with tx.begin_nested():
            await tx.connection()  # the savepoint is set now, so that `fetch` may be the first to ask
            yield
    except BaseException:
        for name, length in buffered.items():
            del tx.info[name][length:]
        raise


def now(tx: AsyncSession) -> datetime:
    """Return domain time, aware UTC. SQL `now()` is never used for it."""
    clock: Clock = tx.info["clock"]
    return clock.now()


def caller_of(tx: AsyncSession) -> Caller:
    """Return who this transaction acts for."""
    caller: Caller = tx.info["caller"]
    return caller


async def transaction(request: Request) -> AsyncIterator[AsyncSession]:
    """Give a route its transaction; with scope="function" it commits before the answer is sent.

    What is sent is read to its end first: who sends slowly holds no connection.
    """
    database: Database = request.app.state.database
    caller = await current_caller(request)
    if request.method not in _WITHOUT_BODY:
        await request.body()
    async with database.transaction(caller, request.scope.get(DEMAND, "")) as tx:
        yield tx


Transaction = Annotated[AsyncSession, Depends(transaction, scope="function")]
