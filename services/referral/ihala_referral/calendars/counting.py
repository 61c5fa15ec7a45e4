"""In whose time a placement's and its referrals' deadlines are counted: the receiver's, the origin's and the owning office's."""

from ihala_contracts.intake_v1 import Urgency
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral.calendars import store
from ihala_referral.guards import Situation
from ihala_referral.parties import acting_origin
from ihala_referral.policy import Acting, Timing, policy
from ihala_referral.tables import Placement, Referral


async def of_placement(tx: AsyncSession, situation: Situation) -> Timing:
    """Return the deadlines of the placement itself: all in the time of the operator that owns it."""
    placement, known = situation.placement, await store.current(tx)
    office = known.of(placement.operator_id, placement.operator_id, placement.governorate)
    return _timing(placement, placement.urgency).on(dict.fromkeys(Acting, office))


async def of_referral(tx: AsyncSession, situation: Situation, referral: Referral, urgency: Urgency | None = None) -> Timing:
    """Return the deadlines of one attempt: each in the time of who must act, with what its service promised when it was offered.

    By the urgency that its clock counts by, or by another.
    """
    urgency = urgency or referral.urgency_counted
    timing = _timing(situation.placement, urgency)
    known = await store.current(tx)
    promised = known.promise(referral.service_id, referral.service_policy, urgency.value)
    timing = timing.tightened(promised) if promised else timing
    if timing.wall:
        return timing
    operator = referral.operator_id
    whose = {Acting.RECEIVER: referral.organization_id, Acting.ORIGIN: acting_origin(referral), Acting.OFFICE: operator}
    return timing.on({acting: known.of(who, operator, referral.governorate) for acting, who in whose.items()})


async def promised(tx: AsyncSession, referral: Referral) -> None:
    """Let a new offer take the newest version of what its service promises."""
    referral.service_policy = (await store.current(tx)).newest.get(referral.service_id)


def _timing(placement: Placement, urgency: Urgency) -> Timing:
    return policy(placement.policy_version).of(urgency)
