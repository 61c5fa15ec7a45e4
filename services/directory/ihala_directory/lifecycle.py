"""The life of a reservation, and what each step does to the places of a service at a location: the only place that counts them,
but for holding.py, which holds one more in SQL.

free = figure - held by open reservations - taken since the figure was given + returned since (`used` is the last two together).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ihala_directory.tables import Reservation, ServiceAtLocation


class State(StrEnum):
    """`reserved`: an officer's own, for minutes. `claimed`: an attempt's, ended by events alone. `taken`: the referral was accepted.

    Ended: `released` before it was taken, `revoked` by the directory, `returned` after it was taken, `used` up for good.
    """

    RESERVED = "reserved"
    CLAIMED = "claimed"
    TAKEN = "taken"
    RELEASED = "released"
    REVOKED = "revoked"
    RETURNED = "returned"
    USED = "used"


class Act(StrEnum):
    """What may happen to a reservation."""

    CLAIM = "claim"
    TAKE = "take"
    RELEASE = "release"
    REVOKE = "revoke"
    RETURN = "return"
    USE_UP = "use up"


@dataclass(frozen=True, slots=True)
class Move:
    """Where an act leads, and by how much it changes the places held and used."""

    to: State
    held: int = 0
    used: int = 0


MOVES: dict[tuple[State, Act], Move] = {
    (State.RESERVED, Act.CLAIM): Move(State.CLAIMED),
    (State.RESERVED, Act.RELEASE): Move(State.RELEASED, held=-1),
    (State.CLAIMED, Act.TAKE): Move(State.TAKEN, held=-1, used=+1),
    (State.CLAIMED, Act.RELEASE): Move(State.RELEASED, held=-1),
    (State.CLAIMED, Act.REVOKE): Move(State.REVOKED, held=-1),
    (State.TAKEN, Act.RETURN): Move(State.RETURNED, used=-1),
    (State.TAKEN, Act.USE_UP): Move(State.USED),
}
ENDED = {State.RELEASED, State.REVOKED, State.RETURNED, State.USED}


class MoveNotOpen(Exception):
    """The reservation is in a state from which this act leads nowhere: a fault of the command, which must look first."""


def free(at: ServiceAtLocation) -> int:
    """Return how many places can be promised now; never below zero, and none while the figure awaits confirmation."""
    return max(0, at.figure - at.held - at.used) if at.confirmed else 0


def hold(at: ServiceAtLocation) -> None:
    """Hold one more place; the caller has looked that one is free. Raises MoveNotOpen otherwise."""
    if free(at) < 1:
        raise MoveNotOpen("hold")
    at.held += 1


def take_unheld(at: ServiceAtLocation) -> None:
    """Take a place that nothing held: the referral comes from a waiting list. Raises MoveNotOpen when none is free."""
    if free(at) < 1:
        raise MoveNotOpen("take")
    at.used += 1


def is_open(reservation: Reservation, act: Act) -> bool:
    """Tell whether `act` leads anywhere from the state it is in."""
    return (State(reservation.state), act) in MOVES


def move(at: ServiceAtLocation, reservation: Reservation, act: Act, when: datetime, reason: str | None = None) -> None:
    """Apply `act`; an end needs its reason. Raises MoveNotOpen."""
    found = MOVES.get((State(reservation.state), act))
    if found is None:
        raise MoveNotOpen(act)
    reservation.state = found.to
    reservation.expires_at = None
    reservation.version += 1
    at.held += found.held
    at.used += found.used
    if act is Act.TAKE:
        reservation.taken_at = when
    if found.to in ENDED:
        reservation.ended_at, reservation.end_reason = when, reason


def end(at: ServiceAtLocation, reservation: Reservation, when: datetime, reason: str) -> bool:
    """End it, whatever it is in: a place that is held is released, a slot returned, a stock that was begun stays used. Return whether a
    place became free."""
    for act in (Act.RELEASE, Act.USE_UP if _used_up(at, reservation, reason) else Act.RETURN):
        if is_open(reservation, act):
            move(at, reservation, act, when, reason)
            return act is not Act.USE_UP
    return False


def _used_up(at: ServiceAtLocation, reservation: Reservation, reason: str) -> bool:
    return at.capacity_kind == "stock" and (reservation.started_at is not None or reason == "completed")


def confirm(at: ServiceAtLocation, figure: int, when: datetime) -> bool:
    """Take the provider's word for how many places are free now; return whether that is more than before."""
    before = free(at)
    at.figure, at.figure_at, at.used, at.confirmed = figure, when, 0, True
    return free(at) > before


def has_ended(reservation: Reservation) -> bool:
    """Tell whether nothing more will happen to it."""
    return State(reservation.state) in ENDED
