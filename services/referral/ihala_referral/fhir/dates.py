"""FHIR's dates in searches: a prefix, and a date that stands for all the time it names. Pure."""

import re
from datetime import UTC, datetime, timedelta

from ihala_referral.fhir.errors import SearchRefused

_DATE = re.compile(
    r"(?P<prefix>eq|ge|gt|le|lt|sa|eb)?(?P<year>\d{4})(-(?P<month>\d\d)(-(?P<day>\d\d)"
    r"(T(?P<time>\d\d:\d\d(:\d\d(\.\d{1,6})?)?)(?P<zone>Z|[+-]\d\d:\d\d)?)?)?)?"
)
Bounds = tuple[datetime | None, datetime | None]


def bounds(value: str, name: str) -> Bounds:
    """Return from when (inclusive) and until when (exclusive) a value allows. Raises SearchRefused (400).

    A time without a zone, and a whole day, month or year, is one of UTC.
    """
    found = _DATE.fullmatch(value.replace(" ", "+"))  # a plus sign that came unquoted
    if found is None:
        raise SearchRefused(parameter=name)
    try:
        begins, ends = _span(found)
    except (ValueError, OverflowError):
        raise SearchRefused(parameter=name) from None
    match found["prefix"]:
        case "ge":
            return begins, None
        case "gt" | "sa":
            return ends, None
        case "le":
            return None, ends
        case "lt" | "eb":
            return None, begins
    return begins, ends


def instant(value: str, name: str) -> datetime:
    """Return the beginning of what a value names. Raises SearchRefused (400)."""
    begins = bounds(value, name)[0]
    if begins is None or value[0].isalpha():
        raise SearchRefused(parameter=name)
    return begins


def _span(found: re.Match[str]) -> tuple[datetime, datetime]:
    """Return the first instant of what is named, and the first one after it."""
    year, month, day = int(found["year"]), int(found["month"] or 1), int(found["day"] or 1)
    if found["time"] is not None:
        zone = "+00:00" if found["zone"] in {None, "Z"} else found["zone"]
        begins = datetime.fromisoformat(f"{year:04}-{month:02}-{day:02}T{found['time']}{zone}").astimezone(UTC)
        return begins, begins + _precision(found["time"])
    begins = datetime(year, month, day, tzinfo=UTC)
    if found["day"] is not None:
        return begins, begins + timedelta(days=1)
    if found["month"] is not None:
        return begins, datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return begins, datetime(year + 1, 1, 1, tzinfo=UTC)


def _precision(time: str) -> timedelta:
    """Return how long a time is that is told to the minute, to the second, or to so many digits."""
    if "." in time:
        return timedelta(microseconds=10 ** (6 - len(time.partition(".")[2])))
    return timedelta(minutes=1) if time.count(":") == 1 else timedelta(seconds=1)
