"""A case and a receiver that were parted stay so until a coordinator has looked at it, a year later. Domain, section 7."""

from datetime import timedelta

from ihala_kit.db import now
from ihala_kit.due import DueWork, performs, schedule
from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import excluding, store, work_items
from ihala_referral.tables import BarredPair, Placement, Referral, WorkItem

NOT_NEEDED = "not_needed"
ANOTHER_FIRST = timedelta(days=1)


@performs(excluding.REVIEW)
async def review(tx: AsyncSession, work: DueWork) -> None:
    """Put it before the coordinators; a year later if nothing of the case is open, since nobody is asked for it anyhow."""
    referral = await tx.get_one(Referral, work.key)
    situation = await store.locked(tx, col(Placement.id) == referral.placement_id, referral.id)
    assert situation is not None, "a referral has a placement"
    pair = await tx.get(BarredPair, (situation.placement.case_id, referral.organization_id))
    if pair is None or pair.review_at > now(tx):  # they may be brought together, or were parted again since
        return
    if not await _is_open(tx, situation.placement):
        await _later(tx, pair, referral)
        return
    other = await work_items.open_one(tx, situation, work_items.PAIR_REVIEW)
    if other is not None and other.referral_id != referral.id:  # of a need there is one such item at a time
        await schedule(tx, excluding.REVIEW, referral.id, now(tx) + ANOTHER_FIRST)
        return
    await work_items.open_item(tx, situation, work_items.PAIR_REVIEW, referral, detail=pair.reason)


async def decided(tx: AsyncSession, item: WorkItem, outcome: str) -> None:
    """Bring the two together again if the coordinator says that it is not needed any more; else they stay parted for another year."""
    await store.act_as_system(tx)
    referral = await tx.get_one(Referral, item.referral_id)
    placement = await tx.get_one(Placement, referral.placement_id)
    pair = await tx.get(BarredPair, (placement.case_id, referral.organization_id), with_for_update=True)
    if pair is None:
        return
    if outcome == NOT_NEEDED:
        await tx.delete(pair)
    else:
        await _later(tx, pair, referral)


async def _later(tx: AsyncSession, pair: BarredPair, referral: Referral) -> None:
    pair.review_at = now(tx) + excluding.PAIR_REVIEWED_AFTER
    await schedule(tx, excluding.REVIEW, referral.id, pair.review_at)


async def _is_open(tx: AsyncSession, placement: Placement) -> bool:
    """Tell whether the owning office has something open of the case, or of a later one of the person."""
    theirs = (col(Placement.operator_id) == placement.operator_id, col(Placement.ended_at).is_(None))
    of_person = or_(col(Placement.case_id) == placement.case_id, col(Placement.earlier_cases).contains([placement.case_id]))
    query = select(Placement.id).where(*theirs, of_person)
    return (await tx.exec(query.limit(1))).first() is not None
