"""What protects people from those who hold their data: break-glass, erasure and who reported on it, retention's reports."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB

from ihala_intake.tables.base import Table, a_code, a_number, an_id, an_instant, column, ids, sealed, texts


class BreakGlass(Table, table=True):
    """A file opened for three hours to one person at one client who otherwise may not see it. Row policies read this table."""

    __tablename__ = "break_glass"

    id: UUID = an_id(key=True)
    case_id: UUID = an_id("case_file")
    person_id: UUID = an_id("person")
    key_id: UUID = an_id("data_key")  # of the file; seals `details`
    operator_id: UUID = an_id()  # owns the file
    office_id: UUID | None = an_id(null=True)
    organization_id: UUID = an_id()  # reads it
    client_id: str = a_code()
    acting_officer: str = a_code()  # opaque; empty where the client is one person's
    sensitivity: str = a_code()
    reason: str = a_code()
    details: bytes = sealed()  # the reason in words
    state: str = a_code()  # open | ended
    opened_at: datetime = an_instant()
    until: datetime = an_instant()
    ended_at: datetime | None = an_instant(null=True)
    ended_by: str | None = a_code(null=True)  # time | reader | dpo
    version: int = a_number()

    __table_args__ = (
        Index("break_glass_open_case", "case_id", postgresql_where=text("state = 'open'")),
        Index("break_glass_open_person", "person_id", postgresql_where=text("state = 'open'")),
        Index("break_glass_operator", "operator_id", "id"),
        Index("break_glass_organization", "organization_id", "id"),
    )


class Erasure(Table, table=True):
    """Somebody asked that a person's data be erased; a second person decides. Done: the key is gone, the rows are tombstones."""

    id: UUID = an_id(key=True)
    person_id: UUID = an_id("person")
    operator_id: UUID = an_id()
    sensitivity: str = a_code()
    reason: str = a_code()
    state: str = a_code()  # proposed | done | refused
    asked_by: str = a_code()  # client
    asked_officer: str | None = a_code(null=True)  # opaque
    asked_as_dpo: bool = column(Boolean())
    asked_at: datetime = an_instant()
    decided_by: str | None = a_code(null=True)
    decided_officer: str | None = a_code(null=True)
    decided_at: datetime | None = an_instant(null=True)
    needs: list[UUID] = ids()  # that PersonErased named
    awaited: list[str] = texts()  # services that have not reported
    version: int = a_number()

    __table_args__ = (
        Index("erasure_person", "person_id", unique=True, postgresql_where=text("state <> 'refused'")),
        Index("erasure_awaited", "operator_id", "id", postgresql_where=text("state = 'done' AND awaited <> '{}'")),
    )


class ErasureReport(Table, table=True):
    """A service said that its keys for an erased person's needs are gone."""

    __tablename__ = "erasure_report"

    erasure_id: UUID = an_id("erasure", key=True)
    service: str = a_code(key=True)
    operator_id: UUID = an_id()
    keys_destroyed: int = a_number()
    reported_at: datetime = an_instant()


class RetentionReport(Table, table=True):
    """What one run of the retention policy did, or would have done, for one operator. Signed: `signature` is a keyed hash of the rest."""

    __tablename__ = "retention_report"

    id: UUID = an_id(key=True)
    operator_id: UUID = an_id()
    policy_version: int = a_number()
    dry_run: bool = column(Boolean())
    counts: dict[str, Any] = column(JSONB())  # class -> what was done -> how many
    up_to: datetime = an_instant()  # the run looked at what ended before
    ran_at: datetime = an_instant()
    signature: bytes = column(LargeBinary())

    __table_args__ = (Index("retention_report_operator", "operator_id", "id"),)


class RetentionMark(Table, table=True):
    """How far each class was looked through: every end passes its term once."""

    __tablename__ = "retention_mark"

    name: str = a_code(key=True)
    up_to: datetime = an_instant()


class RetentionLook(Table, table=True):
    """Who would be over their time but for a file that is worked on, and when to look again."""

    __tablename__ = "retention_look"

    person_id: UUID = an_id("person", key=True)
    look_at: datetime = an_instant()

    __table_args__ = (Index("retention_look_at", "look_at", "person_id"),)
