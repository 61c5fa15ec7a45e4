"""Operators' own rules about which origins may push which needs by themselves."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from ihala_referral.columns import AT, Table, maybe, needed


class CompetenceVersion(Table, table=True):
    """What one operator lets one kind of origin push, from an instant on. Never changed: the next version replaces it."""

    __tablename__ = "competence_version"

    operator_id: UUID = needed(Uuid, "whose rule", primary_key=True)
    origin_kind: str = needed(Text, "rgc, hlp, nngo, …", primary_key=True)
    version: int = needed(Integer, "number, from 1", primary_key=True)
    valid_from: datetime = needed(AT, "since when it holds")
    rows: list[dict[str, Any]] = needed(JSONB, "needs, governorates and sex of each row; none: nothing by itself")
    set_at: datetime = needed(AT, "when it was set")
    set_by: str = needed(Text, "the client that set it")
    acting_officer: str | None = maybe(Text, "opaque, as the calling system names its officer")
