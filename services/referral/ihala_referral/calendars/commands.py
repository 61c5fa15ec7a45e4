"""Setting calendars, declaring and withdrawing closures, promising to be sooner: each changes what everybody remembers (`store.touch`),
tells of it, and has the open deadlines of whom it concerns counted again as due work.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from uuid import UUID

from ihala_contracts.referral_v1 import CalendarChanged
from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.etag import Stale
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import calendar
from ihala_referral.calendar import DAYS
from ihala_referral.calendars import holidays, recomputing, rights, store
from ihala_referral.calendars.errors import (
    ClosureEnded,
    ClosureNotFound,
    ClosureNotPossible,
    HolidayListUnknown,
    PolicyLooser,
    PolicyOutOfOrder,
    WorkingTimeTooShort,
)
from ihala_referral.calendars.models import NewCalendar, NewClosure, NewServicePolicy
from ihala_referral.policy import TIGHTENED, Timing, current
from ihala_referral.tables import Closure, OwnCalendar, ServicePolicy

FEWEST_DAYS, FEWEST_HOURS = 3, timedelta(hours=3)
LONGEST, FARTHEST = timedelta(days=31), timedelta(days=366)


async def set_calendar(tx: AsyncSession, caller: Caller, organization_id: UUID, version: int, body: NewCalendar) -> OwnCalendar:
    """Set when an organisation works; emits CalendarChanged.

    Raises CalendarNotFound (404), AdministratorsOnly (403), Stale (412), HolidayListUnknown and WorkingTimeTooShort (422).
    """
    operator_id = await rights.operator_of(tx, caller, organization_id)
    unknown = set(body.lists) - set(holidays.lists())
    if unknown:
        raise HolidayListUnknown(pointer="#/lists", known=sorted(holidays.lists()))
    _check_working_time(body)
    row = await store.own(tx, caller, organization_id, lock=True)
    if version != (row.version if row else 0):
        raise Stale()
    values = {"operator_id": operator_id, "changed_at": now(tx), "client_id": caller.client_id, "version": version + 1, **_written(body)}
    if row is None:
        row = OwnCalendar(organization_id=organization_id, **values)
        if not await store.add(tx, row):
            raise Stale()
    else:
        for name, value in values.items():
            setattr(row, name, value)
    await _changed(tx, organization_id, operator_id, "calendar")
    await recomputing.begin(tx, organization_id, organization_id=organization_id)
    return row


def _written(body: NewCalendar) -> dict[str, Any]:
    return {
        "zone": body.zone, "week": sorted(set(body.week), key=DAYS.index), "lists": sorted(set(body.lists)),
        "opens": time.fromisoformat(body.opens), "closes": time.fromisoformat(body.closes),
    }  # fmt: skip


def _check_working_time(body: NewCalendar) -> None:
    begins, ends = (datetime.combine(date.min, time.fromisoformat(hour)) for hour in (body.opens, body.closes))
    if len(set(body.week)) < FEWEST_DAYS or ends - begins < FEWEST_HOURS:
        raise WorkingTimeTooShort()


async def declare(tx: AsyncSession, caller: Caller, body: NewClosure) -> Closure:
    """Declare days on which somebody is closed, from today on; emits CalendarChanged.

    Raises CalendarNotFound (404), AdministratorsOnly (403), ClosureNotPossible (422).
    """
    whose = body.organization_id
    operator_id = await rights.operator_of(tx, caller, whose) if whose else rights.operator(caller)
    today = calendar.today(now(tx))
    if not (today <= body.first_day <= body.last_day <= today + FARTHEST and body.last_day - body.first_day < LONGEST):
        raise ClosureNotPossible(pointer="#/first_day")
    row = Closure(id=new_id(), operator_id=operator_id, declared_at=now(tx), client_id=caller.client_id, version=1, **body.model_dump())
    tx.add(row)
    await _closure_changed(tx, row, "closure")
    return row


async def withdraw(tx: AsyncSession, caller: Caller, closure_id: UUID, version: int) -> Closure:
    """Take a closure back: one that has begun ends today, since nobody was there; emits CalendarChanged.

    Raises ClosureNotFound (404), AdministratorsOnly (403), ClosureEnded (409), Stale (412).
    """
    row = await store.closure(tx, caller, closure_id, lock=True)
    if row.organization_id is None and row.operator_id != caller.organization_id:
        raise ClosureNotFound()  # its operator's, which it only sees
    await rights.operator_of(tx, caller, row.organization_id) if row.organization_id else rights.operator(caller)
    today = calendar.today(now(tx))
    if row.withdrawn_at is not None or row.last_day <= today:
        raise ClosureEnded()
    if row.version != version:
        raise Stale()
    if row.first_day <= today:
        row.last_day = today
    else:
        row.withdrawn_at = now(tx)
    row.version += 1
    await _closure_changed(tx, row, "withdrawal")
    return row


async def _closure_changed(tx: AsyncSession, row: Closure, what: Literal["closure", "withdrawal"]) -> None:
    whose = row.organization_id or row.operator_id
    assert whose is not None, "the database demands one"
    await _changed(tx, whose, row.operator_id, what)
    await recomputing.begin(
        tx, row.id, organization_id=row.organization_id, operator_id=row.operator_id, governorate=row.governorate
    )  # fmt: skip


async def promise(tx: AsyncSession, caller: Caller, service_id: UUID, version: int, body: NewServicePolicy) -> ServicePolicy:
    """Let a service be sooner than the policy, for offers from now on; emits CalendarChanged.

    Raises ServiceNotFound (404), AdministratorsOnly (403), Stale (412), PolicyLooser, PolicyOutOfOrder (422).
    """
    organization_id, operator_id = await rights.of_service(tx, caller, service_id)
    known = await store.promises(tx, service_id)
    if version != (known[0].version if known else 0):
        raise Stale()
    values = {urgency.value: said.model_dump(exclude_none=True) for urgency, said in body.urgencies.items()}
    for urgency, timing in current(calendar.today(now(tx))).timings.items():
        _check_sooner(urgency.value, timing, values.get(urgency.value, {}))
    row = ServicePolicy(
        service_id=service_id, version=version + 1, organization_id=organization_id, operator_id=operator_id, urgencies=values,
        set_at=now(tx), client_id=caller.client_id,
    )  # fmt: skip
    if not await store.add(tx, row):
        raise Stale()
    await _changed(tx, organization_id, operator_id, "service_policy")
    return row


def _check_sooner(urgency: str, timing: Timing, values: Mapping[str, Any]) -> None:
    """Raise PolicyLooser (422) for anything that is later than the policy, PolicyOutOfOrder where the order makes no sense."""
    for name in (name for name in TIGHTENED if name in values):
        if values[name] > getattr(timing, name):
            raise PolicyLooser(pointer=f"#/urgencies/{urgency}/{name}", at_most=getattr(timing, name))
    if any(own > policys for own, policys in zip(values.get("levels", ()), timing.levels, strict=False)):
        raise PolicyLooser(pointer=f"#/urgencies/{urgency}/levels", at_most=list(timing.levels))
    holds = timing.tightened(values)
    first, second, third = holds.levels
    if not (holds.acknowledge <= holds.decide <= holds.expire and first <= second <= third <= holds.expire):
        raise PolicyOutOfOrder(pointer=f"#/urgencies/{urgency}")


async def _changed(
    tx: AsyncSession, whose: UUID, operator_id: UUID | None, what: Literal["calendar", "closure", "withdrawal", "service_policy"]
) -> None:
    await store.touch(tx)
    emit(tx, CalendarChanged(organization_id=whose, operator_id=operator_id, what=what, changed_at=now(tx)))
