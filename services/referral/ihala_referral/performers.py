"""Due work: one need a transaction, so that one organisation's trouble never holds up the needs of others."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from ihala_kit.db import now
from ihala_kit.due import DueWork, performs, schedule
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import clock, lifecycle, placing, store, work_items
from ihala_referral.commands import ending, offering, waiting
from ihala_referral.commands.organizations import HELD, REPLACE_ORGANIZATION, REPLACE_SERVICE, RETRY
from ihala_referral.guards import Situation, may_receive
from ihala_referral.states import OPEN, TAKEN, Act, AttemptState, Party
from ihala_referral.tables import Placement, Referral

REPLACE, REPLACE_CLOSED = "replace-offer", "replace-offer-of-closed"  # apart: a provider that leaves ends its services, too
BATCH = 200
RETRY_EVERY = timedelta(milliseconds=200)  # five needs a second for each kind of need and governorate


@performs(placing.SEND)
async def send(tx: AsyncSession, work: DueWork) -> None:
    """Ask the directory as soon as its sealing key is known: nobody's facts travel open, and nothing is asked without them."""
    situation = await store.locked(tx, col(Placement.id) == work.key)
    for attempt in await store.attempts(tx, work.key, AttemptState.WAITING) if situation else []:
        assert situation is not None, "there are no attempts without a placement"
        if not await placing.send(tx, situation, attempt):
            await schedule(tx, placing.SEND, work.key, now(tx) + placing.ASK_AGAIN_FOR_KEY)


@performs(HELD)
async def held(tx: AsyncSession, work: DueWork) -> None:
    """Go on with an answer whose organisation is known now."""
    await offering.held_answer(tx, work.key)


@performs(REPLACE_ORGANIZATION)
async def replace_organization(tx: AsyncSession, work: DueWork) -> None:
    """Write one piece of work for each open referral of a suspended organisation, some at a time."""
    found = await store.open_at_organization(tx, work.key, _after(work), BATCH)
    await _spread(tx, work, found, REPLACE)


@performs(REPLACE_SERVICE)
async def replace_service(tx: AsyncSession, work: DueWork) -> None:
    """The same for what is open at a service that ended: offers are placed again, of what was accepted a coordinator hears."""
    await _spread(tx, work, await store.open_at_service(tx, work.key, _after(work), BATCH), REPLACE_CLOSED)


@performs(REPLACE)
async def replace(tx: AsyncSession, work: DueWork) -> None:
    """End one referral of a provider that takes part no more, or is not cleared for it any more, and seek the next place.

    Nothing if that has happened otherwise, or if it takes part again.
    """
    found = await _open_one(tx, work.key)
    if found is None:
        return
    situation, referral = found
    receiver = await store.organization(tx, referral.organization_id)
    if receiver is not None and not may_receive(receiver, referral):
        await _end(tx, situation, referral)


@performs(REPLACE_CLOSED)
async def replace_closed(tx: AsyncSession, work: DueWork) -> None:
    """End one offer of a service that ended, and seek the next place; whom it has accepted it may serve to the end: a coordinator decides.

    A service that ended does not come back for whom it was offered to.
    """
    found = await _open_one(tx, work.key)
    if found is None:
        return
    situation, referral = found
    if referral.state in TAKEN:
        await work_items.open_item(tx, situation, work_items.SERVICE_CLOSED, referral)
    else:
        await _end(tx, situation, referral)


async def _open_one(tx: AsyncSession, referral_id: UUID) -> tuple[Situation, Referral] | None:
    """Return a referral with its placement, locked, if it is open."""
    known = await tx.get(Referral, referral_id)
    situation = await store.locked(tx, col(Placement.id) == known.placement_id, referral_id) if known else None
    return (situation, known) if known is not None and situation is not None and known.state in OPEN else None


async def _end(tx: AsyncSession, situation: Situation, referral: Referral) -> None:
    if lifecycle.may(situation, referral, Act.FAIL, Party.SYSTEM):
        await ending.end(tx, situation, referral, Act.FAIL, Party.SYSTEM, "provider_closed")


async def _spread(tx: AsyncSession, work: DueWork, referral_ids: Sequence[UUID], kind: str) -> None:
    for referral_id in referral_ids:
        await schedule(tx, kind, referral_id, now(tx))
    if len(referral_ids) == BATCH:
        await schedule(tx, work.kind, work.key, now(tx), {"after": str(referral_ids[-1])})


def _after(work: DueWork) -> UUID | None:
    return UUID(work.payload["after"]) if "after" in work.payload else None


@performs(waiting.LOOK)
async def look_at_waiting_list(tx: AsyncSession, work: DueWork) -> None:
    """A place of a service became free: the receiver is asked to look at the first who waits there."""
    found = await waiting.first(tx, work.key)
    if found is not None:
        await waiting.look(tx, *found)


@performs(RETRY)
async def retry(tx: AsyncSession, work: DueWork) -> None:
    """Ask again for the most urgent and oldest need that waits for this kind of place; then, a moment later, for the next."""
    need_code, governorate = work.payload["need_code"], work.payload["governorate"]
    situation = await store.next_unserved(tx, need_code, governorate, datetime.fromisoformat(work.payload["before"]))
    if situation is None:
        return
    await placing.place_again(tx, situation)
    clock.wind(situation.placement, situation.referrals)
    await schedule(tx, RETRY, work.key, now(tx) + RETRY_EVERY, work.payload)
