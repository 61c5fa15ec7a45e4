"""Addresses of databases as asyncpg reads them; apart from `db`, so that the relay stays small."""

from urllib.parse import urlsplit

CHANNEL = "outbox"  # on which a commit with events is announced


def plain_dsn(url: str) -> str:
    """Return the address without SQLAlchemy's driver name."""
    return urlsplit(url)._replace(scheme="postgresql").geturl()
