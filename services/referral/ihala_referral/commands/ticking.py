"""What the clock does when an instant has come. Each fires once, in order, also after the clock was down for a day."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from ihala_contracts import referral_v1 as v1
from ihala_contracts.intake_v1 import Sensitivity
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import announcing, clock, lifecycle, placing, work_items
from ihala_referral.calendars import counting
from ihala_referral.clock import Instant, What
from ihala_referral.commands import ending, hurrying, moves
from ihala_referral.duty import levels
from ihala_referral.guards import Situation
from ihala_referral.parties import acting_origin
from ihala_referral.states import Act, Owner, Party, PlacementState, State
from ihala_referral.tables import DutyShift, Exchange, Referral

MOST_AT_ONCE = 40  # instants of one placement in one go; far more than there can be
DAILY = timedelta(days=1)
PROVIDER, ORIGIN, OFFICE, COORDINATOR, DIRECTORATE = "provider", "origin", "office", "coordinator", "directorate"
COORDINATOR_LEVEL, DIRECTORATE_LEVEL = 2, 3
_KIND_OF = {
    PlacementState.TRIAGE: work_items.TRIAGE,
    PlacementState.PLACING: work_items.PLACEMENT_UNANSWERED,
    PlacementState.UNSERVED: work_items.UNSERVED,
}


async def tick(tx: AsyncSession, situation: Situation) -> int:
    """Do everything of one locked placement whose instant has come; return how much that was."""
    for done in range(MOST_AT_ONCE):
        found = _earliest(situation)
        if found is None or found[0].at > situation.now:
            clock.wind(situation.placement, situation.referrals)
            return done
        instant, referral = found
        if referral is None:
            await _OWN[instant.what](tx, situation)
        else:
            referral.fired = [*referral.fired, instant.what.value]
            await _OF_REFERRAL[instant.what](tx, situation, referral, instant)
    raise RuntimeError("the instants of a placement do not come to an end")


def _earliest(situation: Situation) -> tuple[Instant, Referral | None] | None:
    ahead: list[tuple[Instant, Referral | None]] = [(instant, None) for instant in clock.own_instants(situation.placement)]
    ahead += [(instant, referral) for referral in situation.open() for instant in clock.instants(referral)]
    return min(ahead, key=lambda pair: pair[0].order, default=None)


async def _acknowledge(tx: AsyncSession, situation: Situation, referral: Referral, instant: Instant) -> None:
    announcing.missed(tx, situation, "acknowledge", referral)


async def _decide(tx: AsyncSession, situation: Situation, referral: Referral, instant: Instant) -> None:
    announcing.missed(tx, situation, "decide", referral)


async def _level(tx: AsyncSession, situation: Situation, referral: Referral, instant: Instant) -> None:
    """Tell who hears this level; the first also asks for an emergency's second offer."""
    level = clock.LEVELS.index(instant.what) + 1
    waiting = referral.state is State.ACCEPTED
    if waiting and level == 1:
        announcing.missed(tx, situation, "first_contact", referral)
    office = acting_origin(referral) != referral.origin_id
    to = {1: [PROVIDER, OFFICE if office else ORIGIN], 2: [COORDINATOR], 3: [DIRECTORATE]}[level]
    duty = await levels.falls_on(tx, situation, to, referral)
    announcing.escalated(tx, situation, level, to, referral, duty)
    kind = work_items.NO_FIRST_CONTACT if waiting else work_items.NO_ANSWER
    if level == COORDINATOR_LEVEL or (level == 1 and office):
        await work_items.open_item(tx, situation, kind, referral)
    await _fall_on(tx, situation, kind, duty)
    if level == 1 and not waiting:
        await placing.second(tx, situation)


async def _expire(tx: AsyncSession, situation: Situation, referral: Referral, instant: Instant) -> None:
    await ending.end(tx, situation, referral, Act.EXPIRE, Party.SYSTEM)


async def _give_up(tx: AsyncSession, situation: Situation, referral: Referral, instant: Instant) -> None:
    await ending.end(tx, situation, referral, Act.FAIL, Party.SYSTEM, "no_first_contact")


async def _unanswered(tx: AsyncSession, situation: Situation, referral: Referral, instant: Instant) -> None:
    """Nobody answered the receiver's question: the decision clock runs on, the coordinator is told."""
    exchange = await tx.get_one(Exchange, (referral.id, referral.rounds))
    exchange.answered_at = situation.now
    announcing.missed(tx, situation, "answer", referral)
    before = lifecycle.move(situation, referral, Act.ANSWER, Party.SYSTEM)
    referral.fired = [name for name in referral.fired if name != What.ANSWER]  # there may be another question
    clock.go_on(referral, await counting.of_referral(tx, situation, referral), situation.now)
    await hurrying.hasten(tx, situation, referral)
    announcing.record(tx, situation, Act.ANSWER, Party.SYSTEM, before, referral.state, referral=referral)
    announcing.moved(tx, situation, referral, v1.ReferralAnswered, by_clock=True)
    await work_items.open_item(tx, situation, work_items.QUESTION_UNANSWERED, referral)


