"""Events of notify: what became of messages and subscriptions. They name no person and no address."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from ihala_contracts.envelope import ErasureReported as AnyErasureReported
from ihala_contracts.envelope import Event

TOPIC = "ihala.notify.v1"


class MessageDelivered(Event):
    """A message reached the channel's end. Read by intake (which ways reach a person)."""

    topic: ClassVar[str] = TOPIC
    type: Literal["org.ihala.notify.message-delivered"] = "org.ihala.notify.message-delivered"
    version: Literal[1] = 1
    need_id: UUID
    message_id: UUID
    template: str
    channel: str
    delivered_at: datetime


class MessageFailed(Event):
    """A message could not be delivered; somebody has to call. Read by intake."""

    topic: ClassVar[str] = TOPIC
    type: Literal["org.ihala.notify.message-failed"] = "org.ihala.notify.message-failed"
    version: Literal[1] = 1
    need_id: UUID
    message_id: UUID
    template: str
    channel: str
    reason: str
    failed_at: datetime


class SubscriptionOpened(Event):
    """An organisation follows events from now on. Keyed by the organisation."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "organization_id"
    type: Literal["org.ihala.notify.subscription-opened"] = "org.ihala.notify.subscription-opened"
    version: Literal[1] = 1
    organization_id: UUID
    subscription_id: UUID
    kind: str
    opened_at: datetime


class SubscriptionDisabled(Event):
    """A subscription stopped: its owner is told. Keyed by the organisation."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "organization_id"
    type: Literal["org.ihala.notify.subscription-disabled"] = "org.ihala.notify.subscription-disabled"
    version: Literal[1] = 1
    organization_id: UUID
    subscription_id: UUID
    reason: str
    disabled_at: datetime


class ErasureReported(AnyErasureReported):
    """Notify holds no keys: it has dropped what waited to be said about an erased person's needs. Read by intake."""

    topic: ClassVar[str] = TOPIC
    type: Literal["org.ihala.notify.erasure-reported"] = "org.ihala.notify.erasure-reported"
    version: Literal[1] = 1


EVENTS: tuple[type[Event], ...] = (MessageDelivered, MessageFailed, SubscriptionOpened, SubscriptionDisabled, ErasureReported)
