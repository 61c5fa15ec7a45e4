"""The API of referral, version 1: its models and operations.

Written by `make clients-python` from the contracts; do not edit.
"""
from __future__ import annotations

from ihala_client.operation import Listing, Operation

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict


class Amendment(BaseModel):
    """
    Which fields of an offer read differently now, and why.
    """

    fields: list[str]
    reason: str
    at: AwareDatetime


class Answer(BaseModel):
    """
    The answer, inside the consent.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    text: str | None = None
    """
    needed, but of a restricted referral it is said by voice and nothing is written
    """
    categories: list[str] | None = []
    """
    kinds of data in it; outside the consent: 409
    """


class AppointmentIn(BaseModel):
    """
    When the receiver sees the person, and a code of the place; no address, no name.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    starts_at: AwareDatetime
    ends_at: AwareDatetime | None = None
    place: str | None = None


class AppointmentView(BaseModel):
    """
    An appointment as its parties see it.
    """

    id: UUID
    referral_id: UUID
    state: Literal['proposed', 'confirmed', 'attended', 'no_show', 'cancelled']
    starts_at: AwareDatetime
    ends_at: AwareDatetime | None
    place: str | None
    moved: int
    """
    how often it was put to another time
    """
    proposed_at: AwareDatetime
    changed_at: AwareDatetime
    version: int


class Assigning(BaseModel):
    """
    Give it to an officer of the caller's organisation, or to nobody. Who has it must be named, so that nothing is taken unseen.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    officer: str | None
    """
    empty: nobody
    """
    instead_of: str | None = None
    """
    who has it now; empty: nobody
    """


class Assignment(BaseModel):
    """
    Who gave it to whom, when.
    """

    before: str | None
    officer: str | None
    at: AwareDatetime
    client_id: str
    acting_officer: str | None
    hand_over_id: UUID | None


class Attempt(BaseModel):
    """
    One question to the directory and its answer, with the explanation.
    """

    attempt: int
    state: str
    requested_at: AwareDatetime
    answered_at: AwareDatetime | None
    organization_id: UUID | None
    reservation_id: UUID | None
    explanation: list[dict[str, Any]]


class AttendanceIn(BaseModel):
    """
    Whether the person came.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    attended: bool


class BulkItem(BaseModel):
    """
    One move: the body is what the move's own address takes.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    referral_id: UUID
    version: int
    """
    the version that was read, as in If-Match
    """
    act: Literal['acknowledge', 'accept', 'decline', 'ask', 'answer', 'waitlist', 'start', 'release', 'fail', 'hold', 'resume', 'review', 'complete', 'cancel']
    body: dict[str, Any] | None = {}


class Calendar(BaseModel):
    """
    When an organisation works, and whose calendar that is: its own, its operator's, or everybody's.
    """

    organization_id: UUID
    of: Literal['own', 'operator', 'everybody']
    zone: str
    week: list[str]
    opens: str
    closes: str
    lists: list[str]
    changed_at: AwareDatetime | None = None
    version: int
    """
    0 while it has none of its own
    """


class Cancellation(BaseModel):
    """
    Why it is taken back.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    reason: str
    comment: str | None = None
    preferred_reservation_id: UUID | None = None
    """
    the place that was reserved instead: it is asked for next
    """


class Closing(BaseModel):
    """
    What came of a work item, as a code: no note, so that nothing about a person is written here.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    outcome: str
    """
    done, not_needed or passed_on. Of a `pair_review`, a year after a case and a receiver were parted: not_needed brings them together again, the others leave them parted for another year.
    """


class Closure(BaseModel):
    """
    A closure as it stands.
    """

    closure_id: UUID
    operator_id: UUID | None
    organization_id: UUID | None
    governorate: str | None
    first_day: date
    last_day: date
    works: bool
    reason: str
    declared_at: AwareDatetime
    withdrawn_at: AwareDatetime | None
    version: int


class Consequence(BaseModel):
    """
    What follows.
    """

    next: str
    exclude: str
    tasks: list[str]


class ContactCheckIn(BaseModel):
    """
    Whether the person can be reached after all; how, is written down at intake.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    result: Literal['reachable', 'unreachable']


class Counted(BaseModel):
    """
    How much there is; counting stops at 1,000.
    """

    count: int
    more: bool
    """
    there are more than were counted
    """


class Counts(BaseModel):
    """
    How much each list holds, and each state of `all`.
    """

    lists: dict[str, Counted]
    states: dict[str, Counted]


class Deadlines(BaseModel):
    """
    When what is due; empty where it is not.
    """

    acknowledge_by: AwareDatetime | None
    decide_by: AwareDatetime | None
    expires_at: AwareDatetime | None
    first_contact_by: AwareDatetime | None
    answer_by: AwareDatetime | None
    review_at: AwareDatetime | None
    resume_by: AwareDatetime | None


class Decline(BaseModel):
    """
    Why not. `reason` is a code of GET /v1/reasons for `decline` or `release`.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    reason: str
    criterion: str | None = None
    """
    not_eligible: the rule that is not met
    """
    comment: str | None = None


class Duty(BaseModel):
    """
    Who is on duty from when until when.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    officer: str
    """
    Opaque, as the office names its officers.
    """
    phone: str
    """
    The work phone of the duty, never a private one.
    """
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    """
    The first instant after the shift; at most 31 days after its first.
    """


class Exchange(BaseModel):
    """
    One question and its answer.
    """

    round: int
    question: str | None
    asked_at: AwareDatetime
    answer: str | None
    """
    read by the receiver as long as it may read the identity
    """
    answered_at: AwareDatetime | None


class FactsIn(BaseModel):
    """
    What the offer says of the person, where it was wrong. Left out: it stays.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    age: int | None = None
    """
    years; the receiver sees a band
    """
    sex: Literal['female', 'male'] | None = None
    status: str | None = None
    household_size: int | None = None
    languages: list[str] | None = None
    requirements: list[str] | None = None


class Failure(BaseModel):
    """
    Why it could not be done. `unreachable` needs tries that were logged on three days (restricted: one, then through the origin).
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    reason: str
    comment: str | None = None


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


