"""When what is due: the table of domain section 6 as versioned data. Each placement keeps the version it began with."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from ihala_contracts.intake_v1 import Urgency

from ihala_referral.calendar import Calendar, calendar

TIGHTENED = ("acknowledge", "decide", "expire", "first_contact")  # what a service may promise to do sooner, beside the levels


class Acting(StrEnum):
    """Whose working time a deadline counts in: who must act by it."""

    RECEIVER = "receiver"  # acknowledges, decides, makes the first contact, hears the first level
    ORIGIN = "origin"  # answers questions
    OFFICE = "office"  # triages, hears the second and third level


@dataclass(frozen=True, slots=True)
class Timing:
    """The deadlines of one urgency in one version: hours where `wall`, else working days of whoever must act."""

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
    calendars: Mapping[Acting, Calendar]

    def after(self, at: datetime, amount: float, by: Acting = Acting.RECEIVER) -> datetime:
        """Return the instant `amount` after `at` in the time of who must act, aware UTC. Raises NoCalendar."""
        return at + timedelta(hours=amount) if self.wall else self.calendars[by].after(at, amount)

    def put_off(self, deadline: datetime, rested_at: datetime, at: datetime, by: Acting = Acting.RECEIVER) -> datetime:
        """Return `deadline` moved by a rest from `rested_at` to `at`: what was left then is left now. One already past stays."""
        if deadline <= rested_at:
            return deadline
        if self.wall:
            return at + (deadline - rested_at)
        return self.calendars[by].add(at, self.calendars[by].between(rested_at, deadline))

    def on(self, calendars: Mapping[Acting, Calendar]) -> "Timing":
        """Return the same deadlines in these organisations' time."""
        return self if calendars == self.calendars else replace(self, calendars=calendars)

    def tightened(self, values: Mapping[str, Any]) -> "Timing":
        """Return the deadlines with a service's own where those are sooner; what would be later changes nothing."""
        sooner = {name: min(getattr(self, name), values[name]) for name in TIGHTENED if name in values}
        first, second, third = (min(pair) for pair in zip(self.levels, values.get("levels", self.levels), strict=True))
        return replace(self, levels=(first, second, third), **sooner)


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of all deadlines."""

    version: int
    valid_from: date
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


def _read() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files(__package__).joinpath("data/policies.json").read_text("utf-8"))
    return found


NEAR_SHARE: float = _read()["near_share"]  # of a deadline's time: then whoever must act is told that it comes near


@cache
def _policies() -> dict[int, Policy]:
    return {entry["version"]: _policy(entry) for entry in _read()["versions"]}


def policy(version: int) -> Policy:
    """Return a version that a placement began with; raises KeyError."""
    return _policies()[version]


def current(on: date) -> Policy:
    """Return the newest version that is valid on a day: what a new placement begins with."""
    return max((known for known in _policies().values() if known.valid_from <= on), key=lambda known: known.version)


def versions() -> list[Policy]:
    """Return every version, newest first."""
    return sorted(_policies().values(), key=lambda known: -known.version)


EVERYBODYS = dict.fromkeys(Acting, calendar())


def _policy(entry: dict[str, Any]) -> Policy:
    return Policy(
        version=entry["version"],
        valid_from=date.fromisoformat(entry["valid_from"]),
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
        calendars=EVERYBODYS,
    )
