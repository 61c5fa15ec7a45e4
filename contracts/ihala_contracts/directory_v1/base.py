"""What events of directory have in common, and its sealing key."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from ihala_contracts.envelope import Event
from ihala_contracts.envelope import SealingKeyPublished as AnySealingKeyPublished

TOPIC = "ihala.directory.v1"


class Criterion(BaseModel):
    """One rule held against one service: what was asked, and how it came out. Never a value that describes the person."""

    model_config = ConfigDict(frozen=True)

    code: str  # need, area, age, sex, status, language, accessibility, agreement, cleared, entry_condition, excluded, capacity, …
    result: Literal["pass", "fail", "unknown"]
    rule_version: int = 1


class NeedEvent(Event):
    topic: ClassVar[str] = TOPIC

    need_id: UUID


class OrganizationEvent(Event):
    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "organization_id"

    organization_id: UUID


class SealingKeyPublished(AnySealingKeyPublished):
    """Directory's newest key: referral seals the facts of a placement to it."""

    topic: ClassVar[str] = TOPIC
    type: Literal["org.ihala.directory.sealing-key-published"] = "org.ihala.directory.sealing-key-published"
    version: Literal[1] = 1
