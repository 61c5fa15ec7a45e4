"""Tells that deadlines come near, once each; one that has passed meanwhile is told of by the clock alone."""

from ihala_kit.auth import Caller
from ihala_kit.db import Database
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import announcing, near, store
from ihala_referral.commands.ticking import OFFICE, ORIGIN, PROVIDER
from ihala_referral.guards import Situation
from ihala_referral.parties import acting_origin
from ihala_referral.tables import Referral

BATCH = 100


async def tell(database: Database) -> int:
    """Tell of up to 100 placements what has come near; return for how many. For a Job."""
    async with database.transaction(Caller.system("clock")) as tx:
        situations = await store.near(tx, BATCH)
        for situation in situations:
            for referral in situation.open():
                _tell(tx, situation, referral)
        return len(situations)


def _tell(tx: AsyncSession, situation: Situation, referral: Referral) -> None:
    for one in near.ahead(referral):
        if one.at > situation.now:
            break
        referral.near_told = [*referral.near_told, near.mark(referral, one.deadline)]
        if situation.now < one.due_at:
            announcing.near(tx, situation, one, [_acting(referral, one.deadline)], referral)
    referral.near_at = near.next_at(referral)


def _acting(referral: Referral, deadline: str) -> str:
    """Return who must act by the deadline: the receiver, or whoever acts as origin."""
    if deadline != near.ANSWER:
        return PROVIDER
    return ORIGIN if acting_origin(referral) == referral.origin_id else OFFICE
