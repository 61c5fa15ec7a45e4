"""The API of intake, version 1: its models and operations.

Written by `make clients-python` from the contracts; do not edit.
"""
from __future__ import annotations

from ihala_client.operation import Listing, Operation

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class AccessView(BaseModel):
    """
    One read.
    """

    n: int
    at: AwareDatetime
    organization_id: UUID
    organization_kind: str | None
    client_id: str
    acting_officer: str | None
    what: str
    need_id: UUID | None
    referral_id: UUID | None
    categories: list[str]


class AcknowledgementIn(BaseModel):
    """
    What became of what the receiver had read: deleted, or kept on a legal basis that it names.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    acknowledgement: Literal['deleted', 'kept']
    legal_basis: Literal['legal_obligation', 'legal_claim', 'medical_record', 'vital_interest', 'public_task'] | None = (
        None
    )


class AcknowledgementView(BaseModel):
    """
    What the receiver was asked and what it said.
    """

    referral_id: UUID
    closed_at: AwareDatetime
    acknowledge_by: AwareDatetime
    acknowledgement: Literal['deleted', 'kept']
    legal_basis: Literal['legal_obligation', 'legal_claim', 'medical_record', 'vital_interest', 'public_task'] | None
    acknowledged_at: AwareDatetime
    late: bool


class AdoptionIn(BaseModel):
    """
    Into which case the office takes the plan over, and how the person agreed to go on with it.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    case_id: UUID
    how: Literal['spoken', 'thumbprint', 'written', 'phone']
    recorded_by: str


class AppointmentIn(BaseModel):
    """
    A time at which the person comes.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    begins_at: AwareDatetime
    minutes: int | None = 30
    officer: str | None = None
    """
    As the office names her; the case's own officer unless said.
    """
    office_id: UUID | None = None
    """
    The case's own office unless said.
    """
    purpose: Literal['registration', 'assessment', 'counselling', 'plan', 'documents', 'follow_up', 'handing_out', 'other']
    interpreter: str | None = None
    """
    The language to interpret from; never by a relative.
    """
    note: str | None = None


class AppointmentResultIn(BaseModel):
    """
    Whether the person came.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    result: Literal['kept', 'missed']


class AssessmentIn(BaseModel):
    """
    Answers by the codes of questions. Null: the person did not want to say. Without a version the newest is meant.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    case_id: UUID
    need_id: UUID | None = None
    questionnaire: str
    version: int | None = None
    answers: dict[str, bool | int | str | list[str] | None]
    note: str | None = None
    recorded_by: str


class AssignmentIn(BaseModel):
    """
    To whom the case goes within the operator.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    officer: str
    """
    An officer as the office's own system names her: a code, never a name.
    """
    reason: (
        Literal[
            'first',
            'language',
            'workload',
            'absence',
            'conflict_of_interest',
            'person_asked',
            'other',
        ]
        | None
    ) = 'first'


class AttachmentIn(BaseModel):
    """
    A file that will come in parts.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    purpose: Literal['identity_document', 'property_document', 'education_document', 'medical_document', 'form', 'photo', 'other']
    media_type: Literal['image/jpeg', 'image/png', 'application/pdf']
    size: int
    """
    Bytes of the whole file.
    """
    need_id: UUID | None = None
    """
    The one need of the case that it is for; a medical file goes to nobody else.
    """
    name: str | None = None
    note: str | None = None


class Attendance(BaseModel):
    """
    How many came. Girls and boys are under 18.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    women: int | None = 0
    men: int | None = 0
    girls: int | None = 0
    boys: int | None = 0


class Band(BaseModel):
    """
    What a number scores from here on.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    from_: int = Field(..., alias='from')
    score: int


class BreakGlassIn(BaseModel):
    """
    Which file, and why. The reason is kept sealed with the file and shown to its owner and the data-protection officer.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    case_id: UUID
    reason: Literal['life_at_risk', 'child_at_risk', 'owner_unreachable', 'person_asks']
    explanation: str


class BreakGlassView(BaseModel):
    """
    An opening. `explanation` is null once the person was erased.
    """

    break_glass_id: UUID
    case_id: UUID
    operator_id: UUID
    office_id: UUID | None
    organization_id: UUID
    client_id: str
    acting_officer: str | None
    reason: str
    explanation: str | None
    state: Literal['open', 'ended']
    opened_at: AwareDatetime
    until: AwareDatetime
    ended_at: AwareDatetime | None
    ended_by: Literal['time', 'reader', 'dpo'] | None


class CallBackTaken(BaseModel):
    """
    The same answer to everybody, whatever is known of the number.
    """

    received: Literal[True] = True
    words: str


class CallIn(BaseModel):
    """
    How a consent by telephone was made sure of: the office called back, and somebody heard it or the person signs at the next visit.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    called_back: bool
    witness: str | None = None
    signs_on: date | None = None


class CallNow(BaseModel):
    """
    Somebody to hand the person over to by voice, now. Never what is restricted or hidden: for that the operator is called.
    """

    kind: Literal['service', 'operator']
    organization_id: UUID
    names: dict[str, str]
    """
    Public names by language: of the service, or of the operator.
    """
    phones: list[str]
    """
    Public numbers of an office or a hotline.
    """


class CaseClosureIn(BaseModel):
    """
    Why the case ends, and how the person was told; `told` is null where nobody could be reached.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    reason: Literal['goals_reached', 'moved_away', 'person_unreachable', 'person_asked', 'duplicate', 'out_of_competence', 'other']
    told: Literal['spoken', 'thumbprint', 'written', 'phone'] | None = None
    recorded_by: str


class CaseReference(BaseModel):
    """
    A case, as whoever brought it knows it.
    """

    case_id: UUID
    reference: str
    origin_id: UUID
    state: str


class ClosureIn(BaseModel):
    """
    Why nothing more will be done.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    reason: Literal['not_needed_any_more', 'solved_elsewhere', 'duplicate', 'moved', 'person_unreachable', 'out_of_competence', 'other']


class ComplaintIn(BaseModel):
    """
    What a person says about how they were treated. Who it is need not be said, and changes nothing about the help.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    kind: Literal['complaint', 'feedback'] | None = 'complaint'
    topic: str
    """
    A code of GET /v1/complaints/topics.
    """
    text: str
    sensitive: Literal[True] | None = None
    """
    Raises what the topic says; nothing lowers it.
    """
    about_organization_id: UUID | None = None
    about_office_id: UUID | None = None
    about_referral_id: UUID | None = None
    """
    Then it is about that referral's receiver.
    """
    case_id: UUID | None = None
    """
    The person's case, if they want it to be known.
    """
    answer_wanted: bool | None = False
    contact: str | None = None
    """
    How to answer, in the person's words.
    """


class ComplaintItem(BaseModel):
    """
    A complaint in a list. `version` is its ETag.
    """

    complaint_id: UUID
    reference: str
    state: Literal['received', 'in_progress', 'answered', 'closed']
    received_at: AwareDatetime
    kind: Literal['complaint', 'feedback']
    topic: str
    sensitive: bool
    about_organization_id: UUID | None
    about_office_id: UUID | None
    about_referral_id: UUID | None
    answer_wanted: bool
    handler: str | None
    outcome: Literal['put_right', 'explained', 'apologised', 'passed_on', 'not_confirmed', 'noted'] | None
    act_by: AwareDatetime | None
    """
    Then it is escalated.
    """
    escalations: int
    answered_at: AwareDatetime | None
    version: int


class ComplaintReceipt(BaseModel):
    """
    What the person is told. A sensitive complaint cannot be followed by whoever wrote it down.
    """

    complaint_id: UUID
    reference: str
    state: Literal['received', 'in_progress', 'answered', 'closed']
    received_at: AwareDatetime


class ComplaintView(BaseModel):
    """
    A complaint for who handles it; the texts are null for others, and once the person was erased.
    """

    complaint_id: UUID
    reference: str
    state: Literal['received', 'in_progress', 'answered', 'closed']
    received_at: AwareDatetime
    kind: Literal['complaint', 'feedback']
    topic: str
    sensitive: bool
    about_organization_id: UUID | None
    about_office_id: UUID | None
    about_referral_id: UUID | None
    answer_wanted: bool
    handler: str | None
    outcome: Literal['put_right', 'explained', 'apologised', 'passed_on', 'not_confirmed', 'noted'] | None
    act_by: AwareDatetime | None
    """
    Then it is escalated.
    """
    escalations: int
    answered_at: AwareDatetime | None
    version: int
    text: str | None = None
    contact: str | None = None
    answer: str | None = None


class ConcernIn(BaseModel):
    """
    What a forum is concerned about, and where; about how many households, if that was said. No names, numbers or stories.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    code: str
    place: str | None = None
    """
    P-code, where it is not the occasion's.
    """
    households: int | None = None
    note: str


class ConcernView(BaseModel):
    """
    A concern with what became of it.
    """

    concern_id: UUID
    occasion_id: UUID
    code: str
    governorate: str
    district: str | None
    households: int | None
    note: str | None
    state: Literal['received', 'being_handled', 'closed']
    answer: str | None
    filed_at: AwareDatetime
    version: int


class ConsentView(BaseModel):
    """
    A consent as it is now. Its revision is its ETag. `awaited`: a minor's, for which somebody has to decide.
    """

    consent_id: UUID
    revision: int
    state: Literal['given', 'refused', 'withdrawn', 'awaited']
    basis: Literal['consent', 'best_interests', 'vital_interest']
    purpose: str
    recipients: list[UUID]
    objections: list[UUID]
    categories: list[Literal['identity', 'contact', 'place', 'household', 'status', 'requirements', 'needs', 'documents', 'disabilities', 'files']]
    until: AwareDatetime
    need_ids: list[UUID]


class ContactView(BaseModel):
    """
    Where one message about a need may go. `own`: only the person reads what goes this way, by the number or as a slip. Kept by nobody.

    `email` is there where one may write to it, whatever `channel` says. `recipient` is the same for all needs of one file of a person
    and says nothing else: it may be kept, to count what somebody is sent.
    """

    need_id: UUID
    language: Literal['ar', 'ckb', 'en']
    channel: Literal['sms', 'call', 'slip']
    number: str | None
    own: bool
    safe_to_message: bool
    email: str | None = None
    email_own: bool | None = False
    """
    Only the person reads what comes to `email`.
    """
    recipient: UUID | None = None


class ContactsIn(BaseModel):
    """
    Which needs' contacts are asked for; one that is named twice is answered once.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    need_ids: list[UUID]


class CountsIn(BaseModel):
    """
    What was counted: who came, and how those who were asked had heard of it.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    attendance: Attendance | None = Field(
        {'women': 0, 'men': 0, 'girls': 0, 'boys': 0}, validate_default=True
    )
    heard_by: dict[str, int] | None = {}
    """
    By way of hearing, of those who were asked.
    """


class DecisionView(BaseModel):
    """
    A decision. Its reason is shown to the cleared alone, on its own page.
    """

    decision_id: UUID
    consent_id: UUID
    basis: Literal['best_interests', 'vital_interest']
    state: Literal['proposed', 'confirmed', 'rejected']
    categories: list[Literal['identity', 'contact', 'place', 'household', 'status', 'requirements', 'needs', 'documents', 'disabilities', 'files']]
    recipients: list[UUID]
    until: AwareDatetime
    reason: str | None
    proposed_at: AwareDatetime
    decided_at: AwareDatetime | None
    revision: int | None
    """
    Of the consent, which the confirmed decision made.
    """


class Decisions(BaseModel):
    """
    All decisions about one consent, the oldest first.
    """

    items: list[DecisionView]


class DepartureIn(BaseModel):
    """
    Why somebody lives there no more.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    reason: Literal['moved', 'married', 'separated', 'safety', 'died', 'recorded_by_mistake', 'other']


class DisabilitiesIn(BaseModel):
    """
    The Washington Group's short set: how difficult each is.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    seeing: Literal['no', 'some', 'a_lot', 'cannot', 'refused', 'unknown'] | None = None
    hearing: Literal['no', 'some', 'a_lot', 'cannot', 'refused', 'unknown'] | None = (
        None
    )
    walking: Literal['no', 'some', 'a_lot', 'cannot', 'refused', 'unknown'] | None = (
        None
    )
    remembering: Literal['no', 'some', 'a_lot', 'cannot', 'refused', 'unknown'] | None = (
        None
    )
    self_care: Literal['no', 'some', 'a_lot', 'cannot', 'refused', 'unknown'] | None = (
        None
    )
    communicating: Literal['no', 'some', 'a_lot', 'cannot', 'refused', 'unknown'] | None = (
        None
    )


class DisabilitiesView(BaseModel):
    """
    The Washington Group's short set; `counts`: at least one with a lot of difficulty.
    """

    seeing: str | None
    hearing: str | None
    walking: str | None
    remembering: str | None
    self_care: str | None
    communicating: str | None
    counts: bool


class DisclosureView(BaseModel):
    """
    Who may read, or could.
    """

    disclosure_id: UUID
    referral_id: UUID
    organization_id: UUID
    revision: int
    categories: list[Literal['identity', 'contact', 'place', 'household', 'status', 'requirements', 'needs', 'documents', 'disabilities', 'files']]
    state: Literal['open', 'closed']
    opened_at: AwareDatetime
    ends_at: AwareDatetime | None
    closed_at: AwareDatetime | None
    reason: str | None


class DocumentIn(BaseModel):
    """
    A paper the person has, or lacks. Never a condition of anything.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    kind: Literal['national_id', 'civil_status_id', 'nationality_certificate', 'residence_card', 'ration_card', 'passport', 'travel_paper', 'birth_certificate', 'marriage_certificate', 'displacement_record', 'return_record', 'other']
    number: str | None = None
    state: Literal['held', 'lost', 'expired', 'never_had'] | None = 'held'
    issued_by: str | None = None


