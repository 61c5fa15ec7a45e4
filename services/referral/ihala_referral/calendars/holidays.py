"""Holiday lists, kept as data: federal, of the Kurdistan Region, local. Pure."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from ihala_kit.words import Words


@dataclass(frozen=True, slots=True)
class Holiday:
    """One day off of a list; `announced_late`: estimated by the moon, decided days before."""

    day: date
    title: Words
    announced_late: bool


@dataclass(frozen=True, slots=True)
class HolidayList:
    """A list that a calendar may follow."""

    code: str
    kind: str  # federal, kurdistan or local
    title: Words
    source: str
    holidays: tuple[Holiday, ...]


@cache
def lists() -> dict[str, HolidayList]:
    """Return every list by its code."""
    data = json.loads(files("ihala_referral").joinpath("data/holidays.json").read_text("utf-8"))
    words = {code: Words(**names) for code, names in data["holidays"].items()}
    return {entry["code"]: _list(entry, words) for entry in data["lists"]}


def days_of(codes: Iterable[str]) -> frozenset[date]:
    """Return the days off of these lists together; raises KeyError for a code that is none."""
    return frozenset(holiday.day for code in codes for holiday in lists()[code].holidays)


def _list(entry: dict[str, Any], words: dict[str, Words]) -> HolidayList:
    holidays = tuple(holiday for span in entry["spans"] for holiday in _days(span, words))
    return HolidayList(entry["code"], entry["kind"], Words(**entry["names"]), entry["source"], holidays)


def _days(span: dict[str, Any], words: dict[str, Words]) -> list[Holiday]:
    first, last = date.fromisoformat(span["first"]), date.fromisoformat(span["last"])
    late = span.get("announced_late", False)
    return [Holiday(first + timedelta(days=n), words[span["holiday"]], late) for n in range((last - first).days + 1)]
