"""Bodies about rosters."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from ihala_kit.instants import Instant
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ihala_referral.duty.roles import DutyRole
from ihala_referral.models import Governorate

Officer = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
WorkPhone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ]{2,20}$")]


class Duty(BaseModel):
    """Who is on duty from when until when."""

    model_config = ConfigDict(extra="forbid")

    officer: Officer = Field(description="Opaque, as the office names its officers.")
    phone: WorkPhone = Field(description="The work phone of the duty, never a private one.")
    starts_at: Instant
    ends_at: Instant = Field(description="The first instant after the shift; at most 31 days after its first.")


class NewShift(Duty):
    """A shift to enter."""

    governorate: Governorate
    role: DutyRole
    organization_id: UUID | None = Field(default=None, description="Of a provider's duty: which provider.")


class Gap(BaseModel):
    """Nobody of this duty from one instant to another."""

    role: DutyRole
    starts_at: datetime
    ends_at: datetime


class Shift(BaseModel):
    """A shift on the roster."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    governorate: str
    role: DutyRole
    organization_id: UUID | None
    officer: str
    phone: str
    starts_at: datetime
    ends_at: datetime
    taken_back_at: datetime | None
    version: int


class Roster(BaseModel):
    """How a governorate is covered now. Without a coordinator and the directorate on duty no emergency is taken there."""

    operator_id: UUID
    governorate: str
    covered_until: datetime | None = Field(description="Until when both are on duty without a break; null: not now.")
    on_duty: list[Shift] = Field(description="Who is on duty now.")
    gaps: list[Gap] = Field(description="When nobody of the operator's two duties is, in the next 14 days.")


class Written(BaseModel):
    """A shift as it was written, and what it leaves open."""

    shift: Shift
    roster: Roster
