"""What callers send to directory, version 1; the demonstration's file has the same shapes. The words are Open Referral's (HSDS)."""

from typing import Annotated, Literal, Self
from uuid import UUID

from ihala_contracts.intake_v1 import LARGEST_HOUSEHOLD
from ihala_kit.bodies import Sent
from ihala_kit.instants import OnDay
from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from ihala_directory.models.parts import (
    Closures,
    Contacts,
    Costs,
    Email,
    Language,
    LongWords,
    Phones,
    Schedules,
    Text,
    Unique,
    Url,
    Words,
    plain,
)

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*(\.[a-z][a-z_]*)?$", max_length=60)]
AreaCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]+$", min_length=3, max_length=16)]
Kind = Literal["operator", "rgc", "wlco", "hlp", "lmrc", "cpf", "state", "cso", "nngo", "ingo", "io", "private", "border"]


class Body(Sent):
    """What a caller sends: nothing that is not named here."""


class Agreement(Body):
    """The data-sharing agreement: which text, and its last day."""

    version: Annotated[str, AfterValidator(plain)] = Field(min_length=1, max_length=40)
    until: OnDay


class OrganizationDraft(Body):
    """An organisation as the operator enters it."""

    kind: Kind
    names: Words = Field(min_length=1)
    phone: str | None = Field(default=None, pattern=r"^\+[0-9 ]{6,20}$")
    cleared: bool = False
    hidden: bool = False
    agreement: Agreement | None = None
    reporting_duty: LongWords = {}
    description: LongWords = {}
    email: Email | None = None
    website: Url | None = None
    phones: Phones = []
    contacts: Contacts = []
    registration: Text | None = None
    trusted: bool = False


class NewOrganization(OrganizationDraft):
    """The same, new; `id` only where it has one already."""

    id: UUID | None = None


class Suspension(Body):
    """Why an organisation gets no offers for now: a code, since it travels in an event."""

    reason: Literal["under_review", "agreement_ended", "conduct", "own_request"]


class Rules(Body):
    """Whom a service is for. What is left out does not matter to it.

    Larger households than a rule can name come: answers show rules, and their limit is released.
    """

    age_min: int | None = Field(default=None, ge=0, le=120)
    age_max: int | None = Field(default=None, ge=0, le=120)
    sex: Unique[Literal["female", "male"]] = Field(default=[], max_length=2)
    statuses: Unique[Code] = Field(default=[], max_length=20)
    languages: Unique[Language] = Field(default=[], max_length=20)
    household_min: int | None = Field(default=None, ge=1, le=50)
    household_max: int | None = Field(default=None, ge=1, le=50)
    documents: Unique[Code] = Field(default=[], max_length=20)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.age_min is not None and self.age_max is not None and self.age_min > self.age_max:
            raise PydanticCustomError("wrong_order", "age_min is above age_max", {"last": "age_max"})
        if self.household_min is not None and self.household_max is not None and self.household_min > self.household_max:
            raise PydanticCustomError("wrong_order", "household_min is above household_max", {"last": "household_max"})
        return self


class LocationDraft(Body):
    """Where: a P-code always; a point and an address only if the place may be known."""

    id: UUID | None = None
    place: AreaCode
    latitude: float | None = Field(default=None, ge=-90, le=90)
    longitude: float | None = Field(default=None, ge=-180, le=180)
    names: Words = Field(min_length=1)
    address: Words = {}
    accessibility: Unique[Code] = Field(default=[], max_length=30)
    sub_district: AreaCode | None = None
    transportation: Words = {}
    phones: Phones = []

    @model_validator(mode="after")
    def _whole_point(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise PydanticCustomError("half_point", "a point has two coordinates")
        return self


class CapacityDraft(Body):
    """How many places are free, and whether a place is used up (stock) or comes back (slot)."""

    kind: Literal["stock", "slot"]
    figure: int = Field(ge=0, le=1_000_000)


class ServiceAtLocationDraft(Body):
    """One service at one location. `capacity` counts for a new one; later it is changed by PUT …/capacity alone.

    Its own schedules replace the service's; its closures are added to the service's. `unit` is what a place is: bed, seat, family, …
    """

    id: UUID | None = None
    location: LocationDraft
    areas: Unique[AreaCode] = Field(min_length=1, max_length=60)
    status: Literal["open", "closed"] = "open"
    capacity: CapacityDraft
    description: LongWords = {}
    phones: Phones = []
    contacts: Contacts = []
    schedules: Schedules = []
    closures: Closures = []
    unit: Code = "place"


class ServiceDraft(Body):
    """A service as the operator enters it, with all its locations; a location that is no longer named is closed."""

    names: Words = Field(min_length=1)
    need_codes: Unique[Code] = Field(min_length=1, max_length=30)
    restricted: bool = False
    entry_condition: Literal["none", "court_order", "police_report", "family_consent"] = "none"
    rules: Rules = Rules()
    allows_waitlist: bool = False
    languages: Unique[Language] = Field(default=[], max_length=20)
    opening_hours: Words = {}
    documents_to_bring: LongWords = {}
    description: LongWords = {}
    url: Url | None = None
    email: Email | None = None
    phones: Phones = []
    contacts: Contacts = []
    costs: Costs = []
    schedules: Schedules = []
    closures: Closures = []
    application_process: LongWords = {}
    wait_days: int | None = Field(default=None, ge=0, le=3650)
    decision_target_hours: int | None = Field(default=None, ge=1, le=2000)
    woman_counsellor: bool = False
    status: Literal["active", "paused", "closed"] = "active"
    at: list[ServiceAtLocationDraft] = Field(min_length=1, max_length=50)


class NewService(ServiceDraft):
    """The same, new, of an organisation."""

    id: UUID | None = None
    organization_id: UUID


class NewFigure(Body):
    """How many places are free now, by the provider's own count: those that Ihala holds by reservations are not taken off."""

    figure: int = Field(ge=0, le=1_000_000)


class FactsDraft(Body):
    """What is known of the person, as far as rules use it. It is not stored."""

    age: int | None = Field(default=None, ge=0, le=120)
    sex: Literal["female", "male"] | None = None
    status: Code | None = None
    household_size: int | None = Field(default=None, ge=1, le=LARGEST_HOUSEHOLD)
    languages: list[Language] = Field(default=[], max_length=10)
    requirements: list[Code] = Field(default=[], max_length=30)


class NewReservation(Body):
    """An officer's own reservation: where, and for which need; for one that is not registered yet it names none."""

    need_id: UUID | None = None
    service_at_location_id: UUID


class SeedService(ServiceDraft):
    """A service in a file."""

    id: UUID


class SeedOrganization(OrganizationDraft):
    """An organisation in a file, with its services; `slug` is for people and tests."""

    id: UUID
    slug: str
    operator_id: UUID
    services: list[SeedService]


class Seed(Body):
    """A file of organisations."""

    note: str
    operator_id: UUID
    organizations: list[SeedOrganization]
