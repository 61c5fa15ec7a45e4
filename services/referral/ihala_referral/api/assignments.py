"""Who works on what inside the caller's organisation: assigning, its history, and handing over. The other sides see nothing of it."""

from uuid import UUID

from fastapi import APIRouter
from ihala_kit.db import Transaction
from ihala_kit.once import Once
from ihala_kit.pages import Page, PageQuery, page_of
from ihala_kit.problems import responses

from ihala_referral import store, tables
from ihala_referral.api.rights import Coordinating, Reading
from ihala_referral.errors import PlacementNotFound, ReferralNotFound
from ihala_referral.worklists import assigning, handing_over, items, models
from ihala_referral.worklists.errors import (
    AlreadyEnded,
    AssignedOtherwise,
    HandOverNotFound,
    HandOverToSame,
    SideNotYours,
    WorkItemNotFound,
)

router = APIRouter(prefix="/v1", tags=["worklists"])


@router.post(
    "/referrals/{referral_id}/assignment",
    response_model=models.Assignment,
    responses=responses(ReferralNotFound, SideNotYours, AlreadyEnded, AssignedOtherwise),
)
async def assign_referral(
    referral_id: UUID, body: models.AssigningSide, caller: Reading, once: Once, tx: Transaction
) -> models.Assignment:  # fmt: skip
    """Give a referral to an officer of the caller's organisation, on one side of it."""
    return await once(models.Assignment, lambda: assigning.referral(tx, caller, referral_id, body))


@router.get("/referrals/{referral_id}/assignments", response_model=Page[models.Assignment], responses=responses(ReferralNotFound))
async def list_assignments(referral_id: UUID, caller: Reading, tx: Transaction, page: PageQuery) -> Page[models.Assignment]:
    """List who worked on it at the caller's organisation, newest first."""
    await store.referral(tx, referral_id)
    return _shown(page_of(await assigning.history(tx, caller, referral_id, page), page, lambda row: (row.id,)))


@router.post(
    "/placements/{placement_id}/assignment",
    response_model=models.Assignment,
    responses=responses(PlacementNotFound, AlreadyEnded, AssignedOtherwise),
)
async def assign_placement(
    placement_id: UUID, body: models.Assigning, caller: Coordinating, once: Once, tx: Transaction
) -> models.Assignment:  # fmt: skip
    """Give a placement to a coordinator."""
    return await once(models.Assignment, lambda: assigning.placement(tx, caller, placement_id, body))


@router.get("/placements/{placement_id}/assignments", response_model=Page[models.Assignment], responses=responses(PlacementNotFound))
async def list_placement_assignments(placement_id: UUID, caller: Coordinating, tx: Transaction, page: PageQuery) -> Page[models.Assignment]:
    """List who worked on it, newest first."""
    await store.placement(tx, placement_id)
    return _shown(page_of(await assigning.history(tx, caller, placement_id, page), page, lambda row: (row.id,)))


@router.post(
    "/work-items/{item_id}/assignment",
    response_model=models.Assignment,
    responses=responses(WorkItemNotFound, AlreadyEnded, AssignedOtherwise),
)
async def assign_work_item(item_id: UUID, body: models.Assigning, caller: Coordinating, once: Once, tx: Transaction) -> models.Assignment:
    """Give a work item to a coordinator."""

    async def run() -> tables.Assignment:
        return await assigning.work_item(tx, caller, await items.one(tx, caller, item_id), body)

    return await once(models.Assignment, run)


@router.post("/hand-overs", response_model=models.HandOver, status_code=202, responses=responses(HandOverToSame))
async def hand_over(body: models.HandingOver, caller: Reading, once: Once, tx: Transaction) -> models.HandOver:
    """Give all open work of an officer to another, on the sides where the caller may assign; what the caller may not see, to nobody."""
    return await once(models.HandOver, lambda: handing_over.begin(tx, caller, body))


@router.get("/hand-overs/{hand_over_id}", response_model=models.HandOver, responses=responses(HandOverNotFound))
async def read_hand_over(hand_over_id: UUID, caller: Reading, tx: Transaction) -> models.HandOver:
    """Tell how far it is."""
    return models.HandOver.model_validate(await handing_over.progress(tx, caller, hand_over_id))


def _shown(rows: list[tables.Assignment]) -> Page[models.Assignment]:
    return Page(items=[models.Assignment.model_validate(row) for row in rows])
