"""Letters, and what each column means. Who carries a letter is not in here, and its code only as a keyed hash."""

from datetime import datetime
from uuid import UUID

from ihala_kit.words import Language
from sqlalchemy import Boolean, DateTime, Integer, LargeBinary, Text, Uuid

from ihala_notify.letters.rules import Kind, Shows
from ihala_notify.tables import Table, column

_AT = DateTime(timezone=True)


class Letter(Table, table=True):
    """One letter or slip that an office gave out."""

    __tablename__ = "letter"

    id: UUID = column(Uuid, key=True)  # its code follows from it and from a key outside the database
    operator_id: UUID = column(Uuid)
    need_id: UUID = column(Uuid)
    referral_id: UUID | None = column(Uuid, nullable=True)  # of a slip that names who helps
    kind: Kind = column(Text)
    shows: Shows = column(Text)
    asked_for: bool = column(Boolean)  # the person asked for it, knowing that others may find it
    language: Language = column(Text)
    restricted: bool = column(Boolean)
    code_hash: bytes = column(LargeBinary)
    issued_by: str = column(Text)  # officer, opaque, or client
    issued_at: datetime = column(_AT)
    valid_until: datetime = column(_AT)
    used_by: str | None = column(Text, nullable=True)
    used_at: datetime | None = column(_AT, nullable=True)
    revoked_by: str | None = column(Text, nullable=True)
    revoked_at: datetime | None = column(_AT, nullable=True)
    version: int = column(Integer)
