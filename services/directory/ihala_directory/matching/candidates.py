"""Who is looked at, and what is sought: plain rows for pure rules. Nothing here is kept."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from ihala_directory.facts import Facts

HALF_LIFE = timedelta(days=45)
"""How fast an organisation's record fades: what it did 90 days ago counts a quarter."""


@dataclass(slots=True)
class Candidate:
    """A service at a location that says it meets the need in the area. Fields in the order of the query's columns."""

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
    woman_counsellor: bool = False
    wait_days: int | None = None  # by the provider's word
    waited_days: float | None = None  # by what referrals on its list waited
    waiting: int = 0  # referrals on its list now
    answers: float = 0.0  # offers decided or run out, faded to `answers_at`
    answers_in_time: float = 0.0  # of them decided in time
    answers_at: datetime | None = None
    schedules: list[dict[str, Any]] = field(default_factory=list)
    closures: list[dict[str, Any]] = field(default_factory=list)
    service_names: dict[str, str] = field(default_factory=dict)
    organization_names: dict[str, str] = field(default_factory=dict)
    organization_kind: str = ""
    areas: list[str] = field(default_factory=list)  # that it serves

    def answers_by(self, at: datetime) -> float:
        """Return how many answers its record still counts at an instant."""
        return 0.0 if self.answers_at is None else self.answers * 0.5 ** ((at - self.answers_at) / HALF_LIFE)

    @property
    def answer_rate(self) -> float | None:
        """Return the share of offers that were decided in time, 0 to 1; None when there is no record."""
        return self.answers_in_time / self.answers if self.answers > 0 else None


@dataclass(frozen=True, slots=True)
class Sought:
    """What is sought: by whom, for whom, where the consent lets it go."""

    at: datetime
    restricted: bool
    point: tuple[float, float] | None
    facts: Facts = Facts()
    urgency: str = "routine"
    areas: frozenset[str] = frozenset()  # the place and what it lies in: who serves one of them serves it; empty: any
    origin_id: UUID | None = None
    excluded: frozenset[UUID] = frozenset()  # services at locations
    recipients: frozenset[UUID] = frozenset()  # empty: any provider
    objections: frozenset[UUID] = frozenset()
    holidays: frozenset[date] = frozenset()
    by_hand: bool = False  # an officer chooses: entry conditions are shown, not refused
