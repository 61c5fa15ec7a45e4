"""What became of each event that a webhook was to bring, and each try. Nothing here is about a person: heads of answers are masked."""

from datetime import datetime
from uuid import UUID

from ihala_kit.rewrap import Wrapped
from sqlalchemy import BigInteger, Boolean, DateTime, Integer, SmallInteger, Text, Uuid

from ihala_notify.tables import Table, column

_AT = DateTime(timezone=True)


def about_key(key_id: UUID) -> str:
    """Return what a webhook's sealed secret says it is about."""
    return f"webhook_key/{key_id}"


def first_id(at: datetime) -> UUID:
    """Return the smallest UUIDv7 of an instant; of 1970 for what was before."""
    return UUID(int=(max(0, int(at.timestamp() * 1000)) << 80) | (7 << 76) | (2 << 62))


WRAPPED = Wrapped("webhook_key", "id", "secret", about_key)


class Delivery(Table, table=True):
    """One event brought, or to be brought, to one subscription's address. Kept 30 days."""

    __tablename__ = "delivery"

    id: UUID = column(Uuid, key=True)  # UUIDv7: also the order of the log
    subscription_id: UUID = column(Uuid)
    organization_id: UUID = column(Uuid)
    position: int | None = column(BigInteger, nullable=True)  # in the organisation's feed; NULL: a test
    event_id: UUID = column(Uuid)  # webhook-id
    type: str = column(Text)
    subject: str = column(Text)
    asked: bool = column(Boolean)  # somebody wanted it (again): a replay, a test
    state: str = column(Text)  # waiting | delivered | failed
    status: int | None = column(SmallInteger, nullable=True)  # HTTP, of the last try
    reason: str | None = column(Text, nullable=True)  # code: why the last try failed
    attempts: int = column(Integer)
    begun_at: datetime = column(_AT)  # real time, as all here
    next_at: datetime | None = column(_AT, nullable=True)  # while waiting
    settled_at: datetime | None = column(_AT, nullable=True)  # delivered or failed


class Attempt(Table, table=True):
    """One request of a delivery, and how it was answered."""

    __tablename__ = "attempt"

    delivery_id: UUID = column(Uuid, key=True)
    number: int = column(Integer, key=True)  # 1, 2, 3, …
    organization_id: UUID = column(Uuid)
    at: datetime = column(_AT)
    status: int | None = column(SmallInteger, nullable=True)
    reason: str | None = column(Text, nullable=True)
    took_ms: int = column(Integer)
    head: str | None = column(Text, nullable=True)  # at most 200 signs, masked
