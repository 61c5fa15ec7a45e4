"""When a person is told something, and how openly. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1 import ConsentWithdrawn, FollowUpDue, FollowUpRecorded, NeedClosed, NeedIdentified, Sensitivity
from ihala_contracts.referral_v1 import (
    AppointmentChanged,
    NeedUnserved,
    ReferralAccepted,
    ReferralCancelled,
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
    ReferralCompleted: "referral-completed",
    FollowUpDue: "follow-up",
    ConsentWithdrawn: "consent-withdrawn",
}
_APPOINTMENTS = {"proposed": "appointment-moved", "confirmed": "appointment-reminder", "cancelled": "appointment-cancelled"}
_ATTEMPT_OVER = (ReferralDeclined, ReferralExpired, ReferralFailed, ReferralCancelled)
TELLING: Final[tuple[type[Event], ...]] = (*_TEMPLATES, *_ATTEMPT_OVER, AppointmentChanged, FollowUpRecorded, NeedClosed)
# What follows an attempt, by the reason that its event carries (reasons.json of referral: `next`). By these a place is looked for again; by
# all others, also one that is not known here, the office decides what follows.
_LOOKED_FOR_AGAIN: Final = frozenset({
    "no_capacity", "not_eligible", "out_of_area", "out_of_mandate", "conflict_of_interest", "unsafe_for_person", "site_insecure",
    "funding_ended", "service_closed", "other", "no_first_contact", "provider_closed", "place_lost", "reservation_revoked", "better_place",
    "need_changed",
})  # fmt: skip
# The person's own no is talked over in private; what else happened to the need is told by that.
_NOT_TOLD: Final = frozenset({"client_refused", "no_longer_needed", "placed_elsewhere", "need_closed"})
ONLY_ONCE = frozenset({"no-provider-yet"})  # of a need: it is tried again and again
# Said only to who was told one of these last, of the same appointment: what nobody was told of is not taken back.
_ONLY_AFTER: Final[Mapping[str, frozenset[str]]] = {
    "appointment-moved": frozenset({"appointment-reminder"}),
    "appointment-cancelled": frozenset({"appointment-reminder", "appointment-moved"}),
}
_SENT_THERE: Final = frozenset({"referral-accepted", "waiting-list"})  # by these the person knows who has the referral
# What is so only while its referral runs: a person who goes there after its end is turned away, or not safe.
WHILE_IT_RUNS = frozenset({"referral-offered", "question-asked", "waiting-list", "referral-accepted", "appointment-reminder"})
NEED_CLOSED = "need-closed"
LAST_WORDS = frozenset({"consent-withdrawn", NEED_CLOSED, "handed-over"})  # what may still be said when a need has ended


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
    if isinstance(event, NeedClosed):
        return "handed-over" if event.reason == "handed_over" else NEED_CLOSED
    return _after_attempt(event) if isinstance(event, _ATTEMPT_OVER) else _TEMPLATES.get(type(event))


def only_after(event: Event, template: str) -> frozenset[str]:
    """Return templates, of the event's own referral or appointment: only who was told one of them last hears of `event`. Empty: everybody
    does."""
    return _SENT_THERE if isinstance(event, ReferralCancelled) else _ONLY_AFTER.get(template, frozenset())


def given_by(event: Event) -> dict[str, str] | None:
    """Return what is kept with a message beside what is known of need and provider: of an appointment which one, and once it stands the
    day and the hour in Iraq."""
    if not isinstance(event, AppointmentChanged):
        return None
    at = event.starts_at.astimezone(HERE)
    when = {"date": at.date().isoformat(), "time": f"{at:%H:%M}"} if event.appointment_state == "confirmed" else {}
    return {"appointment": str(event.appointment_id)} | when


def openness(sensitivity: Sensitivity, *, own_phone: bool, hidden_provider: bool) -> Openness:
    """Return how openly one may write: in full only on the person's own phone, and only about what anybody may know."""
    return Openness.FULL if own_phone and sensitivity is Sensitivity.STANDARD and not hidden_provider else Openness.NEUTRAL


def _after_attempt(event: ReferralDeclined | ReferralExpired | ReferralFailed | ReferralCancelled) -> str | None:
    """Return what is so for the event's reason; an offer expires without one."""
    if isinstance(event, ReferralExpired):
        return "next-provider"
    if event.reason in _NOT_TOLD:
        return None
    if event.reason in _LOOKED_FOR_AGAIN:
        return "referral-cancelled" if isinstance(event, ReferralCancelled) else "next-provider"
    return "papers-needed" if event.reason == "documents_missing" else "office-follows-up"
