"""Operators' own versions of templates, and what each column means. Rows are added, never changed; none is about a person."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from ihala_notify.tables import Table, column


class TemplateVersion(Table, table=True):
    """One version of a template in an operator's own words. The highest one holds."""

    __tablename__ = "template_version"

    operator_id: UUID = column(Uuid, key=True)
    name: str = column(Text, key=True)
    version: int = column(Integer, key=True)  # 1, 2, 3, … of this operator's
    sentences: dict[str, Any] | None = column(JSONB, nullable=True)  # language -> sentences; None: the built-in text again
    built_in_version: int = column(Integer)  # of the built-in text when this was written
    author: str = column(Text)  # the officer's account or opaque sign, else the client
    client_id: str = column(Text)
    why: str = column(Text)  # checked as texts are: no number, no link
    created_at: datetime = column(DateTime(timezone=True))
