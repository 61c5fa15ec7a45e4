"""Who is not asked for a need: services at a location that were tried for it, organisations that its case was parted from."""

from datetime import timedelta
from uuid import UUID

from ihala_kit.db import now
from ihala_kit.due import schedule
from sqlalchemy import bindparam, or_
from sqlalchemy.dialects import postgresql
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import unwritten
from ihala_referral.guards import Situation
from ihala_referral.states import Unfit
from ihala_referral.tables import BarredPair, Exclusion, Placement, Referral

UNFIT_FOR = timedelta(days=1)  # that a receiver may not be asked as it stands; then it is looked at again
PAIR_REVIEWED_AFTER = timedelta(days=365)  # as reasons.json says: 12 months; also for a withdrawal, which has no reason there
REVIEW = "review-parted-pair"

_TRIED = select(Exclusion.service_at_location_id).where(
    col(Exclusion.placement_id) == bindparam("placement_id"),
    col(Exclusion.active),
    or_(col(Exclusion.reason).not_in(list(Unfit)), col(Exclusion.at) > bindparam("unfit_since")),
)


async def tried(tx: AsyncSession, placement_id: UUID) -> list[UUID]:
    """Return the services at a location that are not asked for this need now."""
    with unwritten.stays(tx, Exclusion):
        return list((await tx.exec(_TRIED, params={"placement_id": placement_id, "unfit_since": now(tx) - UNFIT_FOR})).all())


async def barred(tx: AsyncSession, placement: Placement) -> list[UUID]:
    """Return whom its case, or an earlier one of the person, is not brought together with until a coordinator has looked at it."""
    cases = [placement.case_id, *placement.earlier_cases]
    query = select(BarredPair.organization_id).where(col(BarredPair.case_id).in_(cases)).distinct()
    with unwritten.stays(tx, BarredPair):
        return list((await tx.exec(query)).all())


async def exclude(tx: AsyncSession, situation: Situation, service_at_location_id: UUID, reason: str, *, once_more: bool = False) -> None:
    """Do not ask this service at this location again for the need; with `once_more` only from the second time on."""
    values = {
        "placement_id": situation.placement.id, "service_at_location_id": service_at_location_id,
        "operator_id": situation.placement.operator_id, "active": not once_more, "reason": reason, "at": situation.now,
    }  # fmt: skip
    known = ["placement_id", "service_at_location_id"]
    insert = postgresql.insert(Exclusion).values(values)
    await tx.execute(insert.on_conflict_do_update(index_elements=known, set_={**values, "active": True}))


async def bar(tx: AsyncSession, situation: Situation, referral: Referral, reason: str) -> None:
    """Do not bring this case together with the receiver again; in a year a coordinator looks at it (`reviews.py`)."""
    values = {
        "case_id": situation.placement.case_id, "organization_id": referral.organization_id,
        "operator_id": situation.placement.operator_id, "reason": reason, "review_at": situation.now + PAIR_REVIEWED_AFTER,
    }  # fmt: skip
    insert = postgresql.insert(BarredPair).values(values)
    await tx.execute(insert.on_conflict_do_update(index_elements=["case_id", "organization_id"], set_=values))
    await schedule(tx, REVIEW, referral.id, situation.now + PAIR_REVIEWED_AFTER)
