"""Own events from the offer to the running service, applied again: states, versions and deadlines as they were told."""

from ihala_contracts import referral_v1 as v1
from ihala_contracts.directory_v1 import PlaceReserved
from ihala_contracts.intake_v1 import Sensitivity
from ihala_kit.ids import reference
from ihala_kit.inbox import reads
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import announcing, clock, placing, sealing, store, work_items
from ihala_referral.calendars import counting
from ihala_referral.clock import What
from ihala_referral.commands import hurrying
from ihala_referral.commands.offering import PREFIX
from ihala_referral.guards import Situation
from ihala_referral.restoring import ground
from ihala_referral.states import Act, AttemptState, Owner, Party, PlacementState, State, Step
from ihala_referral.statistics import noting
from ihala_referral.tables import Attempt, Exchange, Referral


@reads(v1.ReferralOffered)
async def offered(tx: AsyncSession, event: v1.ReferralOffered) -> None:
    """A receiver was asked: the referral is made anew from what the directory had answered."""
    situation = await ground.placement_of(tx, event, event.moved_at, event.referral_id)
    if any(known.id == event.referral_id for known in situation.referrals):
        return  # told again
    asked = await tx.get(Attempt, (situation.placement.id, event.attempt))
    referral = await _made(tx, situation, event, await ground.answer_to(tx, event.need_id, event.attempt, asked), asked)
    placement = ground.told_of(tx, situation, PlacementState.OFFERING, Step.OFFER)
    placement.replaces_id = placement.due_at = None
    placement.asked_consent_id, placement.asked_revision = placement.consent_id, placement.consent_revision
    placement.offers += 1
    placement.owner = Owner.PROVIDER
    situation.referrals.append(referral)
    ground.wound(situation)
    tx.add(referral)
    announcing.record(tx, situation, Step.OFFER, Party.SYSTEM, "", referral.state, referral=referral)
    noting.moved(tx, placement, referral, v1.ReferralOffered, event.moved_at, {})
    await tx.flush()
    await ground.gone(tx, situation, referral, "reference")


async def _made(
    tx: AsyncSession, situation: Situation, event: v1.ReferralOffered, answer: PlaceReserved | None, asked: Attempt | None
) -> Referral:
    placement = situation.placement
    receiver, origin = await store.organization(tx, event.organization_id), await store.organization(tx, event.origin_id)
    kind = answer.organization_kind if answer else receiver.kind if receiver else "unknown"
    referral = Referral(
        id=event.referral_id, reference=reference(PREFIX), placement_id=placement.id, need_id=event.need_id,
        operator_id=event.operator_id, origin_id=event.origin_id, origin_kind=placement.origin_kind,
        organization_id=event.organization_id, organization_kind=kind, service_id=event.service_id,
        service_at_location_id=event.service_at_location_id, service_name=answer.service_name if answer else {},
        reservation_id=event.reservation_id, attempt=event.attempt, lane=2 if any(r.lane == 1 for r in situation.open()) else 1,
        replaces=event.replaces, restricted=event.restricted, need_code=placement.need_code, urgency=event.urgency,
        governorate=event.governorate, district=answer.district if answer else None,
        attributes=answer.disclosed_attributes if answer else [], allows_waitlist=bool(answer and answer.allows_waitlist),
        state=State.OFFERED, need_changed=False, offered_at=event.moved_at, moved_at=event.moved_at,
        origin_away=origin is not None and origin.suspended, version=event.referral_version,
    )  # fmt: skip
    if placement.sensitivity is not Sensitivity.RESTRICTED:
        await sealing.keep_shown(tx, placement, referral)
    await counting.promised(tx, referral)
    clock.start_offer(referral, await counting.of_referral(tx, situation, referral), event.moved_at)
    clock.set_deadlines(referral, {name: at for name, at in event.deadlines if at is not None})
    if asked is not None:
        asked.state, asked.answered_at, asked.held = AttemptState.RESERVED, event.moved_at, None
        asked.reservation_id, asked.organization_id = event.reservation_id, event.organization_id
        asked.explanation = [criterion.model_dump() for criterion in answer.explanation] if answer else []
    return referral


@reads(v1.ReferralAcknowledged)
async def acknowledged(tx: AsyncSession, event: v1.ReferralAcknowledged) -> None:
    """The receiver had seen it."""
    async with ground.moved(tx, event, Act.ACKNOWLEDGE):
        pass


