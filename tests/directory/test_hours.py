"""When a service is open, and which opening times cannot be."""

from datetime import date, datetime
from typing import Any

import pytest
from ihala_directory import hours
from ihala_directory.models.drafts import ServiceDraft
from ihala_directory.models.parts import Schedule
from pydantic import ValidationError

SUNDAY, FRIDAY = date(2026, 11, 22), date(2026, 11, 27)
MORNING: dict[str, Any] = {"days": ["SU", "MO", "TU", "WE", "TH"], "opens_at": "08:00", "closes_at": "12:00"}
AFTERNOON = MORNING | {"opens_at": "13:00", "closes_at": "15:30"}
NIGHT = {"days": ["SU"], "opens_at": "22:00", "closes_at": "24:00"}


def at(day: date, clock: str) -> datetime:
    return datetime.combine(day, datetime.strptime(clock, "%H:%M").time(), hours.ZONE)


def shown(spans: list[hours.Span]) -> list[str]:
    return [f"{opens:%H:%M}-{closes:%d %H:%M}" for opens, closes in spans]


def test_a_day_has_its_spans_in_order() -> None:
    assert shown(hours.spans([AFTERNOON, NIGHT, MORNING], [], [], SUNDAY)) == ["08:00-22 12:00", "13:00-22 15:30", "22:00-23 00:00"]
    assert hours.spans([MORNING], [], [], FRIDAY) == []


def test_closures_holidays_and_validity_count() -> None:
    closed = [{"from": "2026-11-21", "until": "2026-11-22", "reason": {}}]
    assert hours.spans([MORNING], closed, [], SUNDAY) == []
    assert hours.spans([MORNING], [], [SUNDAY], SUNDAY) == []
    assert hours.spans([MORNING | {"valid_from": "2026-11-23"}], [], [], SUNDAY) == []
    assert hours.spans([MORNING | {"valid_to": "2026-11-22"}], [], [], SUNDAY) != []


def test_what_is_open_day_and_night_has_no_holidays() -> None:
    always = {"days": list(hours.DAYS), "opens_at": "00:00", "closes_at": "24:00"}
    assert shown(hours.spans([always], [], [SUNDAY], SUNDAY)) == ["00:00-23 00:00"]
    assert hours.is_open([always], [], [SUNDAY], at(SUNDAY, "03:00")) is True
    assert hours.spans([always], [{"from": "2026-11-22", "until": "2026-11-22", "reason": {}}], [SUNDAY], SUNDAY) == []


def test_open_now_is_yes_no_or_unknown() -> None:
    assert hours.is_open([MORNING], [], [], at(SUNDAY, "08:00")) is True
    assert hours.is_open([MORNING], [], [], at(SUNDAY, "12:00")) is False
    assert hours.is_open([], [], [], at(SUNDAY, "12:00")) is None
    assert hours.is_open([], [{"from": "2026-11-22", "until": "2026-11-22"}], [], at(SUNDAY, "12:00")) is False


def test_openings_of_a_week() -> None:
    assert len(list(hours.openings([MORNING, AFTERNOON], [], [], SUNDAY, 7))) == 10


BASE: dict[str, Any] = {
    "names": {"en": "x"}, "need_codes": ["housing.rent"],
    "at": [{"location": {"place": "IQG15", "names": {"en": "x"}}, "areas": ["IQG15"], "capacity": {"kind": "slot", "figure": 1}}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"schedules": [MORNING, MORNING | {"opens_at": "11:00", "closes_at": "13:00"}]}, "schedules"),
        ({"schedules": [MORNING | {"opens_at": "12:00", "closes_at": "08:00"}]}, "schedules"),
        ({"schedules": [MORNING | {"opens_at": "25:00"}]}, "schedules"),
        ({"schedules": [MORNING | {"days": ["XX"]}]}, "schedules"),
        ({"closures": [{"from": "2026-02-02", "until": "2026-02-01"}]}, "closures"),
        ({"description": {"en": "<script>alert(1)</script>"}}, "description"),
        ({"names": {"ar": "نص &lt;b&gt;"}}, "names"),
        ({"names": {"en": "left \u202e right"}}, "names"),
        ({"names": {"fr": "Bonjour"}}, "names"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"costs": [{"amount": "-5"}]}, "costs"),
        ({"wait_days": -1}, "wait_days"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(change: dict[str, Any], where: str) -> None:
    ServiceDraft.model_validate(BASE)
    with pytest.raises(ValidationError) as refused:
        ServiceDraft.model_validate(BASE | change)
    assert {str(error["loc"][0]) for error in refused.value.errors()} == {where}


def test_schedules_that_only_touch_are_apart() -> None:
    one, other = Schedule.model_validate(MORNING), Schedule.model_validate(MORNING | {"opens_at": "12:00", "closes_at": "13:00"})
    assert not one.overlaps(other)
    assert not one.overlaps(Schedule.model_validate(MORNING | {"days": ["FR"]}))
    dated = Schedule.model_validate(MORNING | {"valid_from": "2026-01-01"}), Schedule.model_validate(MORNING | {"valid_to": "2025-12-31"})
    assert not dated[0].overlaps(dated[1])


def test_what_is_closed_for_good_never_opens_again() -> None:
    closures = [{"from": "2026-01-01", "until": "9999-12-31"}, {"from": "2026-01-01", "until": "2026-12-01"}]
    assert hours.turns([], closures, SUNDAY) == {date(2026, 12, 2)}


ALWAYS = {"days": list(hours.DAYS), "opens_at": "00:00", "closes_at": "24:00"}


@pytest.mark.parametrize(
    ("schedules", "closures", "always"),
    [
        ([ALWAYS], [], True),
        ([ALWAYS | {"days": ["SU", "MO", "TU", "WE"]}, ALWAYS | {"days": ["TH", "FR", "SA"]}], [], True),
        ([ALWAYS], [{"from": "2026-11-01", "until": "2026-11-21"}], True),
        ([ALWAYS], [{"from": "2027-01-01", "until": "2027-01-02"}], False),
        ([ALWAYS | {"days": ["SU", "MO", "TU", "WE", "TH"]}], [], False),
        ([ALWAYS | {"closes_at": "23:00"}], [], False),
        ([ALWAYS | {"valid_to": "2027-01-01"}], [], False),
        ([ALWAYS | {"valid_from": "2026-11-23"}], [], False),
        ([], [], False),
    ],
)
def test_day_and_night_means_every_hour_of_every_day_to_come(schedules: Any, closures: Any, always: bool) -> None:
    assert hours.day_and_night(schedules, closures, SUNDAY) is always
