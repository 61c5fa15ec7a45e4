"""One question that needs no transaction around it. Beginning one, saying who calls and committing are three more ways to PostgreSQL and
back, each of which costs as much as a short query.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated

import asyncpg
from fastapi import Depends, Request

from ihala_kit.auth import Caller
from ihala_kit.db import Database, fetch

Ask = Callable[..., Awaitable[list[asyncpg.Record]]]
_DIED = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)


async def ask(database: Database, statement: str, *values: object) -> list[asyncpg.Record]:
    """Return the rows of one statement: a constant with $1, $2 …, which the driver prepares once a connection. It reads, or writes what may
    be written twice: when the connection dies on it, it is asked again.

    Nobody asks: row policies show nothing, unless a function in the statement says first who calls.
    """
    connection = await database.engine.raw_connection()
    driver = connection.driver_connection
    assert driver is not None, "it was just taken from the pool"
    try:
        rows: list[asyncpg.Record] = await driver.fetch(statement, *values)
        return rows
    except _DIED:  # unseen, in the pool: a transaction finds one that lives
        connection.invalidate()
    finally:
        connection.close()  # nothing was begun on it, so this does not wait
    async with database.transaction(Caller.anonymous()) as tx:
        return await fetch(tx, statement, *values)


async def _asking(request: Request) -> Ask:
    return partial(ask, request.app.state.database)


Asking = Annotated[Ask, Depends(_asking)]
