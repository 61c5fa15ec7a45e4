"""Copies for emergencies: when operators have somebody on duty, and the services that are always open."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Index
from sqlalchemy.dialects.postgresql import JSONB

from ihala_intake.tables.base import Table, a_code, an_id, an_instant, column, texts


class DutyCover(Table, table=True):
    """From one instant to another an operator's duty roster in a governorate is filled, as referral says."""

    __tablename__ = "duty_cover"

    operator_id: UUID = an_id(key=True)
    governorate: str = a_code(key=True)
    starts_at: datetime = column(DateTime(timezone=True), key=True)
    ends_at: datetime = an_instant()


class ServiceOnCall(Table, table=True):
    """A public service that is open day and night, with its public phones, as the directory says."""

    __tablename__ = "service_on_call"

    id: UUID = an_id(key=True)
    organization_id: UUID = an_id()
    names: dict[str, str] = column(JSONB())  # language -> public name
    need_codes: list[str] = texts()
    governorates: list[str] = texts()
    phones: list[str] = texts()  # public numbers of an office or a hotline

    __table_args__ = (Index("service_on_call_governorate", "governorates", postgresql_using="gin"),)
