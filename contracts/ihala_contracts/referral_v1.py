"""Events of referral: placements and every move of a referral. Keyed by the need, so that all its attempts stay in order."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from ihala_contracts.envelope import ErasureReported as AnyErasureReported
from ihala_contracts.envelope import Event
from ihala_contracts.envelope import SealingKeyPublished as AnySealingKeyPublished
from ihala_contracts.intake_v1 import Sensitivity, Urgency

TOPIC = "ihala.referral.v1"


class _NeedEvent(Event):
    topic: ClassVar[str] = TOPIC

    need_id: UUID
    placement_id: UUID


class PlacementTriaged(_NeedEvent):
    """A coordinator must decide where this need goes. Read by notify and intake."""

    type: Literal["org.ihala.referral.placement-triaged"] = "org.ihala.referral.placement-triaged"
    version: Literal[1] = 1
    operator_id: UUID
    reasons: list[str]
    triage_by: datetime


class PlacementRequested(_NeedEvent):
    """One attempt to find a place. Read by directory, which answers once for each (placement_id, attempt).

    `facts` is sealed to directory. `excluded` are service-at-location ids. `preferred_reservation_id` is an officer's own reservation.
    `recipients` and `objections` are the consent's: organisations it names (empty: any provider) and those the person refused.
    """

    type: Literal["org.ihala.referral.placement-requested"] = "org.ihala.referral.placement-requested"
    version: Literal[1] = 1
    attempt: int
    operator_id: UUID
    origin_id: UUID
    need_code: str
    sensitivity: Sensitivity
    urgency: Urgency
    governorate: str
    district: str | None = None
    excluded: list[UUID] = []
    recipients: list[UUID] = []
    objections: list[UUID] = []
    preferred_reservation_id: UUID | None = None
    facts: str | None = None
    requested_at: datetime


class PlacementCancelled(_NeedEvent):
    """The answer to this attempt is no longer wanted: directory releases what it holds for it."""

    type: Literal["org.ihala.referral.placement-cancelled"] = "org.ihala.referral.placement-cancelled"
    version: Literal[1] = 1
    attempt: int
    reservation_id: UUID | None = None
    reason: str


class PlacementEnded(_NeedEvent):
    """The placement is over without a referral in service: withdrawn, closed, or rejected in triage. Read by intake and notify."""

    type: Literal["org.ihala.referral.placement-ended"] = "org.ihala.referral.placement-ended"
    version: Literal[1] = 1
    reason: str
    route: str | None = None  # out_of_competence: where the origin should turn
    ended_at: datetime


class NeedUnserved(_NeedEvent):
    """No candidate now; a coordinator was told, and it is tried again when the directory changes. Read by intake and notify."""

    type: Literal["org.ihala.referral.need-unserved"] = "org.ihala.referral.need-unserved"
    version: Literal[1] = 1
    operator_id: UUID
    attempt: int
    failing: list[str]
    unserved_at: datetime


class Deadlines(BaseModel):
    """When what is due, as instants; the policy's version stays with the placement."""

    model_config = ConfigDict(frozen=True)

    acknowledge_by: datetime | None = None
    decide_by: datetime | None = None
    expires_at: datetime | None = None
    first_contact_by: datetime | None = None


class _ReferralEvent(_NeedEvent):
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


class ReferralOffered(_ReferralEvent):
    """A receiver is asked. Read by notify (receiver and person are told) and by intake."""

    type: Literal["org.ihala.referral.offered"] = "org.ihala.referral.offered"
    version: Literal[1] = 1
    service_id: UUID
    service_at_location_id: UUID
    urgency: Urgency
    governorate: str
    deadlines: Deadlines
    replaces: UUID | None = None


class ReferralAcknowledged(_ReferralEvent):
    """The receiver has seen it. The decision clock runs on."""

    type: Literal["org.ihala.referral.acknowledged"] = "org.ihala.referral.acknowledged"
    version: Literal[1] = 1


class ReferralAccepted(_ReferralEvent):
    """The receiver takes the case. Read by intake (opens the disclosure), directory (takes the place) and notify."""

    type: Literal["org.ihala.referral.accepted"] = "org.ihala.referral.accepted"
    version: Literal[1] = 1
    service_id: UUID
    service_at_location_id: UUID
    first_contact_by: datetime


class ReferralDeclined(_ReferralEvent):
    """The receiver says no (or gives it back before first contact). Read by directory (place released), intake, notify."""

    type: Literal["org.ihala.referral.declined"] = "org.ihala.referral.declined"
    version: Literal[1] = 1
    service_at_location_id: UUID
    reason: str
    after_acceptance: bool = False


class ReferralInformationRequested(_ReferralEvent):
    """The receiver asks; its decision clock rests until `answer_by`."""

    type: Literal["org.ihala.referral.information-requested"] = "org.ihala.referral.information-requested"
    version: Literal[1] = 1
    round: int
    answer_by: datetime