class Figure(BaseModel):
    """
    One figure. What is not listed is nothing; of `restricted` it is fewer than ten.
    """

    period: str
    """
    A month (2026-01) or a quarter (2026-Q1).
    """
    final: bool
    """
    The quarter is over and this changes no more. Only the operator itself sees others than final ones.
    """
    governorate: str
    """
    P-code
    """
    governorate_name: str
    measure: str
    measure_name: str
    by: str
    """
    What `category` is a code of.
    """
    category: str
    """
    Code; empty for a total; "*" where nothing of this break-down may be told.
    """
    category_name: str
    count: int | None
    """
    How often. Empty where it is hidden, and for times.
    """
    hidden: bool
    """
    There were some, but they are few, or would tell how few others were.
    """
    median_hours: int | None
    """
    Times only: half took no longer.
    """
    p90_hours: int | None
    """
    Times only: nine of ten took no longer.
    """


class Figures(BaseModel):
    """
    Figures in order of period, governorate, measure and category.
    """

    items: list[Figure]
    smallest_count: int | None = 5
    """
    Smaller counts are hidden.
    """
    smallest_restricted_count: int | None = 10
    """
    The same for restricted needs.
    """


class FileIn(BaseModel):
    """
    A file at intake, by its id there.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    attachment_id: UUID
    purpose: Literal['identity_document', 'property_document', 'form', 'photo', 'other']


class FileView(BaseModel):
    """
    A file that goes with the referral; the receiver fetches it at intake once the identity is disclosed.
    """

    attachment_id: UUID
    purpose: str
    organization_id: UUID
    added_at: AwareDatetime


class Gap(BaseModel):
    """
    Nobody of this duty from one instant to another.
    """

    role: Literal['provider', 'coordinator', 'directorate']
    """
    Who hears which level: the provider's duty the first, the coordinator the second, the directorate the third.
    """
    starts_at: AwareDatetime
    ends_at: AwareDatetime


class HandOver(BaseModel):
    """
    How far a hand-over is.
    """

    id: UUID
    officer: str
    to_officer: str | None
    moved: int
    """
    referrals, placements and work items so far
    """
    asked_at: AwareDatetime
    finished_at: AwareDatetime | None


class HandingOver(BaseModel):
    """
    All open work of one officer goes to another, or back to nobody.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    officer: str
    """
    Opaque, as the organisation's own system names its officer; never a name.
    """
    to_officer: str | None
    """
    empty: nobody in particular
    """


class Hold(BaseModel):
    """
    Why the service rests, and until when.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    reason: str
    resume_by: AwareDatetime


class Holiday(BaseModel):
    """
    A day off; one that is announced late is estimated until an operator declares otherwise.
    """

    day: date
    names: dict[str, str]
    announced_late: bool


class HolidayList(BaseModel):
    """
    Days off that calendars may follow.
    """

    code: str
    kind: str
    names: dict[str, str]
    source: str
    holidays: list[Holiday]


class HolidayLists(BaseModel):
    """
    Every list.
    """

    items: list[HolidayList]


class IssuedLink(BaseModel):
    """
    The link and its code, this once: neither is kept, and a repeated request gets neither.
    """

    id: UUID
    referral_id: UUID
    organization_id: UUID
    focal_id: str
    language: Literal['ar', 'ckb', 'en']
    issued_at: AwareDatetime
    expires_at: AwareDatetime | None
    """
    the offer's deadline to decide; empty when the offer has ended
    """
    tries: int
    """
    wrong codes so far
    """
    used_for: Literal['accept', 'decline'] | None
    end_reason: Literal['used', 'replaced', 'revoked', 'tries'] | None
    ended_at: AwareDatetime | None
    url: str | None
    """
    for one channel; null in the answer to a repeated request
    """
    code: str | None
    """
    for another channel; null in the answer to a repeated request
    """


class Link(BaseModel):
    """
    A one-time link, as its office sees it.
    """

    id: UUID
    referral_id: UUID
    organization_id: UUID
    focal_id: str
    language: Literal['ar', 'ckb', 'en']
    issued_at: AwareDatetime
    expires_at: AwareDatetime | None
    """
    the offer's deadline to decide; empty when the offer has ended
    """
    tries: int
    """
    wrong codes so far
    """
    used_for: Literal['accept', 'decline'] | None
    end_reason: Literal['used', 'replaced', 'revoked', 'tries'] | None
    ended_at: AwareDatetime | None


class Links(BaseModel):
    """
    The links of one referral, newest first, at most 50.
    """

    items: list[Link]


class Movement(BaseModel):
    """
    One move, for the owning office.
    """

    at: AwareDatetime
    act: str
    party: str
    before: str
    after: str
    reason: str | None
    referral_id: UUID | None
    organization_id: UUID | None


class NewCalendar(BaseModel):
    """
    When somebody works; the same hours on each working day.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    zone: str | None = 'Asia/Baghdad'
    week: list[Literal['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']]
    """
    the working days
    """
    opens: str
    closes: str
    lists: list[str] | None = ['federal']
    """
    codes of GET /v1/holiday-lists
    """


class NewClosure(BaseModel):
    """
    Days on which somebody does not work; with `works` days on which they do, though a list calls them holidays.

    For one organisation, or for everybody in the operator's referrals; everywhere, or for needs of one governorate.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    organization_id: UUID | None = None
    governorate: str | None = None
    first_day: date
    last_day: date
    works: bool | None = False
    reason: Literal['holiday', 'security', 'weather', 'mourning', 'election', 'no_power', 'moved_house', 'staff', 'other']


class NewLink(BaseModel):
    """
    For whom the link is. Her contact is not sent here: the office passes on the link by one way and the code by another.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    focal_id: str
    """
    the receiver's focal person, as the office names her: opaque, no name and no number
    """
    language: Literal['ar', 'ckb', 'en']


class NewShift(BaseModel):
    """
    A shift to enter.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    officer: str
    """
    Opaque, as the office names its officers.
    """
    phone: str
    """
    The work phone of the duty, never a private one.
    """
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    """
    The first instant after the shift; at most 31 days after its first.
    """
    governorate: str
    role: Literal['provider', 'coordinator', 'directorate']
    """
    Who hears which level: the provider's duty the first, the coordinator the second, the directorate the third.
    """
    organization_id: UUID | None = None
    """
    Of a provider's duty: which provider.
    """


class NoteIn(BaseModel):
    """
    A note. Without names, contacts or stories: both sides know the referral by its reference.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    text: str
    shared: bool | None = False
    """
    for all parties; else for the own organisation alone
    """
    categories: list[str] | None = []
    """
    kinds of data in it, as consents name them; outside the consent: 409
    """


