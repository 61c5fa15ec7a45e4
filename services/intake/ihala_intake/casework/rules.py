"""Who may do what with a case: pure."""

from collections.abc import Collection
from enum import StrEnum
from typing import Literal

COORDINATOR = "coordinator"

ClosingReason = Literal["goals_reached", "moved_away", "person_unreachable", "person_asked", "duplicate", "out_of_competence", "other"]
ReopeningReason = Literal["new_need", "closed_by_mistake", "person_came_back", "disputed", "other"]
AssigningReason = Literal["first", "language", "workload", "absence", "conflict_of_interest", "person_asked", "other"]


class Step(StrEnum):
    """What can be done with a case, as its history names it."""

    ASSIGNED = "assigned"
    OFFICE = "office_changed"
    CLOSING = "closing_proposed"
    CLOSING_REFUSED = "closing_refused"
    FORGOTTEN = "forgotten"  # nobody worked on it for long: retention proposes to close it, and says when nobody does
    CLOSED = "closed"
    REOPENED = "reopened"
    OFFERED = "hand_over_offered"
    TAKEN_BACK = "hand_over_taken_back"
    REFUSED = "hand_over_refused"
    LAPSED = "hand_over_lapsed"
    HANDED_OVER = "handed_over"
    OPENED_FROM = "opened_from_hand_over"


def may_assign(roles: Collection[str], me: str | None, now: str | None, to: str) -> bool:
    """Tell whether `me` may give a case that `now` has to officer `to`.

    A coordinator gives any case to anybody. An officer takes one that nobody has, or gives her own to a colleague.
    """
    if COORDINATOR in roles:
        return True
    return me is not None and (me == now or (now is None and me == to))


def may_close(roles: Collection[str], me: str | None, officer: str | None, proposed_by: str | None) -> bool:
    """Tell whether `me` may end a case: a coordinator, but neither its own officer nor who proposed it, so that two have looked."""
    return COORDINATOR in roles and (me is None or me not in (officer, proposed_by))
