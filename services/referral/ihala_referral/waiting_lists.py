"""An emergency that is on waiting lists alone, while nobody else is asked: nobody would look at it before the list's next review."""

from ihala_contracts.intake_v1 import Urgency
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import announcing, store, work_items
from ihala_referral.duty import levels
from ihala_referral.guards import Situation
from ihala_referral.states import State

COORDINATOR, LEVEL = "coordinator", 2


async def look(tx: AsyncSession, situation: Situation) -> None:
    """Put such a placement, which is locked, before the coordinator, on duty if there is one; emits Escalated. Else nothing."""
    waiting, placement = situation.open(), situation.placement
    if placement.urgency is not Urgency.EMERGENCY or not waiting or any(one.state is not State.WAITLISTED for one in waiting):
        return
    if await store.outstanding(tx, placement.id) or await work_items.open_one(tx, situation, work_items.UNSERVED):
        return
    duty = await levels.falls_on(tx, situation, [COORDINATOR])
    announcing.escalated(tx, situation, LEVEL, [COORDINATOR], waiting[0], duty)
    await work_items.open_item(tx, situation, work_items.UNSERVED, waiting[0])
    shift = levels.ours(duty)
    if shift is not None:
        await work_items.fall_on(tx, situation, work_items.UNSERVED, shift)
