"""What events of referral have in common, and the two that are about keys."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from ihala_contracts.envelope import ErasureReported as AnyErasureReported
from ihala_contracts.envelope import Event
from ihala_contracts.envelope import SealingKeyPublished as AnySealingKeyPublished

TOPIC = "ihala.referral.v1"


class NeedEvent(Event):
    topic: ClassVar[str] = TOPIC

    need_id: UUID
    placement_id: UUID


class Deadlines(BaseModel):
    """When what is due, as instants; the policy's version stays with the placement."""

    model_config = ConfigDict(frozen=True)

    acknowledge_by: datetime | None = None
    decide_by: datetime | None = None
    expires_at: datetime | None = None
    first_contact_by: datetime | None = None


class ReferralEvent(NeedEvent):
    referral_id: UUID
    organization_id: UUID  # the receiver
    origin_id: UUID
    operator_id: UUID
    restricted: bool
    reservation_id: UUID | None = None
    attempt: int
    state: str  # after the move
    referral_version: int
    moved_at: datetime


class SealingKeyPublished(AnySealingKeyPublished):
    """Referral's newest key: intake seals the facts of a need to it."""

    topic: ClassVar[str] = TOPIC
    type: Literal["org.ihala.referral.sealing-key-published"] = "org.ihala.referral.sealing-key-published"
    version: Literal[1] = 1


class ErasureReported(AnyErasureReported):
    """Referral has destroyed the keys of an erased person's needs. Read by intake."""

    topic: ClassVar[str] = TOPIC
    type: Literal["org.ihala.referral.erasure-reported"] = "org.ihala.referral.erasure-reported"
    version: Literal[1] = 1
