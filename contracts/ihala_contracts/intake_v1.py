"""Events of intake: persons, consents, cases and needs. All are keyed by the need, so that what concerns one need stays in order."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from ihala_contracts.envelope import Event
from ihala_contracts.envelope import SealingKeyPublished as AnySealingKeyPublished

TOPIC = "ihala.intake.v1"


class Urgency(StrEnum):
    EMERGENCY = "emergency"
    URGENT = "urgent"
    ROUTINE = "routine"


class Sensitivity(StrEnum):
    STANDARD = "standard"
    PROTECTED = "protected"
    RESTRICTED = "restricted"


class NeedState(StrEnum):
    OPEN = "open"
    REFERRING = "referring"
    SERVED = "served"
    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    UNSERVED = "unserved"
    CLOSED = "closed"


class ConsentScope(BaseModel):
    """What one revision of a consent allows, without a word of whom it is about.

    `recipients` names organisations; an empty list means the whole class of providers, which a restricted need never has.
    """

    model_config = ConfigDict(frozen=True)

    consent_id: UUID
    revision: int
    given: bool
    recipients: list[UUID] = []
    objections: list[UUID] = []
    categories: list[str] = []
    until: datetime


class _NeedEvent(Event):
    topic: ClassVar[str] = TOPIC

    need_id: UUID
    operator_id: UUID


class NeedIdentified(_NeedEvent):
    """A person needs something and agreed that it be passed on. Read by referral, which opens the need's one placement; by notify.

    A child's restricted need whose consent waits for a decision comes with `consent.given` false: it is triaged, and goes nowhere yet.

    `need_code` is the code of the controlled list; for a restricted need it is `protection`, and `facts` is never there.
    `facts` is sealed to referral (compact JWE): age in years, sex, status, household size, languages, requirements.
    """

    type: Literal["org.ihala.intake.need-identified"] = "org.ihala.intake.need-identified"
    version: Literal[1] = 1
    case_id: UUID
    reference: str
    need_code: str
    sensitivity: Sensitivity
    urgency: Urgency
    governorate: str
    district: str | None = None
    origin_id: UUID
    origin_kind: str
    match_settled: bool
    consent: ConsentScope
    facts: str | None = None
    preferred_reservation_id: UUID | None = None
    requested_at: datetime


class NeedChanged(_NeedEvent):
    """What a need says about its place, urgency or facts was corrected. Read by referral; offers made before are told apart."""

    type: Literal["org.ihala.intake.need-changed"] = "org.ihala.intake.need-changed"
    version: Literal[1] = 1
    urgency: Urgency
    governorate: str
    district: str | None = None
    match_settled: bool
    facts: str | None = None
    changed_at: datetime


class NeedConsentChanged(_NeedEvent):
    """A new revision of the consent behind a need holds. Read by referral, which may now offer to more, or fewer, receivers."""

    type: Literal["org.ihala.intake.need-consent-changed"] = "org.ihala.intake.need-consent-changed"
    version: Literal[1] = 1
    consent: ConsentScope
    changed_at: datetime


class ConsentWithdrawn(_NeedEvent):
    """The person took the consent back, for the need or for one referral. Disclosures are already closed. Read by referral and notify."""

    type: Literal["org.ihala.intake.consent-withdrawn"] = "org.ihala.intake.consent-withdrawn"
    version: Literal[1] = 1
    referral_id: UUID | None = None  # None: the whole need
    consent_id: UUID
    revision: int
    withdrawn_at: datetime


class NeedClosed(_NeedEvent):
    """Nothing more will be done for this need. Read by referral, which ends its placement, and by notify."""

    type: Literal["org.ihala.intake.need-closed"] = "org.ihala.intake.need-closed"
    version: Literal[1] = 1
    reason: str
    closed_at: datetime


class NeedStateChanged(_NeedEvent):
    """The need moved (open, referring, served, verified …). Written by intake alone; read by notify and by statistics."""

    type: Literal["org.ihala.intake.need-state-changed"] = "org.ihala.intake.need-state-changed"
    version: Literal[1] = 1
    referral_id: UUID | None = None
    origin_id: UUID
    before: NeedState
    after: NeedState
    changed_at: datetime


class DisclosureOpened(_NeedEvent):
    """The receiver may now read exactly these categories. Read by referral, directory, notify."""

    type: Literal["org.ihala.intake.disclosure-opened"] = "org.ihala.intake.disclosure-opened"
    version: Literal[1] = 1
    disclosure_id: UUID
    referral_id: UUID
    organization_id: UUID
    consent_id: UUID
    revision: int
    categories: list[str]
    opened_at: datetime


class DisclosureRefused(_NeedEvent):
    """The consent does not cover this receiver. Read by referral: withdrawn, or failed as consent_too_narrow."""

    type: Literal["org.ihala.intake.disclosure-refused"] = "org.ihala.intake.disclosure-refused"
    version: Literal[1] = 1
    referral_id: UUID
    organization_id: UUID
    reason: Literal["withdrawn", "consent_too_narrow", "need_closed"]
    refused_at: datetime


class DisclosureClosed(_NeedEvent):
    """The receiver's right to read ended. Read by notify, which asks the receiver to confirm deletion until `acknowledge_by`."""

    type: Literal["org.ihala.intake.disclosure-closed"] = "org.ihala.intake.disclosure-closed"
    version: Literal[1] = 1
    disclosure_id: UUID
    referral_id: UUID
    organization_id: UUID
    reason: str
    closed_at: datetime
    acknowledge_by: datetime | None = None  # None: it is not asked


