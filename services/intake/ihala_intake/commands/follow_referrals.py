"""What a referral's moves mean for a need, and for what its receiver may read."""

from ihala_contracts.envelope import Event, type_of
from ihala_contracts.referral_v1 import (
    NeedUnserved,
    OnwardNeedAsked,
    PlacementEnded,
    ReferralAccepted,
    ReferralCancelled,
    ReferralCompleted,
    ReferralDeclined,
    ReferralExpired,
    ReferralFailed,
    ReferralOffered,
    ReferralRedacted,
    ReferralStarted,
    ReferralWithdrawn,
)
from ihala_kit.auth import Caller
from ihala_kit.db import now
from sqlalchemy.dialects.postgresql import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake import store
from ihala_intake.commands import follow_ups
from ihala_intake.commands.disclose import close, close_later, open_or_refuse
from ihala_intake.commands.moves import move
from ihala_intake.commands.onward import asked as asked_onward
from ihala_intake.needs import Act, Impossible
from ihala_intake.policy import ENDS_AT_ONCE
from ihala_intake.tables import Need, Overtaken, ReferralCopy

Living = ReferralOffered | ReferralAccepted | ReferralStarted
Ended = ReferralDeclined | ReferralExpired | ReferralWithdrawn | ReferralCancelled | ReferralFailed | ReferralCompleted | ReferralRedacted
AT_ONCE = (ReferralWithdrawn, ReferralRedacted)
READER = Caller.system("consume")


class NeedUnknown(Exception):
    """An event speaks of a need that intake never had: its key is parked, and somebody has to look."""


async def offered(tx: AsyncSession, event: ReferralOffered) -> None:
    """A receiver is asked: the need is being referred."""
    need = await _need(tx, event)
    await _copied(tx, need, event)
    await _move(tx, need, Act.OFFER, event)


async def accepted(tx: AsyncSession, event: ReferralAccepted) -> None:
    """The receiver takes the case: DisclosureOpened or DisclosureRefused, under the consent's lock."""
    need = await _need(tx, event)
    copy = await _copied(tx, need, event)
    if copy.state in ("offered", "accepted"):
        copy.state, copy.changed_at = "accepted", now(tx)
        await open_or_refuse(tx, need, copy)


async def started(tx: AsyncSession, event: ReferralStarted) -> None:
    """First contact was made: from now on an end leaves the receiver 14 days."""
    need = await _need(tx, event)
    (await _copied(tx, need, event)).started = True


async def ended(tx: AsyncSession, event: Ended) -> None:
    """A referral is over: what it opened closes at once if nothing had begun or the place was lost, else after 14 days."""
    await _end(tx, await _copied(tx, await _need(tx, event), event), event)


async def _end(tx: AsyncSession, copy: ReferralCopy, event: Ended) -> None:
    copy.state, copy.changed_at = "ended", now(tx)
    disclosure = await store.disclosure_of_referral(tx, event.referral_id, lock=True)
    if disclosure is None or disclosure.state != "open":
        return
    if isinstance(event, AT_ONCE) or not copy.started or getattr(event, "reason", None) in ENDS_AT_ONCE:
        close(tx, disclosure, "referral_ended")
    else:
        await close_later(tx, disclosure, event.moved_at)


async def completed(tx: AsyncSession, event: ReferralCompleted) -> None:
    """The receiver says that it is done. Something met: the person is asked later. Nothing met: the need is open again.

    Said again it is no news: what the person said since, and the question that was planned, stand.
    """
    need = await _need(tx, event)
    copy = await _copied(tx, need, event)
    heard = copy.state == "ended"
    await _end(tx, copy, event)
    if event.envelope.snapshot and heard:
        return
    met = any(outcome.result != "not_met" for outcome in event.outcomes)
    if await _move(tx, need, Act.MEET if met else Act.MEET_NOTHING, event) and met:
        await follow_ups.plan(tx, need, event)


async def onward(tx: AsyncSession, event: OnwardNeedAsked) -> None:
    """A receiver found another need: OnwardNeedSettled, and the need itself where the consent covers it."""
    await asked_onward(tx, event, await _need(tx, event))


async def unserved(tx: AsyncSession, event: NeedUnserved) -> None:
    """Nobody can take it now; referral tries again when the directory changes."""
    await _move(tx, await _need(tx, event), Act.FIND_NOBODY, event)


async def placement_ended(tx: AsyncSession, event: PlacementEnded) -> None:
    """Referral gave up the placement: nothing more will be done for the need; its origin is told where it belongs."""
    need = await _need(tx, event)
    if await _move(tx, need, Act.END, event):
        need.route = event.route


async def _need(tx: AsyncSession, event: Living | Ended | NeedUnserved | OnwardNeedAsked | PlacementEnded) -> Need:
    need = await store.locked_need(tx, READER, event.need_id)
    if need is None:
        raise NeedUnknown
    return need


async def _copied(tx: AsyncSession, need: Need, event: Living | Ended) -> ReferralCopy:
    """Return what intake knows of the referral, begun now if this is the first event of it that came."""
    copy = await tx.get(ReferralCopy, event.referral_id, populate_existing=True)
    if copy is None:
        copy = ReferralCopy(
            referral_id=event.referral_id, need_id=need.id, organization_id=event.organization_id, operator_id=need.operator_id,
            origin_id=need.origin_id, sensitivity=need.sensitivity, state="offered", started=False, changed_at=now(tx),
        )  # fmt: skip
        tx.add(copy)
    return copy


async def _move(tx: AsyncSession, need: Need, act: Act, event: Event) -> bool:
    """Move the need; return False when the event was overtaken: recorded, and what it would have begun is not begun."""
    try:
        move(tx, need, act, referral_id=getattr(event, "referral_id", None), reason=getattr(event, "reason", None))
    except Impossible:
        if event.envelope.snapshot:  # a state that is said again is no news
            return False
        row = {"event_id": event.envelope.id, "type": type_of(type(event)), "need_id": need.id, "at": now(tx)}
        await tx.execute(insert(Overtaken).values(row).on_conflict_do_nothing())
        return False
    return True
