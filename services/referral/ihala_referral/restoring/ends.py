"""Own events by which a referral ended, applied again: who is not asked again follows; what came next has events of its own."""

from ihala_contracts import referral_v1 as v1
from ihala_contracts.intake_v1 import ConsentWithdrawn
from ihala_contracts.referral_v1.base import ReferralEvent
from ihala_kit.inbox import reads
from ihala_kit.reapplying import recall
from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import consequences, work_items
from ihala_referral.clock import What
from ihala_referral.commands import ending
from ihala_referral.consequences import Consequence, Exclude, Next
from ihala_referral.restoring import ground, placements
from ihala_referral.states import TAKEN, Act, PlacementState, State
from ihala_referral.tables import Appointment, Referral
from ihala_referral.together import appointments, redacting

COMPLETED, NOTHING_MET = "completed", "nothing_met"
KEEPS_ITS_STATE = Consequence(Next.STAY, Exclude.NONE)
ACTS = {
    State.DECLINED: Act.DECLINE, State.EXPIRED: Act.EXPIRE, State.WITHDRAWN: Act.WITHDRAW, State.CANCELLED: Act.CANCEL,
    State.FAILED: Act.FAIL, State.COMPLETED: Act.COMPLETE, State.ENTERED_IN_ERROR: Act.REDACT,
}  # fmt: skip


def follows(referral: Referral) -> Consequence:
    """Return what follows from the end of a referral, by its state and reason."""
    if referral.state is State.COMPLETED:
        return consequences.NOTHING_MET if referral.reason == NOTHING_MET else consequences.COMPLETED
    if referral.state is State.ENTERED_IN_ERROR:
        return redacting.LOOKED_AT
    if referral.state is State.EXPIRED:
        return consequences.EXPIRED
    if referral.state is State.WITHDRAWN:
        return consequences.WITHDRAWN
    try:
        return consequences.reason(referral.reason or "").consequence
    except KeyError:
        return consequences.NARROWED


@reads(v1.ReferralDeclined)
async def declined(tx: AsyncSession, event: v1.ReferralDeclined) -> None:
    """The receiver said no; with which comment, is gone."""
    await _ended(tx, event, event.reason)


@reads(v1.ReferralExpired)
async def expired(tx: AsyncSession, event: v1.ReferralExpired) -> None:
    """Nobody answered."""
    await _ended(tx, event, None, fired=What.EXPIRE)


@reads(v1.ReferralWithdrawn)
async def withdrawn(tx: AsyncSession, event: v1.ReferralWithdrawn) -> None:
    """The person took it back."""
    await _ended(tx, event, "withdrawn")


@reads(v1.ReferralCancelled)
async def cancelled(tx: AsyncSession, event: v1.ReferralCancelled) -> None:
    """It was taken back."""
    await _ended(tx, event, event.reason)


@reads(v1.ReferralFailed)
async def failed(tx: AsyncSession, event: v1.ReferralFailed) -> None:
    """It could not be done."""
    await _ended(tx, event, event.reason, fired=What.GIVE_UP if event.reason == "no_first_contact" else None)


@reads(v1.ReferralCompleted)
async def completed(tx: AsyncSession, event: v1.ReferralCompleted) -> None:
    """It is done; with something met the placement ended with it, without an event of its own."""
    met = any(outcome.result != "not_met" for outcome in event.outcomes)
    await _ended(tx, event, COMPLETED if met else NOTHING_MET, [outcome.model_dump() for outcome in event.outcomes])


@reads(v1.ReferralRedacted)
async def redacted(tx: AsyncSession, event: v1.ReferralRedacted) -> None:
    """Its content was taken out, and is taken out again."""
    await _ended(tx, event, redacting.REASON)
    situation = await ground.placement_of(tx, event, event.moved_at, event.referral_id)
    for referral in situation.referrals:
        if referral.id == event.referral_id:
            await redacting.take_out(tx, situation, referral)


def _whole(tx: AsyncSession, event: ReferralEvent) -> bool:
    """Tell whether the person took back the whole need."""
    taken_back = recall(tx, ConsentWithdrawn, event.need_id)
    return event.state == State.WITHDRAWN and any(one.referral_id is None for one in taken_back)


async def _ended(
    tx: AsyncSession, event: ReferralEvent, reason: str | None, outcomes: list[dict[str, str]] | None = None, fired: What | None = None
) -> None:
    state = State(event.state)
    async with ground.moved(tx, event, ACTS[state]) as (situation, referral):
        referral.reason = reason
        referral.outcomes = outcomes or referral.outcomes
        referral.owner = referral.next_at = None
        referral.fired = [*referral.fired, fired.value] if fired else referral.fired
        if not any(other.state in TAKEN for other in situation.open()):  # else another one was accepted
            situation.placement.replaces_id = referral.id
        await work_items.close(tx, situation, work_items.OF_REFERRAL)
        still = (col(Appointment.referral_id) == referral.id, col(Appointment.state).in_(appointments.OPEN))
        await tx.exec(update(Appointment).where(*still).values(state="cancelled", changed_at=event.moved_at))
        consequence = follows(referral) if not _whole(tx, event) else consequences.WHOLE_NEED_WITHDRAWN
        await ending.left_out(tx, situation, referral, consequence.exclude, reason or ACTS[state].value)
        for task in consequence.tasks:
            await work_items.open_item(tx, situation, task, referral, detail=reason)
        if state is State.COMPLETED and consequence.next is Next.END and situation.placement.state is not PlacementState.ENDED:
            placements.end(tx, situation, COMPLETED)
    asks_for_words = reason in {one.code for one in consequences.reasons() if one.comment}
    if asks_for_words:
        await ground.gone(tx, situation, referral, "comment")
