"""HTTP bodies of calendars, closures, policies and services' own deadlines."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import available_timezones

from ihala_contracts.intake_v1 import Urgency
from ihala_kit.instants import OnDay
from pydantic import AfterValidator, BaseModel, Field, StringConstraints
from pydantic_core import PydanticCustomError

from ihala_referral.models import Body, Governorate

Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
ClosedFor = Literal["holiday", "security", "weather", "mourning", "election", "no_power", "moved_house", "staff", "other"]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,31}$")]


Hour = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise PydanticCustomError("no_time_zone", "no such time zone")
    return name


Zone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_zone)]


class NewCalendar(Body):
    """When somebody works; the same hours on each working day."""

    zone: Zone = "Asia/Baghdad"
    week: list[Day] = Field(min_length=1, max_length=7, description="the working days")
    opens: Hour
    closes: Hour
    lists: list[Code] = Field(default=["federal"], max_length=8, description="codes of GET /v1/holiday-lists")


class Calendar(BaseModel):
    """When an organisation works, and whose calendar that is: its own, its operator's, or everybody's."""

    organization_id: UUID
    of: Literal["own", "operator", "everybody"]
    zone: str
    week: list[str]
    opens: str
    closes: str
    lists: list[str]
    changed_at: datetime | None = None
    version: int = Field(description="0 while it has none of its own")


class NewClosure(Body):
    """Days on which somebody does not work; with `works` days on which they do, though a list calls them holidays.

    For one organisation, or for everybody in the operator's referrals; everywhere, or for needs of one governorate.
    """

    organization_id: UUID | None = None
    governorate: Governorate | None = None
    first_day: OnDay
    last_day: OnDay
    works: bool = False
    reason: ClosedFor


class Closure(BaseModel):
    """A closure as it stands."""

    closure_id: UUID
    operator_id: UUID | None
    organization_id: UUID | None
    governorate: str | None
    first_day: date
    last_day: date
    works: bool
    reason: str
    declared_at: datetime
    withdrawn_at: datetime | None
    version: int


class Holiday(BaseModel):
    """A day off; one that is announced late is estimated until an operator declares otherwise."""

    day: date
    names: dict[str, str]
    announced_late: bool


class HolidayList(BaseModel):
    """Days off that calendars may follow."""

    code: str
    kind: str
    names: dict[str, str]
    source: str
    holidays: list[Holiday]


class HolidayLists(BaseModel):
    """Every list."""

    items: list[HolidayList]


class Timing(BaseModel):
    """The deadlines of one urgency: hours day and night where `time` is wall, else working days of who must act."""

    time: Literal["wall", "working"]
    triage: float
    acknowledge: float
    decide: float
    levels: list[float]
    expire: float
    first_contact: float
    answer: float


class Policy(BaseModel):
    """One version of all deadlines. A placement keeps the one it began with."""

    version: int
    valid_from: date
    current: bool
    urgencies: dict[Urgency, Timing]


class Policies(BaseModel):
    """Every version, newest first."""

    items: list[Policy]


Amount = Annotated[float, Field(gt=0, le=400)]


class Promise(Body):
    """What a service does sooner in one urgency, in the policy's own unit. What is left out stays the policy's."""

    acknowledge: Amount | None = None
    decide: Amount | None = None
    levels: Annotated[list[Amount], Field(min_length=3, max_length=3)] | None = None
    expire: Amount | None = None
    first_contact: Amount | None = None


class NewServicePolicy(Body):
    """What a service does sooner, by urgency; offers from now on get it."""

    urgencies: dict[Urgency, Promise]


class ServicePolicy(BaseModel):
    """What a service promises, and for each urgency what holds with it. Version 0: the policy's alone."""

    service_id: UUID
    version: int
    set_at: datetime | None
    urgencies: dict[Urgency, Promise]
    holds: dict[Urgency, Timing]
    versions: list[int]
