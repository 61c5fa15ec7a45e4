"""From one attempt to the next: asks the directory, sends to triage, marks as unserved, ends. The placement is locked by whoever calls."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from ihala_contracts import referral_v1 as v1
from ihala_contracts.intake_v1 import Sensitivity
from ihala_kit.due import schedule
from ihala_kit.outbox import emit
from ihala_kit.sealed import seal_for
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import announcing, excluding, lifecycle, sealing, store, waiting_lists, work_items
from ihala_referral.calendars import counting
from ihala_referral.consequences import Next
from ihala_referral.guards import Situation
from ihala_referral.policy import Policy, Timing, policy
from ihala_referral.states import AttemptState, Owner, Party, PlacementState, Step
from ihala_referral.statistics import measures, noting
from ihala_referral.tables import Attempt

SEND = "request-place"
ASK_AGAIN_FOR_KEY = timedelta(seconds=1)
DIRECTORY = "directory"


def policy_of(situation: Situation) -> Policy:
    """Return the policy that the placement began with."""
    return policy(situation.placement.policy_version)


def timing_of(situation: Situation) -> Timing:
    """Return what its policy says for the need's urgency; in whose time deadlines count says `calendars.counting`."""
    return policy_of(situation).of(situation.placement.urgency)


async def advance(tx: AsyncSession, situation: Situation, step: Step, by: Party = Party.SYSTEM, *, reason: str | None = None) -> None:
    """Move the placement, write the audit, close what was about its old state."""
    before = lifecycle.advance(situation, step, by)
    situation.placement.level = 0
    announcing.record(tx, situation, step, by, before, situation.placement.state, reason=reason)
    if before is not situation.placement.state:
        await work_items.close(tx, situation, _over(step, by))


def _over(step: Step, by: Party) -> tuple[str, ...]:
    """Return the items that are over: those about its former state, and of a need that has ended what the person was to be asked.

    That nobody was found is so until somebody is, whenever it is tried again.
    """
    if step in {Step.END, Step.REJECT}:
        return (*work_items.OF_STATE, *work_items.OF_PERSON)
    tried_again = step is Step.NONE_FOUND or (step is Step.PLACE and by is Party.SYSTEM)
    return tuple(kind for kind in work_items.OF_STATE if kind != work_items.UNSERVED or not tried_again)


async def request(tx: AsyncSession, situation: Situation) -> None:
    """Ask the directory for a place: a new attempt, answered once."""
    placement = situation.placement
    placement.attempt += 1
    attempt = Attempt(
        placement_id=placement.id, attempt=placement.attempt, need_id=placement.need_id, operator_id=placement.operator_id,
        state=AttemptState.WAITING, preferred_reservation_id=placement.preferred_reservation_id, requested_at=situation.now,
        explanation=[],
    )  # fmt: skip
    tx.add(attempt)
    attempt.preferred_location_id = placement.preferred_location_id
    placement.preferred_reservation_id = placement.preferred_location_id = None
    placement.due_at = situation.now + policy_of(situation).placement_answer
    if placement.state is PlacementState.PLACING:
        placement.owner = Owner.DIRECTORY
    if not await send(tx, situation, attempt):
        await schedule(tx, SEND, placement.id, situation.now + ASK_AGAIN_FOR_KEY)


async def send(tx: AsyncSession, situation: Situation, attempt: Attempt) -> bool:
    """Emit PlacementRequested for an attempt that waits; False while directory's sealing key is not known and there are facts."""
    question = await question_of(tx, situation, attempt)
    if question is None:
        return False
    attempt.state = AttemptState.REQUESTED
    emit(tx, question)
    return True


async def question_of(tx: AsyncSession, situation: Situation, attempt: Attempt) -> v1.PlacementRequested | None:
    """Return what the directory is asked; None while its sealing key is not known and there are facts."""
    placement = situation.placement
    facts = await sealing.facts_for_matching(tx, placement)
    sealed = None if facts is None else await seal_for(tx, DIRECTORY, placement.need_id, facts)
    if facts is not None and sealed is None:
        return None
    excluded = set(await excluding.tried(tx, placement.id))
    excluded |= {referral.service_at_location_id for referral in situation.open()}  # beside an offer another provider is sought
    return v1.PlacementRequested(
        need_id=placement.need_id, placement_id=placement.id, attempt=attempt.attempt, operator_id=placement.operator_id,
        origin_id=placement.origin_id, need_code=placement.need_code, sensitivity=placement.sensitivity,
        urgency=placement.urgency, governorate=placement.governorate, district=placement.district,
        excluded=sorted(excluded), recipients=placement.recipients, objections=await _refused(tx, situation),
        preferred_reservation_id=attempt.preferred_reservation_id,
        preferred_service_at_location_id=attempt.preferred_location_id, facts=sealed, requested_at=attempt.requested_at,
    )  # fmt: skip


async def _refused(tx: AsyncSession, situation: Situation) -> list[UUID]:
    """Return whom the person refused, and whom this case is not brought together with."""
    placement = situation.placement
    return sorted({*placement.objections, *await excluding.barred(tx, placement)})


