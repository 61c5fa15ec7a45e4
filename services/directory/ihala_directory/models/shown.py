"""What directory answers, version 1. The words are Open Referral's (HSDS)."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from ihala_directory.models.drafts import Agreement, Kind, Rules
from ihala_directory.models.parts import Closure, Contact, Cost, Phone, Schedule

OrganizationStatus = Literal["active", "suspended", "left"]
Level = Literal["governorate", "district", "sub-district", "town"]


class Shown(BaseModel):
    """What a caller gets."""

    model_config = ConfigDict(from_attributes=True)


class Need(Shown):
    """One entry of the controlled list. `label_status` says how far the Arabic and Kurdish labels were checked."""

    code: str
    kind: Literal["domain", "need", "group"]
    parent: str | None
    sensitivity: Literal["standard", "protected", "restricted"]
    names: dict[str, str]
    definition: str
    label_status: dict[str, str]
    hsds_id: UUID


class Needs(Shown):
    """The whole list."""

    items: list[Need]


class Place(Shown):
    """One place. `areas` are the areas it lies in (its own code first, if it is one), its governorate last; a town has no P-code."""

    code: str
    level: Level
    parent: str | None
    names: dict[str, str]
    latitude: float
    longitude: float
    areas: list[str]


class Places(Shown):
    """The places found, with the attribution that must be shown beside them."""

    items: list[Place]
    attribution: str


class Organization(Shown):
    """An organisation. For others than its operator, itself and the cleared, its marks and reasons are null."""

    id: UUID
    operator_id: UUID
    kind: Kind
    names: dict[str, str]
    phone: str | None
    agreement: Agreement | None
    reporting_duty: dict[str, str]
    description: dict[str, str]
    email: str | None
    website: str | None
    phones: list[Phone]
    contacts: list[Contact]
    registration: str | None
    status: OrganizationStatus
    cleared: bool | None = None
    hidden: bool | None = None
    trusted: bool | None = None
    suspended_for: str | None = None
    left_for: str | None = None
    version: int


class Capacity(Shown):
    """What the provider said, when, and what is left of it now. `confirmed` is false after a decline for want of places."""

    kind: Literal["stock", "slot"]
    figure: int
    figure_at: datetime
    confirmed: bool
    free: int


class Location(Shown):
    """Where it is."""

    id: UUID
    place: str
    latitude: float | None
    longitude: float | None
    names: dict[str, str]
    address: dict[str, str]
    accessibility: list[str]
    sub_district: str | None
    transportation: dict[str, str]
    phones: list[Phone]


class ServiceAtLocation(Shown):
    """One service at one location. `version` is its ETag; the counts of places and of the waiting list change without it.

    `waiting`: referrals on its waiting list now. `waited_days`: how long those who were served from it waited, in days, the last ones most;
    null when nobody was yet.
    """

    id: UUID
    service_id: UUID
    organization_id: UUID
    location: Location
    areas: list[str]
    description: dict[str, str]
    phones: list[Phone]
    contacts: list[Contact]
    schedules: list[Schedule]
    closures: list[Closure]
    unit: str
    status: Literal["open", "closed"]
    capacity: Capacity
    waiting: int
    waited_days: float | None
    version: int


class OrganizationBrief(Shown):
    """Whose service it is."""

    id: UUID
    kind: Kind
    names: dict[str, str]
    phone: str | None
    status: OrganizationStatus


class Service(Shown):
    """A service with its organisation and locations."""

    id: UUID
    organization: OrganizationBrief
    names: dict[str, str]
    need_codes: list[str]
    restricted: bool
    entry_condition: str
    rules: Rules
    allows_waitlist: bool
    languages: list[str]
    opening_hours: dict[str, str]
    documents_to_bring: dict[str, str]
    description: dict[str, str]
    url: str | None
    email: str | None
    phones: list[Phone]
    contacts: list[Contact]
    costs: list[Cost]
    schedules: list[Schedule]
    closures: list[Closure]
    application_process: dict[str, str]
    wait_days: int | None
    decision_target_hours: int | None
    woman_counsellor: bool
    status: Literal["active", "paused", "closed"]
    at: list[ServiceAtLocation]
    version: int


class Reservation(Shown):
    """One place held. An officer's own (`reserved`) is free again at `expires_at` unless a placement claims it."""

    id: UUID
    need_id: UUID = Field(description="its own id while no need has named it")
    organization_id: UUID
    service_id: UUID
    service_at_location_id: UUID
    state: Literal["reserved", "claimed", "taken", "released", "revoked", "returned", "used"]
    placement_id: UUID | None
    attempt: int | None
    referral_id: UUID | None
    reserved_at: datetime
    expires_at: datetime | None
    version: int
