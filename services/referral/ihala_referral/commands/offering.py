"""Directory's answers: a place becomes an offer, or nobody can take it."""

from uuid import UUID

from ihala_contracts import referral_v1 as v1
from ihala_contracts.directory_v1 import Criterion, NoPlaceFound, PlaceReserved
from ihala_contracts.intake_v1 import Sensitivity
from ihala_kit.ids import new_id, reference
from ihala_kit.outbox import emit
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import announcing, clock, excluding, placing, sealing, store, waiting_lists
from ihala_referral.calendars import counting
from ihala_referral.guards import Situation, agreement_holds, consent_holds
from ihala_referral.states import AttemptState, Owner, Party, PlacementState, State, Step, Unfit
from ihala_referral.tables import Attempt, Organization, Placement, Referral

PREFIX = "REF"


async def place_reserved(tx: AsyncSession, event: PlaceReserved) -> None:
    """Offer the place that directory holds; emits ReferralOffered, or PlacementCancelled when it is no longer wanted."""
    situation = await store.of_need(tx, event.need_id)
    if situation is None or situation.placement.id != event.placement_id:
        await _unwanted(tx, event, "unknown_placement")
        return
    attempt = await tx.get(Attempt, (event.placement_id, event.attempt))
    if attempt is None or attempt.state is not AttemptState.REQUESTED:
        await _late(tx, event, attempt)
        return
    attempt.answered_at, attempt.reservation_id = situation.now, event.reservation_id
    attempt.organization_id, attempt.explanation = event.organization_id, _criteria(event.explanation)
    receiver = await store.organization(tx, event.organization_id)
    if receiver is None:  # its own topic key: OrganizationJoined may come later
        attempt.state, attempt.held = AttemptState.HELD, event.model_dump(mode="json")
    else:
        await offer_or_refuse(tx, situation, attempt, event, receiver)
    clock.wind(situation.placement, situation.referrals)


async def held_answer(tx: AsyncSession, placement_id: UUID) -> None:
    """Go on with an answer whose organisation is known now."""
    situation = await store.locked(tx, col(Placement.id) == placement_id)
    held = await store.attempts(tx, placement_id, AttemptState.HELD)
    for attempt in held if situation else []:
        assert situation is not None and attempt.held is not None, "a held attempt keeps its answer"
        event = PlaceReserved.model_validate(attempt.held)
        receiver = await store.organization(tx, event.organization_id)
        if receiver is not None:
            attempt.held = None
            await offer_or_refuse(tx, situation, attempt, event, receiver)
            clock.wind(situation.placement, situation.referrals)


async def offer_or_refuse(tx: AsyncSession, situation: Situation, attempt: Attempt, event: PlaceReserved, receiver: Organization) -> None:
    """Make the offer, or give the place back and go on, when this receiver may not be asked."""
    placement = situation.placement
    lane = _free_lane(situation)
    why = unfit(situation, receiver) or await _parted(tx, situation, receiver) or ("not_wanted" if lane is None else None)
    if lane is not None and why is None:
        attempt.state = AttemptState.RESERVED
        await _offer(tx, situation, event, lane)
        return
    assert why is not None, "an answer that is not taken is refused for a reason"
    attempt.state = AttemptState.REFUSED
    placing.cancel(tx, situation, event.attempt, why, event.reservation_id)
    placement.due_at = None
    if lane is None:
        return
    if why is not Unfit.CONSENT:  # the provider is not at fault: once the person was asked it may be the right one
        await excluding.exclude(tx, situation, event.service_at_location_id, why)
    if placement.state is PlacementState.OFFERING:
        if why is not Unfit.CONSENT:  # else it would be the same answer again; the open offer has clocks of its own
            await placing.second(tx, situation)
    elif why is Unfit.CONSENT or placement.sensitivity is Sensitivity.RESTRICTED:
        await placing.triage(tx, situation, [why])
    else:
        await placing.next_offer(tx, situation)


async def _parted(tx: AsyncSession, situation: Situation, receiver: Organization) -> Unfit | None:
    """Return why this receiver may not be asked, if it was parted from the case by an attempt that ended after the question was asked."""
    placement = situation.placement
    if placement.replaces_id is None:  # none has ended since the last offer
        return None
    return Unfit.PARTED if receiver.id in await excluding.barred(tx, placement) else None


def unfit(situation: Situation, receiver: Organization) -> Unfit | None:
    """Return why this receiver may not be asked, or None: active, cleared if restricted, agreement valid, named by the consent."""
    placement = situation.placement
    if receiver.suspended:
        return Unfit.SUSPENDED
    if placement.sensitivity is Sensitivity.RESTRICTED and not receiver.cleared:
        return Unfit.NOT_CLEARED
    if not agreement_holds(receiver, situation.now):
        return Unfit.NO_AGREEMENT
    return None if covered(situation, receiver.id) else Unfit.CONSENT


