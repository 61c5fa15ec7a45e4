"""What a coordinator decides about a placement.

All raise PlacementNotFound (404), MoveNotAllowed (409, with the open steps) and Stale (412).
"""

from uuid import UUID

from ihala_contracts.intake_v1 import Sensitivity
from ihala_kit.auth import Caller
from ihala_kit.etag import Stale
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import clock, consequences, lifecycle, placing, store, work_items
from ihala_referral.competence import sensitivity_of
from ihala_referral.competences.commands import proposed_route
from ihala_referral.errors import (
    ConsentNotAskedAnew,
    ConsentNotGiven,
    MoveNotAllowed,
    NeedCodeRestricted,
    NeedCodeUnknown,
    PreferredReservationMissing,
    RouteMissing,
)
from ihala_referral.guards import Situation, consent_holds
from ihala_referral.parties import parties
from ihala_referral.states import Party, Step
from ihala_referral.tables import Placement


async def place(
    tx: AsyncSession, caller: Caller, placement_id: UUID, version: int, preferred_reservation_id: UUID | None, need_code: str | None
) -> Placement:
    """Ask the directory, in the need's given or newly found kind; emits PlacementRequested.

    Raises NeedCodeUnknown (422), ConsentNotGiven, NeedCodeRestricted, PreferredReservationMissing and ConsentNotAskedAnew (409).
    """
    situation = await _begin(tx, caller, placement_id, version, Step.PLACE)
    placement = situation.placement
    if not consent_holds(placement, situation.now):
        raise ConsentNotGiven()
    if need_code is not None:
        _classify(placement, need_code)
    if placement.sensitivity is Sensitivity.RESTRICTED and preferred_reservation_id is None:
        raise PreferredReservationMissing()
    if placement.sensitivity is Sensitivity.RESTRICTED and not _asked_anew(placement):
        raise ConsentNotAskedAnew()
    if preferred_reservation_id is not None:  # else what an officer reserved for the need before it came to triage, if that was not used
        placement.preferred_reservation_id = preferred_reservation_id
    await work_items.close(tx, situation, (work_items.CONTACT_CHECK,))  # who is asked next is decided
    await placing.place_again(tx, situation, Party.COORDINATOR)
    clock.wind(placement, situation.referrals)
    return placement


async def reject(tx: AsyncSession, caller: Caller, placement_id: UUID, version: int, reason: str, route: str | None) -> Placement:
    """End it in triage, with the route that is named or else proposed; emits PlacementEnded. Raises ReasonUnknown, RouteMissing (422)."""
    situation = await _begin(tx, caller, placement_id, version, Step.REJECT)
    consequences.stated(reason, Step.REJECT, Party.COORDINATOR, situation.today, comment=None)
    if reason == "out_of_competence":
        route = route or await proposed_route(tx, situation.placement)
        if route is None:
            raise RouteMissing(pointer="#/route")
    await placing.end(tx, situation, reason, step=Step.REJECT, by=Party.COORDINATOR, route=route)
    clock.wind(situation.placement, situation.referrals)
    return situation.placement


def steps(situation: Situation, caller: Caller) -> list[Step]:
    """Return what the caller may do with the placement now."""
    return lifecycle.steps(situation, parties(caller, situation.placement))


async def _begin(tx: AsyncSession, caller: Caller, placement_id: UUID, version: int, step: Step) -> Situation:
    situation = await store.locked_placement(tx, placement_id)
    coordinator = Party.COORDINATOR in parties(caller, situation.placement)
    if not coordinator or not lifecycle.may_step(situation, step, Party.COORDINATOR):
        raise MoveNotAllowed(moves=steps(situation, caller))
    if situation.placement.version != version:
        raise Stale()
    return situation


def _asked_anew(placement: Placement) -> bool:
    """Tell whether the person was asked after the last receiver was: its offer was made under an older consent, or there was none."""
    return (placement.consent_id, placement.consent_revision) != (placement.asked_consent_id, placement.asked_revision)


def _classify(placement: Placement, need_code: str) -> None:
    """Give the need another code of the list; its sensitivity may rise with it, never fall."""
    sensitivity = sensitivity_of(need_code)
    if sensitivity is None:
        raise NeedCodeUnknown(pointer="#/need_code")
    if Sensitivity.RESTRICTED in {sensitivity, placement.sensitivity}:
        raise NeedCodeRestricted(pointer="#/need_code")
    if sensitivity is Sensitivity.PROTECTED:
        placement.sensitivity = sensitivity
    placement.need_code = need_code
