"""Needs that a receiver asks to have opened."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index

from ihala_intake.tables.base import Table, a_code, a_number, an_id, an_instant


class OnwardNeed(Table, table=True):
    """A receiver found that something else is needed, too: opened at once where the consent covers it, else its office decides."""

    __tablename__ = "onward_need"

    id: UUID = an_id(key=True)  # referral's
    need_id: UUID = an_id("need")  # that caused it
    referral_id: UUID = an_id()
    organization_id: UUID = an_id()  # the receiver that asks
    operator_id: UUID = an_id()
    code: str = a_code()  # never a restricted one
    urgency: str = a_code()
    state: str = a_code()  # waits | opened | refused
    reason: str | None = a_code(null=True)  # of a refusal
    opened_need_id: UUID | None = an_id("need", null=True)
    asked_at: datetime = an_instant()
    decided_at: datetime | None = an_instant(null=True)
    client_id: str | None = a_code(null=True)  # that decided; null: the consent did
    acting_officer: str | None = a_code(null=True)
    version: int = a_number()

    __table_args__ = (Index("onward_need_list", "operator_id", "state", "id"), Index("onward_need_need", "need_id"))
