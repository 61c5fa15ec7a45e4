"""Working time: which hours of which days count. Pure; deadlines come out as instants in UTC."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from ihala_referral.calendars import holidays

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SAME_MINUTE = timedelta(minutes=1)  # a time of hours and minutes alone lies before the seconds of what it followed
_FARTHEST_DAYS = 800


class NoCalendar(LookupError):
    """A calendar has no working day within two years: it cannot give a deadline."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The week, the hours and the days off of whoever must act."""

    code: str
    zone: ZoneInfo
    week: frozenset[int]  # Monday is 0
    opens: time
    closes: time
    holidays: frozenset[date] = frozenset()

    @property
    def day_length(self) -> timedelta:
        """Return the working time of one day."""
        return datetime.combine(date.min, self.closes) - datetime.combine(date.min, self.opens)

    def after(self, at: datetime, days: float) -> datetime:
        """Return the instant `days` working days after `at`, aware UTC. Raises NoCalendar."""
        return self.add(at, self.day_length * days)

    def add(self, at: datetime, working: timedelta) -> datetime:
        """Return the first instant by which that much working time has passed since `at`. Raises NoCalendar."""
        left = working
        for opens, closes in self._spans(at):
            begins = max(opens, at)
            if closes - begins >= left:
                return (begins + left).astimezone(UTC)
            left -= closes - begins
        raise NoCalendar(self.code)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time from `start` to `end`; nothing when `end` is not later."""
        total = timedelta()
        for opens, closes in self._spans(start):
            if opens >= end:
                break
            total += max(timedelta(), min(closes, end) - max(opens, start))
        return total

    def is_working_day(self, day: date) -> bool:
        """Tell whether anybody works on `day`."""
        return day.weekday() in self.week and day not in self.holidays

    def _spans(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield opening and closing of each working day that closes after `at`, two years ahead."""
        first = at.astimezone(self.zone).date()
        for day in (first + timedelta(days=n) for n in range(_FARTHEST_DAYS)):
            if not self.is_working_day(day):
                continue
            opens, closes = (datetime.combine(day, hour, self.zone).astimezone(UTC) for hour in (self.opens, self.closes))
            if closes > at:
                yield opens, closes


@cache
def _written() -> dict[str, dict[str, Any]]:
    data = json.loads(files(__package__).joinpath("data/calendars.json").read_text("utf-8"))
    return {entry["code"]: entry for entry in data["calendars"]}


def standing(code: str = "iraq") -> dict[str, Any]:
    """Return a calendar as it is written: zone, week, opens, closes, lists; raises KeyError."""
    return {name: value for name, value in _written()[code].items() if name != "code"}


@cache
def calendar(code: str = "iraq") -> Calendar:
    """Return a calendar by its code; raises KeyError."""
    said = standing(code)
    opens, closes = (time.fromisoformat(said[name]) for name in ("opens", "closes"))
    return built(code, said["zone"], said["week"], opens, closes, said["lists"])


def today(at: datetime) -> date:
    """Return which day it is at an instant for the office: rules, reasons and policies begin and end by Baghdad's days."""
    return at.astimezone(calendar().zone).date()


def built(code: str, zone: str, week: Iterable[str], opens: time, closes: time, lists: Iterable[str]) -> Calendar:
    """Return a calendar from what is written of it: days by name, lists of holidays by code."""
    return Calendar(code, ZoneInfo(zone), frozenset(DAYS.index(day) for day in week), opens, closes, holidays.days_of(lists))
