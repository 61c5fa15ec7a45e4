"""What is answered about the search for a place."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ihala_contracts.intake_v1 import Sensitivity, Urgency
from pydantic import BaseModel, Field

from ihala_referral.models.referrals import Referral
from ihala_referral.states import Owner, PlacementState, Step


class Attempt(BaseModel):
    """One question to the directory and its answer, with the explanation."""

    attempt: int
    state: str
    requested_at: datetime
    answered_at: datetime | None
    organization_id: UUID | None
    reservation_id: UUID | None
    explanation: list[dict[str, Any]]


class PlacementSummary(BaseModel):
    """A need's placement in a list."""

    placement_id: UUID
    need_id: UUID
    reference: str
    state: PlacementState
    owner: Owner | None
    need_code: str
    sensitivity: Sensitivity
    urgency: Urgency
    governorate: str
    district: str | None
    origin_id: UUID
    origin_kind: str
    triage_reasons: list[str]
    failing: list[str]
    requested_at: datetime
    next_at: datetime | None
    end_reason: str | None
    route: str | None
    version: int


class Movement(BaseModel):
    """One move, for the owning office."""

    at: datetime
    act: str
    party: str
    before: str
    after: str
    reason: str | None
    referral_id: UUID | None
    organization_id: UUID | None


class Placement(PlacementSummary):
    """A need's placement with everything that was tried."""

    match_settled: bool
    recipients: list[UUID]
    objections: list[UUID]
    excluded: list[UUID]
    offers: int
    attempts: list[Attempt]
    referrals: list[Referral]
    history: list[Movement]
    moves: list[Step]
    proposed_route: str | None = Field(description="in triage out of competence: the kind of office that the need belongs to")
    proposed_route_title: dict[str, str] | None