class NoteView(BaseModel):
    """
    A note that the caller may read; `text` is empty once its content was taken out, or the receiver's access to others' notes ended.
    """

    id: UUID
    organization_id: UUID
    shared: bool
    text: str | None
    at: AwareDatetime


class Nothing(BaseModel):
    """
    A move that needs no words.
    """

    model_config = ConfigDict(
        extra='forbid',
    )


class OnwardIn(BaseModel):
    """
    Another need of the same person. An emergency is called in by phone; a restricted need is brought to the office by voice.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    need_code: str
    urgency: Literal['urgent', 'routine']


class Outcome(BaseModel):
    """
    What came of one thing asked.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    item: str
    result: Literal['met', 'partly_met', 'not_met']


class PageOfAppointmentView(BaseModel):
    items: list[AppointmentView]


class PageOfAssignment(BaseModel):
    items: list[Assignment]


class PageOfClosure(BaseModel):
    items: list[Closure]


class PageOfNoteView(BaseModel):
    items: list[NoteView]


class Placing(BaseModel):
    """
    Ask for a place, at a reserved one if it is named; a need that was unclear may get its code.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    preferred_reservation_id: UUID | None = None
    need_code: str | None = None


class PossibleReason(BaseModel):
    """
    A reason that the caller may give for a move now.
    """

    code: str
    title: dict[str, str]
    comment_needed: bool
    criterion_needed: bool


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


class Promise(BaseModel):
    """
    What a service does sooner in one urgency, in the policy's own unit. What is left out stays the policy's.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    acknowledge: float | None = None
    decide: float | None = None
    levels: list[float] | None = None
    expire: float | None = None
    first_contact: float | None = None


class Question(BaseModel):
    """
    What the receiver must know to decide. No names, no contact: both sides know the referral by its reference.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    text: str | None = None
    """
    needed, but of a restricted referral it is said by voice and nothing is written
    """


class Reason(BaseModel):
    """
    A reason code with its words.
    """

    code: str
    acts: list[str]
    by: list[str]
    title: dict[str, str]
    comment_needed: bool
    criterion_needed: bool
    only_after_question: bool
    consequence: Consequence
    rejected_by: str
    """
    whose no it is, whoever says it: a party, or nobody
    """
    lasts_months: int | None
    """
    after how long who is excluded is looked at again; null: as long as the need is open
    """
    valid_from: date
    valid_until: date | None
    """
    the last day on which it may be given
    """


class Reasons(BaseModel):
    """
    All reasons.
    """

    items: list[Reason]


class RedactionDecision(BaseModel):
    """
    What the second person says.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    agree: bool


class RedactionIn(BaseModel):
    """
    Why a referral should never have been.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    reason: Literal['wrong_person', 'entered_twice', 'never_agreed', 'test_entry']


class RedactionView(BaseModel):
    """
    That a referral be emptied, and how that stands.
    """

    id: UUID
    referral_id: UUID
    reason: Literal['wrong_person', 'entered_twice', 'never_agreed', 'test_entry']
    state: Literal['asked', 'done', 'refused']
    asked_at: AwareDatetime
    asked_as_dpo: bool
    """
    the data-protection officer asked; else that officer decides
    """
    decided_at: AwareDatetime | None


class Rejection(BaseModel):
    """
    Why it is not placed. `route`: the kind of office or the service that is the right one.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    reason: str
    route: str | None = None
    """
    else the one that is proposed for the need
    """


class RelocationIn(BaseModel):
    """
    The person lives elsewhere now: the receiver goes on from afar, or a place is sought there.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    decision: Literal['keep_remote', 'place_anew']


class Route(BaseModel):
    """
    Where a need may belong.
    """

    code: str
    title: dict[str, str]


class Row(BaseModel):
    """
    Needs by code or domain, governorates by P-code; `*` is all of them.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    needs: list[str]
    governorates: list[str]
    sex: Literal['female', 'male'] | None = None
    """
    only for persons of that sex, where it is known
    """


class Rule(BaseModel):
    """
    What a kind of origin may push by itself, from an instant on. No rows: nothing, each need is triaged.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    rows: list[Row]
    valid_from: AwareDatetime | None = None
    """
    now, if not given; never in the past
    """


class Shift(BaseModel):
    """
    A shift on the roster.
    """

    id: UUID
    governorate: str
    role: Literal['provider', 'coordinator', 'directorate']
    """
    Who hears which level: the provider's duty the first, the coordinator the second, the directorate the third.
    """
    organization_id: UUID | None
    officer: str
    phone: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    taken_back_at: AwareDatetime | None
    version: int


class Start(BaseModel):
    """
    The first contact.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    first_contact_at: AwareDatetime | None = None
    """
    now, if not given
    """


class Timing(BaseModel):
    """
    The deadlines of one urgency: hours day and night where `time` is wall, else working days of who must act.
    """

    time: Literal['wall', 'working']
    triage: float
    acknowledge: float
    decide: float
    levels: list[float]
    expire: float
    first_contact: float
    answer: float


class TryIn(BaseModel):
    """
    One attempt to reach the person, by a way that was allowed.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    at: AwareDatetime | None = None
    """
    now, if not given; not before the acceptance
    """
    way: Literal['call', 'message', 'visit', 'through_origin']
    reached: bool | None = False


class TryView(BaseModel):
    """
    One attempt to reach the person.
    """

    id: UUID
    at: AwareDatetime
    way: Literal['call', 'message', 'visit', 'through_origin']
    reached: bool
    organization_id: UUID
    logged_at: AwareDatetime


class Waitlisting(BaseModel):
    """
    On the receiver's own list.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    person_agreed: bool
    review_at: AwareDatetime
    """
    when the list is looked at again, at most 30 days ahead
    """


class WorkItem(BaseModel):
    """
    Something a coordinator must look at.
    """

    id: UUID
    kind: str
    about_id: UUID
    placement_id: UUID | None
    referral_id: UUID | None
    urgency: str | None
    detail: str | None
    duty_shift_id: UUID | None = None
    """
    Of an emergency: the shift on whose duty it fell.
    """
    opened_at: AwareDatetime
    officer: str | None = None
    """
    who took it, opaque
    """
    closed_at: AwareDatetime | None = None
    outcome: str | None = None
    """
    what came of it, when a person closed it
    """


