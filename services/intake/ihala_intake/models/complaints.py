"""Bodies and answers about complaints and feedback."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from ihala_intake.assessing.questionnaires import ThreeWords
from ihala_intake.casework.complaint_rules import Kind, Outcome
from ihala_intake.models.base import Answer, Body, Code, How, Note, Readable
from ihala_intake.models.cases import Officer

ComplaintState = Literal["received", "in_progress", "answered", "closed"]
Contact = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Readable]


class ComplaintTopic(Answer):
    """What a complaint or feedback can be about. A sensitive one goes past the office and the provider it is about."""

    code: str
    kind: Kind
    sensitive: bool
    words: ThreeWords


class ComplaintIn(Body):
    """What a person says about how they were treated. Who it is need not be said, and changes nothing about the help."""

    kind: Kind = "complaint"
    topic: Code = Field(description="A code of GET /v1/complaints/topics.")
    text: Note
    sensitive: Literal[True] | None = Field(default=None, description="Raises what the topic says; nothing lowers it.")
    about_organization_id: UUID | None = None
    about_office_id: UUID | None = None
    about_referral_id: UUID | None = Field(default=None, description="Then it is about that referral's receiver.")
    case_id: UUID | None = Field(default=None, description="The person's case, if they want it to be known.")
    answer_wanted: bool = False
    contact: Contact | None = Field(default=None, description="How to answer, in the person's words.")


class ComplaintReceipt(Answer):
    """What the person is told. A sensitive complaint cannot be followed by whoever wrote it down."""

    complaint_id: UUID
    reference: str
    state: ComplaintState
    received_at: datetime


class ComplaintItem(ComplaintReceipt):
    """A complaint in a list. `version` is its ETag."""

    kind: Kind
    topic: str
    sensitive: bool
    about_organization_id: UUID | None
    about_office_id: UUID | None
    about_referral_id: UUID | None
    answer_wanted: bool
    handler: str | None
    outcome: Outcome | None
    act_by: datetime | None = Field(description="Then it is escalated.")
    escalations: int
    answered_at: datetime | None
    version: int


class ComplaintView(ComplaintItem):
    """A complaint for who handles it; the texts are null for others, and once the person was erased."""

    text: str | None = None
    contact: str | None = None
    answer: str | None = None


class HandlingIn(Body):
    """Who looks after a complaint."""

    handler: Officer


class ResolutionIn(Body):
    """What became of a complaint, and how the person was told; without `told` it is closed unanswered."""

    outcome: Outcome
    answer: Note | None = None
    told: How | None = None
