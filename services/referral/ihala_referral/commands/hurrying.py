"""A need that became more urgent while it waited: what was set by slower terms does not hold it up. The placement is locked."""

from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import clock, deadlines, placing, waiting_lists
from ihala_referral.calendars import counting
from ihala_referral.guards import Situation
from ihala_referral.states import UNDECIDED, PlacementState
from ihala_referral.tables import Referral


async def look(tx: AsyncSession, situation: Situation, rank_before: int) -> None:
    """Shorten the clock of a triage or of who is unserved, and ask for a second offer beside one that was made before it was an emergency.

    The open offer keeps until when it is answered, which its receiver was told; its levels do not wait for that.
    Emits PlacementTriaged or PlacementRequested.
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
        for referral in situation.open():
            await hasten(tx, situation, referral)
        await placing.second(tx, situation)
        await waiting_lists.look(tx, situation)


async def hasten(tx: AsyncSession, situation: Situation, referral: Referral) -> None:
    """Bring the levels of an offer that was made by slower terms to where the need's urgency has them, counted from now.

    There may be nobody else to offer it to: then they alone put it before the coordinator. None where a question lets the clock rest.
    """
    if referral.state not in UNDECIDED or referral.rested_at is not None or not referral.hurried:
        return
    timing = await counting.of_referral(tx, situation, referral, referral.urgency_told)
    sooner = deadlines.of_offer(timing, situation.now)
    for column in clock.LEVEL_COLUMNS.values():
        setattr(referral, column, min(getattr(referral, column), sooner[column]))
