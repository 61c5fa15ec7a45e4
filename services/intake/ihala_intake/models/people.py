"""A person, as a receiver with consent, the owning office, or notify gets to see them."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from ihala_intake.consent_rules import Category
from ihala_intake.models.base import Answer, Written


class TransliterationView(Answer):
    """The names in Latin letters, as somebody wrote them."""

    given_name: str | None
    father_name: str | None
    grandfather_name: str | None
    family_name: str | None
    mother_name: str | None


class Identity(Answer):
    """Who it is: the names as given. `birth_day_known` is false for the 1 July that the registry writes for a year alone."""

    call_name: str
    given_name: str | None
    father_name: str | None
    grandfather_name: str | None
    family_name: str | None
    mother_name: str | None
    transliteration: TransliterationView | None
    sex: str | None
    birth_year: int | None
    birth_on: date | None
    birth_day_known: bool


class HoursView(Answer):
    """From and until, in Iraq's time; over midnight when `until_time` comes first."""

    from_time: str
    until_time: str


class PhoneView(Answer):
    """A phone. `hours`: when it may be used; empty: at any time."""

    number: str
    safe_to_call: bool
    safe_to_message: bool
    shared: bool
    owner: str
    hours: list[HoursView]


class OtherWayView(Answer):
    """A way to reach them that is no phone."""

    kind: str
    note: str | None
    address: str | None = None
    own: bool = False
    safe_to_message: bool = False


class TrustedContactView(Answer):
    """Whom they named to be asked for them."""

    call_name: str
    relation: str | None
    phone: PhoneView | None
    may_be_told: bool


class GuardianView(Answer):
    """Who stands for a minor. `unsafe`: must not be asked, told or found."""

    state: Literal["person", "none", "unsafe"]
    call_name: str | None
    relation: str | None
    phone: PhoneView | None


class FocalPointView(Answer):
    """Whom to ask at the centre that keeps the identity."""

    call_name: str
    number: str | None


class ContactWays(Answer):
    """How to reach them. `focal_point` instead of phones where a centre keeps the identity."""

    language_spoken: str | None
    also_speaks: list[str]
    language_written: str | None
    reads: str | None
    phones: list[PhoneView]
    other_ways: list[OtherWayView]
    trusted_contact: TrustedContactView | None
    guardian: GuardianView | None
    focal_point: FocalPointView | None


class MemberView(Answer):
    """Somebody of the household. A receiver is told no name of an adult, who is asked alone: each has a consent of their own."""

    call_name: str | None
    role: str | None
    sex: str | None
    birth_year: int | None


class HouseholdView(Answer):
    """The household."""

    size: int | None
    members: list[MemberView]


class MovementView(Answer):
    """One part of the way that led here."""

    kind: str
    since: str | None
    until: str | None
    country: str | None
    programme: str | None
    place: str | None


class DocumentView(Answer):
    """A paper."""

    kind: str
    number: str | None
    state: str
    issued_by: str | None


class DisabilitiesView(Answer):
    """The Washington Group's short set; `counts`: at least one with a lot of difficulty."""

    seeing: str | None
    hearing: str | None
    walking: str | None
    remembering: str | None
    self_care: str | None
    communicating: str | None
    counts: bool


class NeedNote(Answer):
    """What is needed, and what was written down about it."""

    code: str
    note: str | None


class SharedFile(Answer):
    """A file that was cleaned: fetched by its id."""

    attachment_id: UUID
    purpose: str
    media_type: str
    size: int
    name: str | None
    added_at: datetime


class PersonView(Answer):
    """Exactly what may be read: a part that is null was not agreed to, or is not known. `call_name` comes with identity."""

    need_id: UUID
    referral_id: UUID | None
    revision: int
    categories: list[Category]
    identity: Identity | None = None
    contact: ContactWays | None = None
    place: str | None = None
    address: str | None = None
    household: HouseholdView | None = None
    status: str | None = None
    movements: list[MovementView] | None = None
    requirements: list[str] | None = None
    needs: list[NeedNote] | None = None
    documents: list[DocumentView] | None = None
    disabilities: DisabilitiesView | None = None
    files: list[SharedFile] | None = None


class PersonRecord(Answer):
    """All that is known of a person, for the operator that owns them. The row's version is the ETag."""

    person_id: UUID
    household_id: UUID | None
    sensitivity: Literal["standard", "restricted"]
    identity_held_by: Literal["intake", "origin"]
    identity: Identity
    contact: ContactWays
    place: str | None
    address: str | None
    status: str | None
    movements: list[MovementView]
    documents: list[DocumentView]
    disabilities: DisabilitiesView | None
    requirements: list[str]
    role: str | None
    household_size: int | None
    made_at: datetime
    changed_at: datetime
    messages_stopped: bool | None = Field(default=None, description="The person wishes no messages.")


class FoundPerson(Answer):
    """Somebody who is known by that phone or document. A phone never identifies a person alone: the desk asks."""

    person_id: UUID
    household_id: UUID | None
    identity: Identity
    place: str | None


class FoundPersons(Answer):
    """At most 20."""

    items: list[FoundPerson]


class MemberRecord(MemberView):
    """Somebody of a household, for the operator. What they need, how to reach them and what they agreed to is theirs alone."""

    person_id: UUID


class HouseholdRecord(Answer):
    """Who lives together. `size` counts also those whom nobody named; an erased member has no name. Its version is the ETag."""

    household_id: UUID
    size: int | None
    members: list[MemberRecord]
    made_at: datetime
    changed_at: datetime


class ContactView(Answer):
    """Where one message about a need may go. `own`: only the person reads what goes this way, by the number or as a slip. Kept by nobody.

    `email` is there where one may write to it, whatever `channel` says. `recipient` is the same for all needs of one file of a person
    and says nothing else: it may be kept, to count what somebody is sent.
    """

    need_id: UUID
    language: Written
    channel: Literal["sms", "call", "slip"]
    number: str | None
    own: bool
    safe_to_message: bool
    email: str | None = None
    email_own: bool = Field(default=False, description="Only the person reads what comes to `email`.")
    recipient: UUID | None = None