class DocumentView(BaseModel):
    """
    A paper.
    """

    kind: str
    number: str | None
    state: str
    issued_by: str | None


class DoubleDecisionIn(BaseModel):
    """
    Whether it was the same help twice.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    double: bool


class DoubleView(BaseModel):
    """
    Two times the same kind of help, perhaps. `reason` says how sure it is that both went to the same people.
    """

    duplicate_id: UUID
    assistance_id: UUID
    other_id: UUID
    reason: Literal['same_person', 'merged', 'same_household', 'maybe_same']
    state: Literal['open', 'double', 'different']
    found_at: AwareDatetime
    decided_at: AwareDatetime | None
    version: int


class EndIn(BaseModel):
    """
    Why a desk makes no request of it.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    reason: Literal['does_not_want', 'went_elsewhere', 'known_already', 'not_the_person', 'no_real_person', 'other']


class ErasureIn(BaseModel):
    """
    Why a person's data are to be erased.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    reason: Literal['person_asked', 'guardian_asked', 'recorded_in_error', 'unlawful']


class ErasureReportView(BaseModel):
    """
    A service's report.
    """

    service: str
    keys_destroyed: int
    reported_at: AwareDatetime


class ErasureView(BaseModel):
    """
    How an erasure stands. `awaited`: services that have not said that their keys are gone; `overdue` after 72 hours.
    """

    erasure_id: UUID
    person_id: UUID
    reason: str
    state: Literal['proposed', 'done', 'refused']
    asked_at: AwareDatetime
    decided_at: AwareDatetime | None
    reports: list[ErasureReportView]
    awaited: list[str]
    overdue: bool


class FieldError(BaseModel):
    """
    One thing that is wrong with a request.
    """

    pointer: str
    """
    "#/needs/0/code" in the body; "query/limit", "path/referral_id" or "header/if-match" elsewhere. It ends where a name follows that is not ours.
    """
    code: str
    """
    What is wrong there, for programs: `missing`, `string_too_long`, …
    """
    expected: str | None = None
    """
    What may stand there, where that is one of a few words or has a bound.
    """
    title: str | None = None
    """
    The same for people, in their language, where we have words for it.
    """


class FileNeed(BaseModel):
    """
    A need of an opened file, by its true code.
    """

    need_id: UUID
    code: str
    note: str | None
    urgency: str
    state: str


class FileView(BaseModel):
    """
    A file that was opened by breaking the glass. `person` holds all that is known, by the names of the fields.
    """

    case_id: UUID
    reference: str
    sensitivity: str
    person: dict[str, Any]
    needs: list[FileNeed]


class FocalPointIn(BaseModel):
    """
    Whom to ask at a centre that keeps the identity itself.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    call_name: str
    number: str | None = None


class FocalPointView(BaseModel):
    """
    Whom to ask at the centre that keeps the identity.
    """

    call_name: str
    number: str | None


class GoalResultIn(BaseModel):
    """
    What became of a goal.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    state: Literal['reached', 'partly_reached', 'dropped']
    note: str | None = None


class GuardianSaidIn(BaseModel):
    """
    What a minor's guardian said, asked apart from the child. Never asked where that is unsafe.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    agreed: bool
    how: Literal['spoken', 'thumbprint', 'written', 'phone']
    relation: str | None = None


class HandOverIn(BaseModel):
    """
    To whom, and what the person agreed to. Without history the other opens a new case with the identity and contact alone.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    to_operator_id: UUID
    to_office_id: UUID | None = None
    with_history: bool
    agreed: Literal[True]
    """
    The person agreed: without that nothing is handed over.
    """
    how: Literal['spoken', 'thumbprint', 'written', 'phone']
    recorded_by: str
    note: str | None = None
    """
    For the officer who takes the case; read after acceptance.
    """


class HandOverRefusalIn(BaseModel):
    """
    Why the other operator does not take the case.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    reason: Literal['out_of_area', 'out_of_mandate', 'no_capacity', 'not_safe', 'other']


class HandlingIn(BaseModel):
    """
    Who looks after a complaint.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    handler: str
    """
    An officer as the office's own system names her: a code, never a name.
    """


class Helped(BaseModel):
    """
    Help that was given on the spot.
    """

    code: str
    at: AwareDatetime


class HelpedIn(BaseModel):
    """
    Help that was given at once: what and when, no story.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    code: str
    at: AwareDatetime


class HoursIn(BaseModel):
    """
    From and until, in Iraq's time; over midnight when `until_time` comes first.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    from_time: str
    until_time: str


class HoursView(BaseModel):
    """
    From and until, in Iraq's time; over midnight when `until_time` comes first.
    """

    from_time: str
    until_time: str


class Identifier(BaseModel):
    """
    The origin's own number: what it says a second time means the same request.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    system: str
    value: str


class IhalaIntakeModelsAppointmentsCancellationIn(BaseModel):
    """
    Why there is no appointment any more.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    reason: Literal['person_asked', 'office_closed', 'officer_absent', 'not_needed', 'road_closed', 'other']


class IhalaIntakeModelsAssistanceCancellationIn(BaseModel):
    """
    Why nothing more is given. What was paid stays paid.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    reason: Literal['person_refused', 'not_eligible', 'funding_ended', 'moved', 'given_by_another', 'entered_in_error', 'other']


class IhalaIntakeModelsCasesStepView(BaseModel):
    """
    One thing that was done with a case, and by whom.
    """

    act: str
    officer: str | None
    office_id: UUID | None
    reason: str | None
    organization_id: UUID
    acting_officer: str | None
    at: AwareDatetime


class IhalaIntakeModelsDecisionsAnswerIn(BaseModel):
    """
    What the second person says.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    confirmed: bool
    by: str


class IhalaIntakeModelsDecisionsDecisionIn(BaseModel):
    """
    Why something is to be passed on, on which basis, and what exactly to whom. It holds only when a second person confirms it.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    basis: Literal['best_interests', 'vital_interest']
    reason: str
    recorded_by: str
    categories: list[Literal['identity', 'contact', 'place', 'household', 'status', 'requirements', 'needs', 'documents', 'disabilities', 'files']]
    recipients: list[UUID] | None = []
    """
    Empty: any provider; for a restricted need nobody.
    """
    until: AwareDatetime | None = None
    """
    30 days for a vital interest unless said otherwise, else a year.
    """


class IhalaIntakeModelsMergesDecisionIn(BaseModel):
    """
    What was decided. `kept_id` says which of the two the office goes on with; without it the one known longer.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    same: bool
    kept_id: UUID | None = None


class IhalaIntakeModelsOccasionsAnswerIn(BaseModel):
    """
    What the operator does about a concern: told to the forum.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    state: Literal['being_handled', 'closed']
    answer: str


class IhalaIntakeModelsPlansStepView(BaseModel):
    """
    One step. `stage_words` in the language of the request.
    """

    step_id: UUID
    stage: Literal['reception', 'counselling', 'plan', 'cash_or_in_kind', 'business', 'job', 'training', 'education', 'housing', 'monitoring_3', 'monitoring_6', 'monitoring_12']
    stage_words: str
    by_whom: Literal['person', 'office', 'provider', 'programme']
    state: Literal['planned', 'done', 'dropped']
    due_on: date | None
    settled_at: AwareDatetime | None
    text: str | None
    """
    Null once the person was erased.
    """
    note: str | None = None


class IhalaIntakeModelsProtectionDecisionIn(BaseModel):
    """
    What the second person says.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    agree: bool


class InThreeLanguages(BaseModel):
    """
    One text.
    """

    en: str
    ar: str
    ckb: str


class Information(BaseModel):
    """
    What to tell the person about a need that gets no referral, and which needs' services in the directory may help.
    """

    code: str
    words: InThreeLanguages
    see: list[str]


class InstalmentIn(BaseModel):
    """
    One part: how much, and when it is due.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    due_on: date
    amount: float | str


class InstalmentView(BaseModel):
    """
    One part. `amount` is null once the person was erased.
    """

    n: int
    due_on: date
    amount: str | None
    state: Literal['planned', 'paid', 'cancelled']
    paid_at: AwareDatetime | None


class InterpreterIn(BaseModel):
    """
    Who interpreted; never a relative.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    pool: str
    sex: Literal['female', 'male', 'other'] | None = None
    sworn_to_secrecy: bool | None = False


class ItemIn(BaseModel):
    """
    A thing, and how many or how much of it.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    what: str
    quantity: float | str
    unit: str | None = None


class ItemView(BaseModel):
    """
    A thing, and how many or how much of it.
    """

    what: str
    quantity: str
    unit: str | None


class LineView(BaseModel):
    """
    One line of a report. `code` is for programs; `words` are in the caller's language. Nothing of the file is repeated.
    """

    n: int
    level: Literal['fault', 'note', 'outcome']
    code: str
    row: int | None
    cell: str | None
    """
    F17
    """
    column: str | None
    column_name: str | None
    words: str
    request_id: UUID | None


class MemberRecord(BaseModel):
    """
    Somebody of a household, for the operator. What they need, how to reach them and what they agreed to is theirs alone.
    """

    call_name: str | None
    role: str | None
    sex: str | None
    birth_year: int | None
    person_id: UUID


class MemberView(BaseModel):
    """
    Somebody of the household. A receiver is told no name of an adult, who is asked alone: each has a consent of their own.
    """

    call_name: str | None
    role: str | None
    sex: str | None
    birth_year: int | None


class MergeIn(BaseModel):
    """
    Two persons that are one, as the office knows.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    kept_id: UUID
    merged_id: UUID


class MergeView(BaseModel):
    """
    That two persons are one. Both keep their cases and references, and what each sender gave stays with its own.
    """

    merge_id: UUID
    kept_id: UUID
    merged_id: UUID
    state: Literal['done', 'undone']
    cases: list[CaseReference]
    """
    Of both, the oldest first.
    """
    made_at: AwareDatetime
    undone_at: AwareDatetime | None
    version: int


class MovementIn(BaseModel):
    """
    One part of the way: returned from another country, displaced from a place, or back at a place in Iraq.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    kind: Literal['returned_from_abroad', 'displaced', 'returned_home']
    since: str | None = None
    until: str | None = None
    country: str | None = None
    programme: str | None = None
    """
    The programme that helped to return.
    """
    place: str | None = None
    """
    P-code: displaced from there, or returned there.
    """


class MovementView(BaseModel):
    """
    One part of the way that led here.
    """

    kind: str
    since: str | None
    until: str | None
    country: str | None
    programme: str | None
    place: str | None


class NeedNote(BaseModel):
    """
    What is needed, and what was written down about it.
    """

    code: str
    note: str | None


class NeedStatus(BaseModel):
    """
    A need as its origin may see it. `state` says more than `status`, except to the interior ministry's centres.
    """

    need_id: UUID
    reference: str
    code: str
    consent_id: UUID
    status: Literal['received', 'being_handled', 'closed']
    state: str
    route: str | None = None
    """
    Closed because another office is the right one: which kind of office, as a code.
    """
    route_title: dict[str, str] | None = None
    """
    Its name in three languages, where it is an office we know.
    """


class NumberedDocumentIn(BaseModel):
    """
    A paper by its number.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    kind: Literal['national_id', 'civil_status_id', 'nationality_certificate', 'residence_card', 'ration_card', 'passport', 'travel_paper', 'birth_certificate', 'marriage_certificate', 'displacement_record', 'return_record', 'other']
    number: str


class OccasionIn(BaseModel):
    """
    A public occasion. Its name and what is written about it name nobody.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    attendance: Attendance | None = Field(
        {'women': 0, 'men': 0, 'girls': 0, 'boys': 0}, validate_default=True
    )
    heard_by: dict[str, int] | None = {}
    """
    By way of hearing, of those who were asked.
    """
    kind: Literal['open_day', 'information_session', 'community_forum']
    name: str
    place: str
    """
    P-code.
    """
    held_on: date
    topics: list[str] | None = []
    """
    Needs that were informed about.
    """


class OccasionView(BaseModel):
    """
    An occasion. `signed_up`: requests that were made there, and how these people had heard of it, as far as they were asked.
    """

    occasion_id: UUID
    origin_id: UUID
    kind: Literal['open_day', 'information_session', 'community_forum']
    name: str
    governorate: str
    district: str | None
    held_on: date
    topics: list[str]
    attendance: Attendance
    heard_by: dict[str, int]
    signed_up: int
    concerns: int
    version: int


class OfficeIn(BaseModel):
    """
    Which office the person chose, and how they said so. The office's coordinator then names an officer.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    office_id: UUID
    how: Literal['spoken', 'thumbprint', 'written', 'phone']
    recorded_by: str


class OnwardDecision(BaseModel):
    """
    What the office decides, with the person. To open it, record first a revision of the consent that names its code.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    decision: Literal['open', 'refuse']
    reason: Literal['person_refused', 'already_helped', 'not_needed', 'other'] | None = (
        None
    )