class WorkedPlacement(BaseModel):
    """
    An open placement in a coordinators' worklist.
    """

    placement_id: UUID
    need_id: UUID
    reference: str
    state: Literal['triage', 'placing', 'offering', 'placed', 'unserved', 'ended']
    """
    Where the search for a place stands.
    """
    owner: Literal['coordinator', 'directory', 'provider', 'origin'] | None
    need_code: str
    sensitivity: Literal['standard', 'protected', 'restricted']
    urgency: Literal['emergency', 'urgent', 'routine']
    governorate: str
    district: str | None
    origin_id: UUID
    origin_kind: str
    triage_reasons: list[str]
    failing: list[str]
    requested_at: AwareDatetime
    next_at: AwareDatetime | None
    end_reason: str | None
    route: str | None
    version: int
    officer: str | None
    overdue: bool
    """
    its own deadline was missed in this state
    """


class WorkedReferral(BaseModel):
    """
    An open referral in a worklist. What its text says is read at the referral itself.
    """

    referral_id: UUID
    reference: str
    state: Literal['offered', 'acknowledged', 'info_requested', 'waitlisted', 'accepted', 'in_service', 'on_hold', 'completed', 'declined', 'expired', 'withdrawn', 'cancelled', 'failed', 'entered_in_error']
    """
    Where one attempt stands.
    """
    need_code: str
    """
    `protection` for every restricted need
    """
    urgency: Literal['emergency', 'urgent', 'routine']
    restricted: bool
    governorate: str | None
    """
    P-code; not told for restricted needs
    """
    organization_id: UUID
    service_id: UUID
    service_name: dict[str, str]
    owner: Literal['coordinator', 'directory', 'provider', 'origin'] | None
    """
    whose turn it is
    """
    next_at: AwareDatetime
    """
    the next instant of its clock: what the list is ordered by
    """
    due_at: AwareDatetime | None
    """
    the deadline of the state that it is in
    """
    overdue: bool
    """
    that deadline was missed
    """
    officer: str | None
    """
    who works on it at the caller's organisation
    """
    offered_at: AwareDatetime
    moved_at: AwareDatetime
    need_changed: bool
    questions_asked: int
    need_id: UUID | None = None
    """
    for the origin and the owning office
    """
    placement_id: UUID | None = None
    """
    for the owning office
    """
    origin_id: UUID | None = None
    """
    for the origin and the owning office
    """
    version: int


class AmendmentIn(BaseModel):
    """
    A correction of an open offer, and why.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    reason: Literal['written_wrongly', 'misunderstood', 'changed_since']
    facts: FactsIn


class AssigningSide(BaseModel):
    """
    The same for a referral, on one side of it.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    officer: str | None
    """
    empty: nobody
    """
    instead_of: str | None = None
    """
    who has it now; empty: nobody
    """
    role: Literal['receiver', 'office', 'origin']
    """
    As whom an organisation has a referral before it; an operator may be all three.
    """


class Bulk(BaseModel):
    """
    Moves, done one after the other, each by itself.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    items: list[BulkItem]


class BulkResult(BaseModel):
    """
    What became of one move: as its own address would have answered.
    """

    referral_id: UUID
    status: int
    """
    200, or the refusal's
    """
    state: Literal['offered', 'acknowledged', 'info_requested', 'waitlisted', 'accepted', 'in_service', 'on_hold', 'completed', 'declined', 'expired', 'withdrawn', 'cancelled', 'failed', 'entered_in_error'] | None = (
        None
    )
    version: int | None = None
    problem: ProblemDocument | None = None


class BulkResults(BaseModel):
    """
    One result for each item, in their order.
    """

    results: list[BulkResult]


class Competence(BaseModel):
    """
    What a kind of origin may push by itself now, and what will change.
    """

    kind: str
    title: dict[str, str] | None
    """
    the kind's name, where it is an office that needs are sent on to
    """
    whose: Literal['everybody', 'operator']
    """
    the general rows, or the operator's own
    """
    rows: list[Row]
    upcoming: list[Rule]
    """
    the operator's rules that do not hold yet
    """
    version: int
    """
    of the operator's own rules for the kind, for If-Match; 0: it has none
    """


class Competences(BaseModel):
    """
    Rules of one operator.
    """

    operator_id: UUID | None
    """
    whose rules; null: the general ones
    """
    at: AwareDatetime
    items: list[Competence]
    routes: list[Route]
    """
    offices that needs out of competence are sent on to
    """


class Completion(BaseModel):
    """
    An outcome for each thing asked.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    outcomes: list[Outcome]


class NewServicePolicy(BaseModel):
    """
    What a service does sooner, by urgency; offers from now on get it.
    """

    model_config = ConfigDict(
        extra='forbid',
    )
    urgencies: dict[str, Promise]


class OnwardView(BaseModel):
    """
    A need that the receiver asked to have opened. `waits`: the owning office asks the person first.
    """

    id: UUID
    need_code: str
    urgency: Literal['emergency', 'urgent', 'routine']
    state: Literal['asked', 'waits', 'opened', 'refused']
    asked_at: AwareDatetime
    settled_at: AwareDatetime | None


class PageOfOnwardView(BaseModel):
    items: list[OnwardView]


class PageOfRedactionView(BaseModel):
    items: list[RedactionView]


class PageOfShift(BaseModel):
    items: list[Shift]


class PageOfTryView(BaseModel):
    items: list[TryView]


class PageOfWorkItem(BaseModel):
    items: list[WorkItem]


class PageOfWorkedPlacement(BaseModel):
    items: list[WorkedPlacement]


class PageOfWorkedReferral(BaseModel):
    items: list[WorkedReferral]


class PlacementSummary(BaseModel):
    """
    A need's placement in a list.
    """

    placement_id: UUID
    need_id: UUID
    reference: str
    state: Literal['triage', 'placing', 'offering', 'placed', 'unserved', 'ended']
    """
    Where the search for a place stands.
    """
    owner: Literal['coordinator', 'directory', 'provider', 'origin'] | None
    need_code: str
    sensitivity: Literal['standard', 'protected', 'restricted']
    urgency: Literal['emergency', 'urgent', 'routine']
    governorate: str
    district: str | None
    origin_id: UUID
    origin_kind: str
    triage_reasons: list[str]
    failing: list[str]
    requested_at: AwareDatetime
    next_at: AwareDatetime | None
    end_reason: str | None
    route: str | None
    version: int


class Policy(BaseModel):
    """
    One version of all deadlines. A placement keeps the one it began with.
    """

    version: int
    valid_from: date
    current: bool
    urgencies: dict[str, Timing]


