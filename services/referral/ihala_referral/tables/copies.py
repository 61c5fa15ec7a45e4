"""Copies of what directory owns, from its events."""

from datetime import date
from uuid import UUID

from sqlalchemy import Boolean, Date, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from ihala_referral.columns import Table, listed, maybe, needed


class Organization(Table, table=True):
    """Copy of directory's organisations, from its events."""

    __tablename__ = "organization"

    id: UUID = needed(Uuid, "organisation", primary_key=True)
    kind: str = needed(Text, "rgc, nngo, …; `unknown` until OrganizationJoined came")
    names: dict[str, str] = needed(JSONB, "public names by language tag")
    operator_id: UUID | None = maybe(Uuid, "its operator")
    cleared: bool = needed(Boolean, "may receive restricted needs")
    agreement_until: date | None = maybe(Date, "end of its data-sharing agreement; empty: no end")
    suspended: bool = needed(Boolean, "gets no offers")


class ServiceCopy(Table, table=True):
    """Copy of directory's services, from its events: tells what a change opened."""

    __tablename__ = "service"

    id: UUID = needed(Uuid, "service", primary_key=True)
    organization_id: UUID = needed(Uuid, "whose")
    status: str = needed(Text, "active, paused or closed")
    restricted: bool = needed(Boolean, "for restricted needs")
    need_codes: list[str] = listed(Text, "needs it meets")
    governorates: list[str] = listed(Text, "P-codes it serves")
