"""Bodies and answers about handing a case over to another operator."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ihala_contracts.intake_v1 import Sensitivity, Urgency
from pydantic import Field

from ihala_intake.models.base import Answer, Body, How, Note, Who

HandOverState = Literal["offered", "accepted", "refused", "taken_back", "lapsed"]


class HandOverIn(Body):
    """To whom, and what the person agreed to. Without history the other opens a new case with the identity and contact alone."""

    to_operator_id: UUID
    to_office_id: UUID | None = None
    with_history: bool
    agreed: Literal[True] = Field(description="The person agreed: without that nothing is handed over.")
    how: How
    recorded_by: Who
    note: Note | None = Field(default=None, description="For the officer who takes the case; read after acceptance.")


class HandOverView(Answer):
    """An offer. Before it is accepted the other operator sees neither who it is nor which case. `version` is its ETag."""

    hand_over_id: UUID
    operator_id: UUID
    to_operator_id: UUID
    to_office_id: UUID | None
    sensitivity: Sensitivity
    with_history: bool
    governorate: str | None
    open_needs: int
    urgency: Urgency | None
    state: HandOverState
    reason: str | None
    offered_at: datetime
    lapses_at: datetime | None
    answered_at: datetime | None
    case_id: UUID | None = Field(description="To the one who offers: the case; to the one who accepted: the case it has now.")
    note: str | None = None
    version: int


class TakingOverIn(Body):
    """Which office takes the case, unless the offer named the right one."""

    office_id: UUID | None = None


class HandOverRefusalIn(Body):
    """Why the other operator does not take the case."""

    reason: Literal["out_of_area", "out_of_mandate", "no_capacity", "not_safe", "other"]
