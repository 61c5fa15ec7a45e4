"""What waits to be written, and goes on waiting while something else is asked: then a row is written once, at the end of the transaction.

SQLAlchemy writes all that waits before every question, and so one row several times.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession


@contextmanager
def stays(tx: AsyncSession, asked: type[SQLModel]) -> Iterator[None]:
    """Open a part that asks for rows of one table alone: what waits is written before only if some of it is of that table."""
    if any(isinstance(row, asked) for row in (*tx.new, *tx.dirty, *tx.deleted)):
        yield
        return
    with tx.no_autoflush:
        yield
