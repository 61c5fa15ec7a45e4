"""Bodies and answers of break-glass, erasure, the access log and subject access."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from ihala_intake.models.base import Answer, Body, Readable

GlassReason = Literal["life_at_risk", "child_at_risk", "owner_unreachable", "person_asks"]
ErasureReason = Literal["person_asked", "guardian_asked", "recorded_in_error", "unlawful"]
Told = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=2000), Readable]


class BreakGlassIn(Body):
    """Which file, and why. The reason is kept sealed with the file and shown to its owner and the data-protection officer."""

    case_id: UUID
    reason: GlassReason
    explanation: Told


class BreakGlassView(Answer):
    """An opening. `explanation` is null once the person was erased."""

    break_glass_id: UUID
    case_id: UUID
    operator_id: UUID
    office_id: UUID | None
    organization_id: UUID
    client_id: str
    acting_officer: str | None
    reason: str
    explanation: str | None
    state: Literal["open", "ended"]
    opened_at: datetime
    until: datetime
    ended_at: datetime | None
    ended_by: Literal["time", "reader", "dpo"] | None


class AccessView(Answer):
    """One read."""

    n: int
    at: datetime
    organization_id: UUID
    organization_kind: str | None
    client_id: str
    acting_officer: str | None
    what: str
    need_id: UUID | None
    referral_id: UUID | None
    categories: list[str]


class ErasureIn(Body):
    """Why a person's data are to be erased."""

    reason: ErasureReason


class DecisionIn(Body):
    """What the second person says."""

    agree: bool


class ErasureReportView(Answer):
    """A service's report."""

    service: str
    keys_destroyed: int
    reported_at: datetime


class ErasureView(Answer):
    """How an erasure stands. `awaited`: services that have not said that their keys are gone; `overdue` after 72 hours."""

    erasure_id: UUID
    person_id: UUID
    reason: str
    state: Literal["proposed", "done", "refused"]
    asked_at: datetime
    decided_at: datetime | None
    reports: list[ErasureReportView]
    awaited: list[str]
    overdue: bool


class FileNeed(Answer):
    """A need of an opened file, by its true code."""

    need_id: UUID
    code: str
    note: str | None
    urgency: str
    state: str


class FileView(Answer):
    """A file that was opened by breaking the glass. `person` holds all that is known, by the names of the fields."""

    case_id: UUID
    reference: str
    sensitivity: str
    person: dict[str, Any]
    needs: list[FileNeed]


class ReaderView(Answer):
    """An office that read something of the person."""

    at: datetime
    office: dict[str, str] = Field(description="Its public name by language; empty when the directory has told of none")
    kind: str | None
    what: str
    categories: list[str]


class HeldView(Answer):
    """All that is held about one person in one file, and the offices that read it. `held`: by kind of record, as the fields are named."""

    person_id: UUID
    sensitivity: str
    at: datetime
    held: dict[str, list[dict[str, Any]]]
    readers: list[ReaderView]
