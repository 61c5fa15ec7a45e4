"""Addresses of databases as asyncpg reads them; apart from `db`, so that the relay stays small."""

from urllib.parse import urlsplit

import asyncpg

CHANNEL = "outbox"  # on which a commit with events is announced
# How asyncpg says that a connection is gone; the last when PostgreSQL ended one that was silent because its process was frozen.
LOST = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


async def close(connection: asyncpg.Connection) -> None:
    """End a connection, whatever state it is in. Raises nothing: what is under way, an end above all, must not become another error."""
    try:
        await connection.close(timeout=1)
    except LOST:  # a timeout is one of them
        connection.terminate()


def plain_dsn(url: str) -> str:
    """Return the address without SQLAlchemy's driver name."""
    return urlsplit(url)._replace(scheme="postgresql").geturl()