class OtherWayIn(BaseModel):
    """
    A way to reach the person that is no phone. An e-mail goes out only to an `address` that is `safe_to_message`.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    kind: Literal['email', 'messenger', 'visit', 'through_somebody', 'at_the_office']
    note: str | None = None
    address: str | None = None
    """
    Of an e-mail.
    """
    own: bool | None = False
    """
    The person said that nobody else reads what comes to this address.
    """
    safe_to_message: bool | None = False
    """
    The person agreed to messages at this address.
    """


class OtherWayView(BaseModel):
    """
    A way to reach them that is no phone.
    """

    kind: str
    note: str | None
    address: str | None = None
    own: bool | None = False
    safe_to_message: bool | None = False


class PageOfAccessView(BaseModel):
    items: list[AccessView]


class PageOfBreakGlassView(BaseModel):
    items: list[BreakGlassView]


class PageOfComplaintItem(BaseModel):
    items: list[ComplaintItem]


class PageOfConcernView(BaseModel):
    items: list[ConcernView]


class PageOfConsentView(BaseModel):
    items: list[ConsentView]


class PageOfDoubleView(BaseModel):
    items: list[DoubleView]


class PageOfLineView(BaseModel):
    items: list[LineView]


class PageOfMergeView(BaseModel):
    items: list[MergeView]


class PageOfOccasionView(BaseModel):
    items: list[OccasionView]


class PageOfStepView(BaseModel):
    items: list[IhalaIntakeModelsCasesStepView]


class PartDue(BaseModel):
    """
    An instalment that has to be paid. No amount stands in a list.
    """

    assistance_id: UUID
    case_id: UUID
    n: int
    due_on: date


class PaymentIn(BaseModel):
    """
    That an instalment was paid.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    paid_at: AwareDatetime
    recorded_by: str


class PersonCorrection(BaseModel):
    """
    What was wrong about the person. Null means: leave it as it is.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    sex: Literal['female', 'male', 'other'] | None = None
    birth_year: int | None = None
    birth_on: date | None = None
    status: str | None = None
    language_spoken: str | None = None
    language_written: Literal['ar', 'ckb', 'en'] | None = None
    requirements: list[str] | None = None
    household_size: int | None = None


class PhoneIn(BaseModel):
    """
    A phone; `owner` says whose it is, as far as is known, and `hours` when it may be used (empty: at any time).
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    number: str
    safe_to_call: bool
    safe_to_message: bool
    shared: bool | None = False
    owner: Literal['own', 'shared', 'unknown'] | None = 'unknown'
    hours: list[HoursIn] | None = Field([], validate_default=True)


class PhoneView(BaseModel):
    """
    A phone. `hours`: when it may be used; empty: at any time.
    """

    number: str
    safe_to_call: bool
    safe_to_message: bool
    shared: bool
    owner: str
    hours: list[HoursView]


class PlanEndIn(BaseModel):
    """
    Why the plan ends.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    reason: Literal['goals_reached', 'moved_away', 'person_asked', 'another_plan', 'other']


class ProblemDocument(BaseModel):
    """
    Why a request was refused (RFC 9457). Programs decide by `type`; `title` is for people, in their language.

    The header `Link` with rel="help" leads to a page about the type.
    """

    model_config = ConfigDict(
        extra='allow',
    )
    type: str
    title: str
    status: int
    instance: str | None = None
    """
    The request, to quote when asking for help.
    """
    pointer: str | None = None
    errors: list[FieldError] | None = None


class ProgrammeIn(BaseModel):
    """
    The programme's own number of the plan that it made, and what it is called.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    system: str
    value: str
    name: str | None = None
    made_on: date | None = None


class ProgrammePlanItem(BaseModel):
    """
    One that was sent, without a word of what it says. `plan_id`: the plan it became, or brings up to date.
    """

    programme_plan_id: UUID
    state: Literal['waiting', 'adopted', 'refused', 'lapsed']
    reason: str | None
    sent_by: UUID
    """
    The organisation that made it.
    """
    arrival_id: UUID | None
    request_id: UUID | None
    plan_id: UUID | None
    received_at: AwareDatetime
    next_at: AwareDatetime | None
    """
    It lapses then.
    """
    version: int


class ProgrammePlanRefusalIn(BaseModel):
    """
    Why the office does not take a plan over.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    reason: Literal['person_does_not_want', 'not_the_person', 'known_already', 'other']


class ProgrammeStep(BaseModel):
    """
    A step as the programme says it.
    """

    stage: str
    text: str
    by_whom: str
    due_on: date | None
    ref: str | None
    done_at: AwareDatetime | None


class ReadUnder(BaseModel):
    """
    What the receiver read under one revision of the consent.
    """

    revision: int
    fields: list[str]
    """
    Names of fields, for example "identity.given_name".
    """
    reads: int
    first_read_at: AwareDatetime
    last_read_at: AwareDatetime


class ReaderView(BaseModel):
    """
    An office that read something of the person.
    """

    at: AwareDatetime
    office: dict[str, str]
    """
    Its public name by language; empty when the directory has told of none
    """
    kind: str | None
    what: str
    categories: list[str]


class Reason(BaseModel):
    """
    How the two agree or differ. `words` in the language that was asked for.
    """

    code: str
    words: str
    weight: float


class Received(BaseModel):
    """
    It was taken. Nothing can be asked about it afterwards.
    """

    received: Literal[True] = True


class RemovalIn(BaseModel):
    """
    Why a file is taken out. Its bytes are gone then.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    reason: Literal['wrong_case', 'wrong_file', 'person_asked', 'not_needed', 'duplicate']


class ReopeningIn(BaseModel):
    """
    Why the case is worked on again.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    reason: Literal['new_need', 'closed_by_mistake', 'person_came_back', 'disputed', 'other']


class ReportIn(BaseModel):
    """
    What was reported, to which authority and by which law. Told to the person before, unless that endangers somebody.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    need_id: UUID
    authority: str
    law: str
    reason: str
    categories: list[Literal['identity', 'contact', 'place', 'household', 'status', 'requirements', 'needs', 'documents', 'disabilities', 'files']]
    person_told: bool
    reported_at: AwareDatetime
    recorded_by: str


class ReportView(BaseModel):
    """
    A report, as a disclosure that no consent opened.
    """

    report_id: UUID
    need_id: UUID
    consent_id: UUID
    organization_id: UUID
    authority: str
    law: str
    reason: str
    categories: list[Literal['identity', 'contact', 'place', 'household', 'status', 'requirements', 'needs', 'documents', 'disabilities', 'files']]
    person_told: bool
    reported_at: AwareDatetime


class RequestFileView(BaseModel):
    """
    How a file stands. `rows` hold anything; `taken`, `known` (brought before under the same number) and `refused` count them.

    `state`: waiting to be read, loading (`loaded_until`: the row so far), done, refused (nothing could be read), failed (ours to see).
    """

    id: UUID
    system: str
    kind: Literal['xlsx', 'csv']
    dry_run: bool
    state: Literal['waiting', 'loading', 'done', 'refused', 'failed']
    rows: int
    loaded_until: int
    taken: int
    known: int
    refused: int
    received_at: AwareDatetime
    finished_at: AwareDatetime | None
    version: int


class RequestView(BaseModel):
    """
    A request. `information_only`: the person refused consent, so nothing is passed on and only information is given.
    """

    request_id: UUID
    reference: str
    identifiers: list[Identifier]
    """
    The origin's own numbers; shown to it alone.
    """
    case_ids: list[UUID]
    needs: list[NeedStatus]
    helped_on_the_spot: Helped | None
    information_only: bool
    information: list[Information] | None = Field([], validate_default=True)
    """
    What to tell about needs that get information alone.
    """
    call_now: list[CallNow] | None = Field([], validate_default=True)
    """
    Emergencies, when they are brought: whom to hand the person over to by voice.
    """


class ResolutionIn(BaseModel):
    """
    What became of a complaint, and how the person was told; without `told` it is closed unanswered.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    outcome: Literal['put_right', 'explained', 'apologised', 'passed_on', 'not_confirmed', 'noted']
    answer: str | None = None
    told: Literal['spoken', 'thumbprint', 'written', 'phone'] | None = None


class ResultIn(BaseModel):
    """
    What the person said, or that they were not reached this time.

    The third failed try, each on another day, makes the need unverified; until then the question stays due.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    result: Literal['confirmed', 'disputed', 'unreached']
    by: str
    """
    Who asked, as the office names its officer.
    """
    way: Literal['phone', 'message', 'visit', 'at_the_office', 'meeting', 'focal_point', 'came_forward'] | None = (
        None
    )
    """
    How the person was asked; must be said where not every way is allowed.
    """
    note: str | None = None
    """
    What the person said. Sealed.
    """


class RoleIn(BaseModel):
    """
    What somebody is in the household from now on.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    role: Literal['head', 'spouse', 'child', 'parent', 'sibling', 'grandparent', 'grandchild', 'other_relative', 'not_related']


class ScriptView(BaseModel):
    """
    What is read to the person before the story is told. `version` goes into the consent.
    """

    version: str
    language: Literal['ar', 'ckb', 'en']
    paragraphs: list[str]
    reporting_duty: str | None
    """
    What this office must report by law. Null: it did not say; ask before you go on.
    """


class SearchIn(BaseModel):
    """
    By what exactly somebody is looked for: there is no browsing, and none by a name alone.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    phone: str | None = None
    document: NumberedDocumentIn | None = None


class SharedFile(BaseModel):
    """
    A file that was cleaned: fetched by its id.
    """

    attachment_id: UUID
    purpose: str
    media_type: str
    size: int
    name: str | None
    added_at: AwareDatetime


class StatusItem(BaseModel):
    """
    What was asked and what is there: empty when nothing is, or nothing of the caller's.
    """

    request_id: UUID | None = None
    identifier: Identifier | None = None
    requests: list[RequestView]


class StatusesIn(BaseModel):
    """
    Which requests are asked about: by our ids, by numbers of the caller's, or both; up to two hundred together.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    request_ids: list[UUID] | None = []
    identifiers: list[Identifier] | None = Field([], validate_default=True)


class StatusesView(BaseModel):
    """
    The answers, ids first, in the order of the call.
    """

    items: list[StatusItem]


class StepDue(BaseModel):
    """
    A step that is to be done until a day. A list says nothing of what it is about.
    """

    step_id: UUID
    plan_id: UUID
    case_id: UUID
    stage: Literal['reception', 'counselling', 'plan', 'cash_or_in_kind', 'business', 'job', 'training', 'education', 'housing', 'monitoring_3', 'monitoring_6', 'monitoring_12']
    by_whom: Literal['person', 'office', 'provider', 'programme']
    due_on: date


class StepIn(BaseModel):
    """
    What is to be done. A programme's plan says which steps were done before; `ref` is its own number of the step.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    stage: Literal['reception', 'counselling', 'plan', 'cash_or_in_kind', 'business', 'job', 'training', 'education', 'housing', 'monitoring_3', 'monitoring_6', 'monitoring_12']
    text: str
    by_whom: Literal['person', 'office', 'provider', 'programme'] | None = 'office'
    due_on: date | None = None
    ref: str | None = None
    done_at: AwareDatetime | None = None


class StepResultIn(BaseModel):
    """
    What became of a step.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    state: Literal['done', 'dropped']
    note: str | None = None


class TakingOverIn(BaseModel):
    """
    Which office takes the case, unless the offer named the right one.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    office_id: UUID | None = None


class ThreeWords(BaseModel):
    """
    One text in the languages of the work.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    en: str
    ar: str
    ckb: str


class TimeIn(BaseModel):
    """
    When, and with whom. The purpose is a code that tells nothing of a need.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    begins_at: AwareDatetime
    minutes: int | None = 30
    officer: str | None = None
    """
    As the office names her; the case's own officer unless said.
    """
    office_id: UUID | None = None
    """
    The case's own office unless said.
    """


class TransliterationIn(BaseModel):
    """
    The names in Latin letters.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    given_name: str | None = None
    father_name: str | None = None
    grandfather_name: str | None = None
    family_name: str | None = None
    mother_name: str | None = None


class TransliterationView(BaseModel):
    """
    The names in Latin letters, as somebody wrote them.
    """

    given_name: str | None
    father_name: str | None
    grandfather_name: str | None
    family_name: str | None
    mother_name: str | None


class TriedIn(BaseModel):
    """
    Nobody answered. The person is called again then, within the hours they said.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    again_at: AwareDatetime


class TrustedContactIn(BaseModel):
    """
    Somebody whom the person named to be asked for them. `may_be_told`: that it is about a request.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    call_name: str
    relation: str | None = None
    phone: PhoneIn | None = None
    may_be_told: bool | None = False


class TrustedContactView(BaseModel):
    """
    Whom they named to be asked for them.
    """

    call_name: str
    relation: str | None
    phone: PhoneView | None
    may_be_told: bool


class TryView(BaseModel):
    """
    One time that the person was not reached.
    """

    at: AwareDatetime
    way: Literal['phone', 'message', 'visit', 'at_the_office', 'meeting', 'focal_point', 'came_forward'] | None
    by: str | None
    """
    Null once the person was erased.
    """
    acting_officer: str | None


class WaitingItem(BaseModel):
    """
    One that waits, or did, without a word about the person.
    """

    id: UUID
    state: Literal['waiting', 'completed', 'closed', 'lapsed']
    governorate: str
    announced_by: UUID | None
    """
    The organisation that announced an arrival.
    """
    received_at: AwareDatetime
    changed_at: AwareDatetime
    """
    Later than `received_at` while it waits: its announcer corrected it, or nobody answered.
    """
    next_at: AwareDatetime | None
    """
    A call-back: call by then. An arrival: it lapses then.
    """
    tries: int
    request_id: UUID | None
    version: int


class WaitingPerson(BaseModel):
    """
    What was said of the person.
    """

    call_name: str
    given_name: str | None
    father_name: str | None
    grandfather_name: str | None
    family_name: str | None
    phones: list[PhoneIn]
    place: str | None
    language_spoken: str | None
    language_written: str | None


class WaitingView(BaseModel):
    """
    The same with the person, while it waits. `agreed_in`: the language in which an arriving person agreed.
    """

    id: UUID
    state: Literal['waiting', 'completed', 'closed', 'lapsed']
    governorate: str
    announced_by: UUID | None
    """
    The organisation that announced an arrival.
    """
    received_at: AwareDatetime
    changed_at: AwareDatetime
    """
    Later than `received_at` while it waits: its announcer corrected it, or nobody answered.
    """
    next_at: AwareDatetime | None
    """
    A call-back: call by then. An arrival: it lapses then.
    """
    tries: int
    request_id: UUID | None
    version: int
    person: WaitingPerson | None
    identifier: Identifier | None
    agreed_in: str | None


class When(BaseModel):
    """
    The question is asked only after one of these answers to another.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    question: str
    is_: list[str | bool] = Field(..., alias='is')


