"""Past SQLAlchemy, on a transaction's own connection: what is asked so often that what SQLAlchemy adds to it would cost more than it does.

BEGIN, who calls (row policies read it) and what must be so for the work to begin go to PostgreSQL in one message, and so do COMMIT and what
nobody waits for before it: one way there and back, where they were two or three.
"""

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import asyncpg
from sqlalchemy.engine import Connection as SqlAlchemyConnection
from sqlalchemy.orm import Session
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_kit.dsn import LOST

Value = str | bytes | int | datetime
UNMET = asyncpg.InvalidTextRepresentationError  # what a plain statement can raise with words of its own: "…"::int
FIRST_ASSIGNED = 10_000  # below, PostgreSQL's own types have the same numbers in every database of every version
_known: dict[frozenset[int], tuple[Any, Any]] = {}


class Connection(asyncpg.Connection):
    """A connection that says something more with its next BEGIN and its next COMMIT, and does not ask what others have learnt.

    asyncpg (0.32) asks PostgreSQL on each connection what an array of uuid is, or of text, once a type: 30 ms each time, for a question
    with one answer. There is no public way to tell it; a test tells when it asks otherwise.
    """

    with_begin = ""
    demand = ""
    met = False
    with_commit = ""

    async def _introspect_types(self, typeoids: Collection[int], timeout: float | None) -> tuple[Any, Any]:  # noqa: ASYNC109 - asyncpg's
        """Return what PostgreSQL knows of types, and the statement that asked, of which only the name matters."""
        asked = frozenset(typeoids)
        if asked in _known:
            return _known[asked]
        types, statement = await super()._introspect_types(typeoids, timeout)  # type: ignore[misc]
        if max(asked) < FIRST_ASSIGNED:
            _known[asked] = types, SimpleNamespace(name="asked before")  # so nothing of this connection was forgotten over it
        return types, statement

    async def execute(self, query: str, *args: object, timeout: float | None = None) -> str:  # noqa: ASYNC109 - asyncpg's
        """Run a statement, as asyncpg does."""
        if query == "COMMIT;" and self.with_commit:
            return await self._committed(query)
        if query.startswith("BEGIN"):
            return await self._begun(query)
        return await super().execute(query, *args, timeout=timeout)

    async def _begun(self, query: str) -> str:
        """Begin with what is to be said; when what is demanded beside is not so, begin anew without it."""
        query, demand = query + self.with_begin, self.demand
        self.with_begin, self.demand, self.met, self.with_commit = "", "", False, ""
        if demand:
            try:
                begun = await super().execute(f"{query};{demand}")
            except UNMET:
                await super().execute("ROLLBACK")
            else:
                self.met = True
                return begun
        return await super().execute(query)

    async def _committed(self, query: str) -> str:
        """Commit with what is to be said before; when that fails nothing is committed, and the connection is good for others."""
        query, self.with_commit = self.with_commit + query, ""
        try:
            return await super().execute(query)
        except Exception:
            with suppress(*LOST):
                if self.is_in_transaction():
                    await super().execute("ROLLBACK")
            raise


async def begin(tx: AsyncSession, settings: dict[str, str], demand: str = "") -> bool:
    """Begin the transaction with settings of its own; False when that failed, whyever: then nothing was done, and its connection is gone.

    `demand` is a statement that raises UNMET when the work may not simply begin; `met` tells afterwards whether it was asked and did not.
    Raises what it raises when there is no connection to be had.
    """
    connection = await tx.run_sync(_connected)
    adapted: Any = connection.connection.dbapi_connection
    driver = adapted.driver_connection
    driver.with_begin, driver.demand = _as_text(settings), demand
    try:
        await adapted._start_transaction()
    except BaseException as error:
        await tx.run_sync(_invalidate)
        if not isinstance(error, Exception):
            raise
        return False
    tx.info.update(driver=driver, met=demand if driver.met else "")
    return True


def met(tx: AsyncSession, demand: str) -> bool:
    """Tell whether the transaction began with this demand, and it was met."""
    return tx.info.get("met") == demand


def _connected(session: Session) -> SqlAlchemyConnection:
    return session.connection()


def _invalidate(session: Session) -> None:
    session.connection().invalidate()


def at_hand(tx: AsyncSession) -> None:
    """Keep the driver of a transaction that has begun at hand: SQLAlchemy takes as long to say which it is as to ask it something."""
    tx.info["driver"] = tx.sync_session.connection().connection.driver_connection


def let_go(tx: AsyncSession) -> None:
    """Let go of the driver: the transaction has ended, and its connection is for others."""
    tx.info.pop("driver", None)


async def fetch(tx: AsyncSession, statement: str, *values: object) -> list[asyncpg.Record]:
    """Return the rows of a constant statement with $1, $2 …; the driver prepares it once a connection. Raises asyncpg's errors."""
    rows: list[asyncpg.Record] = await tx.info["driver"].fetch(statement, *values)
    return rows


def at_commit(tx: AsyncSession, statement: str, *values: Value) -> None:
    """Have a statement done with the commit: one whose answer nobody needs, with {} for each value. What it raises the commit raises."""
    tx.info["driver"].with_commit += written_out(statement, *values) + ";"


def written_out(statement: str, *values: Value) -> str:
    """Return a statement with {} for each value as one text."""
    return statement.format(*map(_literal, values))


def _as_text(settings: dict[str, str]) -> str:
    """Return the settings as one statement."""
    return "SELECT " + ",".join([f"set_config('app.{name}',{_literal(value)},true)" for name, value in settings.items()])


def _literal(value: Value) -> str:
    """Return a value as PostgreSQL reads it, whatever its settings."""
    if isinstance(value, int):
        return f"({value})"
    if isinstance(value, bytes):
        return f"decode('{value.hex()}','hex')"
    text = value if isinstance(value, str) else value.isoformat()
    return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"
