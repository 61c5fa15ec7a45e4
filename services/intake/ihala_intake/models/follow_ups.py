"""Bodies and answers about follow-ups."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ihala_contracts.intake_v1 import NeedState
from pydantic import Field

from ihala_intake.models.base import Answer, Body, Who

FollowUpState = Literal["planned", "due", "recorded", "lapsed"]
Result = Literal["confirmed", "disputed", "unreachable"]


class FollowUpView(Answer):
    """A question to be put to the person. `version` is its ETag."""

    follow_up_id: UUID
    need_id: UUID
    need_reference: str
    referral_id: UUID
    state: FollowUpState
    due_at: datetime
    tries: int
    result: Result | None
    recorded_at: datetime | None
    need_state: NeedState
    version: int


class ResultIn(Body):
    """What the person said, or that nobody could ask. The third failed try makes the need unverified; until then it stays due."""

    result: Result
    by: Who = Field(description="Who asked, as the office names its officer.")
    tries: int = Field(default=3, ge=1, le=3, description="Only for unreachable: how many failed tries this stands for.")
