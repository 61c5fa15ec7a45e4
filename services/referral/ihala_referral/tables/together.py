"""What the parties of a referral do together beside its moves: tries, notes, appointments, files named, what was corrected, redaction."""

from datetime import datetime
from uuid import UUID

from ihala_contracts.intake_v1 import Urgency
from sqlalchemy import Boolean, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from ihala_referral.columns import AT, OneOf, Table, counted, maybe, needed


class ContactTry(Table, table=True):
    """One try to reach the person. Never changed."""

    __tablename__ = "contact_try"

    id: UUID = needed(Uuid, "try", primary_key=True)
    referral_id: UUID = needed(Uuid, "referral", of="referral")
    operator_id: UUID = needed(Uuid, "the operator whose office owned the case then")
    at: datetime = needed(AT, "when it was tried")
    way: str = needed(Text, "call, message, visit or through_origin")
    reached: bool = needed(Boolean, "whether the person was reached")
    organization_id: UUID = needed(Uuid, "who tried")
    client_id: str = needed(Text, "its client")
    acting_officer: str | None = maybe(Text, "opaque, as the calling system names its officer")
    logged_at: datetime = needed(AT, "when it was written down")


class Note(Table, table=True):
    """A note of one side; the other sees it only if it is shared. Never of a restricted referral, never changed."""

    __tablename__ = "note"

    id: UUID = needed(Uuid, "note", primary_key=True)
    referral_id: UUID = needed(Uuid, "referral", of="referral")
    operator_id: UUID = needed(Uuid, "the operator whose office owned the case then")
    need_id: UUID = needed(Uuid, "intake's need, whose key seals the text")
    organization_id: UUID = needed(Uuid, "whose note it is")
    shared: bool = needed(Boolean, "for all parties; else for its own organisation alone")
    text: bytes = needed(LargeBinary, "free text, sealed")
    at: datetime = needed(AT, "when it was written")
    client_id: str = needed(Text, "the client that wrote it")
    acting_officer: str | None = maybe(Text, "opaque, as the calling system names its officer")


class Appointment(Table, table=True):
    """A time at which the receiver sees the person."""

    __tablename__ = "appointment"

    id: UUID = needed(Uuid, "appointment", primary_key=True)
    referral_id: UUID = needed(Uuid, "referral", of="referral")
    operator_id: UUID = needed(Uuid, "the operator whose office owned the case then")
    organization_id: UUID = needed(Uuid, "the receiver, who proposes it")
    state: str = needed(Text, "proposed, confirmed, attended, no_show or cancelled")
    starts_at: datetime = needed(AT, "when it begins")
    ends_at: datetime | None = maybe(AT, "when it ends")
    place: str | None = maybe(Text, "code of the place, as the receiver names it; never for restricted")
    moved: int = counted("how often it was put to another time")
    proposed_at: datetime = needed(AT, "when this time was proposed")
    changed_at: datetime = needed(AT, "last change")
    version: int = counted("for If-Match", 1)


class FileReference(Table, table=True):
    """A file at intake that belongs to a referral: its id alone. Intake gives it out, if the consent covers files."""

    __tablename__ = "file_reference"

    referral_id: UUID = needed(Uuid, "referral", of="referral", primary_key=True)
    attachment_id: UUID = needed(Uuid, "intake's attachment", primary_key=True)
    operator_id: UUID = needed(Uuid, "the operator whose office owned the case then")
    purpose: str = needed(Text, "code: what kind of paper it is")
    organization_id: UUID = needed(Uuid, "who named it")
    client_id: str = needed(Text, "its client")
    acting_officer: str | None = maybe(Text, "opaque, as the calling system names its officer")
    added_at: datetime = needed(AT, "when it was named")
    removed_at: datetime | None = maybe(AT, "when it was taken back")


class Amendment(Table, table=True):
    """What of an open offer was corrected, and why. Never changed."""

    __tablename__ = "amendment"

    id: UUID = needed(Uuid, "amendment", primary_key=True)
    referral_id: UUID = needed(Uuid, "referral", of="referral")
    operator_id: UUID = needed(Uuid, "the operator whose office owned the case then")
    fields: list[str] = needed(ARRAY(Text), "names of what reads differently now")
    reason: str = needed(Text, "code: why")
    at: datetime = needed(AT, "when it was corrected")
    organization_id: UUID | None = maybe(Uuid, "who corrected it; empty: intake said so")
    client_id: str = needed(Text, "its client, or `system`")
    acting_officer: str | None = maybe(Text, "opaque, as the calling system names its officer")


class Redaction(Table, table=True):
    """That a referral's content be taken out: asked for by one person, decided by another, one of them the data-protection officer."""

    __tablename__ = "redaction"

    id: UUID = needed(Uuid, "redaction", primary_key=True)
    referral_id: UUID = needed(Uuid, "referral", of="referral")
    operator_id: UUID = needed(Uuid, "the operator whose office owned the case then")
    reason: str = needed(Text, "code: why")
    state: str = needed(Text, "asked, done or refused")
    asked_at: datetime = needed(AT, "when it was asked for")
    asked_client: str = needed(Text, "the client that asked")
    asked_officer: str | None = maybe(Text, "opaque, as that client names its officer")
    asked_as_dpo: bool = needed(Boolean, "whether the data-protection officer asked")
    decided_at: datetime | None = maybe(AT, "when it was decided")
    decided_client: str | None = maybe(Text, "the client that decided")
    decided_officer: str | None = maybe(Text, "opaque, as that client names its officer")


class OnwardNeed(Table, table=True):
    """Another need that a receiver asks to have opened; intake opens it, or its office decides."""

    __tablename__ = "onward_need"

    id: UUID = needed(Uuid, "what intake answers by", primary_key=True)
    referral_id: UUID = needed(Uuid, "the referral that caused it", of="referral")
    operator_id: UUID = needed(Uuid, "the operator whose office owned the case then")
    organization_id: UUID = needed(Uuid, "the receiver that asks")
    need_code: str = needed(Text, "code of the controlled list; never a restricted one")
    urgency: Urgency = needed(OneOf(Urgency), "emergency, urgent or routine")
    state: str = needed(Text, "asked, waits (for the owning office), opened or refused")
    asked_at: datetime = needed(AT, "when it was asked for")
    settled_at: datetime | None = maybe(AT, "when it was opened or refused")
    need_id: UUID | None = maybe(Uuid, "the need that was opened")
    client_id: str = needed(Text, "the client that asked")
    acting_officer: str | None = maybe(Text, "opaque, as that client names its officer")
