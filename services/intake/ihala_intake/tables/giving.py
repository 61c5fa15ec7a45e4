"""Parts in which help is given, and help that may have been given twice."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, Index

from ihala_intake.tables.base import Table, a_code, a_number, an_id, an_instant, column, sealed


class Instalment(Table, table=True):
    """One part of help that is given in parts."""

    id: UUID = an_id(key=True)
    assistance_id: UUID = an_id("assistance")
    case_id: UUID = an_id("case_file")
    operator_id: UUID = an_id()
    origin_id: UUID = an_id()  # that gives
    key_id: UUID = an_id("data_key")
    sensitivity: str = a_code()
    n: int = a_number()
    due_on: date = column(Date())
    state: str = a_code()  # planned | paid | cancelled
    details: bytes = sealed()  # how much
    paid_at: datetime | None = an_instant(null=True)

    __table_args__ = (
        Index("instalment_case", "case_id"),
        Index("instalment_number", "assistance_id", "n", unique=True),
        Index("instalment_operator", "operator_id", "due_on", "id", postgresql_where="state = 'planned'"),
        Index("instalment_origin", "origin_id", "due_on", "id", postgresql_where="state = 'planned'"),
    )


class AssistanceDouble(Table, table=True):
    """Two times the same kind of help to one person or household, perhaps: a task for the operator, told to nobody else."""

    __tablename__ = "assistance_double"

    id: UUID = an_id(key=True)
    assistance_id: UUID = an_id("assistance")
    other_id: UUID = an_id("assistance")  # that was written down before
    operator_id: UUID = an_id()
    reason: str = a_code()  # same_person | merged | same_household | maybe_same
    state: str = a_code()  # open | double | different
    found_at: datetime = an_instant()
    decided_at: datetime | None = an_instant(null=True)
    client_id: str | None = a_code(null=True)  # that decided
    acting_officer: str | None = a_code(null=True)
    version: int = a_number()

    __table_args__ = (
        Index("assistance_double_pair", "assistance_id", "other_id", unique=True),
        Index("assistance_double_other", "other_id"),
        Index("assistance_double_operator", "operator_id", "state", "id"),
    )
