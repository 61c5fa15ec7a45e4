"""Which origins may push which needs by themselves."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from ihala_contracts.envelope import Event
from ihala_contracts.referral_v1.base import TOPIC


class CompetenceChanged(Event):
    """An operator set rows of its own for a kind of origin; GET /v1/competence says them. Read by notify, for the operator's own feed."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "competence_id"
    type: Literal["org.ihala.referral.competence-changed"] = "org.ihala.referral.competence-changed"
    version: Literal[1] = 1
    competence_id: UUID  # of the operator and the kind
    operator_id: UUID
    origin_kind: str
    competence_version: int
    valid_from: datetime
    changed_at: datetime
