"""Own events about deadlines, applied again: what has fired does not fire twice, and what moved stays where it was moved to."""

from ihala_contracts import referral_v1 as v1
from ihala_kit.inbox import reads
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import near, placing, work_items
from ihala_referral.calendars import counting
from ihala_referral.clock import LEVELS, What
from ihala_referral.commands.ticking import COORDINATOR_LEVEL, DAILY
from ihala_referral.guards import Situation
from ihala_referral.restoring import ground
from ihala_referral.states import Owner, PlacementState, State
from ihala_referral.tables import Referral

FIRED = {"acknowledge": What.ACKNOWLEDGE, "decide": What.DECIDE}
REVIEWS = frozenset({"review", "waitlist_review"})
TRIAGE_BY = "triage_by"


@reads(v1.DeadlineMissed)
async def missed(tx: AsyncSession, event: v1.DeadlineMissed) -> None:
    """A deadline had passed."""
    situation = await ground.placement_of(tx, event, event.missed_at, event.referral_id)
    referral = _named(situation, event)
    if referral is not None:
        if event.deadline in FIRED:
            referral.fired = _with(referral.fired, FIRED[event.deadline])
        elif event.deadline in REVIEWS:
            referral.reviews_missed += 1
            referral.review_at = event.missed_at + placing.policy_of(situation).review
    elif event.referral_id is None:
        await _own(tx, situation, event.deadline)
    ground.wound(situation)


async def _own(tx: AsyncSession, situation: Situation, deadline: str) -> None:
    placement = situation.placement
    if deadline == "triage":
        await work_items.open_item(tx, situation, work_items.TRIAGE)
    elif deadline == "placement_answer":
        await work_items.open_item(tx, situation, work_items.PLACEMENT_UNANSWERED)
        if placement.state is PlacementState.OFFERING:
            placement.due_at = None
        else:
            placement.owner = Owner.COORDINATOR


@reads(v1.DeadlineNear)
async def told_near(tx: AsyncSession, event: v1.DeadlineNear) -> None:
    """It had been told that a deadline came near."""
    situation = await ground.placement_of(tx, event, event.told_at, event.referral_id)
    referral = _named(situation, event)
    if referral is not None:
        referral.near_told = [*referral.near_told, near.mark(referral, event.deadline)]
        if event.deadline == near.WAITLIST and referral.state is State.WAITLISTED:
            referral.review_at = event.due_at
    ground.wound(situation)


@reads(v1.Escalated)
async def escalated(tx: AsyncSession, event: v1.Escalated) -> None:
    """A level had been reached: of a clock, or of reviews that were missed."""
    situation = await ground.placement_of(tx, event, event.escalated_at, event.referral_id)
    referral = _named(situation, event)
    if referral is not None and referral.state in {State.OFFERED, State.ACKNOWLEDGED, State.ACCEPTED}:
        referral.fired = _with(referral.fired, LEVELS[event.level - 1])
        kind = work_items.NO_FIRST_CONTACT if referral.state is State.ACCEPTED else work_items.NO_ANSWER
        if event.level == COORDINATOR_LEVEL or "office" in event.to:
            await work_items.open_item(tx, situation, kind, referral)
    elif referral is not None:
        await work_items.open_item(tx, situation, work_items.REVIEW_MISSED, referral)
    elif event.referral_id is None:
        placement = situation.placement
        placement.level, placement.due_at = event.level, event.escalated_at + DAILY
        if placement.state is PlacementState.TRIAGE and event.level == 1:
            timing = await counting.of_placement(tx, situation)
            placement.due_at = timing.after(event.escalated_at, timing.second_triage_level)
    ground.wound(situation)


@reads(v1.DeadlinesRecomputed)
async def recomputed(tx: AsyncSession, event: v1.DeadlinesRecomputed) -> None:
    """Deadlines had moved with the calendars."""
    situation = await ground.placement_of(tx, event, event.recomputed_at, event.referral_id)
    referral = _named(situation, event)
    for one in event.moved:
        if one.deadline == TRIAGE_BY and event.referral_id is None:
            situation.placement.due_at = one.after
        elif referral is not None and hasattr(referral, one.deadline):
            setattr(referral, one.deadline, one.after)
    ground.wound(situation)


def _named(situation: Situation, event: v1.DeadlineMissed | v1.DeadlineNear | v1.Escalated | v1.DeadlinesRecomputed) -> Referral | None:
    return next((known for known in situation.referrals if known.id == event.referral_id), None)


def _with(fired: list[str], what: What) -> list[str]:
    return fired if what in fired else [*fired, what.value]
