"""Reintegration plans: goals and the steps to them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, Index, LargeBinary, text

from ihala_intake.tables.base import Table, a_code, a_number, an_id, an_instant, blind, column, sealed


class Plan(Table, table=True):
    """What a person and the office agreed to reach. A plan that a return programme made keeps the programme's own number."""

    id: UUID = an_id(key=True)
    case_id: UUID = an_id("case_file")
    operator_id: UUID = an_id()
    key_id: UUID = an_id("data_key")
    sensitivity: str = a_code()
    source: str = a_code()  # office | programme
    mark: bytes | None = column(LargeBinary(), personal=True, null=True)  # keyed hash of the programme's number
    state: str = a_code()  # active | ended
    end_reason: str | None = a_code(null=True)
    details: bytes = sealed()  # how the person agreed
    begins_on: date = column(Date())
    made_at: datetime = an_instant()
    ended_at: datetime | None = an_instant(null=True)
    version: int = a_number()

    __table_args__ = (
        Index("plan_case", "case_id", "id"),
        Index("plan_one", "case_id", unique=True, postgresql_where=text("state = 'active'")),
        Index("plan_mark", "operator_id", "mark", unique=True, postgresql_where=text("mark IS NOT NULL")),
    )


class PlanGoal(Table, table=True):
    """What is to be reached."""

    __tablename__ = "plan_goal"

    id: UUID = an_id(key=True)
    plan_id: UUID = an_id("plan")
    case_id: UUID = an_id("case_file")
    need_id: UUID | None = an_id("need", null=True)
    operator_id: UUID = an_id()
    key_id: UUID = an_id("data_key")
    sensitivity: str = a_code()
    state: str = a_code()  # open | reached | partly_reached | dropped
    details: bytes = sealed()  # what it is
    settled_at: datetime | None = an_instant(null=True)

    __table_args__ = (Index("plan_goal_plan", "plan_id", "id"), Index("plan_goal_case", "case_id"))


class PlanStep(Table, table=True):
    """What is to be done, by whom and until when; the office's looking again belongs to no goal."""

    __tablename__ = "plan_step"

    id: UUID = an_id(key=True)
    plan_id: UUID = an_id("plan")
    goal_id: UUID | None = an_id("plan_goal", null=True)
    case_id: UUID = an_id("case_file")
    operator_id: UUID = an_id()
    key_id: UUID = an_id("data_key")
    sensitivity: str = a_code()
    stage: str = a_code()
    by_whom: str = a_code()  # person | office | provider | programme
    state: str = a_code()  # planned | done | dropped
    due_on: date | None = column(Date(), null=True)
    details: bytes = sealed()  # what it is
    settled_at: datetime | None = an_instant(null=True)

    __table_args__ = (
        Index("plan_step_plan", "plan_id", "id"),
        Index("plan_step_case", "case_id"),
        Index("plan_step_due", "operator_id", "due_on", "id", postgresql_where=text("state = 'planned' AND due_on IS NOT NULL")),
    )


class ProgrammePlan(Table, table=True):
    """A plan that a return programme made and sent, until a desk takes it over. Who sent it sees nothing of it."""

    __tablename__ = "programme_plan"

    id: UUID = an_id(key=True)
    operator_id: UUID = an_id()
    sent_by: UUID = an_id()  # the programme's organisation
    person_id: UUID = an_id("person")  # who was announced, then who was registered
    arrival_id: UUID | None = an_id("waiting", null=True)
    request_id: UUID | None = an_id("request", null=True)
    plan_id: UUID | None = an_id("plan", null=True)  # that it became; when it came again, the one to be brought up to date
    key_id: UUID = an_id("data_key")  # the person's
    sensitivity: str = a_code()
    mark: bytes = blind()  # keyed hash of the programme's number
    said: bytes = blind()  # keyed hash of all it says: the same again is no news
    details: bytes | None = sealed(null=True)  # what it says, while it waits
    state: str = a_code()  # waiting | adopted | refused | lapsed
    reason: str | None = a_code(null=True)
    received_at: datetime = an_instant()
    next_at: datetime | None = an_instant(null=True)  # never null while it waits
    changed_at: datetime = an_instant()
    version: int = a_number()

    __table_args__ = (
        Index("programme_plan_arrival", "arrival_id", postgresql_where=text("arrival_id IS NOT NULL")),
        Index("programme_plan_list", "operator_id", "state", "received_at", "id"),
        Index("programme_plan_person", "person_id"),
        Index("programme_plan_sent", "sent_by", "mark", unique=True),
    )
