"""When a person is told something, and how openly. Pure."""

from enum import StrEnum

from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1 import ConsentWithdrawn, FollowUpDue, NeedClosed, NeedIdentified, Sensitivity
from ihala_contracts.referral_v1 import (
    ReferralAccepted,
    ReferralCompleted,
    ReferralDeclined,
    ReferralExpired,
    ReferralFailed,
    ReferralOffered,
)

_TEMPLATES: dict[type[Event], str] = {
    NeedIdentified: "request-received",
    ReferralOffered: "referral-offered",
    ReferralAccepted: "referral-accepted",
    ReferralDeclined: "next-provider",
    ReferralExpired: "next-provider",
    ReferralFailed: "next-provider",
    ReferralCompleted: "referral-completed",
    FollowUpDue: "follow-up",
    ConsentWithdrawn: "consent-withdrawn",
    NeedClosed: "need-closed",
}
LAST_WORDS = frozenset({"consent-withdrawn", "need-closed"})  # what may still be said when a need has ended


class Openness(StrEnum):
    """How much a message says."""

    FULL = "full"
    NEUTRAL = "neutral"  # "you have news, call …"


def template_for(event: Event, sensitivity: Sensitivity) -> str | None:
    """Return the template by which the person hears of `event`, None when it is not for them.

    Of a restricted need nobody is sent anything: a message on the table can endanger her.
    """
    if sensitivity is Sensitivity.RESTRICTED or (isinstance(event, ReferralOffered) and event.replaces):
        return None  # a later offer: `next-provider` has said it already
    return _TEMPLATES.get(type(event))


def openness(sensitivity: Sensitivity, *, own_phone: bool, hidden_provider: bool) -> Openness:
    """Return how openly one may write: in full only on the person's own phone, and only about what anybody may know."""
    return Openness.FULL if own_phone and sensitivity is Sensitivity.STANDARD and not hidden_provider else Openness.NEUTRAL
