"""Notify's tables, and what each column means. None of them holds anything personal: no name, no number, no text that was sent."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, DateTime, FetchedValue, Identity, Integer, SmallInteger, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Table(SQLModel, registry=registry()):
    """Base of notify's tables: a registry of its own, so that no other project's tables are in its metadata."""


def column(kind: Any, *more: Any, key: bool = False, nullable: bool = False, personal: bool = False) -> Any:
    """Return one column; `personal` says whether it is about a person (a test asks for every column)."""
    made = Column(kind, *more, primary_key=key, nullable=nullable, info={"personal": personal})
    return Field(default=None, sa_column=made)


_AT = DateTime(timezone=True)


class FeedCounter(Table, table=True):
    """The last position of an organisation's feed: locked, then counted up, so that positions appear in order, and without a gap but where
    a restore made one."""

    __tablename__ = "feed_counter"

    organization_id: UUID = column(Uuid, key=True)
    position: int = column(BigInteger)  # of the newest item
    purged_to: int = column(BigInteger)  # items up to this position are gone


class FeedStart(Table, table=True):
    """The one row that says above which position every feed goes on: far up, since this database came back from a backup last
    (restoring/positions.py)."""

    __tablename__ = "feed_start"

    position: int = column(BigInteger)
    single: bool = column(Boolean, FetchedValue(), key=True)


class FeedItem(Table, table=True):
    """One event as one organisation may see it."""

    __tablename__ = "feed"

    organization_id: UUID = column(Uuid, key=True)
    position: int = column(BigInteger, key=True)  # 1, 2, 3, … within the organisation
    event_id: UUID = column(Uuid)  # the same in every feed; where no time may be told, one of this organisation's that tells none
    source: str = column(Text)  # the service that wrote the event
    type: str = column(Text)  # CloudEvents type
    version: int = column(SmallInteger, FetchedValue())  # of its data: the oldest that is written of its type
    subject: str = column(Text)  # id of the thing it is about, as this organisation knows it
    time: datetime | None = column(_AT, nullable=True)  # when it happened; None where even that may not be told
    roles: list[str] = column(ARRAY(Text))  # this organisation's parts in it: origin | provider | operator | itself
    governorate: str | None = column(Text, nullable=True)  # as far as this organisation may know it
    service_id: UUID | None = column(Uuid, nullable=True)  # of its own
    data: dict[str, Any] = column(JSONB)  # ids, codes, times: see visibility.py
    appended_at: datetime = column(_AT)  # real time, for the retention of 30 days


class Need(Table, table=True):
    """Copy of what NeedIdentified says about who is concerned. `known` is False while only other topics' events have come."""

    __tablename__ = "need"

    need_id: UUID = column(Uuid, key=True)
    known: bool = column(Boolean)
    operator_id: UUID | None = column(Uuid, nullable=True)
    origin_id: UUID | None = column(Uuid, nullable=True)
    origin_kind: str | None = column(Text, nullable=True)
    sensitivity: str | None = column(Text, nullable=True)  # standard | protected | restricted
    urgency: str | None = column(Text, nullable=True)  # emergency | urgent | routine; None: not said since we keep it
    governorate: str | None = column(Text, nullable=True)  # as its operator knows it now
    origin_governorate: str | None = column(Text, nullable=True)  # as its origin gave it
    reference: str | None = column(Text, nullable=True)  # NIN-7K3F-92QX: what people quote
    messages_wanted: bool = column(Boolean)  # of a restricted one: its person wishes to hear of it
    ended: bool = column(Boolean)  # withdrawn or closed: nothing but that is told any more
    erased: bool = column(Boolean, FetchedValue())  # its person: not even that is told, and it stays ended


class Referral(Table, table=True):
    """Copy of ReferralOffered: what its receiver was told of where it belongs."""

    __tablename__ = "referral"

    referral_id: UUID = column(Uuid, key=True)
    organization_id: UUID = column(Uuid)  # the receiver
    service_id: UUID = column(Uuid)
    service_at_location_id: UUID | None = column(Uuid, nullable=True)  # NULL: offered before it was kept
    governorate: str = column(Text)
    of_need_id: UUID | None = column(Uuid, nullable=True)  # from when somebody took it, or it was over
    state: str | None = column(Text, nullable=True)  # accepted | ended; NULL: not answered


class Standing(Table, table=True):
    """Copy of OrganizationSuspended, OrganizationLeft: whom feeds tell nothing any more, but of itself."""

    __tablename__ = "standing"

    organization_id: UUID = column(Uuid, key=True)
    state: str = column(Text)  # suspended | left; who is back has no row
    since: datetime = column(_AT)


class EarlyEvent(Table, table=True):
    """An event of referral or directory that overtook its need's NeedIdentified; applied when that has come."""

    __tablename__ = "early_event"

    number: int = column(BigInteger, Identity(always=True), key=True)
    need_id: UUID = column(Uuid)
    envelope: dict[str, Any] = column(JSONB)
    data: dict[str, Any] = column(JSONB)
    kept_at: datetime = column(_AT)  # real time


