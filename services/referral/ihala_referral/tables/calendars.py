"""Whose working time counts: calendars, closures, services that promise to be faster."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Date, Integer, Text, Time, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from ihala_referral.columns import AT, Table, counted, listed, maybe, needed


class OwnCalendar(Table, table=True):
    """The week, hours and holidays of one organisation; an operator's holds for all who have none."""

    __tablename__ = "calendar"

    organization_id: UUID = needed(Uuid, "whose: a provider, an origin or an operator", primary_key=True)
    operator_id: UUID | None = maybe(Uuid, "its operator")
    zone: str = needed(Text, "IANA time zone")
    week: list[str] = listed(Text, "working days: monday, …")
    opens: time = needed(Time, "begin of a working day")
    closes: time = needed(Time, "its end")
    lists: list[str] = listed(Text, "codes of holidays.json")
    changed_at: datetime = needed(AT, "when it was last set")
    client_id: str = needed(Text, "by which client")
    version: int = counted("for If-Match", 1)


class Closure(Table, table=True):
    """Days on which somebody does not work though the calendar says so, or does though it does not."""

    __tablename__ = "closure"

    id: UUID = needed(Uuid, "closure", primary_key=True)
    operator_id: UUID | None = maybe(Uuid, "the operator that declared it, or whose organisation did")
    organization_id: UUID | None = maybe(Uuid, "who is closed; empty: everybody in the operator's referrals")
    governorate: str | None = maybe(Text, "P-code: for needs there alone")
    first_day: date = needed(Date, "first day")
    last_day: date = needed(Date, "last day, included")
    works: bool = needed(Boolean, "true: a working day, though a list calls it a holiday")
    reason: str = needed(Text, "code: why")
    declared_at: datetime = needed(AT, "since when it is known")
    client_id: str = needed(Text, "by which client")
    withdrawn_at: datetime | None = maybe(AT, "when it was taken back")
    version: int = counted("for If-Match", 1)


class ServicePolicy(Table, table=True):
    """What a service promises to do sooner than the policy says. Never changed: a new version is added."""

    __tablename__ = "service_policy"

    service_id: UUID = needed(Uuid, "directory's service", primary_key=True)
    version: int = needed(Integer, "from 1", primary_key=True)
    organization_id: UUID = needed(Uuid, "whose service")
    operator_id: UUID | None = maybe(Uuid, "its operator")
    urgencies: dict[str, Any] = needed(JSONB, "for each urgency what is sooner, as in policies.json")
    set_at: datetime = needed(AT, "since when offers get it")
    client_id: str = needed(Text, "by which client")


class CalendarStamp(Table, table=True):
    """One row that changes with every change of the others: processes know by it that what they remember is old."""

    __tablename__ = "calendar_stamp"

    id: bool = needed(Boolean, "always true: there is one row", primary_key=True)
    stamp: UUID = needed(Uuid, "another one after each change")
