"""Events of intake. Those about one need are keyed by it, so that what concerns one need stays in order; each other says by what."""

from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1.base import (
    LARGEST_HOUSEHOLD,
    TOPIC,
    ConsentScope,
    NeedState,
    SealingKeyPublished,
    Sensitivity,
    Urgency,
)
from ihala_contracts.intake_v1.cases import CaseClosed, CaseMoved, CaseOpened, CaseReopened, HandOverEnded, HandOverOffered
from ihala_contracts.intake_v1.complaints import ComplaintAssigned, ComplaintOverdue, ComplaintReceived
from ihala_contracts.intake_v1.consents import ConsentWithdrawn, DecisionAwaited, LawfulBasisUsed, NeedConsentChanged, ReportMade
from ihala_contracts.intake_v1.disclosures import (
    DisclosureAcknowledged,
    DisclosureClosed,
    DisclosureOpened,
    DisclosureRefused,
    DisclosureUnacknowledged,
)
from ihala_contracts.intake_v1.follow_ups import FollowUpDue, FollowUpRecorded
from ihala_contracts.intake_v1.needs import NeedChanged, NeedClosed, NeedIdentified, NeedStateChanged
from ihala_contracts.intake_v1.onward import OnwardNeedSettled
from ihala_contracts.intake_v1.people import (
    BreakGlassEnded,
    BreakGlassOpened,
    ErasureOverdue,
    PersonErased,
    PersonMerged,
    PersonMergeUndone,
    PossibleDoubleFound,
)
from ihala_contracts.intake_v1.ways_in import (
    ArrivalAnnounced,
    CallBackAsked,
    ConcernFiled,
    ProgrammePlanSent,
    ProgrammePlanSettled,
    WaitingEnded,
)

EVENTS: tuple[type[Event], ...] = (
    NeedIdentified, NeedChanged, NeedConsentChanged, ConsentWithdrawn, NeedClosed, NeedStateChanged, DisclosureOpened,
    DisclosureRefused, DisclosureClosed, FollowUpDue, FollowUpRecorded,
    CaseOpened, CaseMoved, CaseClosed, CaseReopened, ComplaintReceived, ComplaintOverdue,
    SealingKeyPublished,
    PersonMerged, PersonMergeUndone,
    ArrivalAnnounced, CallBackAsked, WaitingEnded, ConcernFiled,
    PersonErased, ErasureOverdue, BreakGlassOpened, BreakGlassEnded,
    DisclosureAcknowledged, DisclosureUnacknowledged, DecisionAwaited, LawfulBasisUsed, ReportMade,
    HandOverOffered, HandOverEnded, ComplaintAssigned, PossibleDoubleFound, ProgrammePlanSent, ProgrammePlanSettled,
    OnwardNeedSettled,
)  # fmt: skip

__all__ = [
    "EVENTS", "LARGEST_HOUSEHOLD", "TOPIC", "ArrivalAnnounced", "BreakGlassEnded", "BreakGlassOpened", "CallBackAsked",
    "CaseClosed", "CaseMoved", "CaseOpened", "CaseReopened", "ComplaintAssigned", "ComplaintOverdue", "ComplaintReceived",
    "ConcernFiled", "ConsentScope", "ConsentWithdrawn", "DecisionAwaited", "DisclosureAcknowledged", "DisclosureClosed",
    "DisclosureOpened", "DisclosureRefused", "DisclosureUnacknowledged", "ErasureOverdue", "FollowUpDue", "FollowUpRecorded",
    "HandOverEnded", "HandOverOffered", "LawfulBasisUsed", "NeedChanged", "NeedClosed", "NeedConsentChanged", "NeedIdentified",
    "NeedState", "NeedStateChanged", "PersonErased", "PersonMergeUndone", "PersonMerged", "PossibleDoubleFound",
    "ProgrammePlanSent", "ProgrammePlanSettled", "ReportMade", "SealingKeyPublished", "Sensitivity", "Urgency", "WaitingEnded",
    "OnwardNeedSettled",
]  # fmt: skip
