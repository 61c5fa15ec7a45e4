"""What is answered about work items and reasons."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


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
    lasts_months: int | None = Field(description="after how long who is excluded is looked at again; null: as long as the need is open")
    valid_from: date
    valid_until: date | None = Field(description="the last day on which it may be given")


class Reasons(BaseModel):
    """All reasons."""

    items: list[Reason]
