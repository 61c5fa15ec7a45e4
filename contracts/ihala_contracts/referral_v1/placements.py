"""Placements: the search for one place, and how it ends."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ihala_contracts.intake_v1 import Sensitivity, Urgency
from ihala_contracts.referral_v1.base import NeedEvent


class PlacementTriaged(NeedEvent):
    """A coordinator must decide where this need goes. Read by notify and intake."""

    type: Literal["org.ihala.referral.placement-triaged"] = "org.ihala.referral.placement-triaged"
    version: Literal[1] = 1
    operator_id: UUID
    reasons: list[str]
    triage_by: datetime


class PlacementRequested(NeedEvent):
    """One attempt to find a place. Read by directory, which answers once for each (placement_id, attempt).

    `facts` is sealed to directory. `excluded` are service-at-location ids. `preferred_reservation_id` is an officer's own reservation.
    `recipients` and `objections` are the consent's: organisations it names (empty: any provider) and those the person refused.
    """

    type: Literal["org.ihala.referral.placement-requested"] = "org.ihala.referral.placement-requested"
    version: Literal[1] = 1
    attempt: int
    operator_id: UUID
    origin_id: UUID
    need_code: str
    sensitivity: Sensitivity
    urgency: Urgency
    governorate: str
    district: str | None = None
    excluded: list[UUID] = []
    recipients: list[UUID] = []
    objections: list[UUID] = []
    preferred_reservation_id: UUID | None = None
    preferred_service_at_location_id: UUID | None = None  # asked first if it serves: once more after a contact check
    facts: str | None = None
    requested_at: datetime


class PlacementCancelled(NeedEvent):
    """The answer to this attempt is no longer wanted: directory releases what it holds for it."""

    type: Literal["org.ihala.referral.placement-cancelled"] = "org.ihala.referral.placement-cancelled"
    version: Literal[1] = 1
    attempt: int
    reservation_id: UUID | None = None
    reason: str


class PlacementEnded(NeedEvent):
    """The placement is over without a referral in service: withdrawn, closed, or rejected in triage. Read by intake and notify."""

    type: Literal["org.ihala.referral.placement-ended"] = "org.ihala.referral.placement-ended"
    version: Literal[1] = 1
    reason: str
    route: str | None = None  # out_of_competence: where the origin should turn
    ended_at: datetime


class NeedUnserved(NeedEvent):
    """No candidate now; a coordinator was told, and it is tried again when the directory changes. Read by intake and notify."""

    type: Literal["org.ihala.referral.need-unserved"] = "org.ihala.referral.need-unserved"
    version: Literal[1] = 1
    operator_id: UUID
    attempt: int
    failing: list[str]
    unserved_at: datetime
