"""Other needs that receivers ask to have opened."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ihala_contracts.intake_v1.base import NeedEvent


class OnwardNeedSettled(NeedEvent):
    """What became of a receiver's OnwardNeedAsked, keyed by the need that caused it. Read by referral and by notify's feed.

    `waits`: the consent does not cover it, so the owning office decides with the person. `opened_need_id` is for referral alone.
    """

    type: Literal["org.ihala.intake.onward-need-settled"] = "org.ihala.intake.onward-need-settled"
    version: Literal[1] = 1
    onward_id: UUID
    referral_id: UUID
    organization_id: UUID
    outcome: Literal["opened", "waits", "refused"]
    opened_need_id: UUID | None = None
    settled_at: datetime
