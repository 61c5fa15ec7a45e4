"""After nobody was reached: the office finds out how the person can be reached, and the same provider is asked once more."""

from typing import Literal
from uuid import UUID

from ihala_contracts.intake_v1 import Sensitivity
from ihala_kit.auth import Caller
from ihala_kit.etag import Stale
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import announcing, clock, excluding, lifecycle, placing, store, work_items
from ihala_referral.commands import coordinating
from ihala_referral.errors import MoveNotAllowed, PreferredReservationMissing
from ihala_referral.parties import parties
from ihala_referral.states import Party, PlacementState, Step
from ihala_referral.tables import Placement, Referral

ACT = "contact_check"


async def record(
    tx: AsyncSession, caller: Caller, placement_id: UUID, version: int, result: Literal["reachable", "unreachable"]
) -> Placement:
    """Say how the contact check ended.

    `reachable`: the same service at its location is asked first, once more; emits PlacementRequested. `unreachable`: it is not asked
    again, and the need stays in triage.
    Raises PlacementNotFound (404), MoveNotAllowed (409: no contact check is open), PreferredReservationMissing (409: a restricted need
    is placed by a person alone), Stale (412).
    """
    situation = await store.locked_placement(tx, placement_id)
    placement = situation.placement
    may = Party.COORDINATOR in parties(caller, placement) and lifecycle.may_step(situation, Step.PLACE, Party.COORDINATOR)
    item = await work_items.open_one(tx, situation, work_items.CONTACT_CHECK) if placement.state is PlacementState.TRIAGE else None
    if not may or item is None:
        raise MoveNotAllowed(moves=coordinating.steps(situation, caller))
    if placement.version != version:
        raise Stale()
    if result == "reachable" and placement.sensitivity is Sensitivity.RESTRICTED:
        raise PreferredReservationMissing()
    asked = await tx.get_one(Referral, item.referral_id)  # not the attempt that ended last: of an emergency there may be another
    await work_items.close(tx, situation, (work_items.CONTACT_CHECK,))
    if result == "unreachable":
        await excluding.exclude(tx, situation, asked.service_at_location_id, result)
        placement.version += 1
        announcing.record(tx, situation, ACT, Party.COORDINATOR, placement.state, placement.state, reason=result)
    else:
        placement.preferred_location_id = asked.service_at_location_id
        await placing.place_again(tx, situation, Party.COORDINATOR)
    clock.wind(placement, situation.referrals)
    return placement
