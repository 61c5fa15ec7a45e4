"""What intake keeps of others' events, and the follow-ups that come after a service."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Boolean, Date, Index, text

from ihala_intake.tables.base import Table, a_code, a_number, an_id, an_instant, column, sealed


class ReferralCopy(Table, table=True):
    """What intake knows of a referral from its events: whether its receiver waits for the person's data, has them, or never will."""

    __tablename__ = "referral_copy"

    referral_id: UUID = an_id(key=True)
    need_id: UUID = an_id("need")
    organization_id: UUID = an_id()  # the receiver
    operator_id: UUID = an_id()
    origin_id: UUID = an_id()
    sensitivity: str = a_code()
    state: str = a_code()  # offered | accepted | refused (no disclosure) | ended
    started: bool = column(Boolean())  # first contact was made
    refused_reason: str | None = a_code(null=True)
    changed_at: datetime = an_instant()

    __table_args__ = (
        Index("referral_copy_need", "need_id"),
        Index("referral_copy_accepted", "organization_id", "referral_id", postgresql_where=text("state = 'accepted'")),
    )


class FollowUp(Table, table=True):
    """The question to the person whether help came. Asked by the operator or the origin, never by the provider."""

    __tablename__ = "follow_up"

    id: UUID = an_id(key=True)
    need_id: UUID = an_id("need")
    referral_id: UUID = an_id()
    operator_id: UUID = an_id()
    origin_id: UUID = an_id()
    organization_id: UUID = an_id()  # the provider, who may not answer
    key_id: UUID = an_id("data_key")
    sensitivity: str = a_code()
    by_origin: bool = column(Boolean())  # a centre's own worker asks: restricted, or the centre keeps the identity
    state: str = a_code()  # planned | due | recorded | lapsed
    due_at: datetime = an_instant()
    next_at: datetime | None = an_instant(null=True)  # when the system acts if nobody does; never null while planned or due
    tries: int = a_number()  # failed ones
    result: str | None = a_code(null=True)  # confirmed | disputed | unreachable
    details: bytes | None = sealed(null=True)  # who asked
    recorded_at: datetime | None = an_instant(null=True)
    version: int = a_number()

    __table_args__ = (
        Index("follow_up_referral", "referral_id", unique=True),
        Index("follow_up_need", "need_id"),
        Index("follow_up_operator", "operator_id", "state", "due_at", "id"),
        Index("follow_up_origin", "origin_id", "state", "due_at", "id"),
    )


class Organization(Table, table=True):
    """Copy of what the directory says of an organisation."""

    id: UUID = an_id(key=True)
    kind: str = a_code()
    operator_id: UUID | None = an_id(null=True)
    cleared: bool = column(Boolean())
    agreement_until: date | None = column(Date(), null=True)
    status: str = a_code()  # active | suspended
    changed_at: datetime = an_instant()


class Overtaken(Table, table=True):
    """An event that came when what it speaks of had ended: recorded and compensated, never parked."""

    event_id: UUID = an_id(key=True)
    type: str = a_code()
    need_id: UUID = an_id()
    at: datetime = an_instant()
