"""Queries about tries to reach a person, and what else is planned for a need. The caller was checked with the follow-up."""

from collections.abc import Sequence
from uuid import UUID

from ihala_kit.auth import Caller
from sqlalchemy import ColumnElement, or_, true
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.tables import FollowUp, FollowUpTry


def _mine(caller: Caller) -> ColumnElement[bool]:
    if caller.is_system:
        return true()
    return or_(col(FollowUpTry.operator_id) == caller.organization_id, col(FollowUpTry.origin_id) == caller.organization_id)


async def tries(tx: AsyncSession, caller: Caller, follow_up_id: UUID) -> Sequence[FollowUpTry]:
    """Return the failed tries of a follow-up, the first one first: three at most."""
    query = select(FollowUpTry).where(FollowUpTry.follow_up_id == follow_up_id, _mine(caller))
    return (await tx.exec(query.order_by(col(FollowUpTry.id)))).all()


async def open_ones(tx: AsyncSession, need_id: UUID, *states: str) -> Sequence[FollowUp]:
    """Return what is still planned, or due, for a locked need."""
    query = select(FollowUp).where(FollowUp.need_id == need_id, col(FollowUp.state).in_(states)).order_by(col(FollowUp.id))
    return (await tx.exec(query.with_for_update(key_share=True), execution_options={"populate_existing": True})).all()


async def is_planned(tx: AsyncSession, referral_id: UUID, number: int) -> bool:
    """Tell whether the person is, or was, to be asked this often about a referral."""
    query = select(FollowUp.id).where(FollowUp.referral_id == referral_id, FollowUp.number == number)
    return (await tx.exec(query)).one_or_none() is not None