class WithdrawalIn(BaseModel):
    """
    What the person takes back: a whole consent, what concerns one need, or one referral. Spoken is enough.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    consent_id: UUID | None = None
    need_id: UUID | None = None
    referral_id: UUID | None = None
    by: str
    """
    Who says so: "person", or for example "guardian".
    """
    how: Literal['spoken', 'thumbprint', 'written', 'phone']


class WithdrawnNeed(BaseModel):
    """
    A need that the withdrawal touched, as its origin may see it.
    """

    need_id: UUID
    state: str


class AppointmentView(BaseModel):
    """
    An appointment. `version` is its ETag.
    """

    appointment_id: UUID
    case_id: UUID
    case_reference: str
    office_id: UUID | None
    officer: str | None
    sensitivity: Literal['standard', 'protected', 'restricted']
    purpose: Literal['registration', 'assessment', 'counselling', 'plan', 'documents', 'follow_up', 'handing_out', 'other']
    interpreter: str | None
    begins_at: AwareDatetime
    minutes: int
    state: Literal['planned', 'kept', 'missed', 'cancelled']
    reason: str | None
    note: str | None
    """
    Only where one appointment is read.
    """
    recorded_at: AwareDatetime | None
    version: int


class ArrivingIn(BaseModel):
    """
    Who comes: names, ways to reach them, languages. Nothing on the way, the reasons or the papers of a return is taken.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    call_name: str
    given_name: str | None = None
    father_name: str | None = None
    grandfather_name: str | None = None
    family_name: str | None = None
    phones: list[PhoneIn] | None = Field([], validate_default=True)
    language_spoken: str | None = None
    language_written: Literal['ar', 'ckb', 'en'] | None = 'ar'


class AssistanceIn(BaseModel):
    """
    What a person or household was given or promised: money with its currency, or things.

    Without instalments it counts as given at `given_at`; with them it is promised until each is paid.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    case_id: UUID
    need_id: UUID | None = None
    """
    For which need of the case.
    """
    step_id: UUID | None = None
    """
    For which step of the case's plan.
    """
    kind: Literal['cash', 'in_kind', 'grant']
    code: str
    """
    From the list of needs: what it is for.
    """
    amount: float | str | None = None
    currency: str | None = None
    items: list[ItemIn] | None = Field([], validate_default=True)
    instalments: list[InstalmentIn] | None = Field([], validate_default=True)
    given_at: AwareDatetime | None = None
    note: str | None = None
    recorded_by: str


class AssistanceView(BaseModel):
    """
    What was given. `version` is its ETag. What was sealed is null once the person was erased.
    """

    assistance_id: UUID
    case_id: UUID
    need_id: UUID | None
    step_id: UUID | None
    organization_id: UUID
    """
    Who gave it.
    """
    kind: Literal['cash', 'in_kind', 'grant']
    code: str
    sensitivity: Literal['standard', 'protected', 'restricted']
    amount: str | None
    currency: str | None
    items: list[ItemView]
    instalments: list[InstalmentView]
    state: Literal['promised', 'partly_given', 'given', 'cancelled']
    given_at: AwareDatetime
    """
    When it was given; of promised help, when the first part is due.
    """
    cancelled_reason: str | None
    note: str | None
    possible_duplicates: int | None
    """
    For the operator alone: how often somebody may have given the same.
    """
    version: int


class AttachmentView(BaseModel):
    """
    A file. Only a `clean` one can be fetched. `version` is its ETag.
    """

    attachment_id: UUID
    case_id: UUID
    need_id: UUID | None
    purpose: Literal['identity_document', 'property_document', 'education_document', 'medical_document', 'form', 'photo', 'other']
    media_type: Literal['image/jpeg', 'image/png', 'application/pdf']
    size: int
    """
    Bytes: as announced, then of the clean copy.
    """
    sensitivity: Literal['standard', 'protected', 'restricted']
    state: Literal['uploading', 'quarantined', 'clean', 'rejected', 'removed']
    reason: str | None
    """
    Why it was rejected or removed: unreadable, encrypted, active_content, too_large_inside …
    """
    part_size: int
    """
    Bytes of every part but the last.
    """
    parts: int
    missing: list[int]
    """
    Which parts have to come yet, from 1.
    """
    name: str | None
    note: str | None
    added_at: AwareDatetime
    version: int


class BatchItem(BaseModel):
    """
    What became of one request: `request` when it was taken (202), else `problem`, with pointers into that request.
    """

    index: int
    status: int
    request: RequestView | None = None
    problem: ProblemDocument | None = None


class BatchView(BaseModel):
    """
    What became of each, in the order of the call.
    """

    items: list[BatchItem]
    taken: int
    refused: int


class CallBackIn(BaseModel):
    """
    A person asks to be called: what to call them, where, and when it is safe. What it is about is said on the phone.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    call_name: str
    number: str
    place: str
    """
    P-code of a governorate, district or sub-district.
    """
    shared: bool | None = False
    """
    Others hear this phone, too.
    """
    hours: list[HoursIn] | None = Field([], validate_default=True)
    """
    When a call is safe; empty: at any time.
    """
    language_spoken: str | None = None
    language_written: Literal['ar', 'ckb', 'en'] | None = 'ar'


class CandidateView(BaseModel):
    """
    Two persons who may be one. Which is which is only said when the pair is opened, and logged with both.
    """

    candidate_id: UUID
    person_ids: list[UUID]
    level: Literal['possible', 'probable']
    score: float
    reasons: list[Reason]
    ruleset: int
    source: Literal['rules', 'batch']
    """
    What found it: rules at registration, or a review of everybody. Each weighs on a scale of its own.
    """
    state: Literal['open', 'same', 'different', 'parted']
    found_at: AwareDatetime
    decided_at: AwareDatetime | None
    version: int


class CaseItem(BaseModel):
    """
    A case in a list: nothing of the person. `version` is its ETag.
    """

    case_id: UUID
    reference: str
    office_id: UUID | None
    officer: str | None
    sensitivity: Literal['standard', 'protected', 'restricted']
    state: Literal['open', 'closed']
    closing_reason: Literal['goals_reached', 'moved_away', 'person_unreachable', 'person_asked', 'duplicate', 'out_of_competence', 'other'] | None
    """
    An officer proposed to close it; a coordinator decides.
    """
    opened_at: AwareDatetime
    closed_at: AwareDatetime | None
    closed_reason: str | None
    version: int


class CaseNeed(BaseModel):
    """
    A need of a case. `code` is `protection` where it is restricted; the need itself says the true one.
    """

    need_id: UUID
    reference: str
    code: str
    urgency: Literal['emergency', 'urgent', 'routine']
    sensitivity: Literal['standard', 'protected', 'restricted']
    state: Literal['open', 'referring', 'served', 'verified', 'unverified', 'unserved', 'closed']


class CaseView(BaseModel):
    """
    A case for its operator. Reading one is logged with its person.
    """

    case_id: UUID
    reference: str
    office_id: UUID | None
    officer: str | None
    sensitivity: Literal['standard', 'protected', 'restricted']
    state: Literal['open', 'closed']
    closing_reason: Literal['goals_reached', 'moved_away', 'person_unreachable', 'person_asked', 'duplicate', 'out_of_competence', 'other'] | None
    """
    An officer proposed to close it; a coordinator decides.
    """
    opened_at: AwareDatetime
    closed_at: AwareDatetime | None
    closed_reason: str | None
    version: int
    origin_id: UUID
    request_id: UUID
    person_id: UUID
    household_id: UUID | None
    call_name: str | None
    """
    What to call the person; null once the person was erased.
    """
    needs: list[CaseNeed]
    hand_over_id: UUID | None
    """
    The case is offered to another operator.
    """


class Choice(BaseModel):
    """
    One answer to choose. `urgency`: this answer alone makes it at least so urgent.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    code: str
    words: ThreeWords
    score: int | None = 0
    urgency: Literal['emergency', 'urgent', 'routine'] | None = None


class ComplaintTopic(BaseModel):
    """
    What a complaint or feedback can be about. A sensitive one goes past the office and the provider it is about.
    """

    code: str
    kind: Literal['complaint', 'feedback']
    sensitive: bool
    words: ThreeWords


class ConsentIn(BaseModel):
    """
    What the person allows or refuses, and how they said so.

    `recipients` names organisations; empty means any provider, and for a restricted need nobody until the person names one.
    For a person under 18 both the child's `assent` and the word of a safe `guardian` are needed; else the consent waits for a decision
    in the child's best interests. `needs` says for which needs alone the person agrees; empty means all that is asked for.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    given: bool
    purpose: Literal['referral'] = 'referral'
    recipients: list[UUID] | None = []
    objections: list[UUID] | None = []
    categories: list[Literal['identity', 'contact', 'place', 'household', 'status', 'requirements', 'needs', 'documents', 'disabilities', 'files']] | None = (
        []
    )
    until: AwareDatetime | None = None
    language: str
    how: Literal['spoken', 'thumbprint', 'written', 'phone']
    call: CallIn | None = None
    """
    For a consent that was given by phone.
    """
    needs: list[str] | None = []
    script: str | None = None
    """
    Version of what was read to the person: /v1/consents/script.
    """
    recorded_by: str
    """
    As the recording office names its officer.
    """
    interpreter: InterpreterIn | None = None
    assent: Literal['given', 'refused', 'too_young'] | None = None
    """
    Of a minor. Under 7 years the child may be too_young to be asked.
    """
    guardian: GuardianSaidIn | None = None


class ContactItem(BaseModel):
    """
    What was found for one need: `contact` with status 200, else `problem`.
    """

    need_id: UUID
    status: int
    contact: ContactView | None = None
    problem: ProblemDocument | None = None
    retry_after_s: int | None = None
    """
    With 503: when to ask again, in seconds.
    """


class ContactsView(BaseModel):
    """
    An answer for each need, in the order of the call.
    """

    items: list[ContactItem]


class CorrectionIn(BaseModel):
    """
    What was wrong about a need, its place or its person.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    urgency: Literal['emergency', 'urgent', 'routine'] | None = None
    place: str | None = None
    person: PersonCorrection | None = None
    reason: Literal['written_wrongly', 'misunderstood', 'changed_since', 'moved'] | None = (
        None
    )
    messages_wanted: bool | None = None
    """
    Of a restricted need: whether the person wishes to be told of news.
    """


class DisclosureReceipt(BaseModel):
    """
    Which fields went to whom under which revision, and what became of them.
    """

    disclosure_id: UUID
    referral_id: UUID
    organization_id: UUID
    revision: int
    categories: list[Literal['identity', 'contact', 'place', 'household', 'status', 'requirements', 'needs', 'documents', 'disabilities', 'files']]
    state: Literal['open', 'closed']
    opened_at: AwareDatetime
    ends_at: AwareDatetime | None
    closed_at: AwareDatetime | None
    reason: str | None
    need_id: UUID
    acknowledge_by: AwareDatetime | None
    acknowledgement: Literal['deleted', 'kept'] | None
    legal_basis: Literal['legal_obligation', 'legal_claim', 'medical_record', 'vital_interest', 'public_task'] | None
    acknowledged_at: AwareDatetime | None
    silent_since: AwareDatetime | None
    """
    The receiver did not answer in time.
    """
    read: list[ReadUnder]


class FollowUpDetail(BaseModel):
    """
    A follow-up with its tries, and what the person said. Reading one is logged with the person.
    """

    follow_up_id: UUID
    need_id: UUID
    need_reference: str
    referral_id: UUID
    number: int
    """
    1: the first time; after livelihood and housing the person is asked a second time.
    """
    state: Literal['planned', 'due', 'recorded', 'lapsed']
    due_at: AwareDatetime
    question: str
    """
    What to ask, in the language of the request.
    """
    ways: list[Literal['phone', 'message', 'visit', 'at_the_office', 'meeting', 'focal_point', 'came_forward']]
    """
    How the person may be asked.
    """
    own_worker: bool
    """
    Only whoever works with the person asks, and nobody calls.
    """
    tries: int
    """
    Failed ones.
    """
    tries_left: int
    result: Literal['confirmed', 'disputed', 'unreached'] | None
    way: Literal['phone', 'message', 'visit', 'at_the_office', 'meeting', 'focal_point', 'came_forward'] | None
    recorded_at: AwareDatetime | None
    need_state: Literal['open', 'referring', 'served', 'verified', 'unverified', 'unserved', 'closed']
    version: int
    tried: list[TryView]
    by: str | None = None
    note: str | None = None


class FollowUpView(BaseModel):
    """
    A question to be put to the person. `version` is its ETag.
    """

    follow_up_id: UUID
    need_id: UUID
    need_reference: str
    referral_id: UUID
    number: int
    """
    1: the first time; after livelihood and housing the person is asked a second time.
    """
    state: Literal['planned', 'due', 'recorded', 'lapsed']
    due_at: AwareDatetime
    question: str
    """
    What to ask, in the language of the request.
    """
    ways: list[Literal['phone', 'message', 'visit', 'at_the_office', 'meeting', 'focal_point', 'came_forward']]
    """
    How the person may be asked.
    """
    own_worker: bool
    """
    Only whoever works with the person asks, and nobody calls.
    """
    tries: int
    """
    Failed ones.
    """
    tries_left: int
    result: Literal['confirmed', 'disputed', 'unreached'] | None
    way: Literal['phone', 'message', 'visit', 'at_the_office', 'meeting', 'focal_point', 'came_forward'] | None
    recorded_at: AwareDatetime | None
    need_state: Literal['open', 'referring', 'served', 'verified', 'unverified', 'unserved', 'closed']
    version: int


class GoalIn(BaseModel):
    """
    The same for a need of the case.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    code: str
    """
    From the list of needs.
    """
    text: str
    steps: list[StepIn] | None = Field([], validate_default=True)
    need_id: UUID | None = None


