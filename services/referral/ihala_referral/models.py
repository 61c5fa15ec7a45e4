"""HTTP bodies, version 1: what is asked and what is answered."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ihala_contracts.intake_v1 import Sensitivity, Urgency
from ihala_contracts.referral_v1 import Outcome as SentOutcome
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from ihala_referral.states import Act, Owner, PlacementState, State, Step

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,63}$")]
DottedCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,63}(\.[a-z0-9_]{1,63})?$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]
SPOKEN = "needed, but of a restricted referral it is said by voice and nothing is written"


class Body(BaseModel):
    """Base of what is sent here: nothing but what is named."""

    model_config = ConfigDict(extra="forbid")


class Nothing(Body):
    """A move that needs no words."""


class Decline(Body):
    """Why not. `reason` is a code of GET /v1/reasons for `decline` or `release`."""

    reason: Code
    criterion: Code | None = Field(default=None, description="not_eligible: the rule that is not met")
    comment: Text | None = None


class Question(Body):
    """What the receiver must know to decide. No names, no contact: both sides know the referral by its reference."""

    text: Text | None = Field(default=None, description=SPOKEN)


class Answer(Body):
    """The answer, inside the consent."""

    text: Text | None = Field(default=None, description=SPOKEN)
    categories: list[Code] = Field(default=[], max_length=20, description="kinds of data in it; outside the consent: 409")


class Waitlisting(Body):
    """On the receiver's own list."""

    person_agreed: bool
    review_at: AwareDatetime = Field(description="when the list is looked at again, at most 30 days ahead")


class Start(Body):
    """The first contact."""

    first_contact_at: AwareDatetime | None = Field(default=None, description="now, if not given")


class Failure(Body):
    """Why it could not be done. `unreachable` needs tries that were logged on three days (restricted: one, then through the origin)."""

    reason: Code
    comment: Text | None = None


class Hold(Body):
    """Why the service rests, and until when."""

    reason: Code
    resume_by: AwareDatetime


class Outcome(Body):
    """What came of one thing asked."""

    item: DottedCode
    result: Literal["met", "partly_met", "not_met"]

    def sent(self) -> SentOutcome:
        """Return it as events carry it."""
        return SentOutcome(item=self.item, result=self.result)


class Completion(Body):
    """An outcome for each thing asked."""

    outcomes: list[Outcome] = Field(min_length=1, max_length=50)


class Cancellation(Body):
    """Why it is taken back."""

    reason: Code
    comment: Text | None = None


class Placing(Body):
    """Ask for a place, at a reserved one if it is named; a need that was unclear may get its code."""

    preferred_reservation_id: UUID | None = None
    need_code: DottedCode | None = None


class Rejection(Body):
    """Why it is not placed. `route`: the kind of office or the service that is the right one."""

    reason: Code
    route: DottedCode | None = Field(default=None, description="else the one that is proposed for the need")


class Deadlines(BaseModel):
    """When what is due; empty where it is not."""

    acknowledge_by: datetime | None
    decide_by: datetime | None
    expires_at: datetime | None
    first_contact_by: datetime | None
    answer_by: datetime | None
    review_at: datetime | None
    resume_by: datetime | None


class Exchange(BaseModel):
    """One question and its answer."""

    round: int
    question: str | None
    asked_at: datetime
    answer: str | None
    answered_at: datetime | None


class Amendment(BaseModel):
    """Which fields of an offer read differently now, and why."""

    model_config = ConfigDict(from_attributes=True)

    fields: list[str]
    reason: str
    at: datetime


