"""Writing entries: what is new is inserted, what differs is changed, what is the same is left alone."""

from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory.errors import AlreadyExists
from ihala_directory.tables import Organization, Service, ServiceAtLocation, Table


async def insert(tx: AsyncSession, row: Table) -> None:
    """Insert a row whose id may have been given by the caller. Raises AlreadyExists (409)."""
    try:
        async with tx.begin_nested():
            tx.add(row)
    except IntegrityError:
        raise AlreadyExists() from None


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
