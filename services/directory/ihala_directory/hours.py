"""When a service is open: its schedules, less its closures and the holidays. Pure; times of Asia/Baghdad, spans as aware datetimes.

A holiday closes offices, not what is open day and night: else nobody would be found in an emergency for the four days of a feast.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Baghdad")
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")  # as date.weekday() counts
DAY_AND_NIGHT = ("00:00", "24:00")

Parts = Sequence[dict[str, Any]]  # schedules or closures as stored (models/parts.py)
Span = tuple[datetime, datetime]


def spans(schedules: Parts, closures: Parts, holidays: Collection[date], day: date) -> list[Span]:
    """Return when it is open on one day, in order; nothing while it is closed, on a holiday only what is open day and night."""
    if any(_covers(one["from"], one["until"], day) for one in closures):
        return []
    name = DAYS[day.weekday()]
    today = [one for one in schedules if name in one["days"] and _covers(one.get("valid_from"), one.get("valid_to"), day)]
    if day in holidays:
        today = [one for one in today if (one["opens_at"], one["closes_at"]) == DAY_AND_NIGHT]
    return sorted([(_instant(day, one["opens_at"]), _instant(day, one["closes_at"])) for one in today])


def day_and_night(schedules: Parts, closures: Parts, today: date) -> bool:
    """Tell whether it is open at every hour of every day from now on, without an end or a closure to come."""
    always = [one for one in schedules if (one["opens_at"], one["closes_at"]) == DAY_AND_NIGHT and one.get("valid_to") is None]
    begun = [one for one in always if _covers(one.get("valid_from"), None, today)]
    days = {day for one in begun for day in one["days"]}
    return days == set(DAYS) and not any(today.isoformat() <= one["until"] for one in closures)


def turns(schedules: Parts, closures: Parts, today: date) -> set[date]:
    """Return the days to come on which a schedule begins, or on which a closure is over."""
    begun = {date.fromisoformat(one["valid_from"]) for one in schedules if one.get("valid_from")}
    ends = (date.fromisoformat(one["until"]) for one in closures)
    over = {last + timedelta(days=1) for last in ends if last < date.max}  # as many write "for good"
    return {day for day in begun | over if day > today}


def is_open(schedules: Parts, closures: Parts, holidays: Collection[date], at: datetime) -> bool | None:
    """Tell whether it is open at an instant; None when no schedule is known and nothing says that it is closed."""
    day = day_of(at)
    if not schedules:
        return False if any(_covers(one["from"], one["until"], day) for one in closures) else None
    return any(opens <= at < closes for opens, closes in spans(schedules, closures, holidays, day))


def openings(schedules: Parts, closures: Parts, holidays: Collection[date], first: date, days: int) -> Iterable[Span]:
    """Return all spans of so many days from the first."""
    for number in range(days):
        yield from spans(schedules, closures, holidays, first + timedelta(days=number))


def day_of(at: datetime) -> date:
    """Return which day it is in Iraq: agreements, schedules, closures and holidays begin and end by it."""
    return at.astimezone(ZONE).date()


def begins(day: date) -> datetime:
    """Return a day's first instant."""
    return _instant(day, "00:00")


def _covers(first: str | None, last: str | None, day: date) -> bool:
    if first is None and last is None:
        return True
    said = day.isoformat()
    return (first is None or first <= said) and (last is None or said <= last)


@lru_cache(maxsize=4096)  # who looks for a service asks the same few of these days for every candidate
def _instant(day: date, clock: str) -> datetime:
    """Return the instant of a clock time; "24:00" is the next midnight."""
    hour, minute = (int(part) for part in clock.split(":"))
    return datetime.combine(day, time(), ZONE) + timedelta(hours=hour, minutes=minute)
