"""Who could meet a need, in which order, and why: pure, from rows that the store found by need and area.

Each candidate is held against each criterion: pass, fail, or unknown (the rule asks for something that is not known). One fail and it is
not offered. The others are ranked: what is known before what is not, near before far, more free places before fewer.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Any, Literal
from uuid import UUID

from ihala_contracts.directory_v1 import Criterion

from ihala_directory.facts import Facts

RULE_VERSION = 1
FIGURE_GOOD_FOR = timedelta(days=30)  # older, and the number of free places counts as unknown
NEAR_KM = 5.0  # differences smaller than this decide nothing
EARTH_KM = 6371.0

Result = Literal["pass", "fail", "unknown"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A service at a location that says it meets the need in the area."""

    service_at_location_id: UUID
    service_id: UUID
    organization_id: UUID
    organization_status: str
    agreement_until: date | None
    cleared: bool
    restricted: bool
    service_status: str
    entry_condition: str
    rules: dict[str, Any]
    languages: list[str]
    accessibility: list[str]
    at_status: str
    point: tuple[float, float] | None
    free: int
    figure_at: datetime


@dataclass(frozen=True, slots=True)
class Sought:
    """What is sought: by whom, for whom, where the consent lets it go."""

    at: datetime
    restricted: bool
    point: tuple[float, float] | None
    facts: Facts = Facts()
    origin_id: UUID | None = None
    excluded: frozenset[UUID] = frozenset()  # services at locations
    recipients: frozenset[UUID] = frozenset()  # empty: any provider
    objections: frozenset[UUID] = frozenset()
    by_hand: bool = False  # an officer chooses: entry conditions are shown, not refused


@dataclass(frozen=True, slots=True)
class Match:
    """A candidate with its explanation; `distance_km` is None where no point is known."""

    candidate: Candidate
    criteria: list[Criterion] = field(repr=False)
    distance_km: float | None

    @property
    def serves(self) -> bool:
        """Tell whether no criterion fails."""
        return all(one.result != "fail" for one in self.criteria)

    @property
    def failing(self) -> set[str]:
        """Return the codes of what fails."""
        return {one.code for one in self.criteria if one.result == "fail"}


def ranked(candidates: Iterable[Candidate], sought: Sought) -> list[Match]:
    """Return every candidate explained: those that serve first, best first; then those that do not."""
    matches = [Match(one, explain(one, sought), _distance(one.point, sought.point)) for one in candidates]
    return sorted(matches, key=lambda match: _rank(match, sought))


def explain(candidate: Candidate, sought: Sought) -> list[Criterion]:
    """Return how the candidate comes out, criterion by criterion; one that does not apply to it is left out."""
    found = ((code, rule(candidate, sought)) for code, rule in CRITERIA)
    return [Criterion(code=code, result=result, rule_version=RULE_VERSION) for code, result in found if result is not None]


def failed_everywhere(matches: Sequence[Match]) -> list[Criterion]:
    """Return what failed for every candidate; if there is no such thing, what failed for any; `area` when there are no candidates."""
    codes = set.intersection(*(match.failing for match in matches)) if matches else {"area"}
    codes = codes or set().union(*(match.failing for match in matches))
    return [Criterion(code=code, result="fail", rule_version=RULE_VERSION) for code in sorted(codes)]


def disclosed_attributes(rules: dict[str, Any]) -> list[str]:
    """Return the attributes of a person that a service's rules use: what its organisation sees before it accepts."""
    return sorted({_ATTRIBUTES[name] for name, value in rules.items() if value not in (None, [])})


_ATTRIBUTES = {"age_min": "age", "age_max": "age", "sex": "sex", "statuses": "status", "languages": "languages"}


def _passes(holds: bool) -> Result:
    return "pass" if holds else "fail"


def _agreement(candidate: Candidate, sought: Sought) -> Result:
    until = candidate.agreement_until
    return _passes(until is not None and until >= sought.at.date())