def covered(situation: Situation, organization_id: UUID) -> bool:
    """Tell whether the consent allows this receiver: for a restricted need it must name it."""
    placement = situation.placement
    anybody = not placement.recipients and placement.sensitivity is not Sensitivity.RESTRICTED
    return (
        consent_holds(placement, situation.now)
        and organization_id not in placement.objections
        and (anybody or organization_id in placement.recipients)
    )


async def no_place_found(tx: AsyncSession, event: NoPlaceFound) -> None:
    """Nobody can take it: unserved, unless another offer is open; emits NeedUnserved."""
    situation = await store.of_need(tx, event.need_id)
    attempt = await tx.get(Attempt, (event.placement_id, event.attempt))
    if situation is None or attempt is None or attempt.state is not AttemptState.REQUESTED:
        await store.overtaken(tx, event, event.need_id, "attempt_over")
        return
    attempt.state, attempt.answered_at, attempt.explanation = AttemptState.NONE, situation.now, _criteria(event.failing)
    situation.placement.due_at = None
    if not situation.open():
        await placing.unserved(tx, situation, sorted({criterion.code for criterion in event.failing}))
    else:
        await waiting_lists.look(tx, situation)
    clock.wind(situation.placement, situation.referrals)


async def _offer(tx: AsyncSession, situation: Situation, event: PlaceReserved, lane: int) -> None:
    placement, now = situation.placement, situation.now
    restricted = placement.sensitivity is Sensitivity.RESTRICTED
    origin = await store.organization(tx, placement.origin_id)
    referral = Referral(
        id=new_id(), reference=reference(PREFIX), placement_id=placement.id, need_id=placement.need_id,
        operator_id=placement.operator_id, origin_id=placement.origin_id, origin_kind=placement.origin_kind,
        organization_id=event.organization_id, organization_kind=event.organization_kind, service_id=event.service_id,
        service_at_location_id=event.service_at_location_id, service_name=event.service_name,
        reservation_id=event.reservation_id, attempt=event.attempt, lane=lane, replaces=placement.replaces_id,
        restricted=restricted, need_code=placement.need_code, urgency=placement.urgency, governorate=placement.governorate,
        district=event.district, attributes=sealing.told_to(event.organization_kind, event.disclosed_attributes),
        allows_waitlist=event.allows_waitlist, state=State.OFFERED, need_changed=False, offered_at=now, moved_at=now,
        origin_away=origin is not None and origin.suspended,
    )  # fmt: skip
    await sealing.keep_shown(tx, placement, referral)
    await counting.promised(tx, referral)
    clock.start_offer(referral, await counting.of_referral(tx, situation, referral), now)
    await placing.advance(tx, situation, Step.OFFER)
    placement.replaces_id = placement.due_at = None
    placement.asked_consent_id, placement.asked_revision = placement.consent_id, placement.consent_revision
    placement.offers += 1
    placement.owner = Owner.PROVIDER
    situation.referrals.append(referral)
    clock.wind(placement, situation.referrals)
    tx.add(referral)
    announcing.record(tx, situation, Step.OFFER, Party.SYSTEM, "", referral.state, referral=referral)
    announcing.moved(
        tx, situation, referral, v1.ReferralOffered,
        service_id=referral.service_id, service_at_location_id=referral.service_at_location_id, urgency=referral.urgency,
        governorate=referral.governorate, deadlines=announcing.deadlines(referral), replaces=referral.replaces,
    )  # fmt: skip


def _free_lane(situation: Situation) -> int | None:
    """Return 1, or 2 for the second offer of an emergency; None where no offer is wanted."""
    if situation.placement.state not in {PlacementState.PLACING, PlacementState.OFFERING}:
        return None
    used = {referral.lane for referral in situation.open()}
    if len(used) >= placing.timing_of(situation).offers_at_once:
        return None
    return 2 if 1 in used else 1


async def _late(tx: AsyncSession, event: PlaceReserved, attempt: Attempt | None) -> None:
    """Give back a place whose attempt is over; the same answer again changes nothing."""
    if attempt is not None and attempt.reservation_id == event.reservation_id:
        await store.overtaken(tx, event, event.need_id, "answered_before")
    else:
        await _unwanted(tx, event, "attempt_over")


async def _unwanted(tx: AsyncSession, event: PlaceReserved, why: str) -> None:
    await store.overtaken(tx, event, event.need_id, why)
    emit(
        tx,
        v1.PlacementCancelled(
            need_id=event.need_id, placement_id=event.placement_id, attempt=event.attempt, reservation_id=event.reservation_id,
            reason=why,
        ),
    )  # fmt: skip


def _criteria(criteria: list[Criterion]) -> list[dict[str, object]]:
    return [criterion.model_dump() for criterion in criteria]
