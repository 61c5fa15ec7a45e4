"""Giving work to officers. Officers are opaque: an organisation's own system names them, and only that organisation sees them.

No part of the life cycle: the version stays, no event is written, and the other sides see nothing of it. The row alone is locked.
"""

from collections.abc import Sequence
from uuid import UUID

from ihala_contracts.intake_v1 import Sensitivity
from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.ids import new_id
from ihala_kit.pages import PageRequest
from ihala_kit.problems import Problem
from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import store
from ihala_referral.errors import PlacementNotFound, ReferralNotFound
from ihala_referral.states import PlacementState
from ihala_referral.tables import Assignment, Placement, Referral, WorkItem
from ihala_referral.worklists import sides
from ihala_referral.worklists.errors import AlreadyEnded, AssignedOtherwise, SideNotYours, WorkItemNotFound
from ihala_referral.worklists.models import Assigning, AssigningSide
from ihala_referral.worklists.sides import OFFICERS, Side


async def referral(tx: AsyncSession, caller: Caller, referral_id: UUID, asked: AssigningSide) -> Assignment:
    """Give a referral to an officer, on one side of it.

    Raises ReferralNotFound (404), SideNotYours, AlreadyEnded, AssignedOtherwise (409).
    """
    found = await store.referral(tx, referral_id)
    ours = [side for side in sides.allowed(caller) if sides.organization(found, side) == caller.organization_id]
    if asked.role not in ours:
        raise SideNotYours(roles=ours)
    if found.ended_at is not None:
        raise AlreadyEnded()
    before = await _write(tx, Referral.__tablename__, OFFICERS[asked.role], referral_id, asked, ReferralNotFound)
    return _noted(tx, caller, asked.role, found.id, asked, before, restricted=found.restricted)


async def placement(tx: AsyncSession, caller: Caller, placement_id: UUID, asked: Assigning) -> Assignment:
    """Give a placement to a coordinator. Raises PlacementNotFound (404), AlreadyEnded, AssignedOtherwise (409)."""
    found = await store.placement(tx, placement_id)
    if found.state is PlacementState.ENDED:
        raise AlreadyEnded()
    before = await _write(tx, Placement.__tablename__, "officer", placement_id, asked, PlacementNotFound)
    restricted = found.sensitivity is Sensitivity.RESTRICTED
    return _noted(tx, caller, Side.OFFICE, found.id, asked, before, restricted=restricted)


async def work_item(tx: AsyncSession, caller: Caller, found: WorkItem, asked: Assigning) -> Assignment:
    """Give a work item to a coordinator; one that no operator had is the caller's operator's now.

    Raises WorkItemNotFound (404), AlreadyEnded, AssignedOtherwise (409).
    """
    if found.closed_at is not None:
        raise AlreadyEnded()
    before = await _write(tx, WorkItem.__tablename__, "officer", found.id, asked, WorkItemNotFound)
    await tx.execute(_CLAIM, {"id": found.id, "operator_id": caller.organization_id})
    return _noted(tx, caller, Side.OFFICE, found.id, asked, before, restricted=found.restricted)


_CLAIM = text("UPDATE work_item SET operator_id = :operator_id WHERE id = :id AND operator_id IS NULL")


async def _write(tx: AsyncSession, table: object, column: str, about_id: UUID, asked: Assigning, gone: type[Problem]) -> str | None:
    """Write who has it now and return who had it, if that is whom the caller thought.

    Raises AssignedOtherwise (409), or `gone` (404) for what another operator has since the caller looked.
    """
    locked = await tx.execute(text(f"SELECT {column} FROM {table} WHERE id = :id FOR UPDATE"), {"id": about_id})  # noqa: S608
    row = locked.one_or_none()
    if row is None:
        raise gone()
    had = row[0]
    if had not in {asked.instead_of, asked.officer}:
        raise AssignedOtherwise(officer=had)
    statement = text(f"UPDATE {table} SET {column} = :officer WHERE id = :id")  # noqa: S608 - tables and columns of ours
    await tx.execute(statement, {"id": about_id, "officer": asked.officer})
    return str(had) if had is not None else None


def _noted(
    tx: AsyncSession, caller: Caller, side: Side, about_id: UUID, asked: Assigning, before: str | None, *, restricted: bool
) -> Assignment:  # fmt: skip
    row = Assignment(
        id=new_id(), organization_id=caller.organization_id, side=side, about_id=about_id, restricted=restricted,
        before=before, officer=asked.officer, at=now(tx), client_id=caller.client_id, acting_officer=caller.acting_officer,
    )  # fmt: skip
    tx.add(row)
    return row


async def history(tx: AsyncSession, caller: Caller, about_id: UUID, page: PageRequest) -> Sequence[Assignment]:
    """Return a page of who had it at the caller's organisation, newest first."""
    query = select(Assignment).where(col(Assignment.organization_id) == caller.organization_id, col(Assignment.about_id) == about_id)
    after = page.after_as(UUID)
    if after is not None:
        query = query.where(col(Assignment.id) < after[0])
    return (await tx.exec(query.order_by(col(Assignment.id).desc()).limit(page.fetch))).all()