def _consent(candidate: Candidate, sought: Sought) -> Result:
    named = not sought.recipients or candidate.organization_id in sought.recipients
    return _passes(named and candidate.organization_id not in sought.objections)


def _entry_condition(candidate: Candidate, sought: Sought) -> Result | None:
    if candidate.entry_condition == "none":
        return None
    return "unknown" if sought.by_hand else "fail"


def _age(candidate: Candidate, sought: Sought) -> Result | None:
    lowest, highest = candidate.rules.get("age_min"), candidate.rules.get("age_max")
    if lowest is None and highest is None:
        return None
    age = sought.facts.age
    return "unknown" if age is None else _passes((lowest is None or age >= lowest) and (highest is None or age <= highest))


def _one_of(allowed: list[str] | None, value: str | None) -> Result | None:
    if not allowed:
        return None
    return "unknown" if value is None else _passes(value in allowed)


def _language(candidate: Candidate, sought: Sought) -> Result | None:
    """A rule may demand a language; the languages spoken there only rank."""
    spoken = set(sought.facts.languages)
    demanded = candidate.rules.get("languages")
    if demanded:
        return _passes(bool(spoken & set(demanded))) if spoken else "unknown"
    if not spoken or not candidate.languages:
        return None
    return "pass" if spoken & set(candidate.languages) else "unknown"


def _accessibility(candidate: Candidate, sought: Sought) -> Result | None:
    if not sought.facts.requirements:
        return None
    return "pass" if set(sought.facts.requirements) <= set(candidate.accessibility) else "unknown"


def _capacity(candidate: Candidate, sought: Sought) -> Result:
    if candidate.free < 1:
        return "fail"
    return "pass" if sought.at - candidate.figure_at <= FIGURE_GOOD_FOR else "unknown"


CRITERIA: tuple[tuple[str, Callable[[Candidate, Sought], Result | None]], ...] = (
    ("need", lambda candidate, sought: _passes(candidate.restricted == sought.restricted)),
    ("area", lambda candidate, sought: "pass"),  # the store looked them up by area
    ("organization", lambda candidate, sought: _passes(candidate.organization_status == "active")),
    ("agreement", _agreement),
    ("cleared", lambda candidate, sought: _passes(candidate.cleared) if sought.restricted else None),
    ("service", lambda candidate, sought: _passes(candidate.service_status == "active" and candidate.at_status == "open")),
    ("origin", lambda candidate, sought: "fail" if candidate.organization_id == sought.origin_id else None),
    ("excluded", lambda candidate, sought: "fail" if candidate.service_at_location_id in sought.excluded else None),
    ("consent", _consent),
    ("entry_condition", _entry_condition),
    ("age", _age),
    ("sex", lambda candidate, sought: _one_of(candidate.rules.get("sex"), sought.facts.sex)),
    ("status", lambda candidate, sought: _one_of(candidate.rules.get("statuses"), sought.facts.status)),
    ("language", _language),
    ("accessibility", _accessibility),
    ("capacity", _capacity),
)
BINDING = frozenset({"organization", "agreement", "cleared", "service", "origin", "excluded", "consent"})
"""What an officer's own choice cannot override; what the rules say of the person is then for the officer to weigh."""


def _rank(match: Match, sought: Sought) -> tuple[Any, ...]:
    candidate, distance = match.candidate, match.distance_km
    unknown = sum(one.result == "unknown" for one in match.criteria)
    return (
        not match.serves, len(match.failing), unknown, distance is None, round((distance or 0.0) / NEAR_KM),
        -candidate.free, sought.at - candidate.figure_at, candidate.service_at_location_id,
    )  # fmt: skip


def _distance(here: tuple[float, float] | None, there: tuple[float, float] | None) -> float | None:
    """Return kilometres along the great circle."""
    if here is None or there is None:
        return None
    (a, b), (c, d) = [(radians(latitude), radians(longitude)) for latitude, longitude in (here, there)]
    half = sin((c - a) / 2) ** 2 + cos(a) * cos(c) * sin((d - b) / 2) ** 2
    return 2 * EARTH_KM * asin(sqrt(half))
