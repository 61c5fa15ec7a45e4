"""Events of referral: placements and every move of a referral. Keyed by the need, so that all its attempts stay in order."""

from ihala_contracts.envelope import Event
from ihala_contracts.referral_v1.base import TOPIC, Deadlines, ErasureReported, SealingKeyPublished
from ihala_contracts.referral_v1.calendars import CalendarChanged, DeadlineMoved, DeadlinesRecomputed
from ihala_contracts.referral_v1.competence import CompetenceChanged
from ihala_contracts.referral_v1.duty import Covered, DutyRosterChanged
from ihala_contracts.referral_v1.endings import ReferralCancelled, ReferralExpired, ReferralFailed, ReferralWithdrawn
from ihala_contracts.referral_v1.lateness import DeadlineMissed, DeadlineNear, Escalated
from ihala_contracts.referral_v1.links import OneTimeLinkEnded, OneTimeLinkIssued
from ihala_contracts.referral_v1.offers import (
    ReferralAccepted,
    ReferralAcknowledged,
    ReferralAnswered,
    ReferralDeclined,
    ReferralInformationRequested,
    ReferralOffered,
    ReferralWaitlisted,
)
from ihala_contracts.referral_v1.placements import NeedUnserved, PlacementCancelled, PlacementEnded, PlacementRequested, PlacementTriaged
from ihala_contracts.referral_v1.together import (
    AppointmentChanged,
    ContactTried,
    NoteShared,
    OnwardNeedAsked,
    ReferralAmended,
    ReferralFilesChanged,
    ReferralRedacted,
)
from ihala_contracts.referral_v1.work import Outcome, ReferralCompleted, ReferralHeld, ReferralResumed, ReferralReviewed, ReferralStarted

EVENTS: tuple[type[Event], ...] = (
    PlacementTriaged, PlacementRequested, PlacementCancelled, PlacementEnded, NeedUnserved, ReferralOffered,
    ReferralAcknowledged, ReferralAccepted, ReferralDeclined, ReferralInformationRequested, ReferralAnswered,
    ReferralWaitlisted, ReferralStarted, ReferralHeld, ReferralResumed, ReferralReviewed, ReferralCompleted,
    ReferralExpired, ReferralWithdrawn, ReferralCancelled, ReferralFailed, DeadlineMissed, DeadlineNear, Escalated,
    DeadlinesRecomputed, CalendarChanged,
    OneTimeLinkIssued, OneTimeLinkEnded, CompetenceChanged, SealingKeyPublished, ErasureReported, DutyRosterChanged,
    ContactTried, NoteShared, AppointmentChanged, ReferralFilesChanged, ReferralAmended, ReferralRedacted, OnwardNeedAsked,
)  # fmt: skip

__all__ = [
    "EVENTS", "TOPIC", "CompetenceChanged", "CalendarChanged", "DeadlineMoved", "DeadlinesRecomputed",
    "Covered", "DutyRosterChanged", "DeadlineMissed", "DeadlineNear", "Deadlines", "ErasureReported", "Escalated", "NeedUnserved",
    "OneTimeLinkEnded", "OneTimeLinkIssued", "Outcome",
    "PlacementCancelled", "PlacementEnded", "PlacementRequested", "PlacementTriaged", "ReferralAccepted", "ReferralAcknowledged",
    "ReferralAnswered", "ReferralCancelled", "ReferralCompleted", "ReferralDeclined", "ReferralExpired", "ReferralFailed",
    "ReferralHeld", "ReferralInformationRequested", "ReferralOffered", "ReferralResumed", "ReferralReviewed", "ReferralStarted",
    "ReferralWaitlisted", "ReferralWithdrawn", "SealingKeyPublished",
    "AppointmentChanged", "ContactTried", "NoteShared", "OnwardNeedAsked", "ReferralAmended", "ReferralFilesChanged", "ReferralRedacted",
]  # fmt: skip