class DisclosureAcknowledged(_NeedEvent):
    """The receiver says that it deleted what it had read, or on which legal basis it keeps it. Read by notify."""

    type: Literal["org.ihala.intake.disclosure-acknowledged"] = "org.ihala.intake.disclosure-acknowledged"
    version: Literal[1] = 1
    disclosure_id: UUID
    referral_id: UUID
    organization_id: UUID
    acknowledgement: Literal["deleted", "kept"]
    legal_basis: str | None = None
    acknowledged_at: datetime


class DisclosureUnacknowledged(_NeedEvent):
    """The receiver did not answer in time whether it deleted. Read by notify, which tells the data-protection officer."""

    type: Literal["org.ihala.intake.disclosure-unacknowledged"] = "org.ihala.intake.disclosure-unacknowledged"
    version: Literal[1] = 1
    disclosure_id: UUID
    referral_id: UUID
    organization_id: UUID
    acknowledge_by: datetime


class DecisionAwaited(_NeedEvent):
    """A minor's consent waits for a decision in the child's best interests; said again each day. Read by notify."""

    type: Literal["org.ihala.intake.decision-awaited"] = "org.ihala.intake.decision-awaited"
    version: Literal[1] = 1
    consent_id: UUID
    urgency: Urgency
    since: datetime


class LawfulBasisUsed(_NeedEvent):
    """Something may be passed on without the person's own consent; two people decided so. For the data-protection officer."""

    type: Literal["org.ihala.intake.lawful-basis-used"] = "org.ihala.intake.lawful-basis-used"
    version: Literal[1] = 1
    consent_id: UUID
    revision: int
    basis: Literal["best_interests", "vital_interest"]
    decided_at: datetime


class ReportMade(_NeedEvent):
    """An office reported something that a law obliges it to report. For the data-protection officer; to whom and why stays in intake."""

    type: Literal["org.ihala.intake.report-made"] = "org.ihala.intake.report-made"
    version: Literal[1] = 1
    report_id: UUID
    organization_id: UUID
    person_told: bool
    reported_at: datetime


class FollowUpDue(_NeedEvent):
    """It is time to ask the person whether help came. Read by notify."""

    type: Literal["org.ihala.intake.follow-up-due"] = "org.ihala.intake.follow-up-due"
    version: Literal[1] = 1
    follow_up_id: UUID
    referral_id: UUID
    due_at: datetime


