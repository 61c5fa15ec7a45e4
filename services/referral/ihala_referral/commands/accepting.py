"""An acceptance, and with it the end of everything else that was tried for the need."""

from ihala_contracts import referral_v1 as v1
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import announcing, clock, lifecycle, placing, work_items
from ihala_referral.calendars import counting
from ihala_referral.commands import ending
from ihala_referral.guards import Situation
from ihala_referral.states import Act, Owner, Party, Step
from ihala_referral.tables import Referral


async def accept(tx: AsyncSession, situation: Situation, referral: Referral, by: Party) -> None:
    """Take the case; emits ReferralAccepted, and ReferralCancelled for the other offer of an emergency. Raises MoveNotAllowed (409)."""
    before = lifecycle.move(situation, referral, Act.ACCEPT, by)
    referral.accepted_at = situation.now
    timing = await counting.of_referral(tx, situation, referral)
    clock.start_contact(referral, timing, situation.placement.contact_from, situation.now)
    announcing.record(tx, situation, Act.ACCEPT, by, before, referral.state, referral=referral)
    announcing.moved(
        tx, situation, referral, v1.ReferralAccepted, service_id=referral.service_id,
        service_at_location_id=referral.service_at_location_id, first_contact_by=referral.first_contact_by,
    )  # fmt: skip
    await work_items.close(tx, situation, work_items.OF_ATTEMPT)
    for other in situation.others(referral):
        await ending.end(tx, situation, other, Act.CANCEL, Party.SYSTEM, "placed_elsewhere")
    await placing.cancel_attempts(tx, situation, "accepted")
    await placing.advance(tx, situation, Step.ACCEPT)
    situation.placement.replaces_id = None
    situation.placement.owner = Owner.PROVIDER
    clock.wind(situation.placement, situation.referrals)
