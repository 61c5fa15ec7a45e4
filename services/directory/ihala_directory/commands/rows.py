"""Writing entries: what is new is inserted, what differs is changed, what is the same is left alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table as Columns
from sqlalchemy.dialects.postgresql import insert as into
from sqlalchemy.orm import make_transient_to_detached
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory.errors import AlreadyExists
from ihala_directory.tables import Organization, Service, ServiceAtLocation, Table


async def insert(tx: AsyncSession, row: Table) -> None:
    """Insert a row whose id may have been given by the caller; the session keeps it. Raises AlreadyExists (409)."""
    await insert_all(tx, [row])
    make_transient_to_detached(row)  # for the session it is as if it had been read: what is set later is an update
    tx.add(row)


async def insert_all(tx: AsyncSession, rows: Sequence[Table]) -> None:
    """Insert rows of one table, at once, unknown to the session. Raises AlreadyExists (409): then those whose ids were free are there.

    A taken id fails no statement, so no savepoint is needed for it.
    """
    if not rows:
        return
    table: Columns = rows[0].__table__  # type: ignore[attr-defined]
    statement = into(table).on_conflict_do_nothing().returning(*table.primary_key)
    values = [{name: getattr(row, name) for name in table.columns.keys()} for row in rows]  # noqa: SIM118 it is not a dict
    if len((await tx.execute(statement, values)).all()) < len(rows):
        raise AlreadyExists()


def change(row: Organization | Service | ServiceAtLocation, values: dict[str, Any], at: datetime) -> bool:
    """Set what differs, with a new version; return whether anything did."""
    if not set_values(row, values):
        return False
    touch(row, at)
    return True


def touch(row: Organization | Service | ServiceAtLocation, at: datetime) -> None:
    """Give it a new version for what changed around it."""
    row.version += 1
    row.changed_at = at


def set_values(row: Table, values: dict[str, Any]) -> bool:
    """Set what differs; return whether anything did."""
    different = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    return bool(different)