class FollowUpRecorded(_NeedEvent):
    """The person said whether help came, or was not reached this time. Read by referral (a dispute is heard; statistics), notify."""

    type: Literal["org.ihala.intake.follow-up-recorded"] = "org.ihala.intake.follow-up-recorded"
    version: Literal[1] = 1
    follow_up_id: UUID
    referral_id: UUID
    result: Literal["confirmed", "disputed", "unreached"]
    need_state: NeedState
    recorded_at: datetime


class CaseOpened(Event):
    """A person's or household's file was opened. Keyed by the case."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "case_id"
    type: Literal["org.ihala.intake.case-opened"] = "org.ihala.intake.case-opened"
    version: Literal[1] = 1
    case_id: UUID
    operator_id: UUID
    office_id: UUID | None = None
    sensitivity: Sensitivity
    opened_at: datetime


class PersonErased(Event):
    """A person's keys were destroyed. Keyed by the erasure. Read by every service that seals things about needs under keys of its own:
    it destroys those of `needs`, makes none for them ever again, and answers with its ErasureReported.
    """

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "erasure_id"
    type: Literal["org.ihala.intake.person-erased"] = "org.ihala.intake.person-erased"
    version: Literal[1] = 1
    erasure_id: UUID
    operator_id: UUID
    needs: list[UUID]
    erased_at: datetime


class ErasureOverdue(Event):
    """After 72 hours a service has not said that its keys are gone. Keyed by the erasure. For the data-protection officer."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "erasure_id"
    type: Literal["org.ihala.intake.erasure-overdue"] = "org.ihala.intake.erasure-overdue"
    version: Literal[1] = 1
    erasure_id: UUID
    operator_id: UUID
    awaited: list[str]
    asked_at: datetime


class _BreakGlassEvent(Event):
    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "break_glass_id"

    break_glass_id: UUID
    operator_id: UUID
    office_id: UUID | None = None
    organization_id: UUID


class BreakGlassOpened(_BreakGlassEvent):
    """Somebody opened a file that was not theirs, for three hours and a reason. For the owning office and the data-protection officer.

    `operator_id` and `office_id` own the file, `organization_id` reads it. The reason stays in intake.
    """

    type: Literal["org.ihala.intake.break-glass-opened"] = "org.ihala.intake.break-glass-opened"
    version: Literal[1] = 1
    opened_at: datetime
    until: datetime


class BreakGlassEnded(_BreakGlassEvent):
    """It is over: the time is up, the reader gave it back, or the data-protection officer ended it. For the same two."""

    type: Literal["org.ihala.intake.break-glass-ended"] = "org.ihala.intake.break-glass-ended"
    version: Literal[1] = 1
    by: Literal["time", "reader", "dpo"]
    ended_at: datetime


class CaseMoved(Event):
    """A case has another officer, office or operator; `operator_id` owns it from now on. Keyed by the case.

    Another operator: its needs say so too, each by a NeedChanged of its own.
    """

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "case_id"
    type: Literal["org.ihala.intake.case-moved"] = "org.ihala.intake.case-moved"
    version: Literal[1] = 1
    case_id: UUID
    operator_id: UUID
    from_operator_id: UUID | None = None  # None: the operator is the same
    office_id: UUID | None = None
    to: Literal["officer", "office", "operator"]
    moved_at: datetime


class CaseClosed(Event):
    """Nothing more is done in a case. Keyed by the case; read by nobody but statistics."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "case_id"
    type: Literal["org.ihala.intake.case-closed"] = "org.ihala.intake.case-closed"
    version: Literal[1] = 1
    case_id: UUID
    operator_id: UUID
    reason: str
    closed_at: datetime


class CaseReopened(Event):
    """A closed case is worked on again. Keyed by the case."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "case_id"
    type: Literal["org.ihala.intake.case-reopened"] = "org.ihala.intake.case-reopened"
    version: Literal[1] = 1
    case_id: UUID
    operator_id: UUID
    reason: str
    reopened_at: datetime


