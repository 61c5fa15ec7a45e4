"""Bodies and answers about who may be the same person."""

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ihala_intake.models.base import Answer, Body
from ihala_intake.models.people import PersonRecord

CandidateState = Literal["open", "same", "different", "parted"]


class Reason(Answer):
    """How the two agree or differ. `words` in the language that was asked for."""

    code: str
    words: str
    weight: float


class CandidateView(Answer):
    """Two persons who may be one. Which is which is only said when the pair is opened, and logged with both."""

    candidate_id: UUID
    person_ids: list[UUID]
    level: Literal["possible", "probable"]
    score: float
    reasons: list[Reason]
    ruleset: int
    source: Literal["rules", "batch"] = Field(
        description="What found it: rules at registration, or a review of everybody. Each weighs on a scale of its own."
    )
    state: CandidateState
    found_at: datetime
    decided_at: datetime | None
    version: int


class CaseReference(Answer):
    """A case, as whoever brought it knows it."""

    case_id: UUID
    reference: str
    origin_id: UUID
    state: str


class Side(Answer):
    """One of the two, with what brought them here."""

    person: PersonRecord
    origin_id: UUID
    cases: list[CaseReference]


class CandidateDetail(CandidateView):
    """The two beside each other."""

    sides: list[Side]


class DecisionIn(Body):
    """What was decided. `kept_id` says which of the two the office goes on with; without it the one known longer."""

    same: bool
    kept_id: UUID | None = None


class MergeIn(Body):
    """Two persons that are one, as the office knows."""

    kept_id: UUID
    merged_id: UUID

    @model_validator(mode="after")
    def _two(self) -> Self:
        if self.kept_id == self.merged_id:
            raise PydanticCustomError("the_same_row", "name two persons")
        return self


class MergeView(Answer):
    """That two persons are one. Both keep their cases and references, and what each sender gave stays with its own."""

    merge_id: UUID
    kept_id: UUID
    merged_id: UUID
    state: Literal["done", "undone"]
    cases: list[CaseReference] = Field(description="Of both, the oldest first.")
    made_at: datetime
    undone_at: datetime | None
    version: int
