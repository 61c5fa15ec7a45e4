"""Whom to call at once."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from ihala_intake.models.base import Answer


class CallNow(Answer):
    """Somebody to hand the person over to by voice, now. Never what is restricted or hidden: for that the operator is called."""

    kind: Literal["service", "operator"]
    organization_id: UUID
    names: dict[str, str] = Field(description="Public names by language: of the service, or of the operator.")
    phones: list[str] = Field(description="Public numbers of an office or a hotline.")
