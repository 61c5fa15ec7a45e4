"""Whether somebody calls, until when, and what follows from a call. Pure; the only place that sets a call's state.

Who has no phone is not called: what there is to say is printed and handed over when they next come to the desk.
"""

from datetime import datetime, timedelta
from typing import Final, Literal

from ihala_contracts.intake_v1 import Sensitivity

from ihala_notify.calls.errors import CallMoveNotAllowed, CallNotPrintable, CallResultNotAllowed
from ihala_notify.calls.tables import CallTask
from ihala_notify.telling import LAST_WORDS

Why = Literal["wishes_a_call", "wishes_a_slip", "no_way", "no_receipt", "late", "not_delivered"]
Ended = Literal["done", "given_up", "dropped"]
Result = Literal["reached", "handed_over", "not_reached", "wrong_number", "asked_not_to_call"]

MOST_TRIES: Final = 3
AGAIN_AFTER: Final = timedelta(days=1)  # after a call that nobody took
TAKEN_FOR: Final = timedelta(hours=2)  # then another may take a call that was not made
DUE_WITHIN: Final = (timedelta(hours=2), timedelta(days=1), timedelta(days=3))  # by rank: emergency, urgent, routine
# A slip waits for the next visit. Who did not come until then hears nothing, so somebody looks for another way.
SLIP_WITHIN: Final = (timedelta(days=1), timedelta(days=7), timedelta(days=30))
SLIP: Final = "wishes_a_slip"
RANKS: Final = {"emergency": 0, "urgent": 1, "routine": 2}
UNKNOWN_RANK: Final = 1

_WHY: Final[dict[str | None, Why]] = {
    "wishes_a_call": "wishes_a_call", "wishes_a_slip": "wishes_a_slip", "no_receipt": "no_receipt", "late": "late",
    "no_contact": "no_way", "not_safe_to_message": "no_way", "number_unusable": "no_way", "messages_stopped": "no_way",
}  # fmt: skip
_UNTRIED: Final = frozenset({"late", "out_of_turn"})
# Of a restricted need these rule a call out, also when she was written to before: she stopped it, or no phone is known to be safe.
_SILENT: Final = frozenset({"messages_stopped", "no_safe_way"})


def why(reason: str | None) -> Why:
    """Return why somebody calls, of the code why a message failed."""
    return _WHY.get(reason, "not_delivered")


def tells_of_a_phone(reason: str | None) -> bool:
    """Tell whether such a failure says that there is a phone, or none: what was not tried at all says neither."""
    return reason not in _UNTRIED


def due_within(why: str, rank: int) -> timedelta:
    """Return within what time somebody calls, or until when who has no phone should have come to the desk."""
    return (SLIP_WITHIN if why == SLIP else DUE_WITHIN)[rank]


def is_called_about(
    sensitivity: Sensitivity, template: str, reason: str | None, *, handed_over: bool, over: bool, declined: bool
) -> bool:  # fmt: skip
    """Tell whether somebody calls about a message that failed.

    `over`: the need has ended, or the referral was withdrawn; only that itself is then still said. `declined`: the person asked not to be
    called about this need. Who stopped messages is called instead; of a restricted need only who chose to be written to, or to be called,
    hears anything.
    """
    if declined or (over and template not in LAST_WORDS):
        return False
    return sensitivity is not Sensitivity.RESTRICTED or reason == "wishes_a_call" or (handed_over and reason not in _SILENT)


def may_take(call: CallTask, officer: str, at: datetime) -> bool:
    """Tell whether an officer may take the call: it is free, her own, or was taken and not made for two hours."""
    if call.state != "taken":
        return call.state == "open"
    return call.taken_by == officer or (call.taken_at is not None and call.taken_at + TAKEN_FOR <= at)


def take(call: CallTask, officer: str, at: datetime) -> None:
    """Let an officer make the call. Raises CallMoveNotAllowed (409)."""
    if not may_take(call, officer, at):
        raise CallMoveNotAllowed(state=call.state)
    call.state, call.taken_by, call.taken_at = "taken", officer, at
    call.version += 1


def record(call: CallTask, officer: str, result: Result, at: datetime) -> None:
    """Note what came of a call: said, to be tried on another day, or given up.

    Raises CallMoveNotAllowed (409) for who did not take it, CallResultNotAllowed (409): only a slip is handed over, and it has no number.
    """
    if call.state != "taken" or call.taken_by != officer:
        raise CallMoveNotAllowed(state=call.state)
    if result == ("wrong_number" if call.reason == SLIP else "handed_over"):
        raise CallResultNotAllowed(reason=call.reason)
    call.tries += result == "not_reached"
    if result in {"reached", "handed_over", "asked_not_to_call"}:
        end(call, "done", result, at)
    elif result == "wrong_number" or call.tries >= MOST_TRIES:
        end(call, "given_up", result, at)
    else:
        again = SLIP_WITHIN[call.rank] if call.reason == SLIP else AGAIN_AFTER
        call.result, call.due_at = result, at + again
        free(call)


def free(call: CallTask) -> None:
    """Let whoever comes first make the call."""
    call.state, call.taken_by, call.taken_at = "open", None, None
    call.version += 1


def end(call: CallTask, state: Ended, result: str, at: datetime) -> None:
    """End it."""
    call.state, call.result, call.due_at, call.ended_at = state, result, None, at
    call.version += 1


def demand_printable(call: CallTask) -> None:
    """Go on only for a slip that is still to be handed over. Raises CallNotPrintable (409)."""
    if call.reason != SLIP:
        raise CallNotPrintable(why="not_a_slip")
    if call.state not in {"open", "taken"}:
        raise CallNotPrintable(why="ended")
