"""What every own event that is applied again begins and ends with: the locked placement at the event's instant, its audit, its clocks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from ihala_contracts.directory_v1 import PlaceReserved
from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1 import NeedIdentified
from ihala_contracts.referral_v1.base import NeedEvent, ReferralEvent
from ihala_kit.db import now
from ihala_kit.reapplying import recall
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import announcing, clock, lifecycle, sealing, store, work_items
from ihala_referral.commands import needs
from ihala_referral.guards import Situation
from ihala_referral.states import Party, PlacementState, State
from ihala_referral.statistics import measures, noting
from ihala_referral.tables import Attempt, Placement, Referral

FACTS = "facts"

_DETAIL = text("SELECT detail FROM work_item WHERE about_id = :about AND kind = :kind AND closed_at IS NULL")
_SAY_MORE = text("UPDATE work_item SET detail = :detail WHERE about_id = :about AND kind = :kind AND closed_at IS NULL")


class NeedMissing(Exception):
    """The need of an own event is known neither here nor from intake since the backup."""


def instant(tx: AsyncSession, event: Event) -> datetime:
    """Return when an event that says no instant happened, in domain time."""
    return event.envelope.time + (now(tx) - datetime.now(event.envelope.time.tzinfo))


async def placement_of(tx: AsyncSession, event: NeedEvent, at: datetime, referral_id: UUID | None = None) -> Situation:
    """Return the placement of an own event, locked, as of an instant; made from what intake said if the backup has none.

    Raises NeedMissing.
    """
    situation = await store.of_need(tx, event.need_id, referral_id) or await _made(tx, event)
    situation.now = at
    return situation


async def _made(tx: AsyncSession, event: NeedEvent) -> Situation:
    said = recall(tx, NeedIdentified, event.need_id)
    if not said:
        raise NeedMissing(event.need_id)
    placement = needs.placement_of(tx, said[0])
    placement.id = event.placement_id
    placement.state_at = placement.next_at = instant(tx, event)
    tx.add(placement)
    await tx.flush()
    facts, readable = await sealing.received(tx, said[0].facts, event.need_id)
    await sealing.keep_facts(tx, placement, facts)
    situation = Situation(placement, [], placement.state_at)
    announcing.record(tx, situation, "request", Party.ORIGIN, "", placement.state)
    noting.of_need(tx, placement, measures.IDENTIFIED, situation.now)
    if not readable:  # sealed for a key that is lost with the database: intake is asked to say the need again
        await gone(tx, situation, None, FACTS)
    return situation


async def lacks_facts(tx: AsyncSession, situation: Situation) -> bool:
    """Tell whether the facts of a need are among what is gone, and have not come again."""
    item = await work_items.open_one(tx, situation, work_items.RESTORED)
    return situation.placement.facts is None and item is not None and FACTS in (item.detail or "").split(",")


async def answer_to(tx: AsyncSession, need_id: UUID, attempt: int, asked: Attempt | None) -> PlaceReserved | None:
    """Return the directory's last answer to an attempt: said since the backup, or held in it until its organisation is known."""
    said = [one for one in recall(tx, PlaceReserved, need_id) if one.attempt == attempt]
    if said or asked is None or asked.held is None:
        return said[-1] if said else None
    return PlaceReserved.model_validate(asked.held)


@asynccontextmanager
async def moved(tx: AsyncSession, event: ReferralEvent, act: str) -> AsyncIterator[tuple[Situation, Referral]]:
    """Set what a move says of its referral; inside, the caller sets the rest. The audit and the clocks follow.

    Raises NeedMissing for a referral that nobody knows.
    """
    situation = await placement_of(tx, event, event.moved_at, event.referral_id)
    referral = next((known for known in situation.referrals if known.id == event.referral_id), None)
    if referral is None:
        raise NeedMissing(event.referral_id)
    before = lifecycle.told(referral, State(event.state), event.moved_at, event.referral_version)
    referral.reservation_id = event.reservation_id
    yield situation, referral
    reason = getattr(event, "reason", None)
    announcing.record(tx, situation, act, Party.SYSTEM, before, referral.state, referral=referral, reason=reason)
    noting.moved(tx, situation.placement, referral, type(event), event.moved_at, {"reason": reason})
    wound(situation)


def wound(situation: Situation) -> None:
    """Set the next instants; those of a placement that is left in the middle are settled before anybody reads them."""
    if situation.placement.state is not PlacementState.ENDED:
        situation.placement.next_at = situation.now
    try:
        clock.wind(situation.placement, situation.referrals)
    except (ValueError, IndexError):  # nothing lies ahead of it yet
        situation.placement.next_at = situation.now


async def gone(tx: AsyncSession, situation: Situation, referral: Referral | None, what: str) -> None:
    """Have a coordinator ask again for what no event holds; one item a need says all of it."""
    about = {"about": situation.placement.need_id, "kind": work_items.RESTORED}
    known = (await tx.execute(_DETAIL, about)).scalar_one_or_none()
    if known is None:
        await work_items.open_item(tx, situation, work_items.RESTORED, referral, detail=what)
    else:
        await tx.execute(_SAY_MORE, about | {"detail": ",".join(sorted({*known.split(","), what}))})


def told_of(tx: AsyncSession, situation: Situation, state: PlacementState, act: str, reason: str | None = None) -> Placement:
    """Set what an own event says of the placement, with its audit."""
    before = lifecycle.told_of_placement(situation.placement, state, situation.now)
    announcing.record(tx, situation, act, Party.SYSTEM, before, state, reason=reason)
    return situation.placement
