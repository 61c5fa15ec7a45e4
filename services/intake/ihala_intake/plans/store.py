"""Queries about plans. Only the operator that has the case sees them, restricted ones only the cleared; row policies say it again."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from ihala_kit.auth import Caller
from sqlalchemy import ColumnElement, true, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.tables import Plan, PlanGoal, PlanStep

LOCKED = {"populate_existing": True}


def _mine(caller: Caller, table: type[Plan | PlanStep]) -> ColumnElement[bool]:
    if caller.is_system:
        return true()
    owned = col(table.operator_id) == caller.organization_id
    return owned if caller.cleared else owned & (col(table.sensitivity) != "restricted")


async def plan_of(tx: AsyncSession, caller: Caller, plan_id: UUID, *, lock: bool = False) -> Plan | None:
    """Return a plan of the operator's, locked if asked."""
    query = select(Plan).where(Plan.id == plan_id, _mine(caller, Plan))
    query = query.with_for_update(key_share=True) if lock else query
    return (await tx.exec(query, execution_options=LOCKED)).one_or_none()


async def plans_of_case(tx: AsyncSession, caller: Caller, case_id: UUID, after: UUID | None, limit: int) -> Sequence[Plan]:
    """Return a case's plans, the oldest first."""
    query = select(Plan).where(Plan.case_id == case_id, _mine(caller, Plan))
    query = query if after is None else query.where(Plan.id > after)
    return (await tx.exec(query.order_by(col(Plan.id)).limit(limit))).all()


async def active(tx: AsyncSession, caller: Caller, case_id: UUID) -> Plan | None:
    """Return the plan that a case is worked on by."""
    return (await tx.exec(select(Plan).where(Plan.case_id == case_id, Plan.state == "active", _mine(caller, Plan)))).one_or_none()


async def imported(tx: AsyncSession, operator_id: UUID, mark: bytes) -> Plan | None:
    """Return the plan with a programme's number, locked; one the caller may not see is not found."""
    query = select(Plan).where(Plan.operator_id == operator_id, Plan.mark == mark).with_for_update(key_share=True)
    return (await tx.exec(query, execution_options=LOCKED)).one_or_none()


async def goals_of(tx: AsyncSession, plan_id: UUID) -> Sequence[PlanGoal]:
    """Return a plan's goals in their order; the plan was checked before."""
    return (await tx.exec(select(PlanGoal).where(PlanGoal.plan_id == plan_id).order_by(col(PlanGoal.id)))).all()


async def steps_of(tx: AsyncSession, plan_id: UUID) -> Sequence[PlanStep]:
    """Return a plan's steps in their order; the plan was checked before."""
    return (await tx.exec(select(PlanStep).where(PlanStep.plan_id == plan_id).order_by(col(PlanStep.id)))).all()


async def step_of_case(tx: AsyncSession, caller: Caller, case_id: UUID, step_id: UUID) -> PlanStep | None:
    """Return a step of the plan of a case."""
    query = select(PlanStep).where(PlanStep.id == step_id, PlanStep.case_id == case_id, _mine(caller, PlanStep))
    return (await tx.exec(query)).one_or_none()


async def steps_due(
    tx: AsyncSession, caller: Caller, until: date, after: tuple[date, UUID] | None, limit: int
) -> Sequence[PlanStep]:  # fmt: skip
    """Return the steps to be done until a day, the longest due first."""
    query = select(PlanStep).where(_mine(caller, PlanStep), PlanStep.state == "planned", col(PlanStep.due_on) <= until)
    if after is not None:
        query = query.where(tuple_(col(PlanStep.due_on), col(PlanStep.id)) > after)
    return (await tx.exec(query.order_by(col(PlanStep.due_on), col(PlanStep.id)).limit(limit))).all()
