"""Reports that an office made because a law obliges it to: each is a disclosure that no consent opened."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, Index

from ihala_intake.tables.base import Table, a_code, an_id, an_instant, column, sealed, texts


class Report(Table, table=True):
    """One report, made by a person and never by the system."""

    id: UUID = an_id(key=True)
    need_id: UUID = an_id("need")
    person_id: UUID = an_id("person")
    consent_id: UUID = an_id("consent")
    operator_id: UUID = an_id()
    origin_id: UUID = an_id()
    organization_id: UUID = an_id()  # whose office reported
    key_id: UUID = an_id("data_key")
    sensitivity: str = a_code()
    categories: list[str] = texts()
    person_told: bool = column(Boolean())  # before it was made
    details: bytes = sealed()  # to whom, by which law, why, and who did it
    reported_at: datetime = an_instant()

    __table_args__ = (Index("report_person", "person_id", "id"), Index("report_consent", "consent_id", "id"))
