"""Each criterion, and each figure that candidates are ordered by, before any rule is applied: pure, the same for every ruleset.

`looked_at` says how a candidate comes out by itself; `judged` (judging.py) says what a ruleset makes of it. So what is kept of an answer
can be judged again by other rules, without the person's facts.
"""

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from datetime import timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Any

from ihala_directory import employers, hours
from ihala_directory.facts import NO_DOCUMENTS, WOMAN_STAFF
from ihala_directory.matching.candidates import Candidate, Sought
from ihala_directory.matching.rules import Result

EARTH_KM = 6371.0
LOOKS_AHEAD_DAYS = 14
BINDING = frozenset({"organization", "agreement", "cleared", "service", "origin", "excluded", "consent", "adult"})
"""What an officer's own choice cannot override; what the rules say of the person is then for the officer to weigh."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What candidates are ordered by. None: not known, or not asked for. About the service and the area, never about the person."""

    distance_km: float | None = None  # from the middle of the area that was asked for
    wait_days: float | None = None
    opens_in_hours: float | None = None
    scheduled: bool = False  # its hours are known
    answer_rate: float | None = None
    answers: float = 0.0
    places: int = 0
    figure_age_days: float = 0.0

    def kept(self) -> dict[str, Any]:
        """Return them for storing, rounded."""
        return {name: round(value, 3) if isinstance(value, float) else value for name, value in asdict(self).items()}


def looked_at(candidate: Candidate, sought: Sought) -> tuple[dict[str, Result], Figures]:
    """Return how each criterion comes out by itself (what does not apply is left out), and the figures."""
    opens = _opens_in_hours(candidate, sought)
    found = {code: result for code, rule in CRITERIA if (result := rule(candidate, sought)) is not None}
    if candidate.schedules or opens != 0.0:
        found["hours"] = _passes(opens is not None)
    wait = candidate.waited_days if candidate.wait_days is None else float(candidate.wait_days)
    return found, Figures(
        distance(candidate.point, sought.point), wait, opens, bool(candidate.schedules), candidate.answer_rate,
        candidate.answers_by(sought.at), candidate.free, max(0.0, (sought.at - candidate.figure_at) / timedelta(days=1)),
    )  # fmt: skip


def failing(candidate: Candidate, sought: Sought, codes: Collection[str]) -> set[str]:
    """Return which of these criteria, which no rule changes, the candidate fails: for one that is not to be put in order with others."""
    return {code for code, rule in CRITERIA if code in codes and rule(candidate, sought) == "fail"}


def distance(here: tuple[float, float] | None, there: tuple[float, float] | None) -> float | None:
    """Return kilometres along the great circle."""
    if here is None or there is None:
        return None
    (a, b), (c, d) = [(radians(latitude), radians(longitude)) for latitude, longitude in (here, there)]
    half = sin((c - a) / 2) ** 2 + cos(a) * cos(c) * sin((d - b) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half))


_ATTRIBUTES = {
    "age_min": "age", "age_max": "age", "sex": "sex", "statuses": "status", "languages": "languages",
    "household_min": "household_size", "household_max": "household_size",
}  # fmt: skip


def disclosed_attributes(kind: str, rules: dict[str, Any]) -> list[str]:
    """Return the attributes of a person that a service's rules use: what its organisation, of this kind, sees before it accepts."""
    counting = employers.rules_of(kind, rules)
    return sorted({_ATTRIBUTES[name] for name, value in counting.items() if name in _ATTRIBUTES and value not in (None, [])})


def _opens_in_hours(candidate: Candidate, sought: Sought) -> float | None:
    """Return in how many hours it is open; 0 when it is, or when no schedule is known and no closure holds; None: not within two weeks."""
    at, first = sought.at, hours.day_of(sought.at)
    if not candidate.schedules:
        days = (first + timedelta(days=number) for number in range(LOOKS_AHEAD_DAYS))
        free = next((day for day in days if not any(one["from"] <= day.isoformat() <= one["until"] for one in candidate.closures)), None)
        return None if free is None else 24.0 * (free - first).days
    spans = hours.openings(candidate.schedules, candidate.closures, sought.holidays, first, LOOKS_AHEAD_DAYS)
    return next((max(0.0, (opens - at) / timedelta(hours=1)) for opens, closes in spans if closes > at), None)


def _passes(holds: bool) -> Result:
    return "pass" if holds else "fail"


