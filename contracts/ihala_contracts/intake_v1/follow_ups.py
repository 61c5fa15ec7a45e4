"""Asking the person whether help came."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ihala_contracts.intake_v1.base import NeedEvent, NeedState


class FollowUpDue(NeedEvent):
    """It is time to ask the person whether help came. Read by notify."""

    type: Literal["org.ihala.intake.follow-up-due"] = "org.ihala.intake.follow-up-due"
    version: Literal[1] = 1
    follow_up_id: UUID
    referral_id: UUID
    due_at: datetime


class FollowUpRecorded(NeedEvent):
    """The person said whether help came, or was not reached this time. Read by referral (a dispute is heard; statistics), notify."""

    type: Literal["org.ihala.intake.follow-up-recorded"] = "org.ihala.intake.follow-up-recorded"
    version: Literal[1] = 1
    follow_up_id: UUID
    referral_id: UUID
    result: Literal["confirmed", "disputed", "unreached"]
    need_state: NeedState
    recorded_at: datetime
