"""Queries about occasions and concerns: of those who held them, and of the operator."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from ihala_kit.auth import Caller
from sqlalchemy import ColumnElement, func, or_, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.tables import Concern, Occasion, Request


def _own(caller: Caller, table: type[Occasion | Concern | Request]) -> ColumnElement[bool]:
    return or_(col(table.origin_id) == caller.organization_id, col(table.operator_id) == caller.organization_id)


async def occasion_of(tx: AsyncSession, caller: Caller, occasion_id: UUID, *, lock: bool = False) -> Occasion | None:
    """Return an occasion that the caller held, or owns."""
    query = select(Occasion).where(Occasion.id == occasion_id, _own(caller, Occasion))
    query = query.with_for_update(key_share=True) if lock else query
    return (await tx.exec(query, execution_options={"populate_existing": True})).one_or_none()


async def occasions(tx: AsyncSession, caller: Caller, after: tuple[date, UUID] | None, limit: int) -> Sequence[Occasion]:
    """Return the caller's occasions, the newest first."""
    query = select(Occasion).where(_own(caller, Occasion))
    if after is not None:
        query = query.where(tuple_(col(Occasion.held_on), col(Occasion.id)) < after)
    return (await tx.exec(query.order_by(col(Occasion.held_on).desc(), col(Occasion.id).desc()).limit(limit))).all()


async def signed_up(tx: AsyncSession, caller: Caller, occasion_ids: Sequence[UUID]) -> Mapping[UUID, Mapping[str | None, int]]:
    """Return for each occasion how many requests were made there, by how the people had heard of it (None: not asked)."""
    query = select(Request.occasion_id, Request.heard_by, func.count()).where(col(Request.occasion_id).in_(occasion_ids))
    found: dict[UUID, dict[str | None, int]] = {}
    for occasion_id, way, n in await tx.exec(query.where(_own(caller, Request)).group_by(col(Request.occasion_id), col(Request.heard_by))):
        found.setdefault(occasion_id, {})[way] = n  # type: ignore[arg-type]
    return found


async def concerns(tx: AsyncSession, caller: Caller, occasion_id: UUID, after: UUID | None, limit: int) -> Sequence[Concern]:
    """Return an occasion's concerns, the oldest first, as far as the caller may see them."""
    query = select(Concern).where(Concern.occasion_id == occasion_id, _own(caller, Concern))
    query = query if after is None else query.where(Concern.id > after)
    return (await tx.exec(query.order_by(col(Concern.id)).limit(limit))).all()


async def concern_of(tx: AsyncSession, caller: Caller, occasion_id: UUID, concern_id: UUID) -> Concern | None:
    """Return a concern that the caller owns as the operator, locked."""
    query = select(Concern).where(Concern.id == concern_id, Concern.occasion_id == occasion_id)
    query = query.where(Concern.operator_id == caller.organization_id).with_for_update(key_share=True)
    return (await tx.exec(query, execution_options={"populate_existing": True})).one_or_none()
