"""Needs that a receiver asks to have opened, as its office sees them."""

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from ihala_contracts.intake_v1 import Urgency
from pydantic import model_validator
from pydantic_core import PydanticCustomError

from ihala_intake.models.base import Answer, Body


class OnwardDecision(Body):
    """What the office decides, with the person. To open it, record first a revision of the consent that names its code."""

    decision: Literal["open", "refuse"]
    reason: Literal["person_refused", "already_helped", "not_needed", "other"] | None = None

    @model_validator(mode="after")
    def _refused_for_a_reason(self) -> Self:
        if (self.decision == "refuse") != (self.reason is not None):
            raise PydanticCustomError("reason_of_a_refusal", "a refusal has a reason")
        return self


class OnwardView(Answer):
    """A need that a receiver asks to have opened."""

    id: UUID
    need_id: UUID
    referral_id: UUID
    organization_id: UUID
    code: str
    urgency: Urgency
    state: Literal["waits", "opened", "refused"]
    reason: str | None
    opened_need_id: UUID | None
    asked_at: datetime
    decided_at: datetime | None
    version: int
