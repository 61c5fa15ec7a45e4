"""When a person is told something, and how openly. Pure."""

from enum import StrEnum
from zoneinfo import ZoneInfo

from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1 import ConsentWithdrawn, FollowUpDue, FollowUpRecorded, NeedClosed, NeedIdentified, Sensitivity
from ihala_contracts.referral_v1 import (
    AppointmentChanged,
    NeedUnserved,
    ReferralAccepted,
    ReferralCompleted,
    ReferralDeclined,
    ReferralExpired,
    ReferralFailed,
    ReferralInformationRequested,
    ReferralOffered,
    ReferralWaitlisted,
)

HERE = ZoneInfo("Asia/Baghdad")
_TEMPLATES: dict[type[Event], str] = {
    NeedIdentified: "request-received",
    ReferralOffered: "referral-offered",
    ReferralInformationRequested: "question-asked",
    ReferralWaitlisted: "waiting-list",
    NeedUnserved: "no-provider-yet",
    ReferralAccepted: "referral-accepted",
    ReferralDeclined: "next-provider",
    ReferralExpired: "next-provider",
    ReferralFailed: "next-provider",
    ReferralCompleted: "referral-completed",
    FollowUpDue: "follow-up",
    ConsentWithdrawn: "consent-withdrawn",
    NeedClosed: "need-closed",
}
_APPOINTMENTS = {"confirmed": "appointment-reminder", "cancelled": "appointment-cancelled"}  # proposed: nothing stands yet
ONLY_ONCE = frozenset({"no-provider-yet"})  # of a need: it is tried again and again
ONLY_AFTER = {"appointment-cancelled": "appointment-reminder"}  # of a referral: what nobody was told of is not taken back
# What is so only while its referral runs: a person who goes there after its end is turned away, or not safe.
WHILE_IT_RUNS = frozenset({"referral-offered", "question-asked", "waiting-list", "referral-accepted", "appointment-reminder"})
LAST_WORDS = frozenset({"consent-withdrawn", "need-closed"})  # what may still be said when a need has ended


class Openness(StrEnum):
    """How much a message says."""

    FULL = "full"
    NEUTRAL = "neutral"  # "you have news, call …"


def template_for(event: Event, sensitivity: Sensitivity, *, wanted: bool = False) -> str | None:
    """Return the template by which the person hears of `event`, None when it is not for them.

    Of a restricted need nobody is sent anything, since a message on the table can endanger her; unless she `wanted` it.
    """
    if (sensitivity is Sensitivity.RESTRICTED and not wanted) or (isinstance(event, ReferralOffered) and event.replaces):
        return None  # a later offer: `next-provider` has said it already
    if isinstance(event, AppointmentChanged):
        return _APPOINTMENTS.get(event.appointment_state)
    if isinstance(event, FollowUpRecorded):
        return "taken-up-again" if event.result == "disputed" else None
    return _TEMPLATES.get(type(event))


def given_by(event: Event) -> dict[str, str] | None:
    """Return what a text says beside what is known of need and provider: of an appointment the day and the hour in Iraq."""
    if not isinstance(event, AppointmentChanged) or event.appointment_state != "confirmed":
        return None
    at = event.starts_at.astimezone(HERE)
    return {"date": at.date().isoformat(), "time": f"{at:%H:%M}"}


def openness(sensitivity: Sensitivity, *, own_phone: bool, hidden_provider: bool) -> Openness:
    """Return how openly one may write: in full only on the person's own phone, and only about what anybody may know."""
    return Openness.FULL if own_phone and sensitivity is Sensitivity.STANDARD and not hidden_provider else Openness.NEUTRAL
