"""Bodies and answers about decisions to pass something on without a consent."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from ihala_intake.consent_rules import Category
from ihala_intake.models.base import Answer, Body, Note, Who
from ihala_intake.models.consents import Until

OtherBasis = Literal["best_interests", "vital_interest"]


class DecisionIn(Body):
    """Why something is to be passed on, on which basis, and what exactly to whom. It holds only when a second person confirms it."""

    basis: OtherBasis
    reason: Note
    recorded_by: Who
    categories: list[Category] = Field(min_length=1, max_length=len(Category))
    recipients: list[UUID] = Field(default=[], max_length=50, description="Empty: any provider; for a restricted need nobody.")
    until: Until | None = Field(default=None, description="30 days for a vital interest unless said otherwise, else a year.")


class AnswerIn(Body):
    """What the second person says."""

    confirmed: bool
    by: Who


class DecisionView(Answer):
    """A decision. Its reason is shown to the cleared alone, on its own page."""

    decision_id: UUID
    consent_id: UUID
    basis: OtherBasis
    state: Literal["proposed", "confirmed", "rejected"]
    categories: list[Category]
    recipients: list[UUID]
    until: datetime
    reason: str | None
    proposed_at: datetime
    decided_at: datetime | None
    revision: int | None = Field(description="Of the consent, which the confirmed decision made.")


class Decisions(Answer):
    """All decisions about one consent, the oldest first."""

    items: list[DecisionView]
