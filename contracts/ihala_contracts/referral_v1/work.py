"""What the receiver does once it has accepted."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from ihala_contracts.referral_v1.base import ReferralEvent


class ReferralStarted(ReferralEvent):
    """First contact was made: the service runs."""

    type: Literal["org.ihala.referral.started"] = "org.ihala.referral.started"
    version: Literal[1] = 1


class ReferralHeld(ReferralEvent):
    """The service rests until `resume_by`."""

    type: Literal["org.ihala.referral.held"] = "org.ihala.referral.held"
    version: Literal[1] = 1
    reason: str
    resume_by: datetime


class ReferralResumed(ReferralEvent):
    """The service goes on."""

    type: Literal["org.ihala.referral.resumed"] = "org.ihala.referral.resumed"
    version: Literal[1] = 1


class ReferralReviewed(ReferralEvent):
    """The receiver looked at it again: the service, or the waiting, goes on until `review_at`."""

    type: Literal["org.ihala.referral.reviewed"] = "org.ihala.referral.reviewed"
    version: Literal[1] = 1
    review_at: datetime


class Outcome(BaseModel):
    """What came of one thing asked."""

    model_config = ConfigDict(frozen=True)

    item: str
    result: Literal["met", "partly_met", "not_met"]


class ReferralCompleted(ReferralEvent):
    """The receiver says that it is done, with an outcome for each thing asked. Read by intake, directory and notify."""

    type: Literal["org.ihala.referral.completed"] = "org.ihala.referral.completed"
    version: Literal[1] = 1
    service_at_location_id: UUID
    outcomes: list[Outcome]
