"""What is done with a case: who had it when, its hand-over to another operator, and appointments at the office."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, Index, text

from ihala_intake.tables.base import Table, a_code, a_number, an_id, an_instant, column, sealed


class CaseStep(Table, table=True):
    """One thing that was done with a case. It goes with the case to another operator, if the person agreed to its history."""

    __tablename__ = "case_step"

    id: UUID = an_id(key=True)
    case_id: UUID = an_id("case_file")
    operator_id: UUID = an_id()
    sensitivity: str = a_code()
    act: str = a_code()  # see casework.rules.Step
    officer: str | None = a_code(null=True)  # who has the case from then on
    office_id: UUID | None = an_id(null=True)
    reason: str | None = a_code(null=True)
    key_id: UUID = an_id("data_key")
    details: bytes | None = sealed(null=True)  # how the person agreed, or was told
    organization_id: UUID = an_id()  # that did it
    client_id: str = a_code()
    acting_officer: str | None = a_code(null=True)
    at: datetime = an_instant()

    __table_args__ = (Index("case_step_case", "case_id", "id"),)


class HandOver(Table, table=True):
    """A case offered to another operator, because the person agreed. It answers, or the offer lapses and the case stays."""

    __tablename__ = "hand_over"

    id: UUID = an_id(key=True)
    case_id: UUID = an_id("case_file")
    operator_id: UUID = an_id()  # that offers
    to_operator_id: UUID = an_id()
    to_office_id: UUID | None = an_id(null=True)
    sensitivity: str = a_code()
    key_id: UUID = an_id("data_key")
    with_history: bool = column(Boolean())  # false: a new case is opened without it
    governorate: str | None = a_code(null=True)  # where the person is; never for a restricted case
    open_needs: int = a_number()
    urgency: str | None = a_code(null=True)  # of the most urgent open need
    state: str = a_code()  # offered | accepted | refused | taken_back | lapsed
    reason: str | None = a_code(null=True)  # of a refusal
    details: bytes = sealed()  # how the person agreed, and what the officer says to the other
    new_case_id: UUID | None = an_id(null=True)
    offered_at: datetime = an_instant()
    next_at: datetime | None = an_instant(null=True)  # when it lapses; null once it is answered
    answered_at: datetime | None = an_instant(null=True)
    version: int = a_number()

    __table_args__ = (
        Index("hand_over_case", "case_id", "id"),
        Index("hand_over_once", "case_id", unique=True, postgresql_where=text("state = 'offered'")),
        Index("hand_over_from", "operator_id", "state", "id"),
        Index("hand_over_to", "to_operator_id", "state", "id"),
    )


class Appointment(Table, table=True):
    """A time at which the person comes to the office."""

    id: UUID = an_id(key=True)
    case_id: UUID = an_id("case_file")
    operator_id: UUID = an_id()
    office_id: UUID | None = an_id(null=True)
    sensitivity: str = a_code()
    key_id: UUID = an_id("data_key")
    officer: str | None = a_code(null=True)
    purpose: str = a_code()
    interpreter: str | None = a_code(null=True)  # language to interpret from
    begins_at: datetime = an_instant()
    minutes: int = a_number()
    state: str = a_code()  # planned | kept | missed | cancelled
    reason: str | None = a_code(null=True)  # of a cancellation
    details: bytes | None = sealed(null=True)  # note
    recorded_at: datetime | None = an_instant(null=True)
    version: int = a_number()

    __table_args__ = (
        Index("appointment_case", "case_id", "begins_at", "id"),
        Index("appointment_operator", "operator_id", "state", "begins_at", "id"),
        Index("appointment_office", "operator_id", "office_id", "state", "begins_at", "id", postgresql_where=text("office_id IS NOT NULL")),
        Index("appointment_officer", "operator_id", "officer", "state", "begins_at", "id", postgresql_where=text("officer IS NOT NULL")),
    )
