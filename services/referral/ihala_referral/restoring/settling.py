"""A need that was left in the middle goes on: the lost service had ended an attempt and said nothing yet of what comes next."""

from uuid import UUID

from ihala_contracts.intake_v1 import Sensitivity
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import clock, consequences, placing, store
from ihala_referral.commands import ending, needs
from ihala_referral.consequences import Next
from ihala_referral.guards import Situation
from ihala_referral.restoring import ends, ground
from ihala_referral.states import TAKEN, UNDECIDED, Act, Party, PlacementState
from ihala_referral.tables import Placement, Referral

SEEKING = frozenset({PlacementState.PLACING, PlacementState.OFFERING, PlacementState.PLACED})


async def settle(tx: AsyncSession, need_id: UUID) -> None:
    """Bring one need to where its clocks and people go on with it; nothing where it stands there, nor of keys that are no needs."""
    situation = await store.of_need(tx, need_id)
    if situation is None or situation.placement.state is PlacementState.ENDED:
        return
    await _end_what_may_not_be(tx, situation)
    placement = situation.placement
    if placement.state in SEEKING and not situation.open() and not await store.outstanding(tx, placement.id):
        await _go_on(tx, situation)
    if placement.state is not PlacementState.ENDED:
        clock.wind(placement, situation.referrals)


async def _end_what_may_not_be(tx: AsyncSession, situation: Situation) -> None:
    """End what the newest consent does not cover, and what stands beside an acceptance."""
    for referral in situation.open():
        if not needs.goes_on(situation.placement, referral) and not _named(situation.placement, referral):
            narrowed = consequences.NARROWED
            await ending.end(tx, situation, referral, Act.FAIL, Party.SYSTEM, "consent_too_narrow", consequence=narrowed)
    if any(referral.state in TAKEN for referral in situation.open()):
        for referral in [known for known in situation.open() if known.state in UNDECIDED]:
            await ending.end(tx, situation, referral, Act.CANCEL, Party.SYSTEM, "placed_elsewhere")


def _named(placement: Placement, referral: Referral) -> bool:
    """Tell whether the consent still allows this receiver; one that has run out ends nothing by itself."""
    anybody = not placement.recipients and placement.sensitivity is not Sensitivity.RESTRICTED
    receiver = referral.organization_id
    return placement.consent_given and receiver not in placement.objections and (anybody or receiver in placement.recipients)


async def _go_on(tx: AsyncSession, situation: Situation) -> None:
    placement = situation.placement
    ended = sorted(await store.referrals_of(tx, placement.id), key=lambda known: known.ended_at or known.moved_at)
    searching = placement.state is PlacementState.PLACING or not ended
    follows = Next.PLACE if searching else ends.follows(ended[-1]).next
    if follows in {Next.PLACE, Next.STAY} and await ground.lacks_facts(tx, situation):
        await placing.triage(tx, situation, [needs.UNREADABLE])
    elif searching:
        await placing.next_offer(tx, situation)
    else:
        reason = ended[-1].reason or ended[-1].state.value
        await placing.after_end(tx, situation, Next.PLACE if follows is Next.STAY else follows, reason)