class GoalView(BaseModel):
    """
    One goal with its steps.
    """

    goal_id: UUID
    need_id: UUID | None
    state: Literal['open', 'reached', 'partly_reached', 'dropped']
    settled_at: AwareDatetime | None
    code: str | None
    text: str | None
    note: str | None = None
    steps: list[IhalaIntakeModelsPlansStepView]


class GuardianIn(BaseModel):
    """
    Who stands for a minor. `none`: nobody is there. `unsafe`: somebody is, who must not be asked, told or found.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    state: Literal['person', 'none', 'unsafe']
    call_name: str | None = None
    relation: str | None = None
    phone: PhoneIn | None = None


class GuardianView(BaseModel):
    """
    Who stands for a minor. `unsafe`: must not be asked, told or found.
    """

    state: Literal['person', 'none', 'unsafe']
    call_name: str | None
    relation: str | None
    phone: PhoneView | None


class HandOverView(BaseModel):
    """
    An offer. Before it is accepted the other operator sees neither who it is nor which case. `version` is its ETag.
    """

    hand_over_id: UUID
    operator_id: UUID
    to_operator_id: UUID
    to_office_id: UUID | None
    sensitivity: Literal['standard', 'protected', 'restricted']
    with_history: bool
    governorate: str | None
    open_needs: int
    urgency: Literal['emergency', 'urgent', 'routine'] | None
    state: Literal['offered', 'accepted', 'refused', 'taken_back', 'lapsed']
    reason: str | None
    offered_at: AwareDatetime
    lapses_at: AwareDatetime | None
    answered_at: AwareDatetime | None
    case_id: UUID | None
    """
    To the one who offers: the case; to the one who accepted: the case it has now.
    """
    note: str | None = None
    version: int


class HeldView(BaseModel):
    """
    All that is held about one person in one file, and the offices that read it. `held`: by kind of record, as the fields are named.
    """

    person_id: UUID
    sensitivity: str
    at: AwareDatetime
    held: dict[str, list[dict[str, Any]]]
    readers: list[ReaderView]


class HouseholdRecord(BaseModel):
    """
    Who lives together. `size` counts also those whom nobody named; an erased member has no name. Its version is the ETag.
    """

    household_id: UUID
    size: int | None
    members: list[MemberRecord]
    made_at: AwareDatetime
    changed_at: AwareDatetime


class HouseholdView(BaseModel):
    """
    The household.
    """

    size: int | None
    members: list[MemberView]


class Identity(BaseModel):
    """
    Who it is: the names as given. `birth_day_known` is false for the 1 July that the registry writes for a year alone.
    """

    call_name: str
    given_name: str | None
    father_name: str | None
    grandfather_name: str | None
    family_name: str | None
    mother_name: str | None
    transliteration: TransliterationView | None
    sex: str | None
    birth_year: int | None
    birth_on: date | None
    birth_day_known: bool


class NeedIn(BaseModel):
    """
    One thing that is needed. `sensitivity` may raise what the code says, never lower it.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    code: str
    urgency: Literal['emergency', 'urgent', 'routine']
    note: str | None = None
    preferred_reservation_id: UUID | None = None
    sensitivity: Literal['protected', 'restricted'] | None = None
    messages_wanted: bool | None = False
    """
    Only of a restricted need: the person wishes to be told of news, to a phone or e-mail of her own.
    """


class NeedView(BaseModel):
    """
    A need with all that its owner may know but for the person. `code` is the true one, also when events say `protection`.
    """

    need_id: UUID
    reference: str
    request_id: UUID
    case_id: UUID
    case_reference: str
    consent_id: UUID
    origin_id: UUID
    origin_kind: str
    code: str
    note: str | None
    sensitivity: Literal['standard', 'protected', 'restricted']
    urgency: Literal['emergency', 'urgent', 'routine']
    governorate: str
    district: str | None
    state: Literal['open', 'referring', 'served', 'verified', 'unverified', 'unserved', 'closed']
    closed_reason: str | None
    announced: bool
    requested_at: AwareDatetime
    changed_at: AwareDatetime
    disclosures: list[DisclosureView]


class NewMemberIn(BaseModel):
    """
    Somebody who lives there from now on. Their needs come by a request of their own.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    given_name: str | None = None
    father_name: str | None = None
    grandfather_name: str | None = None
    family_name: str | None = None
    mother_name: str | None = None
    transliteration: TransliterationIn | None = None
    sex: Literal['female', 'male', 'other'] | None = None
    birth_year: int | None = None
    birth_on: date | None = None
    """
    1 July is taken as: the day is unknown.
    """
    status: str | None = None
    """
    A code of the list, for example group.returnee_abroad.
    """
    movements: list[MovementIn] | None = Field([], validate_default=True)
    """
    Displacement and return, the oldest first.
    """
    address: str | None = None
    language_spoken: str | None = None
    also_speaks: list[str] | None = []
    reads: Literal['yes', 'help', 'no'] | None = None
    phones: list[PhoneIn] | None = Field([], validate_default=True)
    other_ways: list[OtherWayIn] | None = Field([], validate_default=True)
    trusted_contact: TrustedContactIn | None = None
    guardian: GuardianIn | None = None
    documents: list[DocumentIn] | None = Field([], validate_default=True)
    disabilities: DisabilitiesIn | None = None
    requirements: list[str] | None = []
    messages_stopped: bool | None = None
    """
    The person wishes no messages, about whatever; offices still call.
    """
    call_name: str
    role: Literal['head', 'spouse', 'child', 'parent', 'sibling', 'grandparent', 'grandchild', 'other_relative', 'not_related']
    place: str
    """
    P-code of a governorate, district or sub-district.
    """
    language_written: Literal['ar', 'ckb', 'en'] | None = 'ar'


class OnwardView(BaseModel):
    """
    A need that a receiver asks to have opened.
    """

    id: UUID
    need_id: UUID
    referral_id: UUID
    organization_id: UUID
    code: str
    urgency: Literal['emergency', 'urgent', 'routine']
    state: Literal['waits', 'opened', 'refused']
    reason: str | None
    opened_need_id: UUID | None
    asked_at: AwareDatetime
    decided_at: AwareDatetime | None
    version: int


class PageOfAppointmentView(BaseModel):
    items: list[AppointmentView]


class PageOfAssistanceView(BaseModel):
    items: list[AssistanceView]


class PageOfAttachmentView(BaseModel):
    items: list[AttachmentView]


class PageOfCandidateView(BaseModel):
    items: list[CandidateView]


class PageOfCaseItem(BaseModel):
    items: list[CaseItem]


class PageOfComplaintTopic(BaseModel):
    items: list[ComplaintTopic]


class PageOfDisclosureReceipt(BaseModel):
    items: list[DisclosureReceipt]


class PageOfFollowUpView(BaseModel):
    items: list[FollowUpView]


class PageOfHandOverView(BaseModel):
    items: list[HandOverView]


class PageOfOnwardView(BaseModel):
    items: list[OnwardView]


class PageOfPartDue(BaseModel):
    items: list[PartDue]


class PageOfProgrammePlanItem(BaseModel):
    items: list[ProgrammePlanItem]


class PageOfReportView(BaseModel):
    items: list[ReportView]


class PageOfRequestView(BaseModel):
    items: list[RequestView]


class PageOfStepDue(BaseModel):
    items: list[StepDue]


class PageOfWaitingItem(BaseModel):
    items: list[WaitingItem]


class PersonChange(BaseModel):
    """
    What is different about a person. What is not named stays; null, or an empty list, takes it away.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    given_name: str | None = None
    father_name: str | None = None
    grandfather_name: str | None = None
    family_name: str | None = None
    mother_name: str | None = None
    transliteration: TransliterationIn | None = None
    sex: Literal['female', 'male', 'other'] | None = None
    birth_year: int | None = None
    birth_on: date | None = None
    """
    1 July is taken as: the day is unknown.
    """
    status: str | None = None
    """
    A code of the list, for example group.returnee_abroad.
    """
    movements: list[MovementIn] | None = Field([], validate_default=True)
    """
    Displacement and return, the oldest first.
    """
    address: str | None = None
    language_spoken: str | None = None
    also_speaks: list[str] | None = []
    reads: Literal['yes', 'help', 'no'] | None = None
    phones: list[PhoneIn] | None = Field([], validate_default=True)
    other_ways: list[OtherWayIn] | None = Field([], validate_default=True)
    trusted_contact: TrustedContactIn | None = None
    guardian: GuardianIn | None = None
    documents: list[DocumentIn] | None = Field([], validate_default=True)
    disabilities: DisabilitiesIn | None = None
    requirements: list[str] | None = []
    messages_stopped: bool | None = None
    """
    The person wishes no messages, about whatever; offices still call.
    """
    call_name: str | None = None
    place: str | None = None
    language_written: Literal['ar', 'ckb', 'en'] | None = None


class PersonIn(BaseModel):
    """
    Only what to call the person and where they are is needed. No document is ever a condition.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    given_name: str | None = None
    father_name: str | None = None
    grandfather_name: str | None = None
    family_name: str | None = None
    mother_name: str | None = None
    transliteration: TransliterationIn | None = None
    sex: Literal['female', 'male', 'other'] | None = None
    birth_year: int | None = None
    birth_on: date | None = None
    """
    1 July is taken as: the day is unknown.
    """
    status: str | None = None
    """
    A code of the list, for example group.returnee_abroad.
    """
    movements: list[MovementIn] | None = Field([], validate_default=True)
    """
    Displacement and return, the oldest first.
    """
    address: str | None = None
    language_spoken: str | None = None
    also_speaks: list[str] | None = []
    reads: Literal['yes', 'help', 'no'] | None = None
    phones: list[PhoneIn] | None = Field([], validate_default=True)
    other_ways: list[OtherWayIn] | None = Field([], validate_default=True)
    trusted_contact: TrustedContactIn | None = None
    guardian: GuardianIn | None = None
    documents: list[DocumentIn] | None = Field([], validate_default=True)
    disabilities: DisabilitiesIn | None = None
    requirements: list[str] | None = []
    messages_stopped: bool | None = None
    """
    The person wishes no messages, about whatever; offices still call.
    """
    call_name: str
    place: str
    """
    P-code of a governorate, district or sub-district.
    """
    language_written: Literal['ar', 'ckb', 'en'] | None = 'ar'
    role: Literal['head', 'spouse', 'child', 'parent', 'sibling', 'grandparent', 'grandchild', 'other_relative', 'not_related'] | None = (
        None
    )
    """
    In the household, if there is one.
    """


class PlanIn(BaseModel):
    """
    A plan that person and office agreed, or one that a return programme made: taken over as it is, not made again.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    case_id: UUID
    goals: list[GoalIn]
    begins_on: date | None = None
    """
    Null: today.
    """
    programme: ProgrammeIn | None = None
    how: Literal['spoken', 'thumbprint', 'written', 'phone']
    """
    How the person agreed.
    """
    recorded_by: str


class PlanView(BaseModel):
    """
    A plan. `stage` is the furthest that was done; `monitoring` are the office's looks at how it goes. `version` is its ETag.
    """

    plan_id: UUID
    case_id: UUID
    source: Literal['office', 'programme']
    state: Literal['active', 'ended']
    end_reason: Literal['goals_reached', 'moved_away', 'person_asked', 'another_plan', 'other'] | None
    stage: Literal['reception', 'counselling', 'plan', 'cash_or_in_kind', 'business', 'job', 'training', 'education', 'housing', 'monitoring_3', 'monitoring_6', 'monitoring_12']
    steps_done: int
    steps_all: int
    begins_on: date
    made_at: AwareDatetime
    ended_at: AwareDatetime | None
    programme: str | None
    programme_number: str | None
    goals: list[GoalView]
    monitoring: list[IhalaIntakeModelsPlansStepView]
    version: int


class ProgrammeGoal(BaseModel):
    """
    A goal as the programme says it.
    """

    code: str
    text: str
    steps: list[ProgrammeStep]


class ProgrammeGoalIn(BaseModel):
    """
    What is to be reached, by which steps.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    code: str
    """
    From the list of needs.
    """
    text: str
    steps: list[StepIn] | None = Field([], validate_default=True)


class ProgrammePlanIn(BaseModel):
    """
    The plan a programme made with somebody whom it announced or brought. Sent again, it is the same plan brought up to date.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    about: Identifier
    """
    Under which number the programme announced (arrivals) or brought (requests) the person.
    """
    programme: ProgrammeIn
    goals: list[ProgrammeGoalIn]
    begins_on: date | None = None
    agreed: Literal[True]
    """
    The person agreed that the office gets the plan. Else nothing may be sent.
    """
    agreed_in: str
    """
    The language in which they were asked.
    """


class ProgrammePlanView(BaseModel):
    """
    The same with what it says, while it waits. `version` is its ETag.
    """

    programme_plan_id: UUID
    state: Literal['waiting', 'adopted', 'refused', 'lapsed']
    reason: str | None
    sent_by: UUID
    """
    The organisation that made it.
    """
    arrival_id: UUID | None
    request_id: UUID | None
    plan_id: UUID | None
    received_at: AwareDatetime
    next_at: AwareDatetime | None
    """
    It lapses then.
    """
    version: int
    about: Identifier | None
    programme: ProgrammeIn | None
    goals: list[ProgrammeGoal]
    begins_on: date | None
    agreed_in: str | None


