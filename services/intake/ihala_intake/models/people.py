"""A person, as a receiver with consent, the owning office, or notify gets to see them."""

from datetime import date
from typing import Literal
from uuid import UUID

from ihala_intake.consent_rules import Category
from ihala_intake.models.base import Answer, Written


class Identity(Answer):
    """Who it is."""

    call_name: str
    given_name: str | None
    father_name: str | None
    grandfather_name: str | None
    family_name: str | None
    mother_name: str | None
    sex: str | None
    birth_year: int | None
    birth_on: date | None


class PhoneView(Answer):
    """A phone."""

    number: str
    safe_to_call: bool
    safe_to_message: bool
    shared: bool
    owner: str


class FocalPointView(Answer):
    """Whom to ask at the centre that keeps the identity."""

    call_name: str
    number: str | None


class ContactWays(Answer):
    """How to reach them. `focal_point` instead of phones where a centre keeps the identity."""

    language_spoken: str | None
    language_written: str | None
    reads: str | None
    phones: list[PhoneView]
    focal_point: FocalPointView | None


class MemberView(Answer):
    """Somebody of the household."""

    call_name: str
    role: str | None
    sex: str | None
    birth_year: int | None


class HouseholdView(Answer):
    """The household."""

    size: int | None
    members: list[MemberView]


class NeedNote(Answer):
    """What is needed, and what was written down about it."""

    code: str
    note: str | None


class PersonView(Answer):
    """Exactly what may be read: a part that is null was not agreed to, or is not known. `call_name` comes with identity."""

    need_id: UUID
    referral_id: UUID | None
    revision: int
    categories: list[Category]
    identity: Identity | None = None
    contact: ContactWays | None = None
    place: str | None = None
    household: HouseholdView | None = None
    status: str | None = None
    requirements: list[str] | None = None
    needs: list[NeedNote] | None = None


class ContactView(Answer):
    """Where one message about a need may go. `own`: only the person reads it. Kept by nobody."""

    need_id: UUID
    language: Written
    channel: Literal["sms", "call", "slip"]
    number: str | None
    own: bool
    safe_to_message: bool
