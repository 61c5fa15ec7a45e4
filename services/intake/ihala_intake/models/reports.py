"""Bodies and answers about the script of a consent, and about reports that a law obliged an office to make."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from ihala_intake.consent_rules import Category
from ihala_intake.models.base import Answer, Body, Instant, Line, Note, Who, Written


class ScriptView(Answer):
    """What is read to the person before the story is told. `version` goes into the consent."""

    version: str
    language: Written
    paragraphs: list[str]
    reporting_duty: str | None = Field(description="What this office must report by law. Null: it did not say; ask before you go on.")


class ReportIn(Body):
    """What was reported, to which authority and by which law. Told to the person before, unless that endangers somebody."""

    need_id: UUID
    authority: Line
    law: Line
    reason: Note
    categories: list[Category] = Field(min_length=1, max_length=len(Category))
    person_told: bool
    reported_at: Instant
    recorded_by: Who


class ReportView(Answer):
    """A report, as a disclosure that no consent opened."""

    report_id: UUID
    need_id: UUID
    consent_id: UUID
    organization_id: UUID
    authority: str
    law: str
    reason: str
    categories: list[Category]
    person_told: bool
    reported_at: datetime
