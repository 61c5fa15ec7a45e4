"""Assessments: what was asked, and what the answers suggest."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index

from ihala_intake.tables.base import Table, a_code, a_number, an_id, an_instant, sealed


class Assessment(Table, table=True):
    """Answers to one version of a questionnaire. A later one stands beside it; nothing is written over."""

    id: UUID = an_id(key=True)
    case_id: UUID = an_id("case_file")
    need_id: UUID | None = an_id("need", null=True)
    operator_id: UUID = an_id()
    key_id: UUID = an_id("data_key")
    sensitivity: str = a_code()
    questionnaire: str = a_code()
    questionnaire_version: int = a_number()
    suggested: str = a_code()  # urgency
    details: bytes = sealed()  # answers, score, reasons
    client_id: str = a_code()
    acting_officer: str | None = a_code(null=True)
    made_at: datetime = an_instant()

    __table_args__ = (Index("assessment_case", "case_id", "id"), Index("assessment_need", "need_id"))
