"""When what is due: the table of domain section 6 as versioned data. Each placement keeps the version it began with."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from ihala_contracts.intake_v1 import Urgency

from ihala_referral.calendar import Calendar, calendar


@dataclass(frozen=True, slots=True)
class Timing:
    """The deadlines of one urgency in one version: hours where `wall`, else working days."""

    wall: bool
    triage: float
    acknowledge: float
    decide: float
    levels: tuple[float, float, float]
    expire: float
    first_contact: float
    answer: float
    first_contact_from_request: bool
    offers_at_once: int
    coordinator_within: timedelta | None
    retry: timedelta
    second_triage_level: float
    days: Calendar

    def after(self, at: datetime, amount: float) -> datetime:
        """Return the instant `amount` after `at`, aware UTC. Raises NoCalendar."""
        return at + timedelta(hours=amount) if self.wall else self.days.after(at, amount)

    def put_off(self, deadline: datetime, rested_at: datetime, at: datetime) -> datetime:
        """Return `deadline` moved by a rest from `rested_at` to `at`: what was left then is left now. One already past stays."""
        if deadline <= rested_at:
            return deadline
        if self.wall:
            return at + (deadline - rested_at)
        return self.days.add(at, self.days.between(rested_at, deadline))


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of all deadlines."""

    version: int
    offers_before_a_human_decides: int
    placement_answer: timedelta
    review: timedelta
    reviews_missed_before_coordinator: int
    waitlist: timedelta
    longest_hold: timedelta
    questions: int
    timings: dict[Urgency, Timing]

    def of(self, urgency: Urgency) -> Timing:
        """Return the deadlines of one urgency."""
        return self.timings[urgency]


@cache
def _policies() -> dict[int, Policy]:
    data = json.loads(files(__package__).joinpath("data/policies.json").read_text("utf-8"))
    return {entry["version"]: _policy(entry) for entry in data["versions"]}


def policy(version: int) -> Policy:
    """Return a version that a placement began with; raises KeyError."""
    return _policies()[version]


def current() -> Policy:
    """Return the newest version: what a new placement begins with."""
    return _policies()[max(_policies())]


def _policy(entry: dict[str, Any]) -> Policy:
    return Policy(
        version=entry["version"],
        offers_before_a_human_decides=entry["offers_before_a_human_decides"],
        placement_answer=timedelta(minutes=entry["placement_answer_minutes"]),
        review=timedelta(days=entry["review_days"]),
        reviews_missed_before_coordinator=entry["reviews_missed_before_coordinator"],
        waitlist=timedelta(days=entry["waitlist_days"]),
        longest_hold=timedelta(days=entry["longest_hold_days"]),
        questions=entry["questions"],
        timings={Urgency(name): _timing(timing) for name, timing in entry["urgencies"].items()},
    )


def _timing(entry: dict[str, Any]) -> Timing:
    within = entry.get("coordinator_within_days")
    first, second, third = entry["levels"]
    return Timing(
        wall=entry["time"] == "wall",
        triage=entry["triage"],
        acknowledge=entry["acknowledge"],
        decide=entry["decide"],
        levels=(first, second, third),
        expire=entry["expire"],
        first_contact=entry["first_contact"],
        answer=entry["answer"],
        first_contact_from_request=entry.get("first_contact_from") == "request",
        offers_at_once=entry.get("offers_at_once", 1),
        coordinator_within=timedelta(days=within) if within else None,
        retry=timedelta(hours=entry["retry_hours"]),
        second_triage_level=entry["second_triage_level"],
        days=calendar(),
    )
