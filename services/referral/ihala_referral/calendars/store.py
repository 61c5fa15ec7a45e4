"""The queries of calendars, closures and services' own deadlines."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from ihala_kit.auth import Caller
from ihala_kit.db import fetch, now
from ihala_kit.pages import PageRequest
from sqlalchemy import ColumnElement, and_, literal, or_
from sqlalchemy.dialects import postgresql
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral.calendar import Calendar, built
from ihala_referral.calendars.errors import ClosureNotFound
from ihala_referral.calendars.working import Calendars, Closed
from ihala_referral.tables import CalendarStamp, Closure, OwnCalendar, Placement, Referral, ServicePolicy

NOBODYS = Calendars()
KEPT = timedelta(days=400)  # no open deadline is counted from longer ago
_STAMP = "SELECT stamp, current_setting('app.system', true) <> '' AS sees_all FROM calendar_stamp"
_KEY = "calendars"
_remembered: dict[UUID, Calendars] = {}


async def current(tx: AsyncSession) -> Calendars:
    """Return everybody's working time: one short question a transaction, everything else is remembered until something changes.

    For commands that act as the system: the row policies would show a caller its own calendars alone.
    """
    known: Calendars | None = tx.info.get(_KEY)
    if known is None:
        rows = await fetch(tx, _STAMP)
        assert not rows or rows[0]["sees_all"], "what everybody remembers is not read with one caller's eyes"
        known = tx.info[_KEY] = await _of_stamp(tx, rows[0]["stamp"]) if rows else NOBODYS
    return known


async def _of_stamp(tx: AsyncSession, stamp: UUID) -> Calendars:
    if stamp not in _remembered:
        read = await _read(tx)
        _remembered.clear()
        _remembered[stamp] = read
    return _remembered[stamp]


async def _read(tx: AsyncSession) -> Calendars:
    with tx.no_autoflush:
        calendars = (await tx.exec(select(OwnCalendar))).all()
        lasting = col(Closure.last_day) >= (now(tx) - KEPT).date()
        closures = (await tx.exec(select(Closure).where(col(Closure.withdrawn_at).is_(None), lasting))).all()
        promises = (await tx.exec(select(ServicePolicy).order_by(col(ServicePolicy.version)))).all()
    return Calendars(
        own={row.organization_id: built_of(row) for row in calendars},
        closures=tuple(
            Closed(row.operator_id, row.organization_id, row.governorate, row.first_day, row.last_day, row.works) for row in closures
        ),
        promises={(row.service_id, row.version): row.urgencies for row in promises},
        newest={row.service_id: row.version for row in promises},
    )


def built_of(row: OwnCalendar) -> Calendar:
    """Return the calendar that a row describes."""
    return built(str(row.organization_id), row.zone, row.week, row.opens, row.closes, row.lists)


async def touch(tx: AsyncSession) -> None:
    """Let every process know that what it remembers is old, from this commit on."""
    fresh = {"id": True, "stamp": uuid4()}
    insert = postgresql.insert(CalendarStamp).values(fresh)
    await tx.execute(insert.on_conflict_do_update(index_elements=["id"], set_={"stamp": fresh["stamp"]}))


async def own(tx: AsyncSession, caller: Caller, organization_id: UUID, *, lock: bool = False) -> OwnCalendar | None:
    """Return the calendar of an organisation of the caller's, or None when it has none or is nobody of the caller's."""
    query = select(OwnCalendar).where(col(OwnCalendar.organization_id) == organization_id, _shown(caller))
    return (await tx.exec(query.with_for_update() if lock else query)).one_or_none()


def _shown(caller: Caller) -> ColumnElement[bool]:
    """An organisation sees its own calendar and its operator's; an operator those of its organisations."""
    known = {caller.organization_id, caller.operator_id} - {None}
    return or_(col(OwnCalendar.organization_id).in_(known), col(OwnCalendar.operator_id) == caller.organization_id)


def _seen(caller: Caller) -> ColumnElement[bool]:
    ours = or_(col(Closure.organization_id) == caller.organization_id, col(Closure.operator_id) == caller.organization_id)
    everybodys = and_(col(Closure.organization_id).is_(None), col(Closure.operator_id) == caller.operator_id)
    return or_(ours, everybodys)


async def closures(tx: AsyncSession, caller: Caller, since: date | None, page: PageRequest) -> Sequence[Closure]:
    """Return a page of the closures that stand and concern the caller, oldest first; since a day if it is given."""
    query = select(Closure).where(_seen(caller), col(Closure.withdrawn_at).is_(None))
    if since is not None:
        query = query.where(col(Closure.last_day) >= since)
    after = page.after_as(UUID)
    if after is not None:
        query = query.where(col(Closure.id) > after[0])
    return (await tx.exec(query.order_by(col(Closure.id)).limit(page.fetch))).all()


async def closure(tx: AsyncSession, caller: Caller, closure_id: UUID, *, lock: bool = False) -> Closure:
    """Return a closure that the caller sees. Raises ClosureNotFound (404)."""
    query = select(Closure).where(col(Closure.id) == closure_id, _seen(caller))
    found = (await tx.exec(query.with_for_update() if lock else query)).one_or_none()
    if found is None:
        raise ClosureNotFound()
    return found


async def add(tx: AsyncSession, row: OwnCalendar | ServicePolicy) -> bool:
    """Write a new row; return False when somebody else just wrote it. The row itself is not part of the session."""
    written = postgresql.insert(type(row)).values(row.model_dump()).on_conflict_do_nothing().returning(literal(True))
    return (await tx.execute(written)).scalar_one_or_none() is not None


async def promises(tx: AsyncSession, service_id: UUID) -> Sequence[ServicePolicy]:
    """Return the versions of a service's own deadlines, newest first. Whose service it is was found before."""
    query = select(ServicePolicy).where(col(ServicePolicy.service_id) == service_id)
    return (await tx.exec(query.order_by(col(ServicePolicy.version).desc()))).all()


async def owned(tx: AsyncSession, operator_id: UUID, governorate: str | None, after: UUID | None, most: int) -> Sequence[tuple[UUID, UUID]]:
    """Return an operator's open placements in order: (where to go on, placement).

    Emergencies, too: what was offered or accepted before it was one, or after it was none any more, counts in working time.
    """
    query = select(Placement.id, Placement.id).where(col(Placement.operator_id) == operator_id, col(Placement.ended_at).is_(None))
    if governorate is not None:
        query = query.where(col(Placement.governorate) == governorate)
    return await _some(tx, query, col(Placement.id), after, most)


async def taking_part(
    tx: AsyncSession, whose: ColumnElement[bool], governorate: str | None, after: UUID | None, most: int
) -> Sequence[tuple[UUID, UUID]]:
    """The same by the open referrals that an organisation has a part in."""
    query = select(Referral.id, Referral.placement_id).where(whose, col(Referral.ended_at).is_(None))
    if governorate is not None:
        query = query.where(col(Referral.governorate) == governorate)
    return await _some(tx, query, col(Referral.id), after, most)


async def _some(tx: AsyncSession, query: Any, key: Any, after: UUID | None, most: int) -> Sequence[tuple[UUID, UUID]]:
    query = query if after is None else query.where(key > after)
    return [(row[0], row[1]) for row in (await tx.execute(query.order_by(key).limit(most))).all()]
