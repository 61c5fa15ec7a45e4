"""What the parties of a referral do together beside its moves. None changes the referral's state, but for redaction."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ihala_contracts.intake_v1 import Urgency
from ihala_contracts.referral_v1.base import ReferralEvent


class ContactTried(ReferralEvent):
    """Somebody tried to reach the person. Read by notify's feed: receiver, origin and office see whether it worked."""

    type: Literal["org.ihala.referral.contact-tried"] = "org.ihala.referral.contact-tried"
    version: Literal[1] = 1
    try_id: UUID
    way: Literal["call", "message", "visit", "through_origin"]
    reached: bool
    tried_at: datetime


class NoteShared(ReferralEvent):
    """One side wrote a note for the others, who ask the API for it. Read by notify's feed."""

    type: Literal["org.ihala.referral.note-shared"] = "org.ihala.referral.note-shared"
    version: Literal[1] = 1
    note_id: UUID
    by: Literal["origin", "coordinator", "provider"]


class AppointmentChanged(ReferralEvent):
    """A time with the receiver was proposed, put off, confirmed, kept, missed or cancelled. Read by notify's feed."""

    type: Literal["org.ihala.referral.appointment-changed"] = "org.ihala.referral.appointment-changed"
    version: Literal[1] = 1
    appointment_id: UUID
    appointment_state: Literal["proposed", "confirmed", "attended", "no_show", "cancelled"]
    starts_at: datetime


class ReferralFilesChanged(ReferralEvent):
    """A file at intake was named for the receiver, or taken back; which one, the API tells. Read by notify's feed."""

    type: Literal["org.ihala.referral.files-changed"] = "org.ihala.referral.files-changed"
    version: Literal[1] = 1
    files: int  # named now


class ReferralAmended(ReferralEvent):
    """What an open offer says was corrected: names of fields and a code, never values. Read by notify's feed; the receiver reads anew."""

    type: Literal["org.ihala.referral.amended"] = "org.ihala.referral.amended"
    version: Literal[1] = 1
    fields: list[str]
    reason: str


class ReferralRedacted(ReferralEvent):
    """Its content was taken out by two people; it never counts again. Read by directory, intake, notify.

    Directory releases the place, intake closes the disclosure.
    """

    type: Literal["org.ihala.referral.redacted"] = "org.ihala.referral.redacted"
    version: Literal[1] = 1
    service_at_location_id: UUID
    before: str  # the state it was taken out of


class OnwardNeedAsked(ReferralEvent):
    """A receiver asks that another need be opened in the same case. Read by intake, which opens it or has its office decide."""

    type: Literal["org.ihala.referral.onward-need-asked"] = "org.ihala.referral.onward-need-asked"
    version: Literal[1] = 1
    onward_id: UUID
    need_code: str  # never a restricted one; no feed shows it
    urgency: Urgency
