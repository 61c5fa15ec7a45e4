"""Complaints and feedback. A sensitive one shows to those who handle complaints alone: never to the office or provider it is about."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, Index, text

from ihala_intake.tables.base import Table, a_code, a_number, an_id, an_instant, column, sealed


class Complaint(Table, table=True):
    """What a person says about how they were treated. It may be anonymous; it is never a reason to serve somebody less."""

    id: UUID = an_id(key=True)
    reference: str = a_code()
    operator_id: UUID = an_id()
    origin_id: UUID = an_id()  # that wrote it down
    key_id: UUID = an_id("data_key")  # of the person who said so, or its own where nobody gave a name
    person_id: UUID | None = an_id("person", null=True)
    kind: str = a_code()  # complaint | feedback
    topic: str = a_code()  # see casework.complaint_rules
    sensitive: bool = column(Boolean())
    about_organization_id: UUID | None = an_id(null=True)
    about_office_id: UUID | None = an_id(null=True)
    about_referral_id: UUID | None = an_id(null=True)
    answer_wanted: bool = column(Boolean())
    details: bytes = sealed()  # what was said, how to answer, the answer
    state: str = a_code()  # received | in_progress | answered | closed
    handler: str | None = a_code(null=True)  # opaque
    outcome: str | None = a_code(null=True)
    received_at: datetime = an_instant()
    next_at: datetime | None = an_instant(null=True)  # when it is escalated if nobody acts; null once answered or closed
    escalations: int = a_number()
    answered_at: datetime | None = an_instant(null=True)
    client_id: str = a_code()
    acting_officer: str | None = a_code(null=True)
    version: int = a_number()

    __table_args__ = (
        Index("complaint_operator", "operator_id", "state", "received_at", "id"),
        Index("complaint_office", "operator_id", "about_office_id", "id", postgresql_where=text("about_office_id IS NOT NULL")),
        Index("complaint_origin", "origin_id", "id"),
        Index("complaint_person", "person_id", postgresql_where=text("person_id IS NOT NULL")),
    )
