"""Referrals that end without an outcome."""

from typing import Literal
from uuid import UUID

from ihala_contracts.referral_v1.base import ReferralEvent


class ReferralExpired(ReferralEvent):
    """Nobody answered in time; never the same as declined. Read by directory, intake, notify."""

    type: Literal["org.ihala.referral.expired"] = "org.ihala.referral.expired"
    version: Literal[1] = 1
    service_at_location_id: UUID


class ReferralWithdrawn(ReferralEvent):
    """The person took it back."""

    type: Literal["org.ihala.referral.withdrawn"] = "org.ihala.referral.withdrawn"
    version: Literal[1] = 1
    service_at_location_id: UUID


class ReferralCancelled(ReferralEvent):
    """Origin or coordinator took it back, or another attempt was accepted first (`placed_elsewhere`)."""

    type: Literal["org.ihala.referral.cancelled"] = "org.ihala.referral.cancelled"
    version: Literal[1] = 1
    service_at_location_id: UUID
    reason: str


class ReferralFailed(ReferralEvent):
    """It could not be done: unreachable, no_first_contact, provider_closed, moved, place_lost, reservation_revoked, consent_too_narrow."""

    type: Literal["org.ihala.referral.failed"] = "org.ihala.referral.failed"
    version: Literal[1] = 1
    service_at_location_id: UUID
    reason: str
