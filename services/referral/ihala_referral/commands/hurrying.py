"""A need that became more urgent while it waited: what was set by slower terms does not hold it up. The placement is locked."""

from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import placing
from ihala_referral.calendars import counting
from ihala_referral.guards import Situation
from ihala_referral.states import PlacementState


async def look(tx: AsyncSession, situation: Situation, rank_before: int) -> None:
    """Shorten the clock of a triage or of who is unserved, and ask for a second offer beside one that was made before it was an emergency.

    The open offer keeps its own clocks, which its receiver was told; emits PlacementTriaged or PlacementRequested.
    """
    placement = situation.placement
    if placement.rank >= rank_before:
        return
    if placement.state is PlacementState.TRIAGE:
        timing = await counting.of_placement(tx, situation)
        if placement.due_at is None or timing.after(situation.now, timing.triage) < placement.due_at:
            await placing.tell_triage(tx, situation, placement.triage_reasons)
    elif placement.state is PlacementState.UNSERVED:  # a restricted one: the others were asked for anew
        again = situation.now + placing.timing_of(situation).retry
        placement.due_at = min(placement.due_at or again, again)
    else:
        await placing.second(tx, situation)
