"""The queries for emergencies. Rosters and public services are no secret: whoever calls may be told of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, delete
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.tables import DutyCover, Need, Organization, ServiceOnCall

MOST = 10  # to be called one after the other; nobody reads a longer list in an emergency


async def is_covered(tx: AsyncSession, operator_id: UUID, governorate: str, at: datetime) -> bool:
    """Tell whether the operator has its duty roster filled there at an instant."""
    query = select(DutyCover.ends_at).where(
        DutyCover.operator_id == operator_id, DutyCover.governorate == governorate, DutyCover.starts_at <= at, DutyCover.ends_at > at
    )
    return (await tx.exec(query.limit(1))).first() is not None


async def cover(tx: AsyncSession, operator_id: UUID, governorate: str, spans: Iterable[tuple[datetime, datetime]]) -> None:
    """Keep when the roster is filled, in place of what was known."""
    known = delete(DutyCover).where(col(DutyCover.operator_id) == operator_id, col(DutyCover.governorate) == governorate)
    await tx.execute(known)
    tx.add_all(
        DutyCover(operator_id=operator_id, governorate=governorate, starts_at=begins, ends_at=ends) for begins, ends in spans
    )  # fmt: skip


async def keep_service(tx: AsyncSession, row: ServiceOnCall) -> None:
    """Keep a service that can be called, in place of what was known of it."""
    values = row.model_dump()
    insert = postgresql.insert(ServiceOnCall).values(values)
    await tx.execute(insert.on_conflict_do_update(index_elements=["id"], set_=values))


async def forget_service(tx: AsyncSession, service_id: UUID) -> None:
    """Forget a service that cannot be called any more."""
    await tx.execute(delete(ServiceOnCall).where(col(ServiceOnCall.id) == service_id))


async def services(tx: AsyncSession, governorate: str, codes: Sequence[str]) -> Sequence[ServiceOnCall]:
    """Return the services of cleared organisations that are always open there and meet one of these needs."""
    query = (
        select(ServiceOnCall)
        .join(Organization, col(Organization.id) == col(ServiceOnCall.organization_id))
        .where(_has(ServiceOnCall.governorates, [governorate]), _has(ServiceOnCall.need_codes, codes))
        .where(Organization.status == "active", col(Organization.cleared), ~col(Organization.hidden))
    )
    return (await tx.exec(query.order_by(col(ServiceOnCall.id)).limit(MOST))).all()


def _has(column: list[str], any_of: Sequence[str]) -> ColumnElement[bool]:
    """Hold where a list has one of these codes."""
    return col(column).op("&&", is_comparison=True)(cast(list(any_of), ARRAY(Text)))


async def needs(tx: AsyncSession, need_ids: Sequence[UUID]) -> Sequence[Need]:
    """Return those of some needs that the caller may see."""
    return (await tx.exec(select(Need).where(col(Need.id).in_(need_ids)))).all()
