"""The request: a person, a consent and needs in one call; and what its origin gets to see of it."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from ihala_contracts.intake_v1 import Urgency
from pydantic import AwareDatetime, Field, StringConstraints

from ihala_intake.models.base import Answer, Body, Code, LanguageTag, Name, Note, PhoneNumber, Sex, Word, Written, Year
from ihala_intake.models.consents import ConsentIn

System = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Value = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128)]


class Identifier(Body):
    """The origin's own number: what it says a second time means the same request."""

    system: System
    value: Value


class PhoneIn(Body):
    """A phone; `owner` says whose it is, as far as is known."""

    number: PhoneNumber
    safe_to_call: bool
    safe_to_message: bool
    shared: bool = False
    owner: Literal["own", "shared", "unknown"] = "unknown"


class PersonIn(Body):
    """Only what to call the person and where they are is needed. No document is ever a condition."""

    call_name: Name
    given_name: Name | None = None
    father_name: Name | None = None
    grandfather_name: Name | None = None
    family_name: Name | None = None
    mother_name: Name | None = None
    sex: Sex | None = None
    birth_year: Year | None = None
    birth_on: date | None = None
    status: Code | None = Field(default=None, description="A code of the list, for example group.returnee_abroad.")
    place: Code = Field(description="P-code of a governorate, district or sub-district.")
    language_spoken: LanguageTag | None = None
    language_written: Written = "ar"
    reads: Literal["yes", "help", "no"] | None = None
    phones: list[PhoneIn] = Field(default=[], max_length=5)
    requirements: list[Word] = Field(default=[], max_length=20)


class MemberIn(Body):
    """Somebody who lives with the person."""

    call_name: Name
    role: Word
    sex: Sex | None = None
    birth_year: Year | None = None


class HouseholdIn(Body):
    """Who lives together. `size` counts everybody, also the person."""

    size: int | None = Field(default=None, ge=1, le=60)
    members: list[MemberIn] = Field(default=[], max_length=40)


class NeedIn(Body):
    """One thing that is needed. `sensitivity` may raise what the code says, never lower it."""

    code: Code
    urgency: Urgency
    note: Note | None = None
    preferred_reservation_id: UUID | None = None
    sensitivity: Literal["protected", "restricted"] | None = None


class HelpedIn(Body):
    """Help that was given at once: what and when, no story."""

    code: Code
    at: AwareDatetime


class FocalPointIn(Body):
    """Whom to ask at a centre that keeps the identity itself."""

    call_name: Name
    number: PhoneNumber | None = None


class RequestIn(Body):
    """A person asks. Without `needs` it only records what was helped with on the spot."""

    identifiers: list[Identifier] = Field(default=[], max_length=10)
    office_id: UUID | None = None
    person: PersonIn
    household: HouseholdIn | None = None
    consent: ConsentIn | None = None
    needs: list[NeedIn] = Field(default=[], max_length=20)
    helped_on_the_spot: HelpedIn | None = None
    identity_held_by: Literal["intake", "origin"] = "intake"
    focal_point: FocalPointIn | None = None


class NeedStatus(Answer):
    """A need as its origin may see it. `state` says more than `status`, except to the interior ministry's centres."""

    need_id: UUID
    reference: str
    code: str
    consent_id: UUID
    status: Literal["received", "being_handled", "closed"]
    state: str


class Helped(Answer):
    """Help that was given on the spot."""

    code: str
    at: AwareDatetime


class RequestView(Answer):
    """A request. `information_only`: the person refused consent, so nothing is passed on and only information is given."""

    request_id: UUID
    reference: str
    identifiers: list[Identifier] = Field(description="The origin's own numbers; shown to it alone.")
    case_ids: list[UUID]
    needs: list[NeedStatus]
    helped_on_the_spot: Helped | None
    information_only: bool