class ArrivalAnnounced(Event):
    """A return programme or the border announced somebody who comes and agreed to it. Keyed by the arrival. For the operator's desks."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "arrival_id"
    type: Literal["org.ihala.intake.arrival-announced"] = "org.ihala.intake.arrival-announced"
    version: Literal[1] = 1
    arrival_id: UUID
    operator_id: UUID
    governorate: str
    announced_at: datetime


class CallBackAsked(Event):
    """Somebody asks to be called. Keyed by what they left. For the operator's desks, which call by then."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "call_back_id"
    type: Literal["org.ihala.intake.call-back-asked"] = "org.ihala.intake.call-back-asked"
    version: Literal[1] = 1
    call_back_id: UUID
    operator_id: UUID
    governorate: str
    call_by: datetime


class WaitingEnded(Event):
    """An arrival or a call-back waits no more: a desk made a request of it, closed it, or its time was over. Keyed by it."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "waiting_id"
    type: Literal["org.ihala.intake.waiting-ended"] = "org.ihala.intake.waiting-ended"
    version: Literal[1] = 1
    waiting_id: UUID
    operator_id: UUID
    state: Literal["completed", "closed", "lapsed"]
    ended_at: datetime


class ConcernFiled(Event):
    """A community forum filed a concern, about nobody in particular. Keyed by the occasion. For the operator."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "occasion_id"
    type: Literal["org.ihala.intake.concern-filed"] = "org.ihala.intake.concern-filed"
    version: Literal[1] = 1
    occasion_id: UUID
    concern_id: UUID
    operator_id: UUID
    governorate: str
    filed_at: datetime


class ComplaintReceived(Event):
    """Somebody said how they were treated. Keyed by the complaint. For those who handle complaints; of a sensitive one nothing else."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "complaint_id"
    type: Literal["org.ihala.intake.complaint-received"] = "org.ihala.intake.complaint-received"
    version: Literal[1] = 1
    complaint_id: UUID
    operator_id: UUID
    sensitive: bool
    received_at: datetime


class ComplaintOverdue(Event):
    """Nobody did anything about a complaint in time. Keyed by the complaint; comes again after each further span."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "complaint_id"
    type: Literal["org.ihala.intake.complaint-overdue"] = "org.ihala.intake.complaint-overdue"
    version: Literal[1] = 1
    complaint_id: UUID
    operator_id: UUID
    sensitive: bool
    escalations: int
    overdue_at: datetime


class SealingKeyPublished(AnySealingKeyPublished):
    """Intake's newest key for facts sealed to it."""

    topic: ClassVar[str] = TOPIC
    type: Literal["org.ihala.intake.sealing-key-published"] = "org.ihala.intake.sealing-key-published"
    version: Literal[1] = 1


class PersonMerged(Event):
    """The operator decided that two persons are one. Nothing moved: cases, needs and references stay. Keyed by the person kept."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "person_id"
    type: Literal["org.ihala.intake.person-merged"] = "org.ihala.intake.person-merged"
    version: Literal[1] = 1
    person_id: UUID  # that the office goes on with
    merged_id: UUID
    merge_id: UUID
    operator_id: UUID
    merged_at: datetime


class PersonMergeUndone(Event):
    """The two are told apart again. Keyed by the person that was kept."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "person_id"
    type: Literal["org.ihala.intake.person-merge-undone"] = "org.ihala.intake.person-merge-undone"
    version: Literal[1] = 1
    person_id: UUID
    merged_id: UUID
    merge_id: UUID
    operator_id: UUID
    undone_at: datetime


EVENTS: tuple[type[Event], ...] = (
    NeedIdentified, NeedChanged, NeedConsentChanged, ConsentWithdrawn, NeedClosed, NeedStateChanged, DisclosureOpened,
    DisclosureRefused, DisclosureClosed, FollowUpDue, FollowUpRecorded,
    CaseOpened, CaseMoved, CaseClosed, CaseReopened, ComplaintReceived, ComplaintOverdue,
    SealingKeyPublished,
    PersonMerged, PersonMergeUndone,
    ArrivalAnnounced, CallBackAsked, WaitingEnded, ConcernFiled,
    PersonErased, ErasureOverdue, BreakGlassOpened, BreakGlassEnded,
    DisclosureAcknowledged, DisclosureUnacknowledged, DecisionAwaited, LawfulBasisUsed, ReportMade,
)  # fmt: skip
