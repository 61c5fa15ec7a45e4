"""Queries about assessments: for the operator that has the case, restricted ones for the cleared; row policies say it again."""

from collections.abc import Sequence
from uuid import UUID

from ihala_kit.auth import Caller
from sqlalchemy import ColumnElement, true
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.tables import Assessment


def _mine(caller: Caller) -> ColumnElement[bool]:
    if caller.is_system:
        return true()
    owned = col(Assessment.operator_id) == caller.organization_id
    return owned if caller.cleared else owned & (col(Assessment.sensitivity) != "restricted")


async def assessment_of(tx: AsyncSession, caller: Caller, assessment_id: UUID) -> Assessment | None:
    """Return an assessment of the operator's."""
    return (await tx.exec(select(Assessment).where(Assessment.id == assessment_id, _mine(caller)))).one_or_none()


async def of_case(tx: AsyncSession, caller: Caller, case_id: UUID, after: UUID | None, limit: int) -> Sequence[Assessment]:
    """Return a case's assessments, the first one first."""
    query = select(Assessment).where(Assessment.case_id == case_id, _mine(caller))
    query = query if after is None else query.where(Assessment.id > after)
    return (await tx.exec(query.order_by(col(Assessment.id)).limit(limit))).all()
