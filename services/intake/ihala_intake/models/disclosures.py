"""Bodies and answers about disclosures: what went to whom, and what the receiver says became of it."""

from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ihala_intake.models.base import Answer, Body
from ihala_intake.models.needs import DisclosureView

Acknowledgement = Literal["deleted", "kept"]
LegalBasis = Literal["legal_obligation", "legal_claim", "medical_record", "vital_interest", "public_task"]


class AcknowledgementIn(Body):
    """What became of what the receiver had read: deleted, or kept on a legal basis that it names."""

    acknowledgement: Acknowledgement
    legal_basis: LegalBasis | None = None

    @model_validator(mode="after")
    def _kept_on_a_basis(self) -> Self:
        if (self.acknowledgement == "kept") is not (self.legal_basis is not None):
            raise PydanticCustomError("legal_basis", "what is kept is kept on a legal basis, and what is deleted on none")
        return self


class AcknowledgementView(Answer):
    """What the receiver was asked and what it said."""

    referral_id: UUID
    closed_at: datetime
    acknowledge_by: datetime
    acknowledgement: Acknowledgement
    legal_basis: LegalBasis | None
    acknowledged_at: datetime
    late: bool


class ReadUnder(Answer):
    """What the receiver read under one revision of the consent."""

    revision: int
    fields: list[str] = Field(description='Names of fields, for example "identity.given_name".')
    reads: int
    first_read_at: datetime
    last_read_at: datetime


class DisclosureReceipt(DisclosureView):
    """Which fields went to whom under which revision, and what became of them."""

    need_id: UUID
    acknowledge_by: datetime | None
    acknowledgement: Acknowledgement | None
    legal_basis: LegalBasis | None
    acknowledged_at: datetime | None
    silent_since: datetime | None = Field(description="The receiver did not answer in time.")
    read: list[ReadUnder]