async def _review(tx: AsyncSession, situation: Situation, referral: Referral, instant: Instant) -> None:
    """A review of a running service or a waiting list was missed; after two the coordinator hears of it."""
    policy = placing.policy_of(situation)
    waiting = referral.state is State.WAITLISTED
    referral.fired = [name for name in referral.fired if name != What.REVIEW]
    referral.review_at = situation.now + policy.review
    referral.reviews_missed += 1
    announcing.missed(tx, situation, "waitlist_review" if waiting else "review", referral)
    if referral.reviews_missed >= policy.reviews_missed_before_coordinator:
        announcing.escalated(tx, situation, COORDINATOR_LEVEL, [COORDINATOR], referral)
        await work_items.open_item(tx, situation, work_items.REVIEW_MISSED, referral)


async def _resume(tx: AsyncSession, situation: Situation, referral: Referral, instant: Instant) -> None:
    referral.fired = [name for name in referral.fired if name != What.RESUME]
    await moves.resumed(tx, situation, referral, Party.SYSTEM)


async def _triage(tx: AsyncSession, situation: Situation) -> None:
    """Triage missed: the coordinator, then the directorate, then the directorate again each day."""
    timing = await counting.of_placement(tx, situation)
    announcing.missed(tx, situation, "triage")
    if situation.placement.level == 0:
        await work_items.open_item(tx, situation, work_items.TRIAGE)
    if await _climb(tx, situation) == 1:
        situation.placement.due_at = timing.after(situation.now, timing.second_triage_level)


async def _placing(tx: AsyncSession, situation: Situation) -> None:
    """The directory did not answer: the coordinator may ask again, then the directorate hears of it each day."""
    announcing.missed(tx, situation, "placement_answer")
    await work_items.open_item(tx, situation, work_items.PLACEMENT_UNANSWERED)
    if situation.placement.state is PlacementState.OFFERING:
        situation.placement.due_at = None  # another offer is open, with clocks of its own
        return
    await _climb(tx, situation)
    situation.placement.owner = Owner.COORDINATOR


async def _unserved(tx: AsyncSession, situation: Situation) -> None:
    """Look again, though no change of the directory was heard of; for a restricted need only a human may."""
    if situation.placement.sensitivity is not Sensitivity.RESTRICTED:
        await placing.place_again(tx, situation)
    else:
        announcing.missed(tx, situation, "unserved")
        await _climb(tx, situation)


async def _climb(tx: AsyncSession, situation: Situation) -> int:
    """Tell the coordinator the first time and the directorate from then on, each day; return which time it is."""
    placement = situation.placement
    placement.level += 1
    level = min(placement.level, COORDINATOR_LEVEL)
    to = [COORDINATOR] if level == 1 else [DIRECTORATE]
    duty = await levels.falls_on(tx, situation, to)
    announcing.escalated(tx, situation, placement.level, to, duty=duty)
    await _fall_on(tx, situation, _KIND_OF[placement.state], duty)
    placement.due_at = situation.now + DAILY
    return placement.level


async def _fall_on(tx: AsyncSession, situation: Situation, kind: str, duty: Sequence[DutyShift]) -> None:
    """Put the item of an emergency before who of the operator is on duty."""
    shift = levels.ours(duty)
    if shift is not None:
        await work_items.fall_on(tx, situation, kind, shift)


OfReferral = Callable[[AsyncSession, Situation, Referral, Instant], Awaitable[None]]
OfPlacement = Callable[[AsyncSession, Situation], Awaitable[None]]

_OF_REFERRAL: dict[What, OfReferral] = {
    What.ACKNOWLEDGE: _acknowledge,
    What.LEVEL_1: _level,
    What.LEVEL_2: _level,
    What.LEVEL_3: _level,
    What.DECIDE: _decide,
    What.EXPIRE: _expire,
    What.GIVE_UP: _give_up,
    What.ANSWER: _unanswered,
    What.REVIEW: _review,
    What.RESUME: _resume,
}
_OWN: dict[What, OfPlacement] = {What.TRIAGE: _triage, What.PLACING: _placing, What.UNSERVED: _unserved}
