"""Bodies and answers about cases."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ihala_contracts.intake_v1 import NeedState, Sensitivity, Urgency
from pydantic import Field, StringConstraints

from ihala_intake.casework.rules import AssigningReason, ClosingReason, ReopeningReason
from ihala_intake.models.base import Answer, Body, How, Who

Officer = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"),
    Field(description="An officer as the office's own system names her: a code, never a name."),
]
CaseState = Literal["open", "closed"]


class CaseItem(Answer):
    """A case in a list: nothing of the person. `version` is its ETag."""

    case_id: UUID
    reference: str
    office_id: UUID | None
    officer: str | None
    sensitivity: Sensitivity
    state: CaseState
    closing_reason: ClosingReason | None = Field(description="An officer proposed to close it; a coordinator decides.")
    opened_at: datetime
    closed_at: datetime | None
    closed_reason: str | None
    version: int


class CaseNeed(Answer):
    """A need of a case. `code` is `protection` where it is restricted; the need itself says the true one."""

    need_id: UUID
    reference: str
    code: str
    urgency: Urgency
    sensitivity: Sensitivity
    state: NeedState


class CaseView(CaseItem):
    """A case for its operator. Reading one is logged with its person."""

    origin_id: UUID
    request_id: UUID
    person_id: UUID
    household_id: UUID | None
    call_name: str | None = Field(description="What to call the person; null once the person was erased.")
    needs: list[CaseNeed]
    hand_over_id: UUID | None = Field(description="The case is offered to another operator.")


class StepView(Answer):
    """One thing that was done with a case, and by whom."""

    act: str
    officer: str | None
    office_id: UUID | None
    reason: str | None
    organization_id: UUID
    acting_officer: str | None
    at: datetime


class AssignmentIn(Body):
    """To whom the case goes within the operator."""

    officer: Officer
    reason: AssigningReason = "first"


class OfficeIn(Body):
    """Which office the person chose, and how they said so. The office's coordinator then names an officer."""

    office_id: UUID
    how: How
    recorded_by: Who


class CaseClosureIn(Body):
    """Why the case ends, and how the person was told; `told` is null where nobody could be reached."""

    reason: ClosingReason
    told: How | None = None
    recorded_by: Who


class ReopeningIn(Body):
    """Why the case is worked on again."""

    reason: ReopeningReason
