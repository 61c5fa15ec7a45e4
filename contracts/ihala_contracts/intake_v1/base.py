"""The words that events of intake share, and what those about one need have in common."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from ihala_contracts.envelope import Event
from ihala_contracts.envelope import SealingKeyPublished as AnySealingKeyPublished

TOPIC = "ihala.intake.v1"
LARGEST_HOUSEHOLD = 60  # people, with the one who asks: a fact of sealed needs, which matching and corrections of offers ask, too


class Urgency(StrEnum):
    EMERGENCY = "emergency"
    URGENT = "urgent"
    ROUTINE = "routine"


class Sensitivity(StrEnum):
    STANDARD = "standard"
    PROTECTED = "protected"
    RESTRICTED = "restricted"


class NeedState(StrEnum):
    OPEN = "open"
    REFERRING = "referring"
    SERVED = "served"
    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    UNSERVED = "unserved"
    CLOSED = "closed"


class ConsentScope(BaseModel):
    """What one revision of a consent allows, without a word of whom it is about.

    `recipients` names organisations; an empty list means the whole class of providers, which a restricted need never has.
    """

    model_config = ConfigDict(frozen=True)

    consent_id: UUID
    revision: int
    given: bool
    recipients: list[UUID] = []
    objections: list[UUID] = []
    categories: list[str] = []
    until: datetime


class NeedEvent(Event):
    topic: ClassVar[str] = TOPIC

    need_id: UUID
    operator_id: UUID


class SealingKeyPublished(AnySealingKeyPublished):
    """Intake's newest key for facts sealed to it."""

    topic: ClassVar[str] = TOPIC
    type: Literal["org.ihala.intake.sealing-key-published"] = "org.ihala.intake.sealing-key-published"
    version: Literal[1] = 1