def _area(candidate: Candidate, sought: Sought) -> Result:
    """They were looked up by area: one that serves only a part of it may be for the person, or not."""
    return "pass" if not sought.areas or not sought.areas.isdisjoint(candidate.areas) else "unknown"


def _agreement(candidate: Candidate, sought: Sought) -> Result:
    until = candidate.agreement_until
    return _passes(until is not None and until >= hours.day_of(sought.at))


def _consent(candidate: Candidate, sought: Sought) -> Result:
    named = not sought.recipients or candidate.organization_id in sought.recipients
    return _passes(named and candidate.organization_id not in sought.objections)


def _entry_condition(candidate: Candidate, sought: Sought) -> Result | None:
    if candidate.entry_condition == "none":
        return None
    return "unknown" if sought.by_hand else "fail"


def _between(lowest: int | None, highest: int | None, value: int | None) -> Result | None:
    if lowest is None and highest is None:
        return None
    return "unknown" if value is None else _passes((lowest is None or value >= lowest) and (highest is None or value <= highest))


def _one_of(allowed: list[str] | None, value: str | None) -> Result | None:
    if not allowed:
        return None
    return "unknown" if value is None else _passes(value in allowed)


def _adult(candidate: Candidate, sought: Sought) -> Result | None:
    """What an officer checked when the employer joined is no rule of its services: each could forget it."""
    return _between(employers.GROWN_UP, None, sought.facts.age) if candidate.organization_kind == employers.EMPLOYER else None


def _status(candidate: Candidate, sought: Sought) -> Result | None:
    if candidate.organization_kind == employers.EMPLOYER:
        return None  # whoever came to it by such a rule would be known to have fled or come back
    return _one_of(candidate.rules.get("statuses"), sought.facts.status)


def _documents(candidate: Candidate, sought: Sought) -> Result | None:
    wanted = candidate.rules.get("documents")
    if not wanted:
        return None
    if NO_DOCUMENTS in sought.facts.requirements:
        return "fail"
    return "unknown" if sought.facts.documents is None else _passes(set(wanted) <= set(sought.facts.documents))


def _language(candidate: Candidate, sought: Sought) -> Result | None:
    """A rule may demand a language; of the languages spoken there it is not known whether somebody else could interpret."""
    spoken = set(sought.facts.languages)
    demanded = candidate.rules.get("languages")
    if demanded:
        return _passes(bool(spoken & set(demanded))) if spoken else "unknown"
    if not spoken or not candidate.languages:
        return None
    return "pass" if spoken & set(candidate.languages) else "unknown"


def _accessibility(candidate: Candidate, sought: Sought) -> Result | None:
    wanted = sought.facts.access
    return _passes(wanted <= set(candidate.accessibility)) if wanted else None


def _woman_counsellor(candidate: Candidate, sought: Sought) -> Result | None:
    return _passes(candidate.woman_counsellor) if WOMAN_STAFF in sought.facts.requirements else None


CRITERIA: tuple[tuple[str, Callable[[Candidate, Sought], Result | None]], ...] = (
    ("need", lambda candidate, sought: _passes(candidate.restricted == sought.restricted)),
    ("area", _area),
    ("organization", lambda candidate, sought: _passes(candidate.organization_status == "active")),
    ("agreement", _agreement),
    ("cleared", lambda candidate, sought: _passes(candidate.cleared) if sought.restricted else None),
    ("service", lambda candidate, sought: _passes(candidate.service_status == "active" and candidate.at_status == "open")),
    ("origin", lambda candidate, sought: "fail" if candidate.organization_id == sought.origin_id else None),
    ("excluded", lambda candidate, sought: "fail" if candidate.service_at_location_id in sought.excluded else None),
    ("consent", _consent),
    ("entry_condition", _entry_condition),
    ("adult", _adult),
    ("age", lambda candidate, sought: _between(candidate.rules.get("age_min"), candidate.rules.get("age_max"), sought.facts.age)),
    ("sex", lambda candidate, sought: _one_of(candidate.rules.get("sex"), sought.facts.sex)),
    ("status", _status),
    ("household", lambda candidate, sought: _between(
        candidate.rules.get("household_min"), candidate.rules.get("household_max"), sought.facts.household_size)),
    ("documents", _documents),
    ("language", _language),
    ("accessibility", _accessibility),
    ("woman_counsellor", _woman_counsellor),
    ("capacity", lambda candidate, sought: _passes(candidate.free > 0)),
)  # fmt: skip
