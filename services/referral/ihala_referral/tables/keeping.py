"""Keys of needs, what coordinators must look at, and events that came too late."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, LargeBinary, Text, Uuid

from ihala_referral.columns import AT, Table, maybe, needed


class NeedKey(Table, table=True):
    """The key under which everything a need has here in words is sealed. Destroyed with the person."""

    __tablename__ = "need_key"

    need_id: UUID = needed(Uuid, "intake's need", primary_key=True)
    key: bytes | None = maybe(LargeBinary, "wrapped by the master key; empty: destroyed, and none is ever made again")
    destroyed_at: datetime | None = maybe(AT, "when the person was erased")


class WorkItem(Table, table=True):
    """Something a coordinator must look at."""

    __tablename__ = "work_item"

    id: UUID = needed(Uuid, "work item", primary_key=True)
    operator_id: UUID | None = maybe(Uuid, "whose coordinators; empty when no operator is known: shown to all")
    kind: str = needed(Text, "code: what it is about, see work_items.py")
    about_id: UUID = needed(Uuid, "the need, or the key of parked events")
    placement_id: UUID | None = maybe(Uuid, "placement")
    referral_id: UUID | None = maybe(Uuid, "referral")
    restricted: bool = needed(Boolean, "for cleared eyes only")
    urgency: str | None = maybe(Text, "of the need")
    detail: str | None = maybe(Text, "code: a reason or a criterion")
    duty_shift_id: UUID | None = maybe(Uuid, "an emergency's: the shift on whose duty it fell")
    opened_at: datetime = needed(AT, "since when")
    closed_at: datetime | None = maybe(AT, "until when")
    officer: str | None = maybe(Text, "the coordinator who took it, opaque")
    outcome: str | None = maybe(Text, "code: what came of it, when a person closed it")
    closed_by: str | None = maybe(Text, "the coordinator who closed it, opaque")


class Overtaken(Table, table=True):
    """An event that came after what it was about had moved on: recorded and compensated, never parked."""

    __tablename__ = "overtaken"

    event_id: UUID = needed(Uuid, "the event", primary_key=True)
    type: str = needed(Text, "its type")
    need_id: UUID = needed(Uuid, "its need")
    why: str = needed(Text, "code: what had happened before")
    at: datetime = needed(AT, "when it came")
