"""What a provider that takes part no more has left behind, and what stands in its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ihala_kit.db import caller_of
from ihala_kit.pages import PageRequest
from sqlalchemy import and_
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import visible
from ihala_referral.tables import Placement, Referral
from ihala_referral.together.trouble_models import Replacement, ReplacementBy

REASON = "provider_closed"


@dataclass(frozen=True, slots=True)
class Left:
    """A referral that ended with its provider, its placement, and the newest attempt since, if there is one."""

    referral: Referral
    placement: Placement
    since: Referral | None


async def left_by(tx: AsyncSession, organization_id: UUID, page: PageRequest) -> Sequence[Left]:
    """Return a page of what ended as provider_closed at an organisation and the caller's office owns, oldest first."""
    caller = caller_of(tx)
    later = aliased(Referral)
    newest = (
        select(col(later.id))
        .where(col(later.placement_id) == col(Referral.placement_id), col(later.id) > col(Referral.id))
        .order_by(col(later.id).desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(Referral, Placement, newest)
        .join(Placement, and_(col(Placement.id) == col(Referral.placement_id), visible.placements(caller)))
        .where(col(Referral.organization_id) == organization_id, col(Referral.reason) == REASON)
    )
    after = page.after_as(UUID)
    if after is not None:
        query = query.where(col(Referral.id) > after[0])
    found = (await tx.exec(query.order_by(col(Referral.id)).limit(page.fetch))).all()
    ids = [since for _, _, since in found if since is not None]
    by_id = {row.id: row for row in await tx.exec(select(Referral).where(col(Referral.id).in_(ids)))} if ids else {}
    return [Left(referral, placement, by_id.get(since)) for referral, placement, since in found]


def shown(left: Left) -> Replacement:
    """Return what the office sees of it; the need keeps its first clock."""
    row, placement, since = left.referral, left.placement, left.since
    by = None
    if since is not None:
        by = ReplacementBy(
            referral_id=since.id, organization_id=since.organization_id, state=since.state, offered_at=since.offered_at,
            decide_by=since.decide_by, first_contact_by=since.first_contact_by,
        )  # fmt: skip
    return Replacement(
        referral_id=row.id, reference=row.reference, need_id=row.need_id, placement_id=placement.id, urgency=row.urgency,
        requested_at=placement.requested_at, offered_at=row.offered_at, decide_by=row.decide_by, first_contact_by=row.first_contact_by,
        in_service=row.first_contact_at is not None, ended_at=row.ended_at, placement_state=placement.state, replaced_by=by,
    )  # fmt: skip
