"""Which faults pass by themselves, so that trying again is right; anything else would only fail again."""

import asyncio

import asyncpg
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

PASSING: list[type[Exception]] = [OSError, InterfaceError, OperationalError, asyncio.TimeoutError]
# PostgreSQL's codes: serialization, deadlock, lock timeout, too many connections, shutdown, crash, start-up.
PASSING_STATES = {"40001", "40P01", "55P03", "53300", "57P01", "57P02", "57P03"}


def passing(kind: type[Exception]) -> None:
    """Take one more kind of fault for one that passes. For a client that is loaded only where it is needed: the bus says so of its own."""
    PASSING.append(kind)


def passes(error: BaseException) -> bool:
    """Tell whether the same work may succeed a moment later."""
    if isinstance(error, ValidationError):
        return False
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None)
        return error.connection_invalidated or state in PASSING_STATES or (state is None and isinstance(error, tuple(PASSING)))
    if isinstance(error, asyncpg.PostgresError):  # of what was asked straight through the driver
        return error.sqlstate in PASSING_STATES or isinstance(error, asyncpg.PostgresConnectionError)
    if isinstance(error, (asyncpg.InterfaceError, asyncpg.InternalClientError)):  # a connection that is gone, unless a value is at fault
        return not isinstance(error, ValueError)
    return isinstance(error, tuple(PASSING))
