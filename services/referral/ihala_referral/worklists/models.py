"""HTTP bodies of worklists, assignments, hand-overs and bulk moves."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ihala_contracts.intake_v1 import Urgency
from ihala_kit.problems import ProblemDocument
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ihala_referral.models import Body, Code, PlacementSummary
from ihala_referral.states import Act, Owner, State
from ihala_referral.worklists.sides import Side

MOST_AT_ONCE = 100
Officer = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,64}$"),
    Field(description="Opaque, as the organisation's own system names its officer; never a name.", examples=["officer-17"]),
]


BulkAct = Literal[
    Act.ACKNOWLEDGE, Act.ACCEPT, Act.DECLINE, Act.ASK, Act.ANSWER, Act.WAITLIST, Act.START, Act.RELEASE, Act.FAIL, Act.HOLD, Act.RESUME,
    Act.REVIEW, Act.COMPLETE, Act.CANCEL,
]  # fmt: skip


class WorkedReferral(BaseModel):
    """An open referral in a worklist. What its text says is read at the referral itself."""

    referral_id: UUID
    reference: str
    state: State
    need_code: str = Field(description="`protection` for every restricted need")
    urgency: Urgency
    restricted: bool
    governorate: str | None = Field(description="P-code; not told for restricted needs")
    organization_id: UUID
    service_id: UUID
    service_name: dict[str, str]
    owner: Owner | None = Field(description="whose turn it is")
    next_at: datetime = Field(description="the next instant of its clock: what the list is ordered by")
    due_at: datetime | None = Field(description="the deadline of the state that it is in")
    overdue: bool = Field(description="that deadline was missed")
    officer: str | None = Field(description="who works on it at the caller's organisation")
    offered_at: datetime
    moved_at: datetime
    need_changed: bool
    questions_asked: int
    need_id: UUID | None = Field(default=None, description="for the origin and the owning office")
    placement_id: UUID | None = Field(default=None, description="for the owning office")
    origin_id: UUID | None = Field(default=None, description="for the origin and the owning office")
    version: int


class WorkedPlacement(PlacementSummary):
    """An open placement in a coordinators' worklist."""

    officer: str | None
    overdue: bool = Field(description="its own deadline was missed in this state")


class Counted(BaseModel):
    """How much there is; counting stops at 1,000."""

    count: int
    more: bool = Field(description="there are more than were counted")


class Counts(BaseModel):
    """How much each list holds, and each state of `all`."""

    lists: dict[str, Counted]
    states: dict[str, Counted]


class Assigning(Body):
    """Give it to an officer of the caller's organisation, or to nobody. Who has it must be named, so that nothing is taken unseen."""

    officer: Officer | None = Field(description="empty: nobody")
    instead_of: Officer | None = Field(default=None, description="who has it now; empty: nobody")


class AssigningSide(Assigning):
    """The same for a referral, on one side of it."""

    role: Side


class Assignment(BaseModel):
    """Who gave it to whom, when."""

    model_config = ConfigDict(from_attributes=True)

    before: str | None
    officer: str | None
    at: datetime
    client_id: str
    acting_officer: str | None
    hand_over_id: UUID | None


class HandingOver(Body):
    """All open work of one officer goes to another, or back to nobody."""

    officer: Officer
    to_officer: Officer | None = Field(description="empty: nobody in particular")


class HandOver(BaseModel):
    """How far a hand-over is."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    officer: str
    to_officer: str | None
    moved: int = Field(description="referrals, placements and work items so far")
    asked_at: datetime
    finished_at: datetime | None


class Closing(Body):
    """What came of a work item, as a code: no note, so that nothing about a person is written here."""

    outcome: Code = Field(
        description="done, not_needed or passed_on. Of a `pair_review`, a year after a case and a receiver were parted: not_needed brings "
        "them together again, the others leave them parted for another year."
    )


class BulkItem(Body):
    """One move: the body is what the move's own address takes."""

    referral_id: UUID
    version: int = Field(ge=0, lt=10**18, description="the version that was read, as in If-Match")
    act: BulkAct
    body: dict[str, Any] = {}


class Bulk(Body):
    """Moves, done one after the other, each by itself."""

    items: list[BulkItem] = Field(min_length=1, max_length=MOST_AT_ONCE)


class BulkResult(BaseModel):
    """What became of one move: as its own address would have answered."""

    referral_id: UUID
    status: int = Field(description="200, or the refusal's")
    state: State | None = None
    version: int | None = None
    problem: ProblemDocument | None = None


class BulkResults(BaseModel):
    """One result for each item, in their order."""

    results: list[BulkResult]