async def after_end(tx: AsyncSession, situation: Situation, following: Next, reason: str) -> None:
    """Go on after an attempt ended: next provider, a human, or the end. Nothing while another attempt is open."""
    placement = situation.placement
    if following is Next.STAY:
        return
    if following is Next.END:
        await end(tx, situation, reason, told=False)
    elif situation.open():
        if following is Next.PLACE:  # else nobody more is asked before a human has decided
            await second(tx, situation)
        await waiting_lists.look(tx, situation)
    elif await store.outstanding(tx, placement.id):
        await advance(tx, situation, Step.NEXT)
        placement.owner = Owner.DIRECTORY
        placement.due_at = placement.due_at or situation.now + policy_of(situation).placement_answer
    elif following is Next.TRIAGE:
        await triage(tx, situation, [reason])
    else:
        await next_offer(tx, situation)


async def next_offer(tx: AsyncSession, situation: Situation) -> None:
    """Ask for the next place, unless a human must decide: restricted, or after three offers."""
    placement = situation.placement
    if placement.sensitivity is Sensitivity.RESTRICTED:
        await triage(tx, situation, ["restricted"])
    elif placement.offers >= policy_of(situation).offers_before_a_human_decides:
        await triage(tx, situation, ["offers"])
    else:
        await advance(tx, situation, Step.NEXT)
        await request(tx, situation)


async def second(tx: AsyncSession, situation: Situation) -> bool:
    """Ask for a second offer beside the open one; True if it was asked. Emergencies alone, never restricted, never past three offers."""
    placement = situation.placement
    room = timing_of(situation).offers_at_once - len(situation.open())
    few = placement.offers < policy_of(situation).offers_before_a_human_decides
    if room <= 0 or placement.state is not PlacementState.OFFERING or not few or placement.sensitivity is Sensitivity.RESTRICTED:
        return False  # without a question to the database: the clock asks this of every first level
    if len(await store.outstanding(tx, placement.id)) >= room:
        return False
    await request(tx, situation)
    return True


async def triage(tx: AsyncSession, situation: Situation, reasons: list[str]) -> None:
    """Let a coordinator decide."""
    await cancel_attempts(tx, situation, "triage")
    await advance(tx, situation, Step.TRIAGE, reason=reasons[0])
    await tell_triage(tx, situation, reasons)


async def tell_triage(tx: AsyncSession, situation: Situation, reasons: list[str]) -> None:
    """Start the triage's clock and tell of it."""
    placement, timing = situation.placement, await counting.of_placement(tx, situation)
    placement.triage_reasons = reasons
    placement.owner = Owner.COORDINATOR
    placement.due_at = timing.after(situation.now, timing.triage)
    emit(
        tx,
        v1.PlacementTriaged(
            need_id=placement.need_id, placement_id=placement.id, operator_id=placement.operator_id, reasons=reasons,
            triage_by=placement.due_at,
        ),
    )  # fmt: skip


async def unserved(tx: AsyncSession, situation: Situation, failing: list[str]) -> None:
    """Nobody can take it now: a coordinator is told, and it is tried again."""
    placement = situation.placement
    await advance(tx, situation, Step.NONE_FOUND)
    placement.failing = failing
    placement.owner = Owner.COORDINATOR
    placement.due_at = situation.now + timing_of(situation).retry
    emit(
        tx,
        v1.NeedUnserved(
            need_id=placement.need_id, placement_id=placement.id, operator_id=placement.operator_id, attempt=placement.attempt,
            failing=failing, unserved_at=situation.now,
        ),
    )  # fmt: skip
    noting.of_need(tx, placement, measures.UNSERVED, situation.now)
    await work_items.open_item(tx, situation, work_items.UNSERVED)


async def place_again(tx: AsyncSession, situation: Situation, by: Party = Party.SYSTEM) -> None:
    """Ask again for what is unserved or in triage, as a coordinator or because the directory changed."""
    placement = situation.placement
    await advance(tx, situation, Step.PLACE, by)
    if by is Party.COORDINATOR:
        placement.offers = 0
    await cancel_attempts(tx, situation, "asked_again")
    placement.triage_reasons = []
    placement.failing = []
    await request(tx, situation)


async def end(
    tx: AsyncSession, situation: Situation, reason: str, *, step: Step = Step.END, by: Party = Party.SYSTEM,
    route: str | None = None, told: bool = True,
) -> None:  # fmt: skip
    """End the placement; with PlacementEnded unless a completed referral says it all."""
    placement = situation.placement
    if placement.state is PlacementState.UNSERVED:
        noting.of_need(tx, placement, measures.NEVER_FOUND, situation.now)
    await cancel_attempts(tx, situation, reason)
    await advance(tx, situation, step, by, reason=reason)
    placement.end_reason, placement.route = reason, route
    placement.owner = placement.due_at = None
    if told:
        emit(tx, v1.PlacementEnded(
            need_id=placement.need_id, placement_id=placement.id, reason=reason, route=route, ended_at=situation.now,
        ))  # fmt: skip


async def cancel_attempts(tx: AsyncSession, situation: Situation, reason: str) -> None:
    """Take back every question whose answer is no longer wanted."""
    for attempt in await store.outstanding(tx, situation.placement.id):
        if attempt.state is not AttemptState.WAITING:
            cancel(tx, situation, attempt.attempt, reason, attempt.reservation_id)
        attempt.state = AttemptState.CANCELLED
    situation.placement.due_at = None


def cancel(tx: AsyncSession, situation: Situation, attempt: int, reason: str, reservation_id: UUID | None) -> None:
    """Emit PlacementCancelled: directory releases what it holds for the attempt."""
    ids: dict[str, Any] = {"need_id": situation.placement.need_id, "placement_id": situation.placement.id}
    emit(tx, v1.PlacementCancelled(**ids, attempt=attempt, reservation_id=reservation_id, reason=reason))
