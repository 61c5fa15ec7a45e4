"""Notify's tables, and what each column means. None of them holds anything personal: no name, no number, no text that was sent."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Identity, Integer, Text, Uuid
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
    """The last position of an organisation's feed: locked, then counted up, so that positions have no gap and appear in order."""

    __tablename__ = "feed_counter"

    organization_id: UUID = column(Uuid, key=True)
    position: int = column(BigInteger)  # of the newest item
    purged_to: int = column(BigInteger)  # items up to this position are gone


class FeedItem(Table, table=True):
    """One event as one organisation may see it."""

    __tablename__ = "feed"

    organization_id: UUID = column(Uuid, key=True)
    position: int = column(BigInteger, key=True)  # 1, 2, 3, … within the organisation
    event_id: UUID = column(Uuid)  # the same in every organisation's feed
    source: str = column(Text)  # the service that wrote the event
    type: str = column(Text)  # CloudEvents type
    subject: str = column(Text)  # id of the thing it is about, as this organisation knows it
    time: datetime | None = column(_AT, nullable=True)  # when it happened; None where even that may not be told
    data: dict[str, Any] = column(JSONB)  # ids, codes, times: see visibility.py
    appended_at: datetime = column(_AT)  # real time, for the retention of 30 days


class Subscription(Table, table=True):
    """An organisation's wish to follow some types of events."""

    __tablename__ = "subscription"

    id: UUID = column(Uuid, key=True)
    organization_id: UUID = column(Uuid)
    client_id: str = column(Text)  # who asked for it
    kind: str = column(Text)  # feed (webhooks and Kafka get kinds of their own)
    types: list[str] | None = column(ARRAY(Text), nullable=True)  # None: everything the organisation may see
    version: int = column(Integer)  # ETag
    created_at: datetime = column(_AT)


class Need(Table, table=True):
    """Copy of what NeedIdentified says about who is concerned. `known` is False while only other topics' events have come."""

    __tablename__ = "need"

    need_id: UUID = column(Uuid, key=True)
    known: bool = column(Boolean)
    operator_id: UUID | None = column(Uuid, nullable=True)
    origin_id: UUID | None = column(Uuid, nullable=True)
    origin_kind: str | None = column(Text, nullable=True)
    sensitivity: str | None = column(Text, nullable=True)  # standard | protected | restricted
    reference: str | None = column(Text, nullable=True)  # NIN-7K3F-92QX: what people quote
    ended: bool = column(Boolean)  # withdrawn or closed: nothing but that is told any more


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
    address: dict[str, str] = column(JSONB)
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
    state: str = column(Text)  # waiting | sending | delivered | failed | dropped
    reason: str | None = column(Text, nullable=True)  # why it failed, was dropped, or waits again
    attempts: int = column(Integer)
    next_at: datetime | None = column(_AT, nullable=True)  # real time: tried then; while sending, when it counts as lost
    useful_until: datetime = column(_AT)  # real time: later it is not sent any more
    said: str | None = column(Text, nullable=True)  # full | neutral
    template_version: int | None = column(Integer, nullable=True)
    language: str | None = column(Text, nullable=True)
    channel: str | None = column(Text, nullable=True)
    queued_at: datetime = column(_AT)
    settled_at: datetime | None = column(_AT, nullable=True)  # delivered, failed or dropped
