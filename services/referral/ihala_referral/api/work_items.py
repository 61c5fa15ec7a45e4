"""What coordinators must look at: listed, read, closed with a code."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from ihala_contracts.intake_v1 import Urgency
from ihala_kit.db import Transaction
from ihala_kit.instants import Instant
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import responses

from ihala_referral import models
from ihala_referral.api.rights import Coordinating
from ihala_referral.worklists import items
from ihala_referral.worklists.errors import AlreadyEnded, ClosesByItself, OutcomeUnknown, WorkItemNotFound
from ihala_referral.worklists.models import Closing

router = APIRouter(prefix="/v1/work-items", tags=["worklists"])


@router.get("", response_model=Page[models.WorkItem])
async def list_work_items(
    caller: Coordinating, tx: Transaction, page: PageQuery,
    kind: Annotated[str | None, Query(pattern=r"^[a-z_]{1,40}$", description="only of this kind")] = None,
    urgency: Annotated[Urgency | None, Query(description="only of needs this urgent")] = None,
    officer: Annotated[Literal["mine", "unassigned"] | None, Query(description="only the officer's own, or what nobody has")] = None,
    opened_before: Annotated[Instant | None, Query(description="only what has waited since before then")] = None,
) -> Page[models.WorkItem]:  # fmt: skip
    """List what the coordinators of the caller's office must look at, oldest first."""
    rows = await items.listed(tx, caller, page, kind=kind, urgency=urgency, whose=officer, opened_before=opened_before)
    return Page(items=[models.WorkItem.model_validate(row) for row in page_of(rows, page, lambda row: (row.id,))])


@router.get("/{item_id}", response_model=models.WorkItem, responses=responses(WorkItemNotFound))
async def read_work_item(item_id: UUID, caller: Coordinating, tx: Transaction) -> models.WorkItem:
    """Return one work item, also a closed one."""
    return models.WorkItem.model_validate(await items.one(tx, caller, item_id))


@router.post(
    "/{item_id}/closure",
    response_model=models.WorkItem,
    responses=responses(WorkItemNotFound, ClosesByItself, AlreadyEnded, OutcomeUnknown),
)
async def close_work_item(item_id: UUID, body: Closing, caller: Coordinating, once: Once, tx: Transaction) -> models.WorkItem:
    """Say that it was done, was not needed, or was passed on."""
    return await once(models.WorkItem, lambda: items.close(tx, caller, item_id, body.outcome))