class PossibleMove(BaseModel):
    """
    A move that is open, and what its body holds.
    """

    move: Literal['acknowledge', 'accept', 'decline', 'ask', 'answer', 'waitlist', 'start', 'release', 'fail', 'hold', 'resume', 'review', 'complete', 'withdraw', 'cancel', 'expire', 'redact']
    """
    What can be done with one attempt.
    """
    address: str
    """
    POST it to /v1/referrals/{referral_id}/ and this, with If-Match and Idempotency-Key
    """
    needed: list[str]
    """
    members that the body must have
    """
    optional: list[str]
    reasons: list[PossibleReason]
    """
    what `reason` may be; empty where the move has none
    """
    latest: AwareDatetime | None
    """
    the last instant that the body's date may be
    """


class Referral(BaseModel):
    """
    One attempt, as the caller may see it. A receiver sees no identity here, ever: it reads that at intake, once it is disclosed.
    """

    referral_id: UUID
    reference: str
    state: Literal['offered', 'acknowledged', 'info_requested', 'waitlisted', 'accepted', 'in_service', 'on_hold', 'completed', 'declined', 'expired', 'withdrawn', 'cancelled', 'failed', 'entered_in_error']
    """
    Where one attempt stands.
    """
    need_code: str
    """
    `protection` for every restricted need
    """
    urgency: Literal['emergency', 'urgent', 'routine']
    restricted: bool
    governorate: str | None
    """
    P-code; not told for restricted needs
    """
    district: str | None
    """
    P-code, only if the service is bound to one
    """
    age_band: str | None
    attributes: dict[str, Any]
    """
    only what the service's rules use; gone with the receiver's access, as the age band
    """
    organization_id: UUID
    service_id: UUID
    service_at_location_id: UUID
    service_name: dict[str, str]
    deadlines: Deadlines
    owner: Literal['coordinator', 'directory', 'provider', 'origin'] | None
    offered_at: AwareDatetime
    moved_at: AwareDatetime
    need_changed: bool
    """
    the need was corrected after this was offered
    """
    disclosed: bool
    """
    the receiver may read the identity at intake
    """
    questions_asked: int
    reason: str | None
    outcomes: list[dict[str, Any]] | None
    version: int
    need_id: UUID | None = None
    """
    for the origin and the owning office
    """
    placement_id: UUID | None = None
    """
    for the owning office
    """
    origin_id: UUID | None = None
    """
    for the origin and the owning office
    """
    attempt: int | None = None
    """
    for the owning office
    """
    replaces: UUID | None = None
    """
    for the owning office
    """
    exchanges: list[Exchange] | None = None
    """
    not in lists
    """
    comment: str | None = None
    """
    not in lists
    """
    amendments: list[Amendment] | None = None
    """
    what of the offer was corrected and why; not in lists
    """


class ReplacementBy(BaseModel):
    """
    The newest attempt since.
    """

    referral_id: UUID
    organization_id: UUID
    state: Literal['offered', 'acknowledged', 'info_requested', 'waitlisted', 'accepted', 'in_service', 'on_hold', 'completed', 'declined', 'expired', 'withdrawn', 'cancelled', 'failed', 'entered_in_error']
    """
    Where one attempt stands.
    """
    offered_at: AwareDatetime
    decide_by: AwareDatetime | None
    first_contact_by: AwareDatetime | None


class Roster(BaseModel):
    """
    How a governorate is covered now. Without a coordinator and the directorate on duty no emergency is taken there.
    """

    operator_id: UUID
    governorate: str
    covered_until: AwareDatetime | None
    """
    Until when both are on duty without a break; null: not now.
    """
    on_duty: list[Shift]
    """
    Who is on duty now.
    """
    gaps: list[Gap]
    """
    When nobody of the operator's two duties is, in the next 14 days.
    """


class ServicePolicy(BaseModel):
    """
    What a service promises, and for each urgency what holds with it. Version 0: the policy's alone.
    """

    service_id: UUID
    version: int
    set_at: AwareDatetime | None
    urgencies: dict[str, Promise]
    holds: dict[str, Timing]
    versions: list[int]


class Written(BaseModel):
    """
    A shift as it was written, and what it leaves open.
    """

    shift: Shift
    roster: Roster


class Moves(BaseModel):
    """
    What the caller may do now, and what each move asks for.
    """

    moves: list[Literal['acknowledge', 'accept', 'decline', 'ask', 'answer', 'waitlist', 'start', 'release', 'fail', 'hold', 'resume', 'review', 'complete', 'withdraw', 'cancel', 'expire', 'redact']]
    details: list[PossibleMove]


class PageOfPlacementSummary(BaseModel):
    items: list[PlacementSummary]


class PageOfReferral(BaseModel):
    items: list[Referral]


class Placement(BaseModel):
    """
    A need's placement with everything that was tried.
    """

    placement_id: UUID
    need_id: UUID
    reference: str
    state: Literal['triage', 'placing', 'offering', 'placed', 'unserved', 'ended']
    """
    Where the search for a place stands.
    """
    owner: Literal['coordinator', 'directory', 'provider', 'origin'] | None
    need_code: str
    sensitivity: Literal['standard', 'protected', 'restricted']
    urgency: Literal['emergency', 'urgent', 'routine']
    governorate: str
    district: str | None
    origin_id: UUID
    origin_kind: str
    triage_reasons: list[str]
    failing: list[str]
    requested_at: AwareDatetime
    next_at: AwareDatetime | None
    end_reason: str | None
    route: str | None
    version: int
    match_settled: bool
    recipients: list[UUID]
    objections: list[UUID]
    excluded: list[UUID]
    offers: int
    attempts: list[Attempt]
    referrals: list[Referral]
    history: list[Movement]
    moves: list[Literal['place', 'reject', 'offer', 'none_found', 'accept', 'next', 'triage', 'end', 'reopen']]
    proposed_route: str | None
    """
    in triage out of competence: the kind of office that the need belongs to
    """
    proposed_route_title: dict[str, str] | None


class Policies(BaseModel):
    """
    Every version, newest first.
    """

    items: list[Policy]


