"""What is counted, how it is broken down, and the steps of the histograms. Pure."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Baghdad")

# Once a need: brought, nobody found the first time, first accepted, first accepted after nobody had been found.
IDENTIFIED, UNSERVED, PLACED, FOUND_LATER = "identified", "unserved", "placed", "found_later"
# Withdrawn or closed while nobody was found; again, if it is opened again and ends so again.
NEVER_FOUND = "never_found"
# Once an attempt. `started` is the first contact, `completed` what the receiver reports.
OFFERED, ACKNOWLEDGED, ACCEPTED, DECLINED, EXPIRED = "offered", "acknowledged", "accepted", "declined", "expired"
WITHDRAWN, CANCELLED, FAILED, STARTED, COMPLETED = "withdrawn", "cancelled", "failed", "started", "completed"
# Once an answer of the person: confirmed, disputed; or unreached, when nobody will ask again.
FOLLOWED_UP = "followed_up"

MEASURES = (
    IDENTIFIED, UNSERVED, PLACED, FOUND_LATER, NEVER_FOUND, OFFERED, ACKNOWLEDGED, ACCEPTED, DECLINED, EXPIRED, WITHDRAWN, CANCELLED,
    FAILED, STARTED, COMPLETED, FOLLOWED_UP,
)  # fmt: skip
OF_NEEDS = frozenset({IDENTIFIED, UNSERVED, NEVER_FOUND})
WITH_RESULT = frozenset({DECLINED, CANCELLED, FAILED, COMPLETED, FOLLOWED_UP})

FIRSTS = (ACCEPTED, STARTED, COMPLETED)
"""Of several attempts the first is the need's own: it counts once a need, and stops the need's first clock."""

TOTAL, NEED, DOMAIN, RESULT, RESTRICTED = "total", "need", "domain", "result", "restricted"
KIND, SEX, AGE, DISABILITY, URGENCY = "provider_kind", "sex", "age_band", "disability", "urgency"
UNKNOWN = "unknown"
SEXES = frozenset({"female", "male", "other"})
FLAT = (KIND, SEX, AGE, DISABILITY, RESULT)
"""Break-downs whose categories add up to the month's total and to nothing else."""

DECIDE, FROM_REQUEST = "time_to_decide", "time_from_request_to_"
CLOCKS: dict[str, tuple[str, str | None]] = {
    ACKNOWLEDGED: ("time_to_acknowledge", None),
    ACCEPTED: (DECIDE, FROM_REQUEST + "acceptance"),
    DECLINED: (DECIDE, None),
    STARTED: ("time_to_first_contact", FROM_REQUEST + "first_contact"),
    COMPLETED: ("time_to_outcome", FROM_REQUEST + "outcome"),
}
"""Measure: the clock of its step (since the offer, the acceptance), and the one since the need's first clock, which runs out but once."""
FED_BY: dict[str, tuple[str, ...]] = {
    "time_to_acknowledge": (ACKNOWLEDGED,),
    DECIDE: (ACCEPTED, DECLINED),
    "time_to_first_contact": (STARTED,),
    "time_to_outcome": (COMPLETED,),
    FROM_REQUEST + "acceptance": (PLACED,),
    FROM_REQUEST + "first_contact": (STARTED,),
    FROM_REQUEST + "outcome": (COMPLETED,),
}
"""A clock is told only where the counts that feed it are: else its mere presence would say something of them."""

HOURS = (1, 2, 3, 4, 6, 8, 12, 18, 24, 36, 48, 72, 96, 120, 168, 240, 336, 504, 720, 1080, 1440, 2160, 4320)
"""Upper ends of the buckets; one more is open."""


def bucket(seconds: int) -> int:
    """Return the number of the bucket of a duration."""
    return sum(seconds > hours * 3600 for hours in HOURS)


def quantile(histogram: dict[int, int], share: float) -> int:
    """Return by when `share` of what a histogram holds was done: hours, within a bucket by proportion; the last bucket is its beginning."""
    wanted, seen = share * sum(histogram.values()), 0
    for number in sorted(histogram):
        if seen + histogram[number] >= wanted:
            break
        seen += histogram[number]
    if number == len(HOURS):
        return HOURS[-1]
    low, high = next(ends for n, ends in enumerate(pairwise((0, *HOURS))) if n == number)
    return round(low + (high - low) * (wanted - seen) / histogram[number])


def month_of(at: datetime) -> date:
    """Return the first day of the month that an instant lies in, where the people are."""
    return at.astimezone(ZONE).date().replace(day=1)


def quarter_of(day: date) -> date:
    """Return the first day of the quarter that a day lies in."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def months_of(quarter: date) -> list[date]:
    """Return the first days of its three months."""
    return [quarter.replace(month=quarter.month + n) for n in range(3)]


def period_of(quarter: date) -> str:
    """Return a quarter as it is written: 2026-Q1."""
    return f"{quarter.year}-Q{(quarter.month + 2) // 3}"


def quarter_named(name: str) -> date:
    """Return the first day of a quarter that is written so: 2026-Q1."""
    return date(int(name[:4]), int(name[-1]) * 3 - 2, 1)


def quarter_before(quarter: date) -> date:
    """Return the first day of the quarter before."""
    return quarter_of(quarter - timedelta(days=1))


def quarters_between(first: date, last: date) -> int:
    """Return how many quarters later the last one is."""
    return (last.year - first.year) * 4 + (last.month - first.month) // 3
