"""Open deadlines counted again, when calendars changed under them. Pure."""

from datetime import datetime

from ihala_referral import clock
from ihala_referral.clock import What
from ihala_referral.deadlines import ACTING, Deadlines, in_order, of_contact, of_offer, put_off
from ihala_referral.policy import Acting, Timing
from ihala_referral.states import UNDECIDED, State
from ihala_referral.tables import Referral

Moves = dict[str, tuple[datetime, datetime]]  # from when to when, by column

_WHAT = {
    "acknowledge_by": What.ACKNOWLEDGE, "decide_by": What.DECIDE, "level_1_at": What.LEVEL_1, "level_2_at": What.LEVEL_2,
    "level_3_at": What.LEVEL_3, "expires_at": What.EXPIRE, "first_contact_by": What.LEVEL_1, "answer_by": What.ANSWER,
}  # fmt: skip


def recompute(referral: Referral, timing: Timing, requested_at: datetime, now: datetime) -> Moves:
    """Set the open deadlines as the calendars stand now, and return those that moved, with old and new instant.

    Counted from where each began, less the rests, so that doing it twice changes nothing. What has fired stays; what comes sooner
    than before leaves a working day from now. Emergencies count hours whatever is closed.
    """
    fresh = {} if timing.wall else _anew(referral, timing, requested_at)
    stood: Deadlines = {column: at for column in fresh if (at := getattr(referral, column)) is not None}
    for column, old in stood.items():
        if _is_done(referral, column):
            fresh[column] = old
        elif fresh[column] < old:
            begins = now if column == "answer_by" else referral.rested_at or now
            fresh[column] = min(old, max(fresh[column], timing.after(begins, 1, ACTING[column])))
    fresh = in_order(fresh) if fresh else {}
    moves = {column: (old, fresh[column]) for column, old in stood.items() if old != fresh[column] and not _is_done(referral, column)}
    clock.set_deadlines(referral, {column: at for column, (_, at) in moves.items()})
    return moves


def _anew(referral: Referral, timing: Timing, requested_at: datetime) -> Deadlines:
    """Return the deadlines of the clock that runs, counted again from where it began; nothing where no working time runs."""
    if referral.state is State.ACCEPTED and referral.accepted_at is not None:
        return of_contact(timing, requested_at, referral.accepted_at)
    if referral.state not in {State.OFFERED, State.ACKNOWLEDGED, State.INFO_REQUESTED}:
        return {}
    found = of_offer(timing, referral.offered_at)
    for rested in range(2, len(referral.rests) + 1, 2):
        found = put_off(timing, found, referral.offered_at, referral.rests[:rested])
    if referral.rested_at is not None:
        found["answer_by"] = timing.after(referral.rested_at, timing.answer, Acting.ORIGIN)
    return found


def _is_done(referral: Referral, column: str) -> bool:
    """Tell whether the instant was dealt with, or is none any more; levels that the need's hurry brought forward stay there."""
    seen = column == "acknowledge_by" and referral.state is not State.OFFERED
    hastened = column in clock.LEVEL_COLUMNS.values() and referral.hurried and referral.state in UNDECIDED
    return seen or hastened or _WHAT[column] in referral.fired