class Question(BaseModel):
    """
    One question. Nobody has to answer: `required` means that it is put to the person, null is an answer.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    code: str
    kind: Literal['choice', 'many', 'yes_no', 'number', 'day', 'text']
    words: ThreeWords
    required: bool | None = True
    when: When | None = None
    choices: list[Choice] | None = Field([], validate_default=True)
    cap: int | None = None
    yes: int | None = 0
    no: int | None = 0
    min: int | None = None
    max: int | None = None
    bands: list[Band] | None = Field([], validate_default=True)


class QuestionnaireItem(BaseModel):
    """
    The newest version of a questionnaire.
    """

    code: str
    version: int
    since: str
    words: ThreeWords


class QuestionnaireView(BaseModel):
    """
    A questionnaire with its questions, in all three languages.
    """

    code: str
    version: int
    since: str
    words: ThreeWords
    urgent_from: int
    emergency_from: int
    questions: list[Question]


class ReasonView(BaseModel):
    """
    What one answer added; `urgency`: it is at least so urgent for this answer alone. `words`: the question, in the reader's language.
    """

    question: str
    words: str
    score: int
    urgency: Literal['emergency', 'urgent', 'routine'] | None


class Withdrawn(BaseModel):
    """
    What was taken back. Every disclosure it covered is closed already.
    """

    consent_id: UUID
    revision: int
    referral_id: UUID | None
    needs: list[WithdrawnNeed]
    disclosures_closed: int | None
    """
    Not said to the ministry's centres, which learn of no provider.
    """
    withdrawn_at: AwareDatetime


class ArrivalIn(BaseModel):
    """
    Somebody asked for reintegration help, will come, and agreed to be announced.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    person: ArrivingIn
    governorate: str
    """
    P-code of the governorate they go to.
    """
    agreed: Literal[True]
    """
    The person asked for help and agreed that the office be told. Else nothing may be sent.
    """
    agreed_in: str
    """
    The language in which they were asked.
    """
    identifier: Identifier | None = None
    """
    The announcer's own number: said twice, it is one arrival. While it waits, what is said last holds.
    """


class AssessmentView(BaseModel):
    """
    An assessment. `suggested` is only that: the office decides, and corrects the need. What was sealed is null after an erasure.
    """

    assessment_id: UUID
    case_id: UUID
    need_id: UUID | None
    questionnaire: str
    questionnaire_version: int
    suggested: Literal['emergency', 'urgent', 'routine']
    score: int | None
    reasons: list[ReasonView]
    answers: dict[str, bool | int | str | list[str] | None] | None
    note: str | None
    recorded_by: str | None
    acting_officer: str | None
    made_at: AwareDatetime


class ContactWays(BaseModel):
    """
    How to reach them. `focal_point` instead of phones where a centre keeps the identity.
    """

    language_spoken: str | None
    also_speaks: list[str]
    language_written: str | None
    reads: str | None
    phones: list[PhoneView]
    other_ways: list[OtherWayView]
    trusted_contact: TrustedContactView | None
    guardian: GuardianView | None
    focal_point: FocalPointView | None


class FoundPerson(BaseModel):
    """
    Somebody who is known by that phone or document. A phone never identifies a person alone: the desk asks.
    """

    person_id: UUID
    household_id: UUID | None
    identity: Identity
    place: str | None


class FoundPersons(BaseModel):
    """
    At most 20.
    """

    items: list[FoundPerson]


class JoiningIn(BaseModel):
    """
    Who comes to live in a household: somebody whom intake knows, or somebody new.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    person_id: UUID | None = None
    role: Literal['head', 'spouse', 'child', 'parent', 'sibling', 'grandparent', 'grandchild', 'other_relative', 'not_related'] | None = (
        None
    )
    """
    Of the known person.
    """
    person: NewMemberIn | None = None


class MemberIn(BaseModel):
    """
    Somebody who lives with the person. Needs of theirs become a file of their own, with a consent of their own.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    given_name: str | None = None
    father_name: str | None = None
    grandfather_name: str | None = None
    family_name: str | None = None
    mother_name: str | None = None
    transliteration: TransliterationIn | None = None
    sex: Literal['female', 'male', 'other'] | None = None
    birth_year: int | None = None
    birth_on: date | None = None
    """
    1 July is taken as: the day is unknown.
    """
    status: str | None = None
    """
    A code of the list, for example group.returnee_abroad.
    """
    movements: list[MovementIn] | None = Field([], validate_default=True)
    """
    Displacement and return, the oldest first.
    """
    address: str | None = None
    language_spoken: str | None = None
    also_speaks: list[str] | None = []
    reads: Literal['yes', 'help', 'no'] | None = None
    phones: list[PhoneIn] | None = Field([], validate_default=True)
    other_ways: list[OtherWayIn] | None = Field([], validate_default=True)
    trusted_contact: TrustedContactIn | None = None
    guardian: GuardianIn | None = None
    documents: list[DocumentIn] | None = Field([], validate_default=True)
    disabilities: DisabilitiesIn | None = None
    requirements: list[str] | None = []
    messages_stopped: bool | None = None
    """
    The person wishes no messages, about whatever; offices still call.
    """
    call_name: str
    role: Literal['head', 'spouse', 'child', 'parent', 'sibling', 'grandparent', 'grandchild', 'other_relative', 'not_related']
    place: str | None = None
    """
    Where they are, if not with the person.
    """
    language_written: Literal['ar', 'ckb', 'en'] | None = 'ar'
    needs: list[NeedIn] | None = Field([], validate_default=True)
    consent: ConsentIn | None = None
    """
    In their own word, or for a minor their guardian's; nobody else's.
    """


class PageOfAssessmentView(BaseModel):
    items: list[AssessmentView]


class PageOfPlanView(BaseModel):
    items: list[PlanView]


class PageOfQuestionnaireItem(BaseModel):
    items: list[QuestionnaireItem]


class PersonRecord(BaseModel):
    """
    All that is known of a person, for the operator that owns them. The row's version is the ETag.
    """

    person_id: UUID
    household_id: UUID | None
    sensitivity: Literal['standard', 'restricted']
    identity_held_by: Literal['intake', 'origin']
    identity: Identity
    contact: ContactWays
    place: str | None
    address: str | None
    status: str | None
    movements: list[MovementView]
    documents: list[DocumentView]
    disabilities: DisabilitiesView | None
    requirements: list[str]
    role: str | None
    household_size: int | None
    made_at: AwareDatetime
    changed_at: AwareDatetime
    messages_stopped: bool | None = None
    """
    The person wishes no messages.
    """


class PersonView(BaseModel):
    """
    Exactly what may be read: a part that is null was not agreed to, or is not known. `call_name` comes with identity.
    """

    need_id: UUID
    referral_id: UUID | None
    revision: int
    categories: list[Literal['identity', 'contact', 'place', 'household', 'status', 'requirements', 'needs', 'documents', 'disabilities', 'files']]
    identity: Identity | None = None
    contact: ContactWays | None = None
    place: str | None = None
    address: str | None = None
    household: HouseholdView | None = None
    status: str | None = None
    movements: list[MovementView] | None = None
    requirements: list[str] | None = None
    needs: list[NeedNote] | None = None
    documents: list[DocumentView] | None = None
    disabilities: DisabilitiesView | None = None
    files: list[SharedFile] | None = None


class Side(BaseModel):
    """
    One of the two, with what brought them here.
    """

    person: PersonRecord
    origin_id: UUID
    cases: list[CaseReference]


class CandidateDetail(BaseModel):
    """
    The two beside each other.
    """

    candidate_id: UUID
    person_ids: list[UUID]
    level: Literal['possible', 'probable']
    score: float
    reasons: list[Reason]
    ruleset: int
    source: Literal['rules', 'batch']
    """
    What found it: rules at registration, or a review of everybody. Each weighs on a scale of its own.
    """
    state: Literal['open', 'same', 'different', 'parted']
    found_at: AwareDatetime
    decided_at: AwareDatetime | None
    version: int
    sides: list[Side]


class HouseholdIn(BaseModel):
    """
    Who lives together. `size` counts everybody, also the person.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    size: int | None = None
    members: list[MemberIn] | None = Field([], validate_default=True)


class RequestIn(BaseModel):
    """
    A person asks. Without `needs` it only records what was helped with on the spot.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    identifiers: list[Identifier] | None = Field([], validate_default=True)
    office_id: UUID | None = None
    person: PersonIn
    household: HouseholdIn | None = None
    consent: ConsentIn | None = None
    needs: list[NeedIn] | None = Field([], validate_default=True)
    helped_on_the_spot: HelpedIn | None = None
    identity_held_by: Literal['intake', 'origin'] | None = 'intake'
    focal_point: FocalPointIn | None = None
    occasion_id: UUID | None = None
    """
    The open day or information session where the person signed up.
    """
    heard_by: Literal['social_media', 'radio_or_tv', 'poster', 'message', 'community_leader', 'relative_or_friend', 'organisation', 'school', 'office', 'other'] | None = (
        None
    )
    """
    How they had heard that they can ask.
    """


