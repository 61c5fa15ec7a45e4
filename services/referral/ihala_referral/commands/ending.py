"""The end of an attempt, whoever brings it about: the move, its event, its consequence, and what comes next."""

from typing import Any

from ihala_contracts import referral_v1 as v1
from ihala_contracts.envelope import Event
from ihala_kit.due import schedule
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import announcing, clock, consequences, excluding, lifecycle, placing, work_items
from ihala_referral.commands.organizations import REPLACE_SERVICE
from ihala_referral.consequences import Consequence, Exclude, Next
from ihala_referral.guards import Situation
from ihala_referral.states import TAKEN, Act, Party
from ihala_referral.tables import Attempt, Referral
from ihala_referral.together import appointments

_EVENTS: dict[Act, type[Event]] = {
    Act.DECLINE: v1.ReferralDeclined,
    Act.RELEASE: v1.ReferralDeclined,
    Act.EXPIRE: v1.ReferralExpired,
    Act.WITHDRAW: v1.ReferralWithdrawn,
    Act.CANCEL: v1.ReferralCancelled,
    Act.FAIL: v1.ReferralFailed,
    Act.COMPLETE: v1.ReferralCompleted,
    Act.REDACT: v1.ReferralRedacted,
}
_WITH_REASON = {v1.ReferralDeclined, v1.ReferralCancelled, v1.ReferralFailed}


async def end(
    tx: AsyncSession, situation: Situation, referral: Referral, act: Act, by: Party, reason: str | None = None, *,
    consequence: Consequence | None = None, **more: Any,
) -> None:  # fmt: skip
    """End one attempt; emits its event and does what follows. Raises MoveNotAllowed (409)."""
    was_taken = referral.state in TAKEN
    before = lifecycle.move(situation, referral, act, by)
    referral.reason = reason
    announcing.record(tx, situation, act, by, before, referral.state, referral=referral, reason=reason)
    kind = _EVENTS[act]
    more |= {"reason": reason} if kind in _WITH_REASON else {}
    more |= {"after_acceptance": was_taken} if kind is v1.ReferralDeclined else {}
    announcing.moved(tx, situation, referral, kind, service_at_location_id=referral.service_at_location_id, **more)
    situation.placement.replaces_id = referral.id
    await work_items.ended(tx, situation, referral)
    if was_taken:
        await appointments.cancel_open(tx, situation, referral)
    follows = consequence or consequences.of(act, reason)
    await _follow(tx, situation, referral, follows, reason or act.value)
    if follows.next is not Next.STAY:  # else whoever ended it goes on, and winds the clock then
        clock.wind(situation.placement, situation.referrals)


async def _follow(tx: AsyncSession, situation: Situation, referral: Referral, consequence: Consequence, reason: str) -> None:
    await left_out(tx, situation, referral, consequence.exclude, reason)
    for task in consequence.tasks:
        if task != work_items.RULE_QUALITY or await _passed(tx, referral):
            await work_items.open_item(tx, situation, task, referral, detail=referral.criterion or reason)
    if consequence.replaces_offers:
        await schedule(tx, REPLACE_SERVICE, referral.service_id, situation.now)
    await placing.after_end(tx, situation, consequence.next, reason)


async def _passed(tx: AsyncSession, referral: Referral) -> bool:
    """Tell whether directory's explanation let through what the receiver says its rules forbid: the rules there are wrong or missing."""
    attempt = await tx.get_one(Attempt, (referral.placement_id, referral.attempt))
    held = {criterion["code"]: criterion["result"] for criterion in attempt.explanation}
    return bool(held.get(referral.criterion or "", "pass") == "pass")


async def left_out(tx: AsyncSession, situation: Situation, referral: Referral, whom: Exclude, reason: str) -> None:
    """Do not ask again whom the end of an attempt excludes."""
    if whom is Exclude.NONE:
        return
    if whom is Exclude.PAIR:
        await excluding.bar(tx, situation, referral, reason)
    await excluding.exclude(tx, situation, referral.service_at_location_id, reason, once_more=whom is Exclude.ONCE_MORE)
