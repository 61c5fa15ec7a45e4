"""The request: a person, a consent and needs in one call; and what its origin gets to see of it."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from ihala_intake.models.base import Answer, Body, Code, Instant, Name, PhoneNumber, Readable
from ihala_intake.models.consents import ConsentIn
from ihala_intake.models.emergencies import CallNow
from ihala_intake.models.information import Information
from ihala_intake.models.needs import NeedIn
from ihala_intake.models.occasions import HeardBy
from ihala_intake.models.persons import HouseholdIn, PersonIn

System = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Value = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128), Readable]


class Identifier(Body):
    """The origin's own number: what it says a second time means the same request."""

    system: System
    value: Value


class HelpedIn(Body):
    """Help that was given at once: what and when, no story."""

    code: Code
    at: Instant


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
    occasion_id: UUID | None = Field(default=None, description="The open day or information session where the person signed up.")
    heard_by: HeardBy | None = Field(default=None, description="How they had heard that they can ask.")


class NeedStatus(Answer):
    """A need as its origin may see it. `state` says more than `status`, except to the interior ministry's centres."""

    need_id: UUID
    reference: str
    code: str
    consent_id: UUID
    status: Literal["received", "being_handled", "closed"]
    state: str
    route: str | None = Field(default=None, description="Closed because another office is the right one: which kind of office, as a code.")
    route_title: dict[str, str] | None = Field(default=None, description="Its name in three languages, where it is an office we know.")


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
    information: list[Information] = Field(default=[], description="What to tell about needs that get information alone.")
    call_now: list[CallNow] = Field(default=[], description="Emergencies, when they are brought: whom to hand the person over to by voice.")