class BatchIn(BaseModel):
    """
    Up to a hundred requests, of 1 MiB together. Each should carry an identifier, so that sending it again is safe.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    requests: list[RequestIn]


post_requests_self: Operation[CallBackIn, CallBackTaken] = Operation('POST', '/intake/v1/requests/self', CallBackTaken)
"""Ask to be called. The answer is the same for everybody; neither what is needed nor where the caller sits is written down."""
get_requests_self: Listing[PageOfWaitingItem, WaitingItem] = Listing('GET', '/intake/v1/requests/self', PageOfWaitingItem, ('cursor', 'governorate', 'limit', 'state'))
"""Return whom the caller's desks are to call, the longest first; without a word about the people."""
get_requests_self_by_id: Operation[None, WaitingView] = Operation('GET', '/intake/v1/requests/self/{call_back_id}', WaitingView)
"""Return whom to call, and when. Logged with the person."""
post_requests_self_tries: Operation[TriedIn, WaitingItem] = Operation('POST', '/intake/v1/requests/self/{call_back_id}/tries', WaitingItem)
"""Write down a call without an answer, and when to try again. After the third one what was left is destroyed."""
post_requests_self_completion: Operation[RequestIn, RequestView] = Operation('POST', '/intake/v1/requests/self/{call_back_id}/completion', RequestView)
"""Make a request of it: the person is on the phone or at the desk, and consents. What was left is destroyed."""
post_requests_self_closure: Operation[EndIn, WaitingItem] = Operation('POST', '/intake/v1/requests/self/{call_back_id}/closure', WaitingItem)
"""Close it without a request. What was left is destroyed."""
post_requests: Operation[RequestIn, RequestView] = Operation('POST', '/intake/v1/requests', RequestView)
"""Bring a person, a consent and needs; or help that was given on the spot. The same number of one origin means the same request."""
get_requests: Listing[PageOfRequestView, RequestView] = Listing('GET', '/intake/v1/requests', PageOfRequestView, ('cursor', 'limit', 'system', 'value'))
"""Find requests by another system's number; the origin finds its own, the operator those of all its origins."""
post_requests_batch: Operation[BatchIn, BatchView] = Operation('POST', '/intake/v1/requests/batch', BatchView)
"""Bring many requests. The answer is 200 with a result for each, also when all were refused."""
post_requests_statuses: Operation[StatusesIn, StatusesView] = Operation('POST', '/intake/v1/requests/statuses', StatusesView)
"""Return how many requests stand, in one call. Changes nothing."""
get_requests_by_id: Operation[None, RequestView] = Operation('GET', '/intake/v1/requests/{request_id}', RequestView)
"""Return one request as far as the caller may see it."""
post_complaints: Operation[ComplaintIn, ComplaintReceipt] = Operation('POST', '/intake/v1/complaints', ComplaintReceipt)
"""Write down what a person says. A sensitive complaint goes past the office and the provider it is about."""
get_complaints: Listing[PageOfComplaintItem, ComplaintItem] = Listing('GET', '/intake/v1/complaints', PageOfComplaintItem, ('cursor', 'limit', 'state'))
"""Return the operator's complaints in a state, the oldest first; the sensitive ones to those who handle them."""
get_complaints_topics: Listing[PageOfComplaintTopic, ComplaintTopic] = Listing('GET', '/intake/v1/complaints/topics', PageOfComplaintTopic)
"""Return what a complaint or feedback can be about, in three languages."""
get_complaints_by_id: Operation[None, ComplaintView] = Operation('GET', '/intake/v1/complaints/{complaint_id}', ComplaintView)
"""Return a complaint: all of it to who handles it, how it stands to who wrote an ordinary one down."""
post_complaints_handling: Operation[HandlingIn, ComplaintView] = Operation('POST', '/intake/v1/complaints/{complaint_id}/handling', ComplaintView)
"""Give a complaint to somebody whom it is not about."""
post_complaints_resolution: Operation[ResolutionIn, ComplaintView] = Operation('POST', '/intake/v1/complaints/{complaint_id}/resolution', ComplaintView)
"""Write down what became of a complaint, and how the person was told."""
post_cases_appointments: Operation[AppointmentIn, AppointmentView] = Operation('POST', '/intake/v1/cases/{case_id}/appointments', AppointmentView)
"""Plan a time at which the person comes to the office."""
get_cases_appointments: Listing[PageOfAppointmentView, AppointmentView] = Listing('GET', '/intake/v1/cases/{case_id}/appointments', PageOfAppointmentView, ('cursor', 'limit'))
"""Return a case's appointments, the first one first."""
get_appointments: Listing[PageOfAppointmentView, AppointmentView] = Listing('GET', '/intake/v1/appointments', PageOfAppointmentView, ('cursor', 'limit', 'office_id', 'officer', 'since', 'state', 'until'))
"""Return the operator's appointments in a span of time, the first one first."""
get_appointments_by_id: Operation[None, AppointmentView] = Operation('GET', '/intake/v1/appointments/{appointment_id}', AppointmentView)
"""Return one appointment with its note."""
post_appointments_change: Operation[TimeIn, AppointmentView] = Operation('POST', '/intake/v1/appointments/{appointment_id}/change', AppointmentView)
"""Move an appointment."""
post_appointments_cancellation: Operation[IhalaIntakeModelsAppointmentsCancellationIn, AppointmentView] = Operation('POST', '/intake/v1/appointments/{appointment_id}/cancellation', AppointmentView)
"""Cancel an appointment."""
post_appointments_result: Operation[AppointmentResultIn, AppointmentView] = Operation('POST', '/intake/v1/appointments/{appointment_id}/result', AppointmentView)
"""Write down whether the person came."""
post_assistance: Operation[AssistanceIn, AssistanceView] = Operation('POST', '/intake/v1/assistance', AssistanceView)
"""Write down what was given or promised in a case."""
get_assistance: Listing[PageOfAssistanceView, AssistanceView] = Listing('GET', '/intake/v1/assistance', PageOfAssistanceView, ('case_id', 'cursor', 'limit'))
"""Return what was given in a case: to the operator all, to others their own. Logged with the person."""
get_assistance_instalments: Listing[PageOfPartDue, PartDue] = Listing('GET', '/intake/v1/assistance/instalments', PageOfPartDue, ('cursor', 'limit', 'until'))
"""Return the instalments to be paid until a day, the longest due first."""
get_assistance_duplicates: Listing[PageOfDoubleView, DoubleView] = Listing('GET', '/intake/v1/assistance/duplicates', PageOfDoubleView, ('cursor', 'limit', 'state'))
"""Return what may have been given twice, the oldest first; for the operator alone."""
post_assistance_duplicates_decision: Operation[DoubleDecisionIn, DoubleView] = Operation('POST', '/intake/v1/assistance/duplicates/{duplicate_id}/decision', DoubleView)
"""Say whether it was the same help twice."""
get_assistance_by_id: Operation[None, AssistanceView] = Operation('GET', '/intake/v1/assistance/{assistance_id}', AssistanceView)
"""Return what was given, with its instalments. Logged with the person."""
post_assistance_instalments_payment: Operation[PaymentIn, AssistanceView] = Operation('POST', '/intake/v1/assistance/{assistance_id}/instalments/{n}/payment', AssistanceView)
"""Write down that an instalment was paid."""
post_assistance_cancellation: Operation[IhalaIntakeModelsAssistanceCancellationIn, AssistanceView] = Operation('POST', '/intake/v1/assistance/{assistance_id}/cancellation', AssistanceView)
"""Give nothing more, or take back what was entered in error."""
get_assessments_questionnaires: Listing[PageOfQuestionnaireItem, QuestionnaireItem] = Listing('GET', '/intake/v1/assessments/questionnaires', PageOfQuestionnaireItem)
"""Return the newest version of each questionnaire."""
get_assessments_questionnaires_by_code: Operation[None, QuestionnaireView] = Operation('GET', '/intake/v1/assessments/questionnaires/{code}', QuestionnaireView, ('version',))
"""Return a questionnaire with its questions, the newest version unless told otherwise."""
post_assessments: Operation[AssessmentIn, AssessmentView] = Operation('POST', '/intake/v1/assessments', AssessmentView)
"""Write down answers; they suggest how urgent it is, and why."""
get_assessments: Listing[PageOfAssessmentView, AssessmentView] = Listing('GET', '/intake/v1/assessments', PageOfAssessmentView, ('case_id', 'cursor', 'limit'))
"""Return a case's assessments, the first one first. Logged with the person."""
get_assessments_by_id: Operation[None, AssessmentView] = Operation('GET', '/intake/v1/assessments/{assessment_id}', AssessmentView)
"""Return an assessment with its answers. Logged with the person."""
post_plans_programme: Operation[ProgrammePlanIn, Received] = Operation('POST', '/intake/v1/plans/programme', Received)
"""Send the plan that was made with somebody who was announced or brought. There is no answer but that it was taken, now or before."""
get_plans_programme: Listing[PageOfProgrammePlanItem, ProgrammePlanItem] = Listing('GET', '/intake/v1/plans/programme', PageOfProgrammePlanItem, ('cursor', 'limit', 'state'))
"""Return the plans that programmes sent to the caller's desks, the longest first; without a word of what they say."""
get_plans_programme_by_id: Operation[None, ProgrammePlanView] = Operation('GET', '/intake/v1/plans/programme/{programme_plan_id}', ProgrammePlanView)
"""Return one with what it says, for the desk that takes it over. Logged with the person."""
post_plans_programme_adoption: Operation[AdoptionIn, PlanView] = Operation('POST', '/intake/v1/plans/programme/{programme_plan_id}/adoption', PlanView)
"""Take it over into a case as it is; 200 where it was taken over before and is brought up to date."""
post_plans_programme_refusal: Operation[ProgrammePlanRefusalIn, ProgrammePlanItem] = Operation('POST', '/intake/v1/plans/programme/{programme_plan_id}/refusal', ProgrammePlanItem)
"""Do not take it over. What it says is destroyed."""
post_plans: Operation[PlanIn, PlanView] = Operation('POST', '/intake/v1/plans', PlanView)
"""Write down a plan, or take over one that a return programme made; 200 where that one was known and is brought up to date."""
get_plans: Listing[PageOfPlanView, PlanView] = Listing('GET', '/intake/v1/plans', PageOfPlanView, ('case_id', 'cursor', 'limit'))
"""Return a case's plans, the oldest first. Logged with the person."""
get_plans_steps: Listing[PageOfStepDue, StepDue] = Listing('GET', '/intake/v1/plans/steps', PageOfStepDue, ('cursor', 'limit', 'until'))
"""Return the steps of all plans to be done until a day, the longest due first."""
get_plans_by_id: Operation[None, PlanView] = Operation('GET', '/intake/v1/plans/{plan_id}', PlanView)
"""Return a plan with its goals and steps. Logged with the person."""
post_plans_goals: Operation[GoalIn, PlanView] = Operation('POST', '/intake/v1/plans/{plan_id}/goals', PlanView)
"""Add a goal with its steps."""
post_plans_goals_steps: Operation[StepIn, PlanView] = Operation('POST', '/intake/v1/plans/{plan_id}/goals/{goal_id}/steps', PlanView)
"""Add a step to a goal."""
post_plans_goals_result: Operation[GoalResultIn, PlanView] = Operation('POST', '/intake/v1/plans/{plan_id}/goals/{goal_id}/result', PlanView)
"""Write down what became of a goal."""
post_plans_steps_result: Operation[StepResultIn, PlanView] = Operation('POST', '/intake/v1/plans/{plan_id}/steps/{step_id}/result', PlanView)
"""Write down what became of a step."""
post_plans_end: Operation[PlanEndIn, PlanView] = Operation('POST', '/intake/v1/plans/{plan_id}/end', PlanView)
"""End a plan; what was not done is dropped."""
post_cases_attachments: Operation[AttachmentIn, AttachmentView] = Operation('POST', '/intake/v1/cases/{case_id}/attachments', AttachmentView)
"""Announce a file of at most 10 MiB: a JPEG or PNG picture, or a PDF. Then send its parts, and say that it is complete."""
get_cases_attachments: Listing[PageOfAttachmentView, AttachmentView] = Listing('GET', '/intake/v1/cases/{case_id}/attachments', PageOfAttachmentView, ('cursor', 'limit'))
"""Return a case's files that the caller brought or owns."""
put_attachments_parts_by_n: Operation[bytes, AttachmentView] = Operation('PUT', '/intake/v1/attachments/{attachment_id}/parts/{n}', AttachmentView)
"""Send one part: `part_size` bytes, the last one what is left. After a lost line only the missing ones are sent again."""
post_attachments_completion: Operation[None, AttachmentView] = Operation('POST', '/intake/v1/attachments/{attachment_id}/completion', AttachmentView)
"""Say that all parts are there. The file is in quarantine until its clean copy is made: without metadata, scripts or files inside."""
get_attachments_by_id: Operation[None, AttachmentView] = Operation('GET', '/intake/v1/attachments/{attachment_id}', AttachmentView)
"""Return how a file stands."""
get_attachments_content: Operation[None, bytes] = Operation('GET', '/intake/v1/attachments/{attachment_id}/content', bytes)
"""Return the clean copy to the operator. Logged with the person."""
post_attachments_removal: Operation[RemovalIn, AttachmentView] = Operation('POST', '/intake/v1/attachments/{attachment_id}/removal', AttachmentView)
"""Take a file out. Its bytes are gone; that there was one stays."""
post_break_glass: Operation[BreakGlassIn, BreakGlassView] = Operation('POST', '/intake/v1/break-glass', BreakGlassView)
"""Open a file for three hours. Its owner and the data-protection officer are told."""
get_break_glass: Listing[PageOfBreakGlassView, BreakGlassView] = Listing('GET', '/intake/v1/break-glass', PageOfBreakGlassView, ('cursor', 'limit'))
"""Return the openings of the caller's files, and the caller's own, the newest first."""
get_break_glass_by_id: Operation[None, BreakGlassView] = Operation('GET', '/intake/v1/break-glass/{break_glass_id}', BreakGlassView)
"""Return one opening."""
get_break_glass_file: Operation[None, FileView] = Operation('GET', '/intake/v1/break-glass/{break_glass_id}/file', FileView)
"""Return the file, to the one who opened it. Each read is logged with the person."""
post_break_glass_end: Operation[None, BreakGlassView] = Operation('POST', '/intake/v1/break-glass/{break_glass_id}/end', BreakGlassView)
"""End it: the reader gives it back, or the data-protection officer takes it."""
get_access_log: Listing[PageOfAccessView, AccessView] = Listing('GET', '/intake/v1/access-log', PageOfAccessView, ('cursor', 'limit', 'person_id'))
"""Return the reads of one person's data, the oldest first. `ihala audit verify` checks that none is missing or altered."""
post_persons_erasure: Operation[ErasureIn, ErasureView] = Operation('POST', '/intake/v1/persons/{person_id}/erasure', ErasureView)
"""Ask that a person's data be erased. Nothing is, until a second person agrees."""
get_persons_erasure: Operation[None, ErasureView] = Operation('GET', '/intake/v1/persons/{person_id}/erasure', ErasureView)
"""Return how an erasure stands, and which services have not reported."""
post_persons_erasure_decision: Operation[IhalaIntakeModelsProtectionDecisionIn, ErasureView] = Operation('POST', '/intake/v1/persons/{person_id}/erasure/decision', ErasureView)
"""Agree, and the person's keys are gone when this answers; or refuse."""
get_persons_held: Operation[None, HeldView] = Operation('GET', '/intake/v1/persons/{person_id}/held', HeldView, ('on_site',))
"""Return all that is held of a person, and the offices that read it."""
get_persons_held_page: Operation[None, bytes] = Operation('GET', '/intake/v1/persons/{person_id}/held/page', bytes, ('language', 'on_site'))
"""Return the same as a page to read or print, without a script or an address in it."""
post_cases_hand_over: Operation[HandOverIn, HandOverView] = Operation('POST', '/intake/v1/cases/{case_id}/hand-over', HandOverView)
"""Offer a case to another operator, since the person agreed. It answers within 14 days, or the case just stays."""
get_hand_overs: Listing[PageOfHandOverView, HandOverView] = Listing('GET', '/intake/v1/hand-overs', PageOfHandOverView, ('cursor', 'direction', 'limit', 'state'))
"""Return what was offered to the caller's organisation, or by it, the oldest first."""
get_hand_overs_by_id: Operation[None, HandOverView] = Operation('GET', '/intake/v1/hand-overs/{hand_over_id}', HandOverView)
"""Return one hand-over; its note to who offers it, and to who accepted it."""
post_hand_overs_acceptance: Operation[TakingOverIn, HandOverView] = Operation('POST', '/intake/v1/hand-overs/{hand_over_id}/acceptance', HandOverView)
"""Take the case, as a coordinator. From now on it is the caller's, and nobody else's."""
post_hand_overs_refusal: Operation[HandOverRefusalIn, HandOverView] = Operation('POST', '/intake/v1/hand-overs/{hand_over_id}/refusal', HandOverView)
"""Leave the case where it is, as a coordinator."""
post_hand_overs_taking_back: Operation[None, HandOverView] = Operation('POST', '/intake/v1/hand-overs/{hand_over_id}/taking-back', HandOverView)
"""End an offer that was not answered yet, for example since the person thought better of it."""
get_merges_candidates: Listing[PageOfCandidateView, CandidateView] = Listing('GET', '/intake/v1/merges/candidates', PageOfCandidateView, ('cursor', 'limit', 'state'))
"""Return pairs in a state, the oldest first: why they may be one, and nothing of who they are."""
get_merges_candidates_by_id: Operation[None, CandidateDetail] = Operation('GET', '/intake/v1/merges/candidates/{candidate_id}', CandidateDetail)
"""Return the two beside each other. Logged with both."""
post_merges_candidates_decision: Operation[IhalaIntakeModelsMergesDecisionIn, CandidateView] = Operation('POST', '/intake/v1/merges/candidates/{candidate_id}/decision', CandidateView)
"""Decide whether the two are one person. If they are, they are merged."""
post_merges: Operation[MergeIn, MergeView] = Operation('POST', '/intake/v1/merges', MergeView)
"""Write down that two persons are one, without anything having proposed it."""
get_merges: Listing[PageOfMergeView, MergeView] = Listing('GET', '/intake/v1/merges', PageOfMergeView, ('cursor', 'limit', 'person_id'))
"""Return merges, the oldest first."""
get_merges_by_id: Operation[None, MergeView] = Operation('GET', '/intake/v1/merges/{merge_id}', MergeView)
"""Return one merge with the cases of both."""
post_merges_undo: Operation[None, MergeView] = Operation('POST', '/intake/v1/merges/{merge_id}/undo', MergeView)
"""Take a merge back. The two are told apart from now on, and not proposed again."""
get_cases: Listing[PageOfCaseItem, CaseItem] = Listing('GET', '/intake/v1/cases', PageOfCaseItem, ('closing', 'cursor', 'limit', 'office_id', 'officer', 'reference', 'state', 'unassigned'))
"""Return the operator's cases, the oldest first. A list names nobody."""
get_cases_by_id: Operation[None, CaseView] = Operation('GET', '/intake/v1/cases/{case_id}', CaseView)
"""Return a case with its needs. Logged with its person."""
get_cases_steps: Listing[PageOfStepView, IhalaIntakeModelsCasesStepView] = Listing('GET', '/intake/v1/cases/{case_id}/steps', PageOfStepView, ('cursor', 'limit'))
"""Return what was done with a case and by whom, the first thing first."""
post_cases_assignment: Operation[AssignmentIn, CaseView] = Operation('POST', '/intake/v1/cases/{case_id}/assignment', CaseView)
"""Give a case to an officer: a coordinator any, an officer her own or one that nobody has."""
post_cases_office: Operation[OfficeIn, CaseView] = Operation('POST', '/intake/v1/cases/{case_id}/office', CaseView)
"""Give a case to the office that the person chose. No officer has it then."""
post_cases_closure: Operation[CaseClosureIn, CaseView] = Operation('POST', '/intake/v1/cases/{case_id}/closure', CaseView)
"""Propose to close a case, or close it, as a coordinator who is not its officer and did not propose it."""
post_cases_closure_refusal: Operation[None, CaseView] = Operation('POST', '/intake/v1/cases/{case_id}/closure-refusal', CaseView)
"""Refuse a proposal to close, as a coordinator."""
post_cases_reopening: Operation[ReopeningIn, CaseView] = Operation('POST', '/intake/v1/cases/{case_id}/reopening', CaseView)
"""Work on a closed case again."""
get_requests_imports_template: Operation[None, bytes] = Operation('GET', '/intake/v1/requests/imports/template', bytes)
"""Return the header of a sheet in the caller's language, as CSV. Only the call name and the place are needed."""
post_requests_imports: Operation[bytes, RequestFileView] = Operation('POST', '/intake/v1/requests/imports', RequestFileView, ('dry_run', 'system'))
"""Take a sheet of at most 1 MiB and 2,000 rows (xlsx, or CSV in UTF-8). Each row is a request, taken or refused by itself."""
get_requests_imports_by_id: Operation[None, RequestFileView] = Operation('GET', '/intake/v1/requests/imports/{file_id}', RequestFileView)
"""Return how a file stands. It is forgotten 90 days after its end; its requests stay."""
get_requests_imports_report: Listing[PageOfLineView, LineView] = Listing('GET', '/intake/v1/requests/imports/{file_id}/report', PageOfLineView, ('cursor', 'limit', 'only'))
"""Return the report: for each faulty cell what is wrong, for each row what became of it; in the caller's language."""
post_arrivals: Operation[ArrivalIn, Received] = Operation('POST', '/intake/v1/arrivals', Received)
"""Announce somebody who will come, or correct what was announced under the same number, as long as they are expected."""
get_arrivals: Listing[PageOfWaitingItem, WaitingItem] = Listing('GET', '/intake/v1/arrivals', PageOfWaitingItem, ('cursor', 'governorate', 'limit', 'state'))
"""Return what the caller's desks have to do with arrivals, the longest first; without a word about the people."""
get_arrivals_by_id: Operation[None, WaitingView] = Operation('GET', '/intake/v1/arrivals/{arrival_id}', WaitingView)
"""Return one arrival with the person, for the desk that gets in touch. Logged with the person."""
post_arrivals_completion: Operation[RequestIn, RequestView] = Operation('POST', '/intake/v1/arrivals/{arrival_id}/completion', RequestView)
"""Make a request of it: the person is at the desk, and consents anew. What was announced is destroyed."""
post_arrivals_closure: Operation[EndIn, WaitingItem] = Operation('POST', '/intake/v1/arrivals/{arrival_id}/closure', WaitingItem)
"""Close it without a request. What was announced is destroyed."""
post_occasions: Operation[OccasionIn, OccasionView] = Operation('POST', '/intake/v1/occasions', OccasionView)
"""Write down an occasion, before it or after."""
get_occasions: Listing[PageOfOccasionView, OccasionView] = Listing('GET', '/intake/v1/occasions', PageOfOccasionView, ('cursor', 'limit'))
"""Return the caller's occasions, the newest first; an operator's are those of all its origins."""
get_occasions_by_id: Operation[None, OccasionView] = Operation('GET', '/intake/v1/occasions/{occasion_id}', OccasionView)
"""Return one occasion with its counts and how many signed up."""
put_occasions_counts: Operation[CountsIn, OccasionView] = Operation('PUT', '/intake/v1/occasions/{occasion_id}/counts', OccasionView)
"""Write down who came and how they had heard of it, in place of what was counted before."""
post_occasions_concerns: Operation[ConcernIn, ConcernView] = Operation('POST', '/intake/v1/occasions/{occasion_id}/concerns', ConcernView)
"""File what a community forum is concerned about. What would name somebody is refused."""
get_occasions_concerns: Listing[PageOfConcernView, ConcernView] = Listing('GET', '/intake/v1/occasions/{occasion_id}/concerns', PageOfConcernView, ('cursor', 'limit'))
"""Return an occasion's concerns with what became of them, the oldest first."""
post_occasions_concerns_answer: Operation[IhalaIntakeModelsOccasionsAnswerIn, ConcernView] = Operation('POST', '/intake/v1/occasions/{occasion_id}/concerns/{concern_id}/answer', ConcernView)
"""Say, as the operator, what is done about a concern."""
get_onward_needs: Listing[PageOfOnwardView, OnwardView] = Listing('GET', '/intake/v1/onward-needs', PageOfOnwardView, ('cursor', 'limit', 'state'))
"""List what receivers of the caller's cases ask to have opened, the longest first."""
post_onward_needs_decision: Operation[OnwardDecision, OnwardView] = Operation('POST', '/intake/v1/onward-needs/{onward_id}/decision', OnwardView)
"""Open it in the same case, or refuse it. The person is asked first: a consent that names its code must be on record."""
get_needs_by_id: Operation[None, NeedView] = Operation('GET', '/intake/v1/needs/{need_id}', NeedView)
"""Return a need with its true code, its note and its disclosures. Logged with its person."""
get_needs_person: Operation[None, PersonView] = Operation('GET', '/intake/v1/needs/{need_id}/person', PersonView)
"""Return all that is known of the person, for the operator's follow-up. Logged with the person."""
post_needs_correction: Operation[CorrectionIn, NeedView] = Operation('POST', '/intake/v1/needs/{need_id}/correction', NeedView)
"""Correct what was written down wrongly. Open needs of the same person follow."""
post_needs_closure: Operation[ClosureIn, NeedView] = Operation('POST', '/intake/v1/needs/{need_id}/closure', NeedView)
"""Close a need, as a coordinator."""
get_consents_script: Operation[None, ScriptView] = Operation('GET', '/intake/v1/consents/script', ScriptView, ('language',))
"""Return what is read to the person before the story is told, with what the caller's office must report by law."""
post_disclosures_reports: Operation[ReportIn, ReportView] = Operation('POST', '/intake/v1/disclosures/reports', ReportView)
"""Write down a report that the caller's office made because a law obliges it to."""
get_disclosures_reports: Listing[PageOfReportView, ReportView] = Listing('GET', '/intake/v1/disclosures/reports', PageOfReportView, ('cursor', 'limit', 'person_id'))
"""Return the reports about a person: all of them to the operator, its own to the office that made one."""
get_consents_by_id: Operation[None, ConsentView] = Operation('GET', '/intake/v1/consents/{consent_id}', ConsentView)
"""Return a consent as it is now; its revision is its ETag."""
post_consents_revisions: Operation[ConsentIn, ConsentView] = Operation('POST', '/intake/v1/consents/{consent_id}/revisions', ConsentView)
"""Write down what the person allows from now on."""
get_consents: Listing[PageOfConsentView, ConsentView] = Listing('GET', '/intake/v1/consents', PageOfConsentView, ('cursor', 'limit', 'which'))
"""Return the operator's consents that wait for a decision, or those that hold on another basis than the person's own word."""
get_consents_decisions: Operation[None, Decisions] = Operation('GET', '/intake/v1/consents/{consent_id}/decisions', Decisions)
"""Return the decisions about a consent with their reasons, for the operator. Logged with the person."""
post_consents_decisions: Operation[IhalaIntakeModelsDecisionsDecisionIn, DecisionView] = Operation('POST', '/intake/v1/consents/{consent_id}/decisions', DecisionView)
"""Propose to pass something on in a child's best interests, or to save a life. It holds when a second person confirms it."""
post_consents_decisions_answer: Operation[IhalaIntakeModelsDecisionsAnswerIn, DecisionView] = Operation('POST', '/intake/v1/consents/{consent_id}/decisions/{decision_id}/answer', DecisionView)
"""Confirm or reject what another person proposed."""
post_withdrawals: Operation[WithdrawalIn, Withdrawn] = Operation('POST', '/intake/v1/withdrawals', Withdrawn)
"""Take back a consent, or its part for one need or referral. Access has ended when this answers."""
get_consents_receipt: Operation[None, bytes] = Operation('GET', '/intake/v1/consents/{consent_id}/receipt', bytes, ('asked', 'language'))
"""Return what the person allowed, and what went to whom, as a sheet to print: without a name, a need, a script or an address."""
get_disclosures: Listing[PageOfDisclosureReceipt, DisclosureReceipt] = Listing('GET', '/intake/v1/disclosures', PageOfDisclosureReceipt, ('cursor', 'limit', 'person_id'))
"""Return which fields of a person went to whom under which revision; or, to the data-protection officer, who keeps silent."""
get_disclosures_by_id: Operation[None, PersonView] = Operation('GET', '/intake/v1/disclosures/{referral_id}', PersonView)
"""Return exactly what the consent opens to the receiver of a referral. Every read is logged with the person."""
get_disclosures_files_by_id: Operation[None, bytes] = Operation('GET', '/intake/v1/disclosures/{referral_id}/files/{attachment_id}', bytes)
"""Return the clean copy of a file that the consent opens to the receiver of a referral. Logged with the person, and on the receipt."""
post_disclosures_acknowledgement: Operation[AcknowledgementIn, AcknowledgementView] = Operation('POST', '/intake/v1/disclosures/{referral_id}/acknowledgement', AcknowledgementView)
"""Say, within 72 hours after access ended, that what was read is deleted, or on which legal basis it is kept."""
get_contacts_by_id: Operation[None, ContactView] = Operation('GET', '/intake/v1/contacts/{need_id}', ContactView)
"""Return where one message may go, to the one client that sends messages. It is not to be kept."""
post_contacts: Operation[ContactsIn, ContactsView] = Operation('POST', '/intake/v1/contacts', ContactsView)
"""Return the same for up to a hundred needs, each with an answer of its own. Changes nothing but the log of reads."""
get_persons_by_id: Operation[None, PersonRecord] = Operation('GET', '/intake/v1/persons/{person_id}', PersonRecord)
"""Return all that is known of a person. Logged with the person."""
patch_persons_by_id: Operation[PersonChange, PersonRecord] = Operation('PATCH', '/intake/v1/persons/{person_id}', PersonRecord)
"""Write down what is different: what is not named stays, null or an empty list takes it away. Open needs follow."""
post_persons_search: Operation[SearchIn, FoundPersons] = Operation('POST', '/intake/v1/persons/search', FoundPersons)
"""Find who is known by exactly this phone or document; in a body, so that neither stands in an address. Logged with each found."""
get_households_by_id: Operation[None, HouseholdRecord] = Operation('GET', '/intake/v1/households/{household_id}', HouseholdRecord)
"""Return who lives together now. Logged with each of them."""
post_households_members: Operation[JoiningIn, HouseholdRecord] = Operation('POST', '/intake/v1/households/{household_id}/members', HouseholdRecord)
"""Let somebody live there: a known person who lives in no other household, or somebody new."""
patch_households_members_by_id: Operation[RoleIn, HouseholdRecord] = Operation('PATCH', '/intake/v1/households/{household_id}/members/{person_id}', HouseholdRecord)
"""Write down what somebody is in the household."""
post_households_members_departure: Operation[DepartureIn, HouseholdRecord] = Operation('POST', '/intake/v1/households/{household_id}/members/{person_id}/departure', HouseholdRecord)
"""Let somebody live there no more. What they need, agreed to and can be reached by stays theirs."""
get_follow_ups: Listing[PageOfFollowUpView, FollowUpView] = Listing('GET', '/intake/v1/follow-ups', PageOfFollowUpView, ('cursor', 'limit', 'state'))
"""Return the caller's follow-ups in a state, the longest due first."""
get_follow_ups_by_id: Operation[None, FollowUpDetail] = Operation('GET', '/intake/v1/follow-ups/{follow_up_id}', FollowUpDetail)
"""Return one follow-up with its tries and what the person said. Logged with the person."""
post_follow_ups_result: Operation[ResultIn, FollowUpView] = Operation('POST', '/intake/v1/follow-ups/{follow_up_id}/result', FollowUpView)
"""Write down whether help came, in the person's word, or that they were not reached this time."""