class Organization(Table, table=True):
    """Copy of OrganizationJoined: how an organisation is called, and its public phone."""

    __tablename__ = "organization"

    organization_id: UUID = column(Uuid, key=True)
    kind: str = column(Text)
    names: dict[str, str] = column(JSONB)  # language -> public name
    phone: str | None = column(Text, nullable=True)
    operator_id: UUID | None = column(Uuid, nullable=True)
    hidden: bool = column(Boolean)  # no public page: a message never names it


class ServiceTexts(Table, table=True):
    """Copy of ServiceChanged: what the public is told of a service. Each text by language."""

    __tablename__ = "service"

    service_id: UUID = column(Uuid, key=True)
    organization_id: UUID = column(Uuid)
    address: dict[str, str] = column(JSONB)  # empty where it is offered at several places
    addresses: dict[str, dict[str, str]] = column(JSONB)  # of those, by service at location
    opening_hours: dict[str, str] = column(JSONB)
    documents_to_bring: dict[str, str] = column(JSONB)


class Message(Table, table=True):
    """One message to one person about one event. Its text is made at the moment of sending and not kept."""

    __tablename__ = "message"

    id: UUID = column(Uuid, key=True)  # also what the SMS route knows it by: a repeated call sends nothing twice
    event_id: UUID = column(Uuid)  # why it is sent; with template and recipient only once
    template: str = column(Text)
    recipient: str = column(Text)  # person (an origin's focal point becomes another)
    need_id: UUID = column(Uuid)
    operator_id: UUID = column(Uuid)
    referral_id: UUID | None = column(Uuid, nullable=True)
    organization_id: UUID | None = column(Uuid, nullable=True)  # the provider it speaks of
    service_id: UUID | None = column(Uuid, nullable=True)
    traceparent: str | None = column(Text, nullable=True)
    state: str = column(Text)  # waiting | sending | sent (handed over, a receipt is awaited) | delivered | failed | dropped
    reason: str | None = column(Text, nullable=True)  # why it failed, was dropped, or waits again
    attempts: int = column(Integer)  # since people sent it again, if they did
    next_at: datetime | None = column(_AT, nullable=True)  # real time: tried then; sending, sent: when it counts as lost
    useful_until: datetime = column(_AT)  # real time: later it is not sent any more
    said: str | None = column(Text, nullable=True)  # full | neutral
    template_version: int | None = column(Integer, nullable=True)
    template_of: UUID | None = column(Uuid, nullable=True)  # whose words: an operator's own version; None: built in, or not sent yet
    given: dict[str, Any] | None = column(JSONB, nullable=True)  # of a message by hand: a day, an hour, a number of things
    language: str | None = column(Text, nullable=True)
    channel: str | None = column(Text, nullable=True)  # while it waits: by which one it would go, as far as is known
    not_by: list[str] = column(ARRAY(Text))  # channels that failed for good
    route: str | None = column(Text, nullable=True)  # which of the channel's routes took it
    parts: int | None = column(Integer, nullable=True)  # SMS it took
    rounds: int = column(Integer)  # how often it was handed over and did not arrive: what is sent then is another one to the route
    failure: str | None = column(Text, nullable=True)  # temporary | permanent | technical
    handed_at: datetime | None = column(_AT, nullable=True)  # real time
    recipient_id: UUID | None = column(Uuid, nullable=True)  # opaque, by intake's key; only while it waits, to be joined
    joined_by: UUID | None = column(Uuid, nullable=True)  # which one speaks for it, until it is known whether that one arrived
    joins: int = column(Integer, FetchedValue())  # for how many others it speaks: then it says no more than that there is news
    queued_at: datetime = column(_AT)
    settled_at: datetime | None = column(_AT, nullable=True)  # delivered, failed or dropped
    restricted: bool = column(Boolean, FetchedValue())  # about a restricted need: only the cleared see it
    counted: bool = column(Boolean, FetchedValue())  # it ended, and is in its day's sums


class RecipientMessage(Table, table=True):
    """That a recipient was sent a message, to be counted for a day. Who they are only intake can tell."""

    __tablename__ = "recipient_message"

    message_id: UUID = column(Uuid, key=True)  # as its route knows it: however often it was tried it counts once, each round anew
    recipient_id: UUID = column(Uuid)
    at: datetime = column(_AT)  # real time


class MessagePart(Table, table=True):
    """What a route calls one SMS of a message, and what it said became of it; whichever of the two is known first makes the row."""

    __tablename__ = "message_part"

    route: str = column(Text, key=True)
    foreign_id: str = column(Text, key=True)
    message_id: UUID | None = column(Uuid, nullable=True)
    attempt: int | None = column(Integer, nullable=True)  # of the message; a receipt for an earlier one, or 0, changes nothing
    state: str | None = column(Text, nullable=True)  # delivered | temporary | permanent
    code: str | None = column(Text, nullable=True)  # the network's, or the aggregator's
    recorded_at: datetime = column(_AT)  # real time
