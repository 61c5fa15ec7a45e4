"""Work items: what coordinators must look at. Those about a state close by themselves; the others by whoever did them, with a code."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.pages import PageRequest
from sqlalchemy import ColumnElement, and_, not_, true
from sqlalchemy.orm import aliased
from sqlmodel import col, select, union_all
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import work_items
from ihala_referral.parties import OPERATOR
from ihala_referral.tables import WorkItem
from ihala_referral.worklists import parted
from ihala_referral.worklists.errors import AlreadyEnded, ClosesByItself, OutcomeUnknown, WorkItemNotFound
from ihala_referral.worklists.sides import officer_of

OUTCOMES = ("done", "not_needed", "passed_on")
BY_THEMSELVES = frozenset({*work_items.OF_STATE, *work_items.OF_ATTEMPT})


async def listed(
    tx: AsyncSession, caller: Caller, page: PageRequest, *, kind: str | None, urgency: str | None, whose: str | None,
    opened_before: datetime | None,
) -> Sequence[WorkItem]:  # fmt: skip
    """Return a page of what the caller's coordinators must look at, oldest first. `whose`: mine or unassigned; all if empty.

    What no operator is known for is before all operators; each part is read by its own index, so that neither is sorted.
    """
    wanted: list[ColumnElement[bool]] = [col(WorkItem.closed_at).is_(None)]
    if not caller.cleared:
        wanted.append(not_(col(WorkItem.restricted)))
    if kind is not None:
        wanted.append(col(WorkItem.kind) == kind)
    if urgency is not None:
        wanted.append(col(WorkItem.urgency) == urgency)
    if opened_before is not None:
        wanted.append(col(WorkItem.opened_at) < opened_before)
    if whose is not None:
        wanted.append(col(WorkItem.officer) == officer_of(caller) if whose == "mine" else col(WorkItem.officer).is_(None))
    after = page.after_as(UUID)
    if after is not None:
        wanted.append(col(WorkItem.id) > after[0])
    parts = [col(WorkItem.operator_id) == caller.organization_id]
    if caller.organization_kind == OPERATOR:
        parts.append(col(WorkItem.operator_id).is_(None))
    found = [select(WorkItem).where(part, and_(true(), *wanted)).order_by(col(WorkItem.id)).limit(page.fetch) for part in parts]
    merged = aliased(WorkItem, union_all(*(one.subquery().select() for one in found)).subquery())
    return (await tx.exec(select(merged).order_by(col(merged.id)).limit(page.fetch))).all()


async def one(tx: AsyncSession, caller: Caller, item_id: UUID, *, lock: bool = False) -> WorkItem:
    """Return a work item of the caller's office, open or closed. Raises WorkItemNotFound (404)."""
    query = select(WorkItem).where(col(WorkItem.id) == item_id)
    query = query.with_for_update().execution_options(populate_existing=True) if lock else query
    found = (await tx.exec(query)).one_or_none()
    ours = found is not None and (
        found.operator_id == caller.organization_id or (found.operator_id is None and caller.organization_kind == OPERATOR)
    )
    if found is None or not ours or (found.restricted and not caller.cleared):
        raise WorkItemNotFound()
    return found


async def close(tx: AsyncSession, caller: Caller, item_id: UUID, outcome: str) -> WorkItem:
    """Close a work item that was done. Raises WorkItemNotFound (404), ClosesByItself, AlreadyEnded (409), OutcomeUnknown (422)."""
    found = await one(tx, caller, item_id)
    if outcome not in OUTCOMES:
        raise OutcomeUnknown(pointer="#/outcome", known=list(OUTCOMES))
    if found.kind in BY_THEMSELVES:
        raise ClosesByItself()
    found = await one(tx, caller, item_id, lock=True)
    if found.closed_at is not None:
        raise AlreadyEnded()
    found.closed_at, found.outcome = now(tx), outcome
    found.closed_by = officer_of(caller)
    found.operator_id = found.operator_id or caller.organization_id
    if found.kind == work_items.PAIR_REVIEW:
        await parted.decided(tx, found, outcome)
    return found
