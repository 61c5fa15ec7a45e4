"""When whoever has to act is told that a deadline comes near: three quarters of its time are over, and it has not acted. Pure.

An instant beside the clock's own (clock.py): nobody becomes late by it and nothing moves. It follows a deadline that moves, is gone while
that rests, and is told once a deadline: `near_told` keeps that.
"""

from dataclasses import dataclass
from datetime import datetime

from ihala_referral.policy import NEAR_SHARE
from ihala_referral.states import State
from ihala_referral.tables import Referral

ANSWER = "answer"
WAITLIST = "waitlist_review"  # told when a place becomes free (commands/waiting.py), not by the share of its time
# By state: each deadline with the columns of its beginning and its end.
_CLOCKS: dict[State, dict[str, tuple[str, str]]] = {
    State.OFFERED: {"acknowledge": ("offered_at", "acknowledge_by"), "decide": ("offered_at", "decide_by")},
    State.ACKNOWLEDGED: {"decide": ("offered_at", "decide_by")},
    State.INFO_REQUESTED: {ANSWER: ("rested_at", "answer_by")},
    State.ACCEPTED: {"first_contact": ("accepted_at", "first_contact_by")},
}


@dataclass(frozen=True, slots=True)
class Near:
    """At `at` it is told that `deadline` falls due at `due_at`."""

    at: datetime
    deadline: str
    due_at: datetime


def ahead(referral: Referral) -> list[Near]:
    """Return what is to be told of a referral, earliest first."""
    found = []
    for deadline, (begin, end) in _CLOCKS.get(referral.state, {}).items():
        begins, due_at = getattr(referral, begin), getattr(referral, end)
        if begins and due_at and begins < due_at and mark(referral, deadline) not in (referral.near_told or ()):
            found.append(Near(begins + (due_at - begins) * NEAR_SHARE, deadline, due_at))
    return sorted(found, key=lambda one: one.at)


def next_at(referral: Referral) -> datetime | None:
    """Return the next instant at which something is to be told."""
    return next((one.at for one in ahead(referral)), None)


def mark(referral: Referral, deadline: str) -> str:
    """Return by what it is known that a deadline was told of; each question has one of its own."""
    return f"{deadline} {referral.rounds}" if deadline == ANSWER else deadline