class Referral(BaseModel):
    """One attempt, as the caller may see it. A receiver sees no identity here, ever: it reads that at intake, once it is disclosed."""

    referral_id: UUID
    reference: str
    state: State
    need_code: str = Field(description="`protection` for every restricted need")
    urgency: Urgency
    restricted: bool
    governorate: str | None = Field(description="P-code; not told for restricted needs")
    district: str | None = Field(description="P-code, only if the service is bound to one")
    age_band: str | None
    attributes: dict[str, Any] = Field(description="only what the service's rules use")
    organization_id: UUID
    service_id: UUID
    service_at_location_id: UUID
    service_name: dict[str, str]
    deadlines: Deadlines
    owner: Owner | None
    offered_at: datetime
    moved_at: datetime
    need_changed: bool = Field(description="the need was corrected after this was offered")
    disclosed: bool = Field(description="the receiver may read the identity at intake")
    questions_asked: int
    reason: str | None
    outcomes: list[dict[str, Any]] | None
    version: int
    need_id: UUID | None = Field(default=None, description="for the origin and the owning office")
    placement_id: UUID | None = Field(default=None, description="for the owning office")
    origin_id: UUID | None = Field(default=None, description="for the origin and the owning office")
    attempt: int | None = Field(default=None, description="for the owning office")
    replaces: UUID | None = Field(default=None, description="for the owning office")
    exchanges: list[Exchange] | None = Field(default=None, description="not in lists")
    comment: str | None = Field(default=None, description="not in lists")
    amendments: list[Amendment] | None = Field(default=None, description="what of the offer was corrected and why; not in lists")


class Moves(BaseModel):
    """What the caller may do now."""

    moves: list[Act]


class Attempt(BaseModel):
    """One question to the directory and its answer, with the explanation."""

    attempt: int
    state: str
    requested_at: datetime
    answered_at: datetime | None
    organization_id: UUID | None
    reservation_id: UUID | None
    explanation: list[dict[str, Any]]


class PlacementSummary(BaseModel):
    """A need's placement in a list."""

    placement_id: UUID
    need_id: UUID
    reference: str
    state: PlacementState
    owner: Owner | None
    need_code: str
    sensitivity: Sensitivity
    urgency: Urgency
    governorate: str
    district: str | None
    origin_id: UUID
    origin_kind: str
    triage_reasons: list[str]
    failing: list[str]
    requested_at: datetime
    next_at: datetime | None
    end_reason: str | None
    route: str | None
    version: int


class Movement(BaseModel):
    """One move, for the owning office."""

    at: datetime
    act: str
    party: str
    before: str
    after: str
    reason: str | None
    referral_id: UUID | None
    organization_id: UUID | None


class Placement(PlacementSummary):
    """A need's placement with everything that was tried."""

    match_settled: bool
    recipients: list[UUID]
    objections: list[UUID]
    excluded: list[UUID]
    offers: int
    attempts: list[Attempt]
    referrals: list[Referral]
    history: list[Movement]
    moves: list[Step]
    proposed_route: str | None = Field(description="in triage out of competence: the kind of office that the need belongs to")
    proposed_route_title: dict[str, str] | None


class WorkItem(BaseModel):
    """Something a coordinator must look at."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: str
    about_id: UUID
    placement_id: UUID | None
    referral_id: UUID | None
    urgency: str | None
    detail: str | None
    duty_shift_id: UUID | None = Field(default=None, description="Of an emergency: the shift on whose duty it fell.")
    opened_at: datetime
    officer: str | None = Field(default=None, description="who took it, opaque")
    closed_at: datetime | None = None
    outcome: str | None = Field(default=None, description="what came of it, when a person closed it")


class Consequence(BaseModel):
    """What follows."""

    next: str
    exclude: str
    tasks: list[str]


class Reason(BaseModel):
    """A reason code with its words."""

    code: str
    acts: list[str]
    by: list[str]
    title: dict[str, str]
    comment_needed: bool
    criterion_needed: bool
    only_after_question: bool
    consequence: Consequence
    rejected_by: str = Field(description="whose no it is, whoever says it: a party, or nobody")
    lasts_months: int | None = Field(description="how long what is excluded stays so; null: as long as the need is open")
    valid_from: date
    valid_until: date | None = Field(description="the last day on which it may be given")


class Reasons(BaseModel):
    """All reasons."""

    items: list[Reason]
