"""Which letters there may be, what they may show, and whether one is still good. Pure.

Source: domain.md, sections 8 and 9: nothing on paper of a restricted need unless it was asked for, and then neither need, name,
provider nor date. What is protected says who helps only where the person asked for that.
"""

from datetime import datetime, timedelta
from typing import Final, Literal, Protocol

from ihala_contracts.intake_v1 import Sensitivity

Kind = Literal["support_letter", "referral_slip"]
Shows = Literal["full", "plain", "bare"]
State = Literal["valid", "used", "revoked", "ended", "expired"]
Refusal = Literal["need_ended", "restricted", "not_asked_for", "not_accepted"]

LASTS: Final[dict[Kind, timedelta]] = {"support_letter": timedelta(days=90), "referral_slip": timedelta(days=30)}

_LEAST_FIRST: Final[tuple[Shows, ...]] = ("bare", "plain", "full")


class Times(Protocol):
    """What a letter's state follows from."""

    used_at: datetime | None
    revoked_at: datetime | None
    valid_until: datetime


def refusal(kind: Kind, sensitivity: Sensitivity, *, ended: bool, asked_for: bool, accepted: bool) -> Refusal | None:
    """Return why there can be no such letter, or None. `accepted`: somebody took the case and still has it."""
    if ended:
        return "need_ended"
    if sensitivity is Sensitivity.RESTRICTED:
        return "restricted" if kind == "support_letter" else None if asked_for else "not_asked_for"
    return "not_accepted" if kind == "referral_slip" and not accepted else None


def shows(kind: Kind, sensitivity: Sensitivity, *, asked_for: bool, hidden_provider: bool) -> Shows:
    """Return how much is printed: `full` with who helps and where, `plain` without, `bare` nothing but the office."""
    if sensitivity is Sensitivity.RESTRICTED:
        return "bare"
    open_to_all = sensitivity is Sensitivity.STANDARD or asked_for
    return "full" if kind == "referral_slip" and open_to_all and not hidden_provider else "plain"


def says_more(printed: Shows, allowed: Shows) -> bool:
    """Tell whether a letter shows more than one may show now."""
    return _LEAST_FIRST.index(printed) > _LEAST_FIRST.index(allowed)


def state_of(letter: Times, *, ended: bool, at: datetime) -> State:
    """Return how a letter stands at `at` (domain time). `ended`: it is about what is over or not its office's now, or shows too much."""
    if letter.revoked_at is not None:
        return "revoked"
    if letter.used_at is not None:
        return "used"
    if ended:
        return "ended"
    return "expired" if at >= letter.valid_until else "valid"
