"""Queries about plans that programmes sent: the operator's alone, restricted ones only for the cleared; row policies say it again."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from ihala_kit.auth import Caller
from sqlalchemy import ColumnElement, true, tuple_, union_all
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.tables import Assistance, CaseFile, Need, NeedAgain, ProgrammePlan

LOCKED = {"populate_existing": True}


def _mine(caller: Caller) -> ColumnElement[bool]:
    if caller.is_system:
        return true()
    owned = col(ProgrammePlan.operator_id) == caller.organization_id
    return owned if caller.cleared else owned & (col(ProgrammePlan.sensitivity) != "restricted")


async def one(tx: AsyncSession, caller: Caller, programme_plan_id: UUID, *, lock: bool = False) -> ProgrammePlan | None:
    """Return one that was sent to the caller's desks."""
    query = select(ProgrammePlan).where(ProgrammePlan.id == programme_plan_id, _mine(caller))
    query = query.with_for_update(key_share=True) if lock else query
    return (await tx.exec(query, execution_options=LOCKED)).one_or_none()


async def page(
    tx: AsyncSession, caller: Caller, state: str, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[ProgrammePlan]:  # fmt: skip
    """Return what was sent to the caller's desks and is in this state, the longest first."""
    query = select(ProgrammePlan).where(ProgrammePlan.state == state, _mine(caller))
    if after is not None:
        query = query.where(tuple_(col(ProgrammePlan.received_at), col(ProgrammePlan.id)) > after)
    return (await tx.exec(query.order_by(col(ProgrammePlan.received_at), col(ProgrammePlan.id)).limit(limit))).all()


async def sent(tx: AsyncSession, sent_by: UUID, mark: bytes) -> ProgrammePlan | None:
    """Return the plan a programme sent before under its number, locked; for the system."""
    query = select(ProgrammePlan).where(ProgrammePlan.sent_by == sent_by, ProgrammePlan.mark == mark).with_for_update(key_share=True)
    return (await tx.exec(query, execution_options=LOCKED)).one_or_none()


async def of_arrival(tx: AsyncSession, arrival_id: UUID) -> Sequence[ProgrammePlan]:
    """Return what was sent for an arrival and waits, locked in the order of the ids; for the system."""
    query = select(ProgrammePlan).where(ProgrammePlan.arrival_id == arrival_id, ProgrammePlan.state == "waiting")
    query = query.order_by(col(ProgrammePlan.id)).with_for_update(key_share=True)
    return (await tx.exec(query, execution_options=LOCKED)).all()


async def about(tx: AsyncSession, person_id: UUID) -> Sequence[ProgrammePlan]:
    """Return what was sent about a person and waits, locked in the order of the ids; for the system."""
    query = select(ProgrammePlan).where(ProgrammePlan.person_id == person_id, ProgrammePlan.state == "waiting")
    query = query.order_by(col(ProgrammePlan.id)).with_for_update(key_share=True)
    return (await tx.exec(query, execution_options=LOCKED)).all()


async def case_of_request(tx: AsyncSession, request_id: UUID) -> CaseFile | None:
    """Return the case that a request is about: the first ordinary one, else the first; for the system."""
    again = select(Need.case_id).join(NeedAgain, col(NeedAgain.need_id) == Need.id).where(NeedAgain.request_id == request_id)
    cases = union_all(
        select(CaseFile.id).where(CaseFile.request_id == request_id), select(Need.case_id).where(Need.request_id == request_id),
        select(Assistance.case_id).where(Assistance.request_id == request_id), again,
    )  # fmt: skip
    query = select(CaseFile).where(col(CaseFile.id).in_(cases)).order_by(col(CaseFile.sensitivity) == "restricted", col(CaseFile.id))
    return (await tx.exec(query.limit(1))).one_or_none()
