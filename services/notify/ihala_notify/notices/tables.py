"""Who of an organisation's officers wants notices by e-mail, and each mail. The address is sealed; times are real time."""

from datetime import datetime
from uuid import UUID

from ihala_kit.rewrap import Wrapped
from sqlalchemy import BigInteger, Boolean, DateTime, ForeignKey, Integer, LargeBinary, SmallInteger, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from ihala_notify.tables import Table, column

_AT = DateTime(timezone=True)


def about_address(digest_id: UUID) -> str:
    """Return what a sealed address says it is about."""
    return f"digest/{digest_id}"


WRAPPED = Wrapped("digest", "id", "sealed_email", about_address)


class Digest(Table, table=True):
    """One officer's wish. Ended it has no address and no code, and is forgotten after 30 days."""

    __tablename__ = "digest"

    id: UUID = column(Uuid, key=True)
    organization_id: UUID = column(Uuid)
    officer: str = column(Text)  # opaque, as tokens name who sits there; one wish each
    sealed_email: bytes | None = column(LargeBinary, nullable=True, personal=True)  # sealed directly under the master key
    language: str = column(Text)  # ar | ckb | en
    kinds: list[str] | None = column(ARRAY(Text), nullable=True)  # None: all
    governorates: list[str] | None = column(ARRAY(Text), nullable=True)  # P-codes; None: all
    daily_at: int | None = column(SmallInteger, nullable=True)  # minutes after midnight, Iraq's time; None: no daily one
    at_once: bool = column(Boolean)  # escalations are told when they happen, and not again in the daily one
    state: str = column(Text)  # unconfirmed | active | ended
    reason: str | None = column(Text, nullable=True)  # code: why it ended
    code_hash: bytes | None = column(LargeBinary, nullable=True)  # keyed hash of the code that was mailed last
    code_until: datetime | None = column(_AT, nullable=True)
    code_tries: int = column(Integer)  # wrong ones since
    cursor: int = column(BigInteger)  # position in the organisation's feed up to which the daily one has told
    urgent_cursor: int = column(BigInteger)  # the same of what is told at once
    next_at: datetime | None = column(_AT, nullable=True)  # when the next daily one is made; only of an active one
    version: int = column(Integer)  # ETag
    changed_at: datetime = column(_AT)
    created_at: datetime = column(_AT)


class DigestMail(Table, table=True):
    """One mail. What it says is made anew at each try from the part of the feed that it tells; its Message-ID is its id."""

    __tablename__ = "digest_mail"

    id: UUID = column(Uuid, key=True)
    digest_id: UUID = column(Uuid, ForeignKey("digest.id"))
    organization_id: UUID = column(Uuid)
    kind: str = column(Text)  # code | daily | urgent
    after: int | None = column(BigInteger, nullable=True)  # it tells what comes after this position
    until: int | None = column(BigInteger, nullable=True)  # and up to this one
    state: str = column(Text)  # waiting | sending | sent | failed | dropped
    reason: str | None = column(Text, nullable=True)  # code: why it failed, was dropped or waits again
    attempts: int = column(Integer)
    next_at: datetime | None = column(_AT, nullable=True)  # while open: when it is tried; while sending, when the lease is over
    created_at: datetime = column(_AT)
    settled_at: datetime | None = column(_AT, nullable=True)
