"""A need whose case went to another operator is that one's with all that was tried for it; the former has no part in it any more."""

from uuid import UUID

from sqlalchemy import Update, case, update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import announcing, work_items
from ihala_referral.guards import Situation
from ihala_referral.parties import acting_origin
from ihala_referral.states import Party
from ihala_referral.tables import Referral

HAND_OVER = "hand_over"


async def look(tx: AsyncSession, situation: Situation, operator_id: UUID) -> bool:
    """Give a locked placement, its referrals and what must be looked at to an operator; False if it has them already.

    Also where it has ended: a person may still dispute that help came. What the former operator's own desk asked for, the new one's asks.
    """
    placement, former = situation.placement, situation.placement.operator_id
    if former == operator_id:
        return False
    placement.operator_id, placement.officer = operator_id, None  # nobody there works on it yet
    if placement.origin_id == former:
        placement.origin_id = operator_id
    placement.version += 1
    announcing.record(tx, situation, HAND_OVER, Party.SYSTEM, placement.state, placement.state)
    for referral in situation.open():
        _give(tx, situation, referral, former)
    await tx.execute(_ended(placement.id, former, operator_id))
    await work_items.hand_over(tx, situation, operator_id)
    return True


def _give(tx: AsyncSession, situation: Situation, referral: Referral, former: UUID) -> None:
    if acting_origin(referral) != referral.origin_id or referral.origin_id == former:
        referral.origin_officer = None
    if referral.origin_id == former:
        referral.origin_id = situation.placement.origin_id
    referral.operator_id, referral.office_officer = situation.placement.operator_id, None
    referral.version += 1
    announcing.record(tx, situation, HAND_OVER, Party.SYSTEM, referral.state, referral.state, referral=referral)


def _ended(placement_id: UUID, former: UUID, operator_id: UUID) -> Update:
    """Return the statement that gives what was tried before to the operator: its versions stay, for nothing of it moves any more."""
    theirs = (col(Referral.placement_id) == placement_id, col(Referral.ended_at).is_not(None))
    origin = case((col(Referral.origin_id) == former, operator_id), else_=col(Referral.origin_id))
    return update(Referral).where(*theirs).values(operator_id=operator_id, origin_id=origin)
