"""The queries of holidays. They are public: whoever calls sees all."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import fetch
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory.calendars.tables import COUNTRY, Holiday
from ihala_directory.errors import HolidayNotFound
from ihala_directory.places import Place

MOST = 1000
_DAYS_OFF = "SELECT day FROM holiday WHERE area = ANY($1) AND operator_id = $2 AND day BETWEEN $3 AND $4"


async def holidays(tx: AsyncSession, first: date, last: date) -> Sequence[Holiday]:
    """Return the holidays from one day to another, both included, by day; at most a thousand."""
    query = select(Holiday).where(Holiday.day >= first, Holiday.day <= last)
    return (await tx.exec(query.order_by(col(Holiday.day), col(Holiday.area), col(Holiday.id)).limit(MOST))).all()


async def days_off(tx: AsyncSession, place: Place | None, operator_id: UUID, first: date, last: date) -> Collection[date]:
    """Return the holidays that hold for an office of this operator at a place."""
    areas = [COUNTRY, *(place.areas if place else ())]
    return {row[0] for row in await fetch(tx, _DAYS_OFF, areas, operator_id, first, last)}  # asked for every match


async def own(tx: AsyncSession, caller: Caller, holiday_id: UUID) -> Holiday:
    """Lock a holiday that the caller's office declared. Raises HolidayNotFound (404)."""
    query = select(Holiday).where(Holiday.id == holiday_id, Holiday.operator_id == caller.organization_id).with_for_update()
    found = (await tx.exec(query)).one_or_none()
    if found is None:
        raise HolidayNotFound()
    return found
