"""The states of a need: what may follow what. Pure; `commands.moves` applies it and tells of it."""

from enum import StrEnum
from typing import Literal

from ihala_contracts.intake_v1 import NeedState

OPEN, REFERRING, UNSERVED = NeedState.OPEN, NeedState.REFERRING, NeedState.UNSERVED
SERVED, VERIFIED, UNVERIFIED, CLOSED = NeedState.SERVED, NeedState.VERIFIED, NeedState.UNVERIFIED, NeedState.CLOSED

UNFINISHED = frozenset({OPEN, REFERRING, UNSERVED, SERVED})  # somebody still has to do something
CAN_BE_PLACED = frozenset({OPEN, REFERRING, UNSERVED})


class Act(StrEnum):
    """What happens to a need."""

    OFFER = "offer"  # a receiver is asked
    FIND_NOBODY = "find_nobody"  # no candidate now
    MEET = "meet"  # completed, and something asked for was met or partly met
    MEET_NOTHING = "meet_nothing"  # completed, and nothing was
    END = "end"  # referral gave the placement up
    CONFIRM = "confirm"  # the person says that help came
    DISPUTE = "dispute"  # the person says that it did not
    LOSE_SIGHT = "lose_sight"  # nobody could ask the person
    CLOSE = "close"  # a coordinator closes it
    INFORM = "inform"  # the need gets information and signposting alone
    WITHDRAW = "withdraw"  # the person takes the consent back


MOVES: dict[tuple[NeedState, Act], NeedState] = {
    (OPEN, Act.OFFER): REFERRING,
    (UNSERVED, Act.OFFER): REFERRING,
    (REFERRING, Act.OFFER): REFERRING,  # the next receiver, or a second one beside the first in an emergency
    (OPEN, Act.FIND_NOBODY): UNSERVED,
    (REFERRING, Act.FIND_NOBODY): UNSERVED,
    (UNSERVED, Act.FIND_NOBODY): UNSERVED,
    # Also from unserved: the second search of an emergency may find nobody while the first receiver serves.
    **{(state, Act.MEET): SERVED for state in (OPEN, REFERRING, UNSERVED)},
    **{(state, Act.MEET_NOTHING): OPEN for state in (OPEN, REFERRING, UNSERVED)},
    (SERVED, Act.CONFIRM): VERIFIED,
    (SERVED, Act.DISPUTE): OPEN,
    (SERVED, Act.LOSE_SIGHT): UNVERIFIED,
    # Asked again later, or the person came forward: their word counts, a silence changes nothing.
    **{(state, Act.CONFIRM): VERIFIED for state in (VERIFIED, UNVERIFIED)},
    **{(state, Act.DISPUTE): OPEN for state in (VERIFIED, UNVERIFIED)},
    **{(state, Act.END): CLOSED for state in (OPEN, REFERRING, UNSERVED)},
    (SERVED, Act.END): SERVED,  # the placement of a served need ends; the person is still asked
    **{(state, Act.END): state for state in (VERIFIED, UNVERIFIED, CLOSED)},  # echoes of what intake itself began
    **{(state, Act.CLOSE): CLOSED for state in (OPEN, REFERRING, UNSERVED, SERVED)},
    (OPEN, Act.INFORM): CLOSED,
    **{(state, Act.WITHDRAW): CLOSED for state in (OPEN, REFERRING, UNSERVED, SERVED)},
    **{(state, Act.WITHDRAW): state for state in (VERIFIED, UNVERIFIED, CLOSED)},  # only the data is taken back
}


class Impossible(Exception):
    """No such move from this state; the caller refuses it, or records what came too late."""

    def __init__(self, state: NeedState, act: Act) -> None:
        super().__init__(f"{act} from {state}")
        self.state, self.act = state, act


def after(state: NeedState, act: Act) -> NeedState:
    """Return the state that `act` leads to; raises Impossible."""
    found = MOVES.get((state, act))
    if found is None:
        raise Impossible(state, act)
    return found


Shown = Literal["received", "being_handled", "closed"]


def shown(state: NeedState) -> Shown:
    """Return what an origin of the interior ministry sees of a need: received, being_handled or closed, and nothing else."""
    if state is OPEN:
        return "received"
    return "being_handled" if state in UNFINISHED else "closed"
