"""Whether a roster has gaps. Pure; spans are [from, until) of aware instants, sorted and apart."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from ihala_referral.duty.roles import OF_OPERATOR, DutyRole

Span = tuple[datetime, datetime]

LONGEST_SHIFT = timedelta(days=31)
FARTHEST_AHEAD = timedelta(days=400)
GAPS_SHOWN_FOR = timedelta(days=14)


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the spans with those that touch or overlap made one."""
    found: list[Span] = []
    for begins, ends in sorted(spans):
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((begins, ends))
    return found


def both(first: Sequence[Span], second: Sequence[Span]) -> list[Span]:
    """Return when both hold, with one step for each span."""
    found, a, b = [], 0, 0
    while a < len(first) and b < len(second):
        begins, ends = max(first[a][0], second[b][0]), min(first[a][1], second[b][1])
        if begins < ends:
            found.append((begins, ends))
        a, b = (a + 1, b) if first[a][1] == ends else (a, b + 1)
    return found


def covered(of_role: dict[DutyRole, list[Span]]) -> list[Span]:
    """Return when a coordinator and somebody of the directorate are on duty: only then an emergency may be taken."""
    coordinator, directorate = (merged(of_role.get(role, [])) for role in OF_OPERATOR)
    return both(coordinator, directorate)


def gaps(spans: Iterable[Span], first: datetime, until: datetime) -> list[Span]:
    """Return the spans between `first` and `until` in which nobody is on duty."""
    found, at = [], first
    for begins, ends in merged(spans):
        if begins > at:
            found.append((at, min(begins, until)))
        at = max(at, ends)
        if at >= until:
            return found
    return [*found, (at, until)]


def next_begin(spans: Iterable[Span], now: datetime) -> datetime | None:
    """Return when the first span begins that has not begun; None when there is none."""
    return next((begins for begins, _ in spans if begins > now), None)


def until(spans: Iterable[Span], now: datetime) -> datetime | None:
    """Return the end of the span that runs now; None when nobody is on duty."""
    return next((ends for begins, ends in spans if begins <= now < ends), None)