class ReferralAnswered(_ReferralEvent):
    """The question was answered, or its time ran out (`by_clock`)."""

    type: Literal["org.ihala.referral.answered"] = "org.ihala.referral.answered"
    version: Literal[1] = 1
    by_clock: bool = False


class ReferralWaitlisted(_ReferralEvent):
    """On the receiver's list with the person's agreement; the reservation is released."""

    type: Literal["org.ihala.referral.waitlisted"] = "org.ihala.referral.waitlisted"
    version: Literal[1] = 1
    service_at_location_id: UUID
    review_at: datetime


class ReferralStarted(_ReferralEvent):
    """First contact was made: the service runs."""

    type: Literal["org.ihala.referral.started"] = "org.ihala.referral.started"
    version: Literal[1] = 1


class ReferralHeld(_ReferralEvent):
    """The service rests until `resume_by`."""

    type: Literal["org.ihala.referral.held"] = "org.ihala.referral.held"
    version: Literal[1] = 1
    reason: str
    resume_by: datetime


class ReferralResumed(_ReferralEvent):
    """The service goes on."""

    type: Literal["org.ihala.referral.resumed"] = "org.ihala.referral.resumed"
    version: Literal[1] = 1


class ReferralReviewed(_ReferralEvent):
    """The receiver looked at it again: the service, or the waiting, goes on until `review_at`."""

    type: Literal["org.ihala.referral.reviewed"] = "org.ihala.referral.reviewed"
    version: Literal[1] = 1
    review_at: datetime


class Outcome(BaseModel):
    """What came of one thing asked."""

    model_config = ConfigDict(frozen=True)

    item: str
    result: Literal["met", "partly_met", "not_met"]


class ReferralCompleted(_ReferralEvent):
    """The receiver says that it is done, with an outcome for each thing asked. Read by intake, directory and notify."""

    type: Literal["org.ihala.referral.completed"] = "org.ihala.referral.completed"
    version: Literal[1] = 1
    service_at_location_id: UUID
    outcomes: list[Outcome]


class ReferralExpired(_ReferralEvent):
    """Nobody answered in time; never the same as declined. Read by directory, intake, notify."""

    type: Literal["org.ihala.referral.expired"] = "org.ihala.referral.expired"
    version: Literal[1] = 1
    service_at_location_id: UUID


class ReferralWithdrawn(_ReferralEvent):
    """The person took it back."""

    type: Literal["org.ihala.referral.withdrawn"] = "org.ihala.referral.withdrawn"
    version: Literal[1] = 1
    service_at_location_id: UUID


class ReferralCancelled(_ReferralEvent):
    """Origin or coordinator took it back, or another attempt was accepted first (`placed_elsewhere`)."""

    type: Literal["org.ihala.referral.cancelled"] = "org.ihala.referral.cancelled"
    version: Literal[1] = 1
    service_at_location_id: UUID
    reason: str


class ReferralFailed(_ReferralEvent):
    """It could not be done: unreachable, no_first_contact, provider_closed, moved, place_lost, reservation_revoked, consent_too_narrow."""

    type: Literal["org.ihala.referral.failed"] = "org.ihala.referral.failed"
    version: Literal[1] = 1
    service_at_location_id: UUID
    reason: str


class DeadlineMissed(_NeedEvent):
    """A deadline passed. `referral_id` is None for a placement's own deadline (triage, unserved)."""

    type: Literal["org.ihala.referral.deadline-missed"] = "org.ihala.referral.deadline-missed"
    version: Literal[1] = 1
    operator_id: UUID
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    deadline: str
    missed_at: datetime


class Escalated(_NeedEvent):
    """A level was reached: it fires once. `to` names who hears it: provider, origin, coordinator, directorate."""

    type: Literal["org.ihala.referral.escalated"] = "org.ihala.referral.escalated"
    version: Literal[1] = 1
    operator_id: UUID
    referral_id: UUID | None = None
    organization_id: UUID | None = None
    level: int
    to: list[str]
    escalated_at: datetime


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


EVENTS: tuple[type[Event], ...] = (
    PlacementTriaged, PlacementRequested, PlacementCancelled, PlacementEnded, NeedUnserved, ReferralOffered,
    ReferralAcknowledged, ReferralAccepted, ReferralDeclined, ReferralInformationRequested, ReferralAnswered,
    ReferralWaitlisted, ReferralStarted, ReferralHeld, ReferralResumed, ReferralReviewed, ReferralCompleted,
    ReferralExpired, ReferralWithdrawn, ReferralCancelled, ReferralFailed, DeadlineMissed, Escalated,
    SealingKeyPublished, ErasureReported,
)  # fmt: skip
