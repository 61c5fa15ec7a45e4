"""Queries about complaints. What is sensitive shows to the operator's handlers alone; row policies say it again."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from ihala_kit.auth import Caller
from sqlalchemy import ColumnElement, or_, true, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.casework.complaint_rules import HANDLER
from ihala_intake.casework.store import LOCKED
from ihala_intake.tables import Complaint


def _handles(caller: Caller) -> ColumnElement[bool]:
    """Hold for what the operator's caller may work on."""
    if caller.is_system:
        return true()
    mine = col(Complaint.operator_id) == caller.organization_id
    return mine if HANDLER in caller.roles else mine & col(Complaint.sensitive).is_(False)


def _brought(caller: Caller) -> ColumnElement[bool]:
    """Hold for what an outside origin wrote down, may follow, and is not about itself."""
    not_its_own = col(Complaint.about_organization_id).is_distinct_from(caller.organization_id)
    return (col(Complaint.origin_id) == caller.organization_id) & col(Complaint.sensitive).is_(False) & not_its_own


async def complaint_of(tx: AsyncSession, caller: Caller, complaint_id: UUID) -> Complaint | None:
    """Return a complaint the caller handles, or brought and may follow."""
    query = select(Complaint).where(Complaint.id == complaint_id, or_(_handles(caller), _brought(caller)))
    return (await tx.exec(query)).one_or_none()


async def locked_complaint(tx: AsyncSession, caller: Caller, complaint_id: UUID) -> Complaint | None:
    """Return a complaint the caller handles, locked."""
    query = select(Complaint).where(Complaint.id == complaint_id, _handles(caller)).with_for_update(key_share=True)
    return (await tx.exec(query, execution_options=LOCKED)).one_or_none()


async def complaints(tx: AsyncSession, caller: Caller, state: str, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[Complaint]:
    """Return the complaints in a state that the caller handles, those first that have waited longest; nothing to others."""
    query = select(Complaint).where(_handles(caller), Complaint.state == state)
    query = query if after is None else query.where(tuple_(col(Complaint.received_at), col(Complaint.id)) > after)
    return (await tx.exec(query.order_by(col(Complaint.received_at), col(Complaint.id)).limit(limit))).all()
