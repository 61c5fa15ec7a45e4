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
    told_of: UUID | None = None  # the event whose news it was; of a message by hand what stands for one


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
    told_of: UUID | None = None  # the event whose news it was; of a message by hand what stands for one


class MessageJoined(Event):
    """Another message spoke for this one and was delivered: its person knows that there is news. Read by notify, when it is restored."""

    topic: ClassVar[str] = TOPIC
    type: Literal["org.ihala.notify.message-joined"] = "org.ihala.notify.message-joined"
    version: Literal[1] = 1
    need_id: UUID
    message_id: UUID
    template: str
    joined_at: datetime
    told_of: UUID  # the event whose news it was


class MessageResent(Event):
    """A message that failed is sent once more, since somebody asked for it."""

    topic: ClassVar[str] = TOPIC
    type: Literal["org.ihala.notify.message-resent"] = "org.ihala.notify.message-resent"
    version: Literal[1] = 1
    need_id: UUID
    message_id: UUID
    resent_at: datetime


class CallTaskOpened(Event):
    """Somebody of the operator has to call about a need: what was to be told could not be written, or is to be said aloud."""

    topic: ClassVar[str] = TOPIC
    type: Literal["org.ihala.notify.call-task-opened"] = "org.ihala.notify.call-task-opened"
    version: Literal[1] = 1
    need_id: UUID
    call_id: UUID
    reason: str  # wishes_a_call, wishes_a_slip, no_way, no_receipt, late, not_delivered
    due_at: datetime
    opened_at: datetime


class CallTaskTaken(Event):
    """Somebody makes the call: nobody else needs to."""

    topic: ClassVar[str] = TOPIC
    type: Literal["org.ihala.notify.call-task-taken"] = "org.ihala.notify.call-task-taken"
    version: Literal[1] = 1
    need_id: UUID
    call_id: UUID
    taken_at: datetime


class CallTaskPutOff(Event):
    """Nobody was reached; the call is made on another day."""

    topic: ClassVar[str] = TOPIC
    type: Literal["org.ihala.notify.call-task-put-off"] = "org.ihala.notify.call-task-put-off"
    version: Literal[1] = 1
    need_id: UUID
    call_id: UUID
    tries: int
    due_at: datetime


class CallTaskEnded(Event):
    """A call was made, was given up (a coordinator decides), or need not be made any more."""

    topic: ClassVar[str] = TOPIC
    type: Literal["org.ihala.notify.call-task-ended"] = "org.ihala.notify.call-task-ended"
    version: Literal[1] = 1
    need_id: UUID
    call_id: UUID
    state: str  # done, given_up, dropped
    result: str  # reached, handed_over, not_reached, wrong_number, asked_not_to_call; of a dropped one overtaken, sent_again
    tries: int
    ended_at: datetime


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


class SubscriptionChanged(Event):
    """Its owner wants something else from now on. Keyed by the organisation."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "organization_id"
    type: Literal["org.ihala.notify.subscription-changed"] = "org.ihala.notify.subscription-changed"
    version: Literal[1] = 1
    organization_id: UUID
    subscription_id: UUID
    changed_at: datetime


class SubscriptionDegraded(Event):
    """What a subscription is sent to fails: one event at a time is tried until it is taken, or, with the reason `too_many_refused`,
    what it refuses for good is given up early and everything else is sent. Keyed by the organisation."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "organization_id"
    type: Literal["org.ihala.notify.subscription-degraded"] = "org.ihala.notify.subscription-degraded"
    version: Literal[1] = 1
    organization_id: UUID
    subscription_id: UUID
    reason: str
    degraded_at: datetime


class SubscriptionPaused(Event):
    """Nothing is sent until it is resumed: its owner, the operator or what it is sent to said so, or its client may not read events
    (`client_may_not_read`: it goes on by itself when it may again), or notify came back from a backup and lost what its owner had changed
    (`restored`: look at it, then resume it). Keyed by the organisation."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "organization_id"
    type: Literal["org.ihala.notify.subscription-paused"] = "org.ihala.notify.subscription-paused"
    version: Literal[1] = 1
    organization_id: UUID
    subscription_id: UUID
    reason: str
    paused_at: datetime


class SubscriptionResumed(Event):
    """A subscription that was degraded, paused or disabled goes on from where it stood. Keyed by the organisation."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "organization_id"
    type: Literal["org.ihala.notify.subscription-resumed"] = "org.ihala.notify.subscription-resumed"
    version: Literal[1] = 1
    organization_id: UUID
    subscription_id: UUID
    before: str  # its state until now
    resumed_at: datetime


class SubscriptionEnded(Event):
    """Its owner took a subscription away. Keyed by the organisation."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "organization_id"
    type: Literal["org.ihala.notify.subscription-ended"] = "org.ihala.notify.subscription-ended"
    version: Literal[1] = 1
    organization_id: UUID
    subscription_id: UUID
    ended_at: datetime


class TemplateChanged(Event):
    """People are told something in other words from now on. Keyed by the operator whose words they are."""

    topic: ClassVar[str] = TOPIC
    key_field: ClassVar[str] = "organization_id"
    type: Literal["org.ihala.notify.template-changed"] = "org.ihala.notify.template-changed"
    version: Literal[1] = 1
    organization_id: UUID
    code: str  # of the template: request-received
    revision: int  # of the operator's own versions
    changed_at: datetime


class ErasureReported(AnyErasureReported):
    """Notify holds no keys: it has dropped what waited to be said about an erased person's needs. Read by intake."""

    topic: ClassVar[str] = TOPIC
    type: Literal["org.ihala.notify.erasure-reported"] = "org.ihala.notify.erasure-reported"
    version: Literal[1] = 1


EVENTS: tuple[type[Event], ...] = (
    MessageDelivered, MessageFailed, SubscriptionOpened, SubscriptionChanged, SubscriptionDegraded, SubscriptionPaused,
    SubscriptionResumed, SubscriptionDisabled, SubscriptionEnded, ErasureReported, CallTaskOpened, CallTaskTaken, CallTaskPutOff,
    CallTaskEnded, MessageResent, MessageJoined,
    TemplateChanged,
)  # fmt: skip
