"""One-time links: what is kept of them, which is neither the link nor its code."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, Text, Uuid

from ihala_referral.columns import AT, Table, counted, maybe, needed


class OneTimeLink(Table, table=True):
    """A link by which a named focal person of a receiver answers one offer."""

    __tablename__ = "one_time_link"

    id: UUID = needed(Uuid, "link", primary_key=True)
    operator_id: UUID = needed(Uuid, "the operator whose office issued it")
    referral_id: UUID = needed(Uuid, "the offer", of="referral")
    organization_id: UUID = needed(Uuid, "the receiver")
    focal_id: str = needed(Text, "focal person, opaque, as the issuing office names her; her contact is not kept here")
    language: str = needed(Text, "ar, ckb or en")
    token_hash: bytes = needed(LargeBinary, "keyed hash of the link's secret")
    code_hash: bytes = needed(LargeBinary, "keyed hash of the code that goes by another channel")
    issued_at: datetime = needed(AT, "since when")
    issued_by: str = needed(Text, "the client that issued it")
    acting_officer: str | None = maybe(Text, "opaque, as the calling system names its officer")
    tries: int = counted("wrong codes")
    asked: int = counted("forms sent in the running minute")
    minute_at: datetime = needed(AT, "when that minute began, real time")
    used_for: str | None = maybe(Text, "accept or decline, once it was used")
    end_reason: str | None = maybe(Text, "used, replaced, revoked or tries")
    ended_at: datetime | None = maybe(AT, "when it ended by itself; its offer's end and deadline end it too")
