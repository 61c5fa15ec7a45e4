"""Bodies and answers about appointments at the office."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ihala_contracts.intake_v1 import Sensitivity
from pydantic import Field

from ihala_intake.models.base import Answer, Body, Instant, LanguageTag, Note
from ihala_intake.models.cases import Officer

AppointmentState = Literal["planned", "kept", "missed", "cancelled"]
AppointmentPurpose = Literal["registration", "assessment", "counselling", "plan", "documents", "follow_up", "handing_out", "other"]


class TimeIn(Body):
    """When, and with whom. The purpose is a code that tells nothing of a need."""

    begins_at: Instant
    minutes: int = Field(default=30, ge=5, le=480)
    officer: Officer | None = Field(default=None, description="As the office names her; the case's own officer unless said.")
    office_id: UUID | None = Field(default=None, description="The case's own office unless said.")


class AppointmentIn(TimeIn):
    """A time at which the person comes."""

    purpose: AppointmentPurpose
    interpreter: LanguageTag | None = Field(default=None, description="The language to interpret from; never by a relative.")
    note: Note | None = None


class AppointmentView(Answer):
    """An appointment. `version` is its ETag."""

    appointment_id: UUID
    case_id: UUID
    case_reference: str
    office_id: UUID | None
    officer: str | None
    sensitivity: Sensitivity
    purpose: AppointmentPurpose
    interpreter: str | None
    begins_at: datetime
    minutes: int
    state: AppointmentState
    reason: str | None
    note: str | None = Field(description="Only where one appointment is read.")
    recorded_at: datetime | None
    version: int


class AppointmentResultIn(Body):
    """Whether the person came."""

    result: Literal["kept", "missed"]


class CancellationIn(Body):
    """Why there is no appointment any more."""

    reason: Literal["person_asked", "office_closed", "officer_absent", "not_needed", "road_closed", "other"]
