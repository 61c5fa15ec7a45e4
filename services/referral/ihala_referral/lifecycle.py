"""What may follow what: two tables that a case manager can read, and the only place where a state is set.

`MOVES` is one attempt, `STEPS` the placement around it. Domain, section 5.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ihala_referral import guards
from ihala_referral.errors import MoveNotAllowed
from ihala_referral.guards import Guard, PlacementGuard, Situation
from ihala_referral.states import OPEN, Act, Party, PlacementState, State, Step
from ihala_referral.tables import Placement, Referral

ORIGIN, COORDINATOR, PROVIDER, PERSON, DPO, SYSTEM = Party


@dataclass(frozen=True, slots=True)
class Move:
    """Where a move leads, who may make it, and what must hold."""

    to: State
    by: frozenset[Party]
    guards: tuple[Guard, ...] = ()


@dataclass(frozen=True, slots=True)
class PlacementMove:
    """The same for a placement."""

    to: PlacementState
    by: frozenset[Party]
    guards: tuple[PlacementGuard, ...] = ()


def _may(to: State, *by: Party, holds: tuple[Guard, ...] = ()) -> Move:
    return Move(to, frozenset(by), holds)


def _step(to: PlacementState, *by: Party, holds: tuple[PlacementGuard, ...] = ()) -> PlacementMove:
    return PlacementMove(to, frozenset(by), holds)


_ACCEPT = _may(State.ACCEPTED, PROVIDER, holds=(guards.still_reserved, guards.none_accepted, guards.receiver_active))
_DECLINE = _may(State.DECLINED, PROVIDER)
_ASK = _may(State.INFO_REQUESTED, PROVIDER, holds=(guards.question_left,))
_WAITLIST = _may(State.WAITLISTED, PROVIDER, holds=(guards.keeps_a_waitlist,))
_EXPIRE = _may(State.EXPIRED, SYSTEM, holds=(guards.past_expiry,))
_WITHDRAW = _may(State.WITHDRAWN, PERSON)
_CANCEL = _may(State.CANCELLED, ORIGIN, COORDINATOR, SYSTEM)
_CANCEL_LATE = _may(State.CANCELLED, COORDINATOR)
_FAIL = _may(State.FAILED, COORDINATOR, SYSTEM)
_FAIL_LATE = _may(State.FAILED, PROVIDER, COORDINATOR, SYSTEM)
_REDACT = _may(State.ENTERED_IN_ERROR, DPO)

MOVES: dict[tuple[State, Act], Move] = {
    (State.OFFERED, Act.ACKNOWLEDGE): _may(State.ACKNOWLEDGED, PROVIDER),
    (State.OFFERED, Act.ACCEPT): _ACCEPT,
    (State.OFFERED, Act.DECLINE): _DECLINE,
    (State.OFFERED, Act.ASK): _ASK,
    (State.OFFERED, Act.WAITLIST): _WAITLIST,
    (State.OFFERED, Act.EXPIRE): _EXPIRE,
    (State.OFFERED, Act.WITHDRAW): _WITHDRAW,
    (State.OFFERED, Act.CANCEL): _CANCEL,
    (State.OFFERED, Act.FAIL): _FAIL,
    (State.ACKNOWLEDGED, Act.ACCEPT): _ACCEPT,
    (State.ACKNOWLEDGED, Act.DECLINE): _DECLINE,
    (State.ACKNOWLEDGED, Act.ASK): _ASK,
    (State.ACKNOWLEDGED, Act.WAITLIST): _WAITLIST,
    (State.ACKNOWLEDGED, Act.EXPIRE): _EXPIRE,
    (State.ACKNOWLEDGED, Act.WITHDRAW): _WITHDRAW,
    (State.ACKNOWLEDGED, Act.CANCEL): _CANCEL,
    (State.ACKNOWLEDGED, Act.FAIL): _FAIL,
    (State.INFO_REQUESTED, Act.ANSWER): _may(State.ACKNOWLEDGED, ORIGIN, COORDINATOR, SYSTEM, holds=(guards.question_overdue,)),
    (State.INFO_REQUESTED, Act.WITHDRAW): _WITHDRAW,
    (State.INFO_REQUESTED, Act.CANCEL): _CANCEL,
    (State.INFO_REQUESTED, Act.FAIL): _FAIL,
    (State.WAITLISTED, Act.ACCEPT): _ACCEPT,
    (State.WAITLISTED, Act.DECLINE): _DECLINE,
    (State.WAITLISTED, Act.REVIEW): _may(State.WAITLISTED, PROVIDER),
    (State.WAITLISTED, Act.EXPIRE): _EXPIRE,
    (State.WAITLISTED, Act.WITHDRAW): _WITHDRAW,
    (State.WAITLISTED, Act.CANCEL): _CANCEL,
    (State.WAITLISTED, Act.FAIL): _FAIL,
    (State.ACCEPTED, Act.START): _may(State.IN_SERVICE, PROVIDER),
    (State.ACCEPTED, Act.RELEASE): _may(State.DECLINED, PROVIDER),
    (State.ACCEPTED, Act.FAIL): _FAIL_LATE,
    (State.ACCEPTED, Act.WITHDRAW): _WITHDRAW,
    (State.ACCEPTED, Act.CANCEL): _CANCEL_LATE,
    (State.IN_SERVICE, Act.HOLD): _may(State.ON_HOLD, PROVIDER, COORDINATOR),
    (State.IN_SERVICE, Act.REVIEW): _may(State.IN_SERVICE, PROVIDER),
    (State.IN_SERVICE, Act.COMPLETE): _may(State.COMPLETED, PROVIDER),
    (State.IN_SERVICE, Act.FAIL): _FAIL_LATE,
    (State.IN_SERVICE, Act.WITHDRAW): _WITHDRAW,
    (State.IN_SERVICE, Act.CANCEL): _CANCEL_LATE,
    (State.ON_HOLD, Act.RESUME): _may(State.IN_SERVICE, PROVIDER, COORDINATOR, SYSTEM, holds=(guards.hold_is_over,)),
    (State.ON_HOLD, Act.FAIL): _FAIL_LATE,
    (State.ON_HOLD, Act.WITHDRAW): _WITHDRAW,
    (State.ON_HOLD, Act.CANCEL): _CANCEL_LATE,
    **{(state, Act.REDACT): _REDACT for state in State if state is not State.ENTERED_IN_ERROR},
}

STEPS: dict[tuple[PlacementState, Step], PlacementMove] = {
    (PlacementState.TRIAGE, Step.PLACE): _step(PlacementState.PLACING, COORDINATOR, holds=(guards.match_settled,)),
    (PlacementState.TRIAGE, Step.REJECT): _step(PlacementState.ENDED, COORDINATOR),
    (PlacementState.TRIAGE, Step.END): _step(PlacementState.ENDED, SYSTEM),
    (PlacementState.PLACING, Step.OFFER): _step(PlacementState.OFFERING, SYSTEM),
    (PlacementState.PLACING, Step.NONE_FOUND): _step(PlacementState.UNSERVED, SYSTEM, holds=(guards.nothing_open,)),
    (PlacementState.PLACING, Step.NEXT): _step(PlacementState.PLACING, SYSTEM),
    (PlacementState.PLACING, Step.PLACE): _step(PlacementState.PLACING, COORDINATOR, holds=(guards.unanswered,)),
    (PlacementState.PLACING, Step.TRIAGE): _step(PlacementState.TRIAGE, SYSTEM),
    (PlacementState.PLACING, Step.END): _step(PlacementState.ENDED, SYSTEM),
    (PlacementState.OFFERING, Step.OFFER): _step(PlacementState.OFFERING, SYSTEM),
    (PlacementState.OFFERING, Step.ACCEPT): _step(PlacementState.PLACED, SYSTEM),
    (PlacementState.OFFERING, Step.NEXT): _step(PlacementState.PLACING, SYSTEM, holds=(guards.nothing_open,)),
    (PlacementState.OFFERING, Step.TRIAGE): _step(PlacementState.TRIAGE, SYSTEM, holds=(guards.nothing_open,)),
    (PlacementState.OFFERING, Step.END): _step(PlacementState.ENDED, SYSTEM, holds=(guards.nothing_open,)),
    (PlacementState.PLACED, Step.NEXT): _step(PlacementState.PLACING, SYSTEM, holds=(guards.nothing_open,)),
    (PlacementState.PLACED, Step.TRIAGE): _step(PlacementState.TRIAGE, SYSTEM, holds=(guards.nothing_open,)),
    (PlacementState.PLACED, Step.END): _step(PlacementState.ENDED, SYSTEM, holds=(guards.nothing_open,)),
    (PlacementState.UNSERVED, Step.PLACE): _step(PlacementState.PLACING, COORDINATOR, SYSTEM),
    (PlacementState.UNSERVED, Step.TRIAGE): _step(PlacementState.TRIAGE, SYSTEM),
    (PlacementState.UNSERVED, Step.END): _step(PlacementState.ENDED, SYSTEM),
    (PlacementState.ENDED, Step.REOPEN): _step(PlacementState.TRIAGE, SYSTEM),
}


def may(situation: Situation, referral: Referral, act: Act, by: Party) -> bool:
    """Tell whether `by` may do `act` now."""
    found = MOVES.get((referral.state, act))
    return found is not None and by in found.by and all(guard(situation, referral, by) for guard in found.guards)


def allowed(situation: Situation, referral: Referral, parties: Iterable[Party]) -> list[Act]:
    """Return what these parties may do now, in the order of `Act`."""
    return [act for act in Act if any(may(situation, referral, act, party) for party in parties)]


def party_for(situation: Situation, referral: Referral, act: Act, parties: frozenset[Party]) -> Party:
    """Return as whom a caller who is all these parties does `act`. Raises MoveNotAllowed (409, with what they may do)."""
    for party in sorted(parties):
        if may(situation, referral, act, party):
            return party
    raise MoveNotAllowed(moves=allowed(situation, referral, parties))


def move(situation: Situation, referral: Referral, act: Act, by: Party) -> State:
    """Apply `act` and return the state before. Raises MoveNotAllowed (409) when no such move is open or a guard fails."""
    if not may(situation, referral, act, by):
        raise MoveNotAllowed(moves=allowed(situation, referral, {by}))
    before, referral.state = referral.state, MOVES[referral.state, act].to
    referral.moved_at = situation.now
    referral.version += 1
    if referral.state not in OPEN:
        referral.ended_at = referral.ended_at or situation.now  # what had ended and is redacted keeps its end
    return before


def told(referral: Referral, state: State, at: datetime, version: int) -> State:
    """Set what an own event says of a referral whose database came back from a backup; return the state before."""
    before, referral.state = referral.state, state
    referral.moved_at, referral.version = at, max(referral.version, version)
    if state not in OPEN:
        referral.ended_at = referral.ended_at or at
    return before


def told_of_placement(placement: Placement, state: PlacementState, at: datetime) -> PlacementState:
    """Set what an own event says of a placement, likewise; return the state before."""
    before, placement.state = placement.state, state
    if before is not state:
        placement.state_at, placement.level = at, 0
    placement.ended_at = at if state is PlacementState.ENDED else None
    placement.version += 1
    return before


def may_step(situation: Situation, step: Step, by: Party) -> bool:
    """Tell whether `by` may take `step` with the placement now."""
    found = STEPS.get((situation.placement.state, step))
    return found is not None and by in found.by and all(guard(situation, by) for guard in found.guards)


def steps(situation: Situation, parties: Iterable[Party]) -> list[Step]:
    """Return what these parties may do with the placement now."""
    return [step for step in Step if any(may_step(situation, step, party) for party in parties)]


def advance(situation: Situation, step: Step, by: Party = Party.SYSTEM) -> PlacementState:
    """Apply `step` to the placement and return the state before. Raises MoveNotAllowed (409) as `move` does."""
    placement = situation.placement
    if not may_step(situation, step, by):
        raise MoveNotAllowed(moves=steps(situation, {by}))
    before, placement.state = placement.state, STEPS[placement.state, step].to
    placement.state_at = situation.now
    placement.ended_at = situation.now if placement.state is PlacementState.ENDED else None
    placement.version += 1
    return before