class Replacement(BaseModel):
    """
    A referral that ended because its provider takes part no more, and what stands in its place.
    """

    referral_id: UUID
    reference: str
    need_id: UUID
    placement_id: UUID
    urgency: Literal['emergency', 'urgent', 'routine']
    requested_at: AwareDatetime
    """
    the need's first clock: it is kept
    """
    offered_at: AwareDatetime
    decide_by: AwareDatetime | None
    """
    as it was for the provider that closed
    """
    first_contact_by: AwareDatetime | None
    in_service: bool
    """
    the service had begun
    """
    ended_at: AwareDatetime | None
    placement_state: Literal['triage', 'placing', 'offering', 'placed', 'unserved', 'ended']
    """
    Where the search for a place stands.
    """
    replaced_by: ReplacementBy | None


class PageOfReplacement(BaseModel):
    items: list[Replacement]


get_holiday_lists: Operation[None, HolidayLists] = Operation('GET', '/referral/v1/holiday-lists', HolidayLists)
"""Return the lists of holidays that calendars may follow, for 2026 and 2027."""
get_calendars_by_id: Operation[None, Calendar] = Operation('GET', '/referral/v1/calendars/{organization_id}', Calendar)
"""Return when an organisation of the caller's works. Its ETag is '0' while it has no calendar of its own."""
put_calendars_by_id: Operation[NewCalendar, Calendar] = Operation('PUT', '/referral/v1/calendars/{organization_id}', Calendar)
"""Set when an organisation works. Open deadlines of working time are counted again, none of an emergency."""
get_closures: Listing[PageOfClosure, Closure] = Listing('GET', '/referral/v1/closures', PageOfClosure, ('cursor', 'limit', 'since'))
"""List the closures that stand and concern the caller's organisation, in the order in which they were declared."""
post_closures: Operation[NewClosure, Closure] = Operation('POST', '/referral/v1/closures', Closure)
"""Declare days on which somebody is closed, also the same morning. Open deadlines are counted again, and everybody is told."""
get_closures_by_id: Operation[None, Closure] = Operation('GET', '/referral/v1/closures/{closure_id}', Closure)
"""Return one closure."""
post_closures_withdrawal: Operation[None, Closure] = Operation('POST', '/referral/v1/closures/{closure_id}/withdrawal', Closure)
"""Take a closure back; one that has begun ends today. Nobody has less than a working day left by that."""
get_policies: Operation[None, Policies] = Operation('GET', '/referral/v1/policies', Policies)
"""Return every version of the deadlines, and which one holds today."""
get_services_policy: Operation[None, ServicePolicy] = Operation('GET', '/referral/v1/services/{service_id}/policy', ServicePolicy)
"""Return what a service of the caller's promises to do sooner. Its ETag is '0' while it promises nothing."""
put_services_policy: Operation[NewServicePolicy, ServicePolicy] = Operation('PUT', '/referral/v1/services/{service_id}/policy', ServicePolicy)
"""Let a service be sooner than the policy, never later. Offers from now on get it and keep it."""
get_competence: Operation[None, Competences] = Operation('GET', '/referral/v1/competence', Competences, ('kind', 'operator_id'))
"""Return what origins may push by themselves. What is outside is kept and triaged, and sent on to the right office."""
put_competence_by_kind: Operation[Rule, Competence] = Operation('PUT', '/referral/v1/competence/{kind}', Competence)
"""Set what a kind of origin may push to the caller's offices by itself: a new version, which replaces the general rows."""
get_referrals: Listing[PageOfReferral, Referral] = Listing('GET', '/referral/v1/referrals', PageOfReferral, ('cursor', 'limit', 'role', 'state'))
"""List the caller's referrals in one of its roles, newest first. Centres of the Ministry of Interior get none as origins."""
get_referrals_by_id: Operation[None, Referral] = Operation('GET', '/referral/v1/referrals/{referral_id}', Referral)
"""Return one referral as the caller may see it."""
get_referrals_moves: Operation[None, Moves] = Operation('GET', '/referral/v1/referrals/{referral_id}/moves', Moves)
"""Return what the caller may do with the referral now, and for each move which members and reasons its body takes."""
get_reasons: Operation[None, Reasons] = Operation('GET', '/referral/v1/reasons', Reasons)
"""Return every reason code with its words in three languages, who may give it and what follows."""
post_referrals_bulk: Operation[Bulk, BulkResults] = Operation('POST', '/referral/v1/referrals/bulk', BulkResults)
"""Make up to 100 moves, one after the other; each succeeds or is refused by itself, with a result of its own."""
post_referrals_acknowledgement: Operation[Nothing, Referral] = Operation('POST', '/referral/v1/referrals/{referral_id}/acknowledgement', Referral)
"""Say that it was seen. The decision clock runs on."""
post_referrals_acceptance: Operation[Nothing, Referral] = Operation('POST', '/referral/v1/referrals/{referral_id}/acceptance', Referral)
"""Accept a referral that was offered to the caller's organisation."""
post_referrals_decline: Operation[Decline, Referral] = Operation('POST', '/referral/v1/referrals/{referral_id}/decline', Referral)
"""Say no, with a reason. The next provider is asked."""
post_referrals_question: Operation[Question, Referral] = Operation('POST', '/referral/v1/referrals/{referral_id}/question', Referral)
"""Ask for more, twice at most. The decision clock rests until the answer."""
post_referrals_answer: Operation[Answer, Referral] = Operation('POST', '/referral/v1/referrals/{referral_id}/answer', Referral)
"""Answer the receiver's question, as origin or coordinator, inside the consent."""
post_referrals_waitlisting: Operation[Waitlisting, Referral] = Operation('POST', '/referral/v1/referrals/{referral_id}/waitlisting', Referral)
"""Put the person, who agreed, on the receiver's waiting list. The place is given back."""
post_referrals_start: Operation[Start, Referral] = Operation('POST', '/referral/v1/referrals/{referral_id}/start', Referral)
"""Record the first contact: the service runs."""
post_referrals_release: Operation[Decline, Referral] = Operation('POST', '/referral/v1/referrals/{referral_id}/release', Referral)
"""Give an accepted referral back before the first contact. It counts as declined."""
post_referrals_failure: Operation[Failure, Referral] = Operation('POST', '/referral/v1/referrals/{referral_id}/failure', Referral)
"""Say that it could not be done, as receiver or coordinator."""
post_referrals_hold: Operation[Hold, Referral] = Operation('POST', '/referral/v1/referrals/{referral_id}/hold', Referral)
"""Let the service rest until a date, as receiver or coordinator."""
post_referrals_resumption: Operation[Nothing, Referral] = Operation('POST', '/referral/v1/referrals/{referral_id}/resumption', Referral)
"""Let the service go on, as receiver or coordinator."""
post_referrals_review: Operation[Nothing, Referral] = Operation('POST', '/referral/v1/referrals/{referral_id}/review', Referral)
"""Say that the service, or the waiting, still goes on; asked for every 30 days."""
post_referrals_completion: Operation[Completion, Referral] = Operation('POST', '/referral/v1/referrals/{referral_id}/completion', Referral)
"""Say what came of each thing asked: met, partly met, not met. The person is asked too, by intake."""
post_referrals_cancellation: Operation[Cancellation, Referral] = Operation('POST', '/referral/v1/referrals/{referral_id}/cancellation', Referral)
"""Take it back from the receiver, as origin or coordinator."""
get_placements: Listing[PageOfPlacementSummary, PlacementSummary] = Listing('GET', '/referral/v1/placements', PageOfPlacementSummary, ('cursor', 'limit', 'state'))
"""List the placements of the caller's office, oldest first; restricted ones for cleared callers alone."""
get_placements_by_id: Operation[None, Placement] = Operation('GET', '/referral/v1/placements/{placement_id}', Placement)
"""Return one placement with every attempt and its explanation."""
post_placements_placing: Operation[Placing, Placement] = Operation('POST', '/referral/v1/placements/{placement_id}/placing', Placement)
"""Have a place sought for a need in triage, or again for one that is unserved or was not answered."""
post_placements_rejection: Operation[Rejection, Placement] = Operation('POST', '/referral/v1/placements/{placement_id}/rejection', Placement)
"""End it in triage, with the right route where another office is competent."""
get_duty_rosters_by_governorate: Operation[None, Roster] = Operation('GET', '/referral/v1/duty/rosters/{governorate}', Roster)
"""Return who of the caller's operator is on duty in a governorate now, until when it is covered, and where it has gaps."""
get_duty_shifts: Listing[PageOfShift, Shift] = Listing('GET', '/referral/v1/duty/shifts', PageOfShift, ('cursor', 'governorate', 'limit', 'since'))
"""List the shifts of the caller's operator in a governorate, in the order in which they begin."""
post_duty_shifts: Operation[NewShift, Written] = Operation('POST', '/referral/v1/duty/shifts', Written)
"""Put somebody on duty. The answer shows the gaps that are left."""
get_duty_shifts_by_id: Operation[None, Shift] = Operation('GET', '/referral/v1/duty/shifts/{shift_id}', Shift)
"""Return one shift of the caller's operator, also one that is over or was taken back: escalations name it."""
put_duty_shifts_by_id: Operation[Duty, Written] = Operation('PUT', '/referral/v1/duty/shifts/{shift_id}', Written)
"""Give a shift to somebody else, or another time."""
delete_duty_shifts_by_id: Operation[None, Written] = Operation('DELETE', '/referral/v1/duty/shifts/{shift_id}', Written)
"""Take a shift off the roster. It stays readable at its own address."""
post_referrals_tries: Operation[TryIn, TryView] = Operation('POST', '/referral/v1/referrals/{referral_id}/tries', TryView)
"""Write down one try to reach the person, as receiver, origin or office. Three on different days make somebody unreachable."""
get_referrals_tries: Listing[PageOfTryView, TryView] = Listing('GET', '/referral/v1/referrals/{referral_id}/tries', PageOfTryView, ('cursor', 'limit'))
"""List the tries to reach the person, as they were written down."""
post_referrals_notes: Operation[NoteIn, NoteView] = Operation('POST', '/referral/v1/referrals/{referral_id}/notes', NoteView)
"""Write a note for the own organisation, or for all parties. None about a restricted need."""
get_referrals_notes: Listing[PageOfNoteView, NoteView] = Listing('GET', '/referral/v1/referrals/{referral_id}/notes', PageOfNoteView, ('cursor', 'limit'))
"""List the notes of the caller's organisation and those shared with it, oldest first."""
post_referrals_appointments: Operation[AppointmentIn, AppointmentView] = Operation('POST', '/referral/v1/referrals/{referral_id}/appointments', AppointmentView)
"""Propose a time to the person, as receiver. Origin or office confirm it."""
get_referrals_appointments: Listing[PageOfAppointmentView, AppointmentView] = Listing('GET', '/referral/v1/referrals/{referral_id}/appointments', PageOfAppointmentView, ('cursor', 'limit'))
"""List the receiver's appointments with the person, as they were proposed."""
post_referrals_appointments_confirmation: Operation[Nothing, AppointmentView] = Operation('POST', '/referral/v1/referrals/{referral_id}/appointments/{appointment_id}/confirmation', AppointmentView)
"""Say, as origin or office, that the person will come."""
post_referrals_appointments_rescheduling: Operation[AppointmentIn, AppointmentView] = Operation('POST', '/referral/v1/referrals/{referral_id}/appointments/{appointment_id}/rescheduling', AppointmentView)
"""Propose another time, as receiver. It has to be confirmed anew."""
post_referrals_appointments_attendance: Operation[AttendanceIn, AppointmentView] = Operation('POST', '/referral/v1/referrals/{referral_id}/appointments/{appointment_id}/attendance', AppointmentView)
"""Say, as receiver and once its time has come, whether the person came."""
post_referrals_appointments_cancellation: Operation[Nothing, AppointmentView] = Operation('POST', '/referral/v1/referrals/{referral_id}/appointments/{appointment_id}/cancellation', AppointmentView)
"""Take it back, as any of the parties."""
post_referrals_files: Operation[FileIn, FileView] = Operation('POST', '/referral/v1/referrals/{referral_id}/files', FileView)
"""Name a file at intake for the receiver, as origin or office. Only where the consent covers files; none of a restricted need."""
get_referrals_files: Operation[None, list[FileView]] = Operation('GET', '/referral/v1/referrals/{referral_id}/files', list[FileView])
"""List the files that go with the referral; the receiver fetches them at intake, once the identity is disclosed."""
post_referrals_files_removal: Operation[Nothing, FileView] = Operation('POST', '/referral/v1/referrals/{referral_id}/files/{attachment_id}/removal', FileView)
"""Name a file no more."""
post_referrals_amendment: Operation[AmendmentIn, Referral] = Operation('POST', '/referral/v1/referrals/{referral_id}/amendment', Referral)
"""Correct, as origin or office, what an open offer says. The receiver sees which fields and why, and reads it anew."""
post_referrals_onward_needs: Operation[OnwardIn, OnwardView] = Operation('POST', '/referral/v1/referrals/{referral_id}/onward-needs', OnwardView)
"""Ask, as receiver, that another need of the same person be opened, under the consent's cover or as its office decides."""
get_referrals_onward_needs: Listing[PageOfOnwardView, OnwardView] = Listing('GET', '/referral/v1/referrals/{referral_id}/onward-needs', PageOfOnwardView, ('cursor', 'limit'))
"""List the needs that the receiver asked to have opened, and what became of them."""
post_referrals_relocation: Operation[RelocationIn, Referral] = Operation('POST', '/referral/v1/referrals/{referral_id}/relocation', Referral)
"""Decide about a person who moved to another governorate: the receiver goes on from afar, or a place is sought there."""
post_placements_contact_check: Operation[ContactCheckIn, Placement] = Operation('POST', '/referral/v1/placements/{placement_id}/contact-check', Placement)
"""Say how the contact check ended. Reachable: the same provider is asked once more. Unreachable: it is not, and triage goes on."""
get_organizations_replacements: Listing[PageOfReplacement, Replacement] = Listing('GET', '/referral/v1/organizations/{organization_id}/replacements', PageOfReplacement, ('cursor', 'limit'))
"""List what ended because this organisation takes part no more, and what stands in its place; needs keep their first clock."""
post_referrals_redaction: Operation[RedactionIn, RedactionView] = Operation('POST', '/referral/v1/referrals/{referral_id}/redaction', RedactionView)
"""Ask, as data-protection officer or coordinator, that a referral be emptied."""
post_referrals_redaction_decision: Operation[RedactionDecision, RedactionView] = Operation('POST', '/referral/v1/referrals/{referral_id}/redaction/decision', RedactionView)
"""Decide as the second person. One of the two is the data-protection officer. Nothing brings the content back."""
get_redactions: Listing[PageOfRedactionView, RedactionView] = Listing('GET', '/referral/v1/redactions', PageOfRedactionView, ('cursor', 'limit'))
"""List what the caller's office was asked to empty and waits for a second person, oldest first; nothing for others."""
post_referrals_links: Operation[NewLink, IssuedLink] = Operation('POST', '/referral/v1/referrals/{referral_id}/links', IssuedLink)
"""Issue a link for the receiver's focal person: the link by one channel, its code by another. Both are told this once."""
get_referrals_links: Operation[None, Links] = Operation('GET', '/referral/v1/referrals/{referral_id}/links', Links)
"""List the links of a referral that the caller's office owns, newest first."""
post_referrals_links_revocation: Operation[None, Link] = Operation('POST', '/referral/v1/referrals/{referral_id}/links/{link_id}/revocation', Link)
"""Let a link answer nobody any more."""
get_worklists_referrals: Listing[PageOfWorkedReferral, WorkedReferral] = Listing('GET', '/referral/v1/worklists/referrals', PageOfWorkedReferral, ('cursor', 'governorate', 'limit', 'list', 'need', 'role', 'service_id', 'state', 'urgency'))
"""List open referrals by their next instant. With filters a page may hold less than its limit and still have a next one."""
get_worklists_referrals_counts: Operation[None, Counts] = Operation('GET', '/referral/v1/worklists/referrals/counts', Counts, ('role',))
"""Count each list and each state, up to 1,000."""
get_worklists_placements: Listing[PageOfWorkedPlacement, WorkedPlacement] = Listing('GET', '/referral/v1/worklists/placements', PageOfWorkedPlacement, ('cursor', 'governorate', 'limit', 'list', 'need', 'state', 'urgency'))
"""List the open placements of the caller's office by their next instant."""
get_worklists_placements_counts: Operation[None, Counts] = Operation('GET', '/referral/v1/worklists/placements/counts', Counts)
"""Count each list and each state, up to 1,000."""
post_referrals_assignment: Operation[AssigningSide, Assignment] = Operation('POST', '/referral/v1/referrals/{referral_id}/assignment', Assignment)
"""Give a referral to an officer of the caller's organisation, on one side of it."""
get_referrals_assignments: Listing[PageOfAssignment, Assignment] = Listing('GET', '/referral/v1/referrals/{referral_id}/assignments', PageOfAssignment, ('cursor', 'limit'))
"""List who worked on it at the caller's organisation, newest first."""
post_placements_assignment: Operation[Assigning, Assignment] = Operation('POST', '/referral/v1/placements/{placement_id}/assignment', Assignment)
"""Give a placement to a coordinator."""
get_placements_assignments: Listing[PageOfAssignment, Assignment] = Listing('GET', '/referral/v1/placements/{placement_id}/assignments', PageOfAssignment, ('cursor', 'limit'))
"""List who worked on it, newest first."""
post_work_items_assignment: Operation[Assigning, Assignment] = Operation('POST', '/referral/v1/work-items/{item_id}/assignment', Assignment)
"""Give a work item to a coordinator."""
post_hand_overs: Operation[HandingOver, HandOver] = Operation('POST', '/referral/v1/hand-overs', HandOver)
"""Give all open work of an officer to another, on the sides where the caller may assign; what the caller may not see, to nobody."""
get_hand_overs_by_id: Operation[None, HandOver] = Operation('GET', '/referral/v1/hand-overs/{hand_over_id}', HandOver)
"""Tell how far it is."""
get_work_items: Listing[PageOfWorkItem, WorkItem] = Listing('GET', '/referral/v1/work-items', PageOfWorkItem, ('cursor', 'kind', 'limit', 'officer', 'opened_before', 'urgency'))
"""List what the coordinators of the caller's office must look at, oldest first."""
get_work_items_by_id: Operation[None, WorkItem] = Operation('GET', '/referral/v1/work-items/{item_id}', WorkItem)
"""Return one work item, also a closed one."""
post_work_items_closure: Operation[Closing, WorkItem] = Operation('POST', '/referral/v1/work-items/{item_id}/closure', WorkItem)
"""Say that it was done, was not needed, or was passed on."""
get_statistics: Operation[None, Figures] = Operation('GET', '/referral/v1/statistics', Figures, ('by', 'format', 'from', 'governorate', 'measure', 'period', 'until', 'whose'))
"""Return what was counted, by month and governorate: of an operator its own figures, of the others those of all operators together."""
get_statistics_public: Operation[None, Figures] = Operation('GET', '/referral/v1/statistics/public', Figures, ('format', 'from', 'governorate', 'measure', 'until'))
"""Return what was counted of all operators together, by quarter, governorate and domain of needs; without restricted needs."""
