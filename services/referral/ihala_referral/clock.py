"""Which instants lie ahead of a placement or a referral, and how a move sets them. Pure: `now` is always given.

Every open state has an owner and at least one instant; the database demands it too. `fired` keeps each instant from being dealt with twice.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ihala_referral import near
from ihala_referral.deadlines import RESTING, Deadlines, of_contact, of_offer, put_off
from ihala_referral.policy import Acting, Policy, Timing
from ihala_referral.states import OPEN, Owner, PlacementState, State
from ihala_referral.tables import Placement, Referral


class What(StrEnum):
    """What is due at an instant; in this order when several are due at the same one."""

    ACKNOWLEDGE = "acknowledge"
    LEVEL_1 = "level_1"
    LEVEL_2 = "level_2"
    LEVEL_3 = "level_3"
    DECIDE = "decide"
    EXPIRE = "expire"
    GIVE_UP = "give_up"
    ANSWER = "answer"
    REVIEW = "review"
    RESUME = "resume"
    TRIAGE = "triage"
    PLACING = "placing"
    UNSERVED = "unserved"


_ORDER = {what: number for number, what in enumerate(What)}
LEVELS = (What.LEVEL_1, What.LEVEL_2, What.LEVEL_3)
LEVEL_COLUMNS = {What.LEVEL_1: "level_1_at", What.LEVEL_2: "level_2_at", What.LEVEL_3: "level_3_at"}
_INSTANTS: dict[State, dict[What, str]] = {
    State.OFFERED: {
        What.ACKNOWLEDGE: "acknowledge_by", **LEVEL_COLUMNS, What.DECIDE: "decide_by", What.EXPIRE: "expires_at",
    },
    State.ACKNOWLEDGED: {**LEVEL_COLUMNS, What.DECIDE: "decide_by", What.EXPIRE: "expires_at"},
    State.INFO_REQUESTED: {What.ANSWER: "answer_by"},
    State.WAITLISTED: {What.REVIEW: "review_at", What.EXPIRE: "expires_at"},
    State.ACCEPTED: {**LEVEL_COLUMNS, What.GIVE_UP: "expires_at"},
    State.IN_SERVICE: {What.REVIEW: "review_at"},
    State.ON_HOLD: {What.RESUME: "resume_by"},
}  # fmt: skip
_OWN: dict[PlacementState, What] = {
    PlacementState.TRIAGE: What.TRIAGE,
    PlacementState.PLACING: What.PLACING,
    PlacementState.OFFERING: What.PLACING,  # the second question of an emergency
    PlacementState.UNSERVED: What.UNSERVED,
}


@dataclass(frozen=True, slots=True)
class Instant:
    """Something that is due at a time."""

    at: datetime
    what: What

    @property
    def order(self) -> tuple[datetime, int]:
        """Return what instants are sorted by."""
        return self.at, _ORDER[self.what]


def instants(referral: Referral) -> list[Instant]:
    """Return what lies ahead of a referral, earliest first; nothing for one that ended."""
    columns = _INSTANTS.get(referral.state, {})
    found = ((getattr(referral, column), what) for what, column in columns.items() if what not in referral.fired)
    return sorted((Instant(at, what) for at, what in found if at is not None), key=lambda instant: instant.order)


def own_instants(placement: Placement) -> list[Instant]:
    """Return what lies ahead of the placement itself."""
    what = _OWN.get(placement.state)
    return [Instant(placement.due_at, what)] if what is not None and placement.due_at is not None else []


def wind(placement: Placement, referrals: list[Referral]) -> None:
    """Set the next instant of the open referrals and, as the earliest of all, of their placement."""
    ahead = [instant.at for instant in own_instants(placement)]
    for referral in referrals:
        if referral.state in OPEN:
            referral.next_at = instants(referral)[0].at
            referral.near_at = near.next_at(referral)
            ahead.append(referral.next_at)
        else:
            referral.next_at = referral.owner = referral.near_at = None
    placement.next_at = min(ahead) if placement.state is not PlacementState.ENDED else None


def start_offer(referral: Referral, timing: Timing, now: datetime) -> None:
    """Set the deadlines of an offer that is born now."""
    referral.owner = Owner.PROVIDER
    set_deadlines(referral, of_offer(timing, now))


def start_contact(referral: Referral, timing: Timing, requested_at: datetime, now: datetime) -> None:
    """Set the deadlines of the first contact, at acceptance. An emergency's counts from the request, whatever the attempts."""
    referral.owner = Owner.PROVIDER
    referral.fired = []
    set_deadlines(referral, of_contact(timing, requested_at, now))


def set_deadlines(referral: Referral, found: Deadlines) -> None:
    """Write instants into their columns."""
    for column, at in found.items():
        setattr(referral, column, at)


def rest(referral: Referral, timing: Timing, now: datetime) -> None:
    """Let the decision clock rest while a question is open."""
    referral.rested_at = now
    referral.answer_by = timing.after(now, timing.answer, Acting.ORIGIN)
    referral.owner = Owner.ORIGIN


def go_on(referral: Referral, timing: Timing, now: datetime) -> None:
    """Let the decision clock go on where it stood: now, or at the question's deadline if that has passed unseen."""
    assert referral.rested_at is not None and referral.answer_by is not None, "only a clock that rests goes on"
    now = min(now, referral.answer_by)
    stood = {column: getattr(referral, column) for column in RESTING}
    referral.rests = [*referral.rests, referral.rested_at, now]
    set_deadlines(referral, put_off(timing, stood, referral.offered_at, referral.rests))
    referral.rested_at = referral.answer_by = None
    referral.owner = Owner.PROVIDER


def wait(referral: Referral, policy: Policy, review_at: datetime, now: datetime) -> None:
    """Set the reviews of a waiting list and its end."""
    referral.review_at = min(review_at, now + policy.review)
    referral.expires_at = now + policy.waitlist
    referral.owner = Owner.PROVIDER


def serve(referral: Referral, policy: Policy, now: datetime) -> None:
    """Set the next review of a service that runs, or of a waiting list that was looked at."""
    referral.review_at = now + policy.review
    referral.reviews_missed = 0
    referral.owner = Owner.PROVIDER
