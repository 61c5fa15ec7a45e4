"""HTTP bodies of what parties do together."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from ihala_kit.instants import Instant
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from ihala_referral.models import Body, Code, Text

Way = Literal["call", "message", "visit", "through_origin"]
AppointmentState = Literal["proposed", "confirmed", "attended", "no_show", "cancelled"]
AppointmentAct = Literal["confirm", "reschedule", "attend", "miss", "cancel"]
PlaceCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
Categories = Annotated[list[Code], Field(max_length=20, description="kinds of data in it, as consents name them; outside the consent: 409")]


class _View(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class TryIn(Body):
    """One attempt to reach the person, by a way that was allowed."""

    at: Instant | None = Field(default=None, description="now, if not given; not before the acceptance")
    way: Way
    reached: bool = False


class TryView(_View):
    """One attempt to reach the person."""

    id: UUID
    at: datetime
    way: Way
    reached: bool
    organization_id: UUID
    logged_at: datetime


class NoteIn(Body):
    """A note. Without names, contacts or stories: both sides know the referral by its reference."""

    text: Text
    shared: bool = Field(default=False, description="for all parties; else for the own organisation alone")
    categories: Categories = []


class NoteView(_View):
    """A note that the caller may read; `text` is empty once its content was taken out, or the receiver's access to others' notes ended."""

    id: UUID
    organization_id: UUID
    shared: bool
    text: str | None
    at: datetime


class AppointmentIn(Body):
    """When the receiver sees the person, and a code of the place; no address, no name."""

    starts_at: Instant
    ends_at: Instant | None = None
    place: PlaceCode | None = None

    @model_validator(mode="after")
    def _ends_later(self) -> Self:
        if self.ends_at is not None and self.ends_at <= self.starts_at:
            raise PydanticCustomError("ends_before_it_begins", "ends before it begins")
        return self


class AttendanceIn(Body):
    """Whether the person came."""

    attended: bool


class AppointmentView(_View):
    """An appointment as its parties see it."""

    id: UUID
    referral_id: UUID
    state: AppointmentState
    starts_at: datetime
    ends_at: datetime | None
    place: str | None
    moved: int = Field(description="how often it was put to another time")
    proposed_at: datetime
    changed_at: datetime
    version: int


class FileIn(Body):
    """A file at intake, by its id there."""

    attachment_id: UUID
    purpose: Literal["identity_document", "property_document", "form", "photo", "other"]


class FileView(_View):
    """A file that goes with the referral; the receiver fetches it at intake once the identity is disclosed."""

    attachment_id: UUID
    purpose: str
    organization_id: UUID
    added_at: datetime
