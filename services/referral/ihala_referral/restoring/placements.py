"""Own events about the search for a place, applied again."""

from ihala_contracts import referral_v1 as v1
from ihala_kit.inbox import reads
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import excluding, placing, work_items
from ihala_referral.commands.needs import RANKS
from ihala_referral.guards import Situation
from ihala_referral.restoring import ground
from ihala_referral.states import OUTSTANDING, AttemptState, Owner, PlacementState, Step, Unfit
from ihala_referral.statistics import measures, noting
from ihala_referral.tables import Attempt

NOT_ASKED = frozenset(Unfit) - {Unfit.CONSENT}


@reads(v1.PlacementRequested)
async def requested(tx: AsyncSession, event: v1.PlacementRequested) -> None:
    """The directory was asked. Beside an open offer this is the second question of an emergency."""
    situation = await ground.placement_of(tx, event, event.requested_at)
    placement = situation.placement
    if event.attempt <= placement.attempt and await tx.get(Attempt, (placement.id, event.attempt)) is not None:
        return  # told again
    beside = placement.state is PlacementState.OFFERING and bool(situation.open())
    if placement.state is PlacementState.TRIAGE:
        placement.offers = 0  # a human decided
    placement.attempt = event.attempt
    tx.add(Attempt(
        placement_id=placement.id, attempt=event.attempt, need_id=placement.need_id, operator_id=placement.operator_id,
        state=AttemptState.REQUESTED, preferred_reservation_id=event.preferred_reservation_id,
        preferred_location_id=event.preferred_service_at_location_id, requested_at=event.requested_at, explanation=[],
    ))  # fmt: skip
    placement.urgency, placement.rank = event.urgency, RANKS[event.urgency]
    placement.governorate, placement.district = event.governorate, event.district
    placement.preferred_reservation_id = placement.preferred_location_id = None
    placement.triage_reasons, placement.failing = [], []
    placement.end_reason = placement.route = None
    if not beside:
        ground.told_of(tx, situation, PlacementState.PLACING, Step.PLACE)
        await work_items.close(tx, situation, work_items.OF_STATE)
        placement.owner = Owner.DIRECTORY
    placement.due_at = event.requested_at + placing.policy_of(situation).placement_answer
    ground.wound(situation)


@reads(v1.PlacementCancelled)
async def cancelled(tx: AsyncSession, event: v1.PlacementCancelled) -> None:
    """The answer is not wanted any more, or was not taken."""
    situation = await ground.placement_of(tx, event, ground.instant(tx, event))
    placement = situation.placement
    attempt = await tx.get(Attempt, (placement.id, event.attempt)) if placement.id == event.placement_id else None
    if attempt is None or attempt.state not in OUTSTANDING:
        return
    attempt.state = AttemptState.REFUSED if event.reservation_id else AttemptState.CANCELLED
    attempt.reservation_id = event.reservation_id
    placement.due_at = None
    answer = await ground.answer_to(tx, event.need_id, event.attempt, attempt)
    if answer is not None and answer.reservation_id == event.reservation_id:
        attempt.organization_id, attempt.answered_at = answer.organization_id, situation.now
        if event.reason in NOT_ASKED:
            await excluding.exclude(tx, situation, answer.service_at_location_id, event.reason)
    attempt.held = None
    ground.wound(situation)


@reads(v1.PlacementTriaged)
async def triaged(tx: AsyncSession, event: v1.PlacementTriaged) -> None:
    """A coordinator decides."""
    situation = await ground.placement_of(tx, event, ground.instant(tx, event))
    placement = ground.told_of(tx, situation, PlacementState.TRIAGE, Step.TRIAGE, event.reasons[0] if event.reasons else None)
    placement.triage_reasons, placement.owner, placement.due_at = event.reasons, Owner.COORDINATOR, event.triage_by
    placement.end_reason = placement.route = None
    ground.wound(situation)


@reads(v1.NeedUnserved)
async def unserved(tx: AsyncSession, event: v1.NeedUnserved) -> None:
    """Nobody could take it."""
    situation = await ground.placement_of(tx, event, event.unserved_at)
    if attempt := await tx.get(Attempt, (event.placement_id, event.attempt)):
        attempt.state, attempt.answered_at = AttemptState.NONE, event.unserved_at
    placement = ground.told_of(tx, situation, PlacementState.UNSERVED, Step.NONE_FOUND)
    placement.failing, placement.owner = event.failing, Owner.COORDINATOR
    placement.due_at = event.unserved_at + placing.timing_of(situation).retry
    noting.of_need(tx, placement, measures.UNSERVED, event.unserved_at)
    await work_items.open_item(tx, situation, work_items.UNSERVED)
    ground.wound(situation)


@reads(v1.PlacementEnded)
async def ended(tx: AsyncSession, event: v1.PlacementEnded) -> None:
    """It is over."""
    situation = await ground.placement_of(tx, event, event.ended_at)
    if situation.placement.state is PlacementState.UNSERVED:
        noting.of_need(tx, situation.placement, measures.NEVER_FOUND, event.ended_at)
    end(tx, situation, event.reason, event.route)
    await work_items.close(tx, situation, (*work_items.OF_STATE, *work_items.OF_PERSON))
    ground.wound(situation)


def end(tx: AsyncSession, situation: Situation, reason: str, route: str | None = None) -> None:
    """Set the end of a placement."""
    placement = ground.told_of(tx, situation, PlacementState.ENDED, Step.END, reason)
    placement.end_reason, placement.route = reason, route
    placement.owner = placement.due_at = None
