"""What our states are in FHIR's words, and which of our rows a FHIR word means. Pure.

An expired offer is cancelled with business status no-response, never rejected: nobody said no.
"""

from collections.abc import Mapping
from typing import Any

from ihala_contracts.intake_v1 import Urgency
from ihala_kit.words import Words

from ihala_referral import consequences
from ihala_referral.states import PlacementState, State, Step

PROFILE_VERSION = "4.0.1"
BUSINESS_STATUS, REASON, NEED, PLACE, ATTRIBUTE, RESULT = (
    f"urn:ihala:code-system:{name}" for name in ("business-status", "reason", "need", "place", "attribute", "result")
)
TASK_STATUS, REQUEST_STATUS, REQUEST_INTENT = (
    f"http://hl7.org/fhir/{name}" for name in ("task-status", "request-status", "request-intent")
)
ORDER, COPY = "order", "filler-order"  # the need itself, for its owning office; the same need as one receiver is asked to meet it
COMPLETED, NOTHING_MET, WITHDRAWN, REDACTED = "completed", "nothing_met", "withdrawn", "entered_in_error"

PRIORITY = {Urgency.EMERGENCY: "stat", Urgency.URGENT: "urgent", Urgency.ROUTINE: "routine"}

TASK: Mapping[State, str] = {
    State.OFFERED: "requested",
    State.ACKNOWLEDGED: "received",
    State.INFO_REQUESTED: "received",
    State.WAITLISTED: "received",
    State.ACCEPTED: "accepted",
    State.IN_SERVICE: "in-progress",
    State.ON_HOLD: "on-hold",
    State.COMPLETED: "completed",
    State.DECLINED: "rejected",
    State.EXPIRED: "cancelled",
    State.WITHDRAWN: "cancelled",
    State.CANCELLED: "cancelled",
    State.FAILED: "failed",
    State.ENTERED_IN_ERROR: "entered-in-error",
}
_BUSINESS: Mapping[State, str] = {
    State.OFFERED: "offered",
    State.ACKNOWLEDGED: "acknowledged",
    State.INFO_REQUESTED: "info-requested",
    State.WAITLISTED: "waitlisted",
    State.ACCEPTED: "accepted",
    State.IN_SERVICE: "contact-made",
    State.EXPIRED: "no-response",
    State.WITHDRAWN: "consent-withdrawn",
    State.ENTERED_IN_ERROR: "entered-in-error",
}
BY_REASON = frozenset({State.ON_HOLD, State.DECLINED, State.CANCELLED, State.FAILED})
"""States whose business status is the reason; where the caller is not told it, the state itself."""
REVOKING = frozenset({"need_closed"})  # a cancellation after which the need is sought a place for no more

SEEKING: Mapping[PlacementState, str] = {
    PlacementState.TRIAGE: "in-triage",
    PlacementState.PLACING: "placing",
    PlacementState.OFFERING: "offering",
    PlacementState.PLACED: "placed",
    PlacementState.UNSERVED: "unserved",
}
NO_RESPONSE = Words(
    en="No answer came in time. The offer was ended by the clock.",
    ar="لم يصل رد في الوقت المحدد، فأُنهي العرض تلقائيًا.",
    ckb="وەڵام لە کاتی خۆیدا نەهات. پێشنیازەکە خۆکارانە کۆتایی هات.",
)


def hyphened(code: str) -> str:
    """Return one of our codes as FHIR's are written."""
    return code.replace("_", "-")


def business_status(state: State, reason: str | None, outcomes: list[dict[str, Any]] | None) -> str:
    """Return the business status of a referral."""
    if state is State.COMPLETED:
        return _met([outcome["result"] for outcome in outcomes or ()], reason)
    if state in BY_REASON:
        return hyphened(reason or state)
    return _BUSINESS[state]


def _met(results: list[str], reason: str | None) -> str:
    if reason == NOTHING_MET:
        return "not-met"
    return "met" if set(results) <= {"met"} else "partly-met"


def request_status(state: State, reason: str | None) -> str:
    """Return how the request stands that a referral fulfils: it goes on after most ends of an attempt."""
    if state is State.ENTERED_IN_ERROR:
        return "entered-in-error"
    if state is State.COMPLETED and reason != NOTHING_MET:
        return "completed"
    revoked = state is State.WITHDRAWN or (state is State.CANCELLED and reason in REVOKING)
    return "revoked" if revoked else "active"


def placement_task(state: PlacementState, reason: str | None) -> str:
    """Return how the search for a place stands, as a Task."""
    if state is not PlacementState.ENDED:
        return "requested"
    if reason in rejections():
        return "rejected"
    return {COMPLETED: "completed", REDACTED: "entered-in-error"}.get(reason or "", "cancelled")


def placement_business(state: PlacementState, reason: str | None) -> str:
    """Return the business status of the search for a place."""
    return SEEKING[state] if state in SEEKING else hyphened(reason or state)


def placement_request(state: PlacementState, reason: str | None) -> str:
    """Return how the need stands, as a ServiceRequest."""
    if state is not PlacementState.ENDED:
        return "active"
    return {COMPLETED: "completed", REDACTED: "entered-in-error"}.get(reason or "", "revoked")


def rejections() -> frozenset[str]:
    """Return the reasons for which a coordinator rejects in triage."""
    return frozenset(reason.code for reason in consequences.reasons() if Step.REJECT in reason.acts)


def reason(code: str | None) -> consequences.Reason | None:
    """Return the reason of that code, or None: not every end has one of the list."""
    return next((known for known in consequences.reasons() if known.code == code), None)