@reads(v1.ReferralInformationRequested)
async def asked(tx: AsyncSession, event: v1.ReferralInformationRequested) -> None:
    """The receiver asked; what it asked is gone."""
    async with ground.moved(tx, event, Act.ASK) as (situation, referral):
        if await tx.get(Exchange, (referral.id, event.round)) is None:
            tx.add(Exchange(
                referral_id=referral.id, round=event.round, operator_id=referral.operator_id, need_id=referral.need_id,
                question=sealing.GONE, asked_at=event.moved_at,
            ))  # fmt: skip
            clock.rest(referral, await counting.of_referral(tx, situation, referral), event.moved_at)
            await ground.gone(tx, situation, referral, "question")
        referral.answer_by, referral.rounds = event.answer_by, event.round


@reads(v1.ReferralAnswered)
async def answered(tx: AsyncSession, event: v1.ReferralAnswered) -> None:
    """The clock went on; what was answered is gone."""
    async with ground.moved(tx, event, Act.ANSWER) as (situation, referral):
        if exchange := await tx.get(Exchange, (referral.id, referral.rounds)):
            exchange.answered_at = event.moved_at
        if referral.rested_at is not None and referral.answer_by is not None:
            clock.go_on(referral, await counting.of_referral(tx, situation, referral), event.moved_at)
            await hurrying.hasten(tx, situation, referral)
        if event.by_clock:
            await work_items.open_item(tx, situation, work_items.QUESTION_UNANSWERED, referral)
        else:
            await work_items.close(tx, situation, (work_items.QUESTION_UNANSWERED,))
            await ground.gone(tx, situation, referral, "answer")


@reads(v1.ReferralWaitlisted)
async def waitlisted(tx: AsyncSession, event: v1.ReferralWaitlisted) -> None:
    """It waits on the receiver's list."""
    async with ground.moved(tx, event, Act.WAITLIST) as (situation, referral):
        clock.wait(referral, placing.policy_of(situation), event.review_at, event.moved_at)
        referral.reservation_id = None


@reads(v1.ReferralAccepted)
async def accepted(tx: AsyncSession, event: v1.ReferralAccepted) -> None:
    """The receiver took it; what was cancelled beside it has events of its own."""
    async with ground.moved(tx, event, Act.ACCEPT) as (situation, referral):
        placement = situation.placement
        if referral.accepted_at is None:
            referral.accepted_at = event.moved_at
            timing = await counting.of_referral(tx, situation, referral)
            clock.start_contact(referral, timing, placement.contact_from, event.moved_at)
        referral.first_contact_by = event.first_contact_by
        await work_items.close(tx, situation, work_items.OF_ATTEMPT)
        if placement.state is not PlacementState.PLACED:
            ground.told_of(tx, situation, PlacementState.PLACED, Step.ACCEPT)
        placement.replaces_id, placement.due_at, placement.owner = None, None, Owner.PROVIDER


@reads(v1.ReferralStarted)
async def started(tx: AsyncSession, event: v1.ReferralStarted) -> None:
    """The service runs. When the first contact was, is known by the move alone."""
    async with ground.moved(tx, event, Act.START) as (situation, referral):
        referral.first_contact_at = referral.first_contact_at or event.moved_at
        clock.serve(referral, placing.policy_of(situation), event.moved_at)
        await work_items.close(tx, situation, work_items.OF_ATTEMPT)


@reads(v1.ReferralReviewed)
async def reviewed(tx: AsyncSession, event: v1.ReferralReviewed) -> None:
    """It was looked at again."""
    async with ground.moved(tx, event, Act.REVIEW) as (situation, referral):
        clock.serve(referral, placing.policy_of(situation), event.moved_at)
        referral.review_at = event.review_at
        await work_items.close(tx, situation, (work_items.REVIEW_MISSED,))


@reads(v1.ReferralHeld)
async def held(tx: AsyncSession, event: v1.ReferralHeld) -> None:
    """The service rests."""
    async with ground.moved(tx, event, Act.HOLD) as (_, referral):
        referral.reason, referral.resume_by = event.reason, event.resume_by
        referral.fired = [name for name in referral.fired if name != What.RESUME]


@reads(v1.ReferralResumed)
async def resumed(tx: AsyncSession, event: v1.ReferralResumed) -> None:
    """It goes on."""
    async with ground.moved(tx, event, Act.RESUME) as (situation, referral):
        clock.serve(referral, placing.policy_of(situation), event.moved_at)
        referral.reason = referral.resume_by = None
