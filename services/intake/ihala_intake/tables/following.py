"""What intake keeps of others' events, and the follow-ups that come after a service."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Boolean, Date, Index, text
from sqlalchemy.dialects.postgresql import JSONB

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
    number: int = a_number()  # the first time, or again
    policy: int = a_number()  # version of the policy it began with
    served_at: datetime = an_instant()
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
    tried_at: datetime | None = an_instant(null=True)  # the last of them
    result: str | None = a_code(null=True)  # confirmed | disputed | unreached
    way: str | None = a_code(null=True)  # how the person was asked
    details: bytes | None = sealed(null=True)  # who asked, and what was said
    recorded_at: datetime | None = an_instant(null=True)
    version: int = a_number()

    __table_args__ = (
        Index("follow_up_referral", "referral_id", "number", unique=True),
        Index("follow_up_need", "need_id"),
        Index("follow_up_operator", "operator_id", "state", "due_at", "id"),
        Index("follow_up_origin", "origin_id", "state", "due_at", "id"),
    )


class FollowUpTry(Table, table=True):
    """One time that the person was not reached."""

    __tablename__ = "follow_up_try"

    id: UUID = an_id(key=True)
    follow_up_id: UUID = an_id("follow_up")
    need_id: UUID = an_id("need")
    operator_id: UUID = an_id()
    origin_id: UUID = an_id()
    key_id: UUID = an_id("data_key")
    sensitivity: str = a_code()
    way: str | None = a_code(null=True)
    details: bytes = sealed()  # who tried
    organization_id: UUID = an_id()  # that tried
    client_id: str = a_code()
    acting_officer: str | None = a_code(null=True)
    at: datetime = an_instant()

    __table_args__ = (Index("follow_up_try_follow_up", "follow_up_id", "id"), Index("follow_up_try_need", "need_id"))


class Organization(Table, table=True):
    """Copy of what the directory says of an organisation."""

    id: UUID = an_id(key=True)
    kind: str = a_code()
    names: dict[str, str] = column(JSONB())  # language -> public name
    phone: str | None = a_code(null=True)  # the public one
    hidden: bool = column(Boolean())  # no public page: its name stands on no paper
    reporting_duty: dict[str, str] = column(JSONB())  # language -> what its office must report by law
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
