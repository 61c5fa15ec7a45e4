"""A person moved to another governorate: a coordinator looks at each open referral, and lets it go on from afar or seeks a place there."""

from typing import Literal
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.etag import Stale
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import announcing, clock, lifecycle, work_items
from ihala_referral.commands import ending
from ihala_referral.consequences import Consequence, Exclude, Next
from ihala_referral.errors import MoveNotAllowed
from ihala_referral.guards import Situation
from ihala_referral.states import OPEN, Act, Party
from ihala_referral.tables import Referral
from ihala_referral.together import ground

MOVED = "moved"
PLACE_THERE = Consequence(Next.PLACE, Exclude.LOCATION)  # a human decided just now: not once more in triage
COORDINATOR = frozenset({Party.COORDINATOR})


async def look(tx: AsyncSession, situation: Situation) -> None:
    """Have a coordinator look, if anything open was offered for another governorate than the need's."""
    left = [referral for referral in situation.open() if referral.governorate != situation.placement.governorate]
    if left:
        await work_items.open_item(tx, situation, work_items.MOVED_AWAY, left[0])


async def decide(
    tx: AsyncSession, caller: Caller, referral_id: UUID, version: int, decision: Literal["keep_remote", "place_anew"]
) -> Referral:
    """Let the receiver go on from afar, or fail the referral as `moved` and seek a place where the person is now.

    Emits ReferralFailed and what follows for `place_anew`. Raises what `ground.begin` does, MoveNotAllowed (409) also where the person
    did not move, Stale (412).
    """
    situation, referral, _ = await ground.begin(tx, caller, referral_id, COORDINATOR, OPEN)
    if referral.governorate == situation.placement.governorate:
        raise MoveNotAllowed(moves=lifecycle.allowed(situation, referral, COORDINATOR))
    if referral.version != version:
        raise Stale()
    await work_items.close(tx, situation, (work_items.MOVED_AWAY,))
    if decision == "keep_remote":
        referral.governorate = situation.placement.governorate  # it serves the person there from now on
        referral.need_governorate = None
        referral.version += 1
        announcing.record(tx, situation, decision, Party.COORDINATOR, referral.state, referral.state, referral=referral, reason=MOVED)
    else:
        await ending.end(tx, situation, referral, Act.FAIL, Party.COORDINATOR, MOVED, consequence=PLACE_THERE)
    await look(tx, situation)
    clock.wind(situation.placement, situation.referrals)
    return referral
