"""HTTP bodies of corrections, moves of people, contact checks, replacements, redactions and onward needs."""

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from ihala_contracts.intake_v1 import LARGEST_HOUSEHOLD, Urgency
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from ihala_referral.models import Body, Code, DottedCode
from ihala_referral.states import PlacementState, State

RedactionReason = Literal["wrong_person", "entered_twice", "never_agreed", "test_entry"]


class _View(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class FactsIn(Body):
    """What the offer says of the person, where it was wrong. Left out: it stays."""

    age: int | None = Field(default=None, ge=0, le=120, description="years; the receiver sees a band")
    sex: Literal["female", "male"] | None = None
    status: DottedCode | None = None
    household_size: int | None = Field(default=None, ge=1, le=LARGEST_HOUSEHOLD)
    languages: list[Code] | None = Field(default=None, min_length=1, max_length=5)
    requirements: list[DottedCode] | None = Field(default=None, max_length=20)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_dump(exclude_none=True):
            raise PydanticCustomError("nothing_to_amend", "nothing to amend")
        return self


class AmendmentIn(Body):
    """A correction of an open offer, and why."""

    reason: Literal["written_wrongly", "misunderstood", "changed_since"]
    facts: FactsIn


class RelocationIn(Body):
    """The person lives elsewhere now: the receiver goes on from afar, or a place is sought there."""

    decision: Literal["keep_remote", "place_anew"]


class ContactCheckIn(Body):
    """Whether the person can be reached after all; how, is written down at intake."""

    result: Literal["reachable", "unreachable"]


class ReplacementBy(_View):
    """The newest attempt since."""

    referral_id: UUID
    organization_id: UUID
    state: State
    offered_at: datetime
    decide_by: datetime | None
    first_contact_by: datetime | None


class Replacement(_View):
    """A referral that ended because its provider takes part no more, and what stands in its place."""

    referral_id: UUID
    reference: str
    need_id: UUID
    placement_id: UUID
    urgency: Urgency
    requested_at: datetime = Field(description="the need's first clock: it is kept")
    offered_at: datetime
    decide_by: datetime | None = Field(description="as it was for the provider that closed")
    first_contact_by: datetime | None
    in_service: bool = Field(description="the service had begun")
    ended_at: datetime | None
    placement_state: PlacementState
    replaced_by: ReplacementBy | None


class RedactionIn(Body):
    """Why a referral should never have been."""

    reason: RedactionReason


class RedactionDecision(Body):
    """What the second person says."""

    agree: bool


class RedactionView(_View):
    """That a referral be emptied, and how that stands."""

    id: UUID
    referral_id: UUID
    reason: RedactionReason
    state: Literal["asked", "done", "refused"]
    asked_at: datetime
    asked_as_dpo: bool = Field(description="the data-protection officer asked; else that officer decides")
    decided_at: datetime | None


class OnwardIn(Body):
    """Another need of the same person. An emergency is called in by phone; a restricted need is brought to the office by voice."""

    need_code: DottedCode
    urgency: Literal[Urgency.URGENT, Urgency.ROUTINE]


class OnwardView(_View):
    """A need that the receiver asked to have opened. `waits`: the owning office asks the person first."""

    id: UUID
    need_code: str
    urgency: Urgency
    state: Literal["asked", "waits", "opened", "refused"]
    asked_at: datetime
    settled_at: datetime | None
