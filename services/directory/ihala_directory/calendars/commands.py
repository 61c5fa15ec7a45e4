"""Holidays are declared and taken back by operators."""

from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.etag import Stale
from ihala_kit.ids import new_id
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory import rights
from ihala_directory.calendars import store
from ihala_directory.calendars.tables import COUNTRY, Holiday
from ihala_directory.commands import rows
from ihala_directory.errors import UnknownPlace
from ihala_directory.models.hours import NewHoliday
from ihala_directory.places import places


async def declare(tx: AsyncSession, caller: Caller, draft: NewHoliday) -> Holiday:
    """Enter a holiday of the caller's office. Raises OfficersOnly (403), UnknownPlace (422), AlreadyExists (409)."""
    operator_id = rights.office(caller)
    if draft.area != COUNTRY and places().area(draft.area) is None:
        raise UnknownPlace(pointer="#/area")
    row = Holiday(id=new_id(), operator_id=operator_id, declared_at=now(tx), **draft.model_dump())
    await rows.insert(tx, row)
    return row


async def take_back(tx: AsyncSession, caller: Caller, holiday_id: UUID, version: int) -> Holiday:
    """Remove a holiday of the caller's office. Raises OfficersOnly (403), HolidayNotFound (404), Stale (412)."""
    rights.office(caller)
    row = await store.own(tx, caller, holiday_id)
    if row.version != version:
        raise Stale()
    await tx.delete(row)
    return row
