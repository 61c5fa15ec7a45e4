"""A place became free where people wait: who keeps the list is asked to look at it now, not only at its next review."""

from datetime import timedelta
from uuid import UUID

from ihala_kit.db import now
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import announcing, clock, near, store
from ihala_referral.commands.ticking import PROVIDER
from ihala_referral.guards import Situation
from ihala_referral.states import State
from ihala_referral.tables import Placement, Referral

LOOK = "look-at-waiting-list"
WITHIN = timedelta(days=1)


async def look(tx: AsyncSession, situation: Situation, referral: Referral) -> None:
    """Bring the next review of a locked referral forward to tomorrow and tell its receiver; emits DeadlineNear.

    Nothing where it waits no longer or will be looked at by then: each place that frees asks for one more of those who wait.
    """
    by = situation.now + WITHIN
    if referral.state is State.WAITLISTED and referral.review_at is not None and referral.review_at > by:
        referral.review_at = by
        announcing.near(tx, situation, near.Near(situation.now, near.WAITLIST, by), [PROVIDER], referral)
        clock.wind(situation.placement, situation.referrals)


async def first(tx: AsyncSession, service_id: UUID) -> tuple[Situation, Referral] | None:
    """Lock who waits longest for a service, the most urgent first, and is not to be looked at by tomorrow."""
    query = (
        select(Referral)
        .join(Placement, col(Placement.id) == Referral.placement_id)
        .where(col(Referral.service_id) == service_id, col(Referral.ended_at).is_(None), col(Referral.state) == State.WAITLISTED)
        .where(col(Referral.review_at) > now(tx) + WITHIN)
        .order_by(col(Placement.rank), col(Placement.requested_at))
    )
    known = (await tx.exec(query.limit(1))).one_or_none()
    situation = await store.locked(tx, col(Placement.id) == known.placement_id, known.id) if known else None
    return (situation, known) if known is not None and situation is not None else None
