"""What callers see of calendars, closures, policies and services' own deadlines."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ihala_contracts.intake_v1 import Urgency
from ihala_kit.words import Words

from ihala_referral import policy
from ihala_referral.calendar import standing as everybodys
from ihala_referral.calendar import today
from ihala_referral.calendars import holidays, models
from ihala_referral.tables import Closure, OwnCalendar, ServicePolicy

_SHOWN = ("triage", "acknowledge", "decide", "expire", "first_contact", "answer")


def calendar(organization_id: UUID, own: OwnCalendar | None, operators: OwnCalendar | None) -> models.Calendar:
    """Return the calendar that holds for an organisation: its own, else its operator's, else everybody's."""
    row = own or operators
    if row is None:
        return models.Calendar(organization_id=organization_id, of="everybody", version=0, **everybodys())
    whose: Literal["own", "operator"] = "own" if own else "operator"
    return models.Calendar(
        organization_id=organization_id, of=whose, zone=row.zone, week=row.week, opens=f"{row.opens:%H:%M}", closes=f"{row.closes:%H:%M}",
        lists=row.lists, changed_at=row.changed_at, version=row.version if own else 0,
    )  # fmt: skip


def closure(row: Closure) -> models.Closure:
    """Return a closure as it stands."""
    values = {name: getattr(row, name) for name in models.Closure.model_fields if name != "closure_id"}
    return models.Closure(closure_id=row.id, **values)


def holiday_lists() -> models.HolidayLists:
    """Return every list with its days."""
    return models.HolidayLists(items=[_list(one) for one in holidays.lists().values()])


def _list(one: holidays.HolidayList) -> models.HolidayList:
    days = [models.Holiday(day=day.day, names=_names(day.title), announced_late=day.announced_late) for day in one.holidays]
    return models.HolidayList(code=one.code, kind=one.kind, names=_names(one.title), source=one.source, holidays=days)


def _names(words: Words) -> dict[str, str]:
    return {"en": words.en, "ar": words.ar, "ckb": words.ckb}


def policies(at: datetime) -> models.Policies:
    """Return every version of the deadlines, newest first."""
    now = policy.current(today(at))
    return models.Policies(
        items=[
            models.Policy(version=one.version, valid_from=one.valid_from, current=one is now, urgencies=_timings(one.timings))
            for one in policy.versions()
        ]
    )


def _timings(timings: dict[Urgency, policy.Timing]) -> dict[Urgency, models.Timing]:
    return {urgency: _timing(timing) for urgency, timing in timings.items()}


def _timing(timing: policy.Timing) -> models.Timing:
    values: dict[str, Any] = {name: getattr(timing, name) for name in _SHOWN}
    return models.Timing(time="wall" if timing.wall else "working", levels=list(timing.levels), **values)


def service_policy(service_id: UUID, rows: Sequence[ServicePolicy], at: datetime) -> models.ServicePolicy:
    """Return what a service promises, and what holds with it; `rows` are its versions, newest first."""
    said = rows[0].urgencies if rows else {}
    timings = policy.current(today(at)).timings
    return models.ServicePolicy(
        service_id=service_id, version=rows[0].version if rows else 0, set_at=rows[0].set_at if rows else None,
        urgencies={Urgency(name): models.Promise(**values) for name, values in said.items()},
        holds=_timings({urgency: timing.tightened(said.get(urgency.value, {})) for urgency, timing in timings.items()}),
        versions=[row.version for row in rows],
    )  # fmt: skip
