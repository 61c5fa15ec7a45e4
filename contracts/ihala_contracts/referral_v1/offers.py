"""From the offer to the receiver's answer."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ihala_contracts.intake_v1 import Urgency
from ihala_contracts.referral_v1.base import Deadlines, ReferralEvent


class ReferralOffered(ReferralEvent):
    """A receiver is asked. Read by notify (receiver and person are told) and by intake."""

    type: Literal["org.ihala.referral.offered"] = "org.ihala.referral.offered"
    version: Literal[1] = 1
    service_id: UUID
    service_at_location_id: UUID
    urgency: Urgency
    governorate: str
    deadlines: Deadlines
    replaces: UUID | None = None


class ReferralAcknowledged(ReferralEvent):
    """The receiver has seen it. The decision clock runs on."""

    type: Literal["org.ihala.referral.acknowledged"] = "org.ihala.referral.acknowledged"
    version: Literal[1] = 1


class ReferralAccepted(ReferralEvent):
    """The receiver takes the case. Read by intake (opens the disclosure), directory (takes the place) and notify."""

    type: Literal["org.ihala.referral.accepted"] = "org.ihala.referral.accepted"
    version: Literal[1] = 1
    service_id: UUID
    service_at_location_id: UUID
    first_contact_by: datetime


class ReferralDeclined(ReferralEvent):
    """The receiver says no (or gives it back before first contact). Read by directory (place released), intake, notify."""

    type: Literal["org.ihala.referral.declined"] = "org.ihala.referral.declined"
    version: Literal[1] = 1
    service_at_location_id: UUID
    reason: str
    after_acceptance: bool = False


class ReferralInformationRequested(ReferralEvent):
    """The receiver asks; its decision clock rests until `answer_by`."""

    type: Literal["org.ihala.referral.information-requested"] = "org.ihala.referral.information-requested"
    version: Literal[1] = 1
    round: int
    answer_by: datetime


class ReferralAnswered(ReferralEvent):
    """The question was answered, or its time ran out (`by_clock`)."""

    type: Literal["org.ihala.referral.answered"] = "org.ihala.referral.answered"
    version: Literal[1] = 1
    by_clock: bool = False


class ReferralWaitlisted(ReferralEvent):
    """On the receiver's list with the person's agreement; the reservation is released."""

    type: Literal["org.ihala.referral.waitlisted"] = "org.ihala.referral.waitlisted"
    version: Literal[1] = 1
    service_at_location_id: UUID
    review_at: datetime
