"""Working time of Iraq's week: Sunday to Thursday, 08:00 to 15:00 in Baghdad (05:00 to 12:00 UTC)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ihala_referral.calendar import NoCalendar, calendar

IRAQ = calendar()


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return an instant of November 2026, UTC; the 22nd is a Sunday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (at(22, 6), 1, at(23, 6)),  # Sunday to Monday, the same hour
        (at(26, 6), 1, at(29, 6)),  # Thursday to Sunday
        (at(22, 6), 3, at(25, 6)),
        (at(22, 6), 10, datetime(2026, 12, 6, 6, tzinfo=UTC)),
        (at(27, 9), 1, at(29, 12)),  # on Friday nothing passes: the whole of Sunday
        (at(22, 20), 1, at(23, 12)),  # in the evening: the whole of Monday
        (at(22, 4), 1, at(22, 12)),  # before the doors open: the whole day
        (at(22, 11, 30), 0.5, at(23, 8)),
    ],
)
def test_working_days_pass_only_while_the_doors_are_open(start: datetime, days: float, end: datetime) -> None:
    assert IRAQ.after(start, days) == end


def test_a_holiday_moves_the_deadline() -> None:
    closed = replace(IRAQ, holidays=frozenset({date(2026, 11, 23)}))
    assert closed.after(at(22, 6), 1) == at(24, 6)
    assert closed.between(at(22, 6), at(24, 6)) == IRAQ.day_length


def test_a_calendar_without_a_working_day_gives_no_deadline() -> None:
    with pytest.raises(NoCalendar):
        replace(IRAQ, week=frozenset()).after(at(22, 6), 1)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), st.integers(1, 5000))
def test_what_is_added_lies_between(start: datetime, minutes: int) -> None:
    begins = start.replace(tzinfo=UTC)
    ends = IRAQ.add(begins, timedelta(minutes=minutes))
    assert IRAQ.between(begins, ends) == timedelta(minutes=minutes)
    assert IRAQ.is_working_day(ends.astimezone(IRAQ.zone).date())
