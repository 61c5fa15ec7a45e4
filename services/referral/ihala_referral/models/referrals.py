"""What is answered about one attempt."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ihala_contracts.intake_v1 import Urgency
from pydantic import BaseModel, ConfigDict, Field

from ihala_referral.states import Act, Owner, State


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
    answer: str | None = Field(description="read by the receiver as long as it may read the identity")
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
    attributes: dict[str, Any] = Field(description="only what the service's rules use; gone with the receiver's access, as the age band")
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
