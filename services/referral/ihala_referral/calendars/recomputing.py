"""Open deadlines follow the calendars: who is concerned is found some at a time, and each placement is counted again in a transaction
of its own. A minute later once more, for those that were being counted by the old calendars while this one changed.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from ihala_contracts import referral_v1 as v1
from ihala_kit.db import now
from ihala_kit.due import DueWork, performs, schedule, schedule_all
from ihala_kit.outbox import emit
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import announcing, clock
from ihala_referral import store as referrals
from ihala_referral.calendars import counting, store
from ihala_referral.calendars.recount import Moves, recompute
from ihala_referral.guards import Situation
from ihala_referral.policy import Acting
from ihala_referral.states import PlacementState
from ihala_referral.tables import Placement, Referral

SPREAD = "recount-deadlines"
ONE = "recount-placement"
BATCH = 500
ONCE_MORE_AFTER = timedelta(minutes=1)  # longer than any transaction that still counts by what it remembered


async def begin(
    tx: AsyncSession, key: UUID, *, organization_id: UUID | None = None, operator_id: UUID | None = None, governorate: str | None = None
) -> None:
    """Have the deadlines of everybody concerned counted again: by an organisation's part in them, else by the operator that owns them."""
    whose = {"organization": organization_id} if organization_id else {"operator": operator_id}
    payload = {name: str(value) for name, value in (whose | {"governorate": governorate}).items() if value}
    await schedule(tx, SPREAD, key, now(tx), payload)


@performs(SPREAD)
async def spread(tx: AsyncSession, work: DueWork) -> None:
    """Write one piece of work for each placement that is concerned, some at a time."""
    stage = int(work.payload.get("stage", "0"))
    found = await _concerned(tx, work, stage)
    await schedule_all(tx, ONE, sorted({placement_id for _, placement_id in found}), now(tx))
    if len(found) == BATCH:
        await schedule(tx, work.kind, work.key, now(tx), work.payload | {"after": str(found[-1][0])})
    elif "organization" in work.payload and stage < 2:
        await schedule(tx, work.kind, work.key, now(tx), _from_start(work) | {"stage": str(stage + 1)})
    elif "again" not in work.payload:
        await schedule(tx, work.kind, work.key, now(tx) + ONCE_MORE_AFTER, _from_start(work) | {"stage": "0", "again": "yes"})


def _from_start(work: DueWork) -> dict[str, str]:
    return {name: value for name, value in work.payload.items() if name != "after"}


async def _concerned(tx: AsyncSession, work: DueWork, stage: int) -> Sequence[tuple[UUID, UUID]]:
    """Return (where to go on, placement): what an operator owns, then what an organisation received, then what it asked for."""
    whose = UUID(work.payload.get("organization") or work.payload["operator"])
    where = work.payload.get("governorate")
    after = UUID(work.payload["after"]) if "after" in work.payload else None
    if stage == 0:
        return await store.owned(tx, whose, where, after, BATCH)
    part = (Referral.organization_id, Referral.origin_id)[stage - 1]
    return await store.taking_part(tx, col(part) == whose, where, after, BATCH)


@performs(ONE)
async def one(tx: AsyncSession, work: DueWork) -> None:
    """Count the deadlines of one placement again; emits DeadlinesRecomputed where any moved."""
    situation = await referrals.locked(tx, col(Placement.id) == work.key)
    if situation is None or situation.placement.state is PlacementState.ENDED:
        return
    await _triage(tx, situation)
    for referral in situation.open():
        timing = await counting.of_referral(tx, situation, referral)
        moves = recompute(referral, timing, situation.placement.contact_from, situation.now)
        if moves:
            _tell(tx, situation, moves, referral)
    clock.wind(situation.placement, situation.referrals)


async def _triage(tx: AsyncSession, situation: Situation) -> None:
    """Count the triage's own deadline again, unless it was missed: from then on it is days, not working time."""
    placement = situation.placement
    timing = await counting.of_placement(tx, situation)
    if placement.state is not PlacementState.TRIAGE or placement.level or placement.due_at is None or timing.wall:
        return
    fresh, old = timing.after(placement.state_at, timing.triage, Acting.OFFICE), placement.due_at
    if fresh < old:
        fresh = min(old, max(fresh, timing.after(situation.now, 1, Acting.OFFICE)))
    if fresh != old:
        placement.due_at = fresh
        _tell(tx, situation, {"triage_by": (old, fresh)})


def _tell(tx: AsyncSession, situation: Situation, moves: Moves, referral: Referral | None = None) -> None:
    placement = situation.placement
    moved = [v1.DeadlineMoved(deadline=name, before=before, after=after) for name, (before, after) in sorted(moves.items())]
    emit(
        tx,
        v1.DeadlinesRecomputed(
            need_id=placement.need_id, placement_id=placement.id, operator_id=placement.operator_id, moved=moved,
            referral_id=referral.id if referral else None, organization_id=referral.organization_id if referral else None,
            deadlines=announcing.deadlines(referral) if referral else None, answer_by=referral.answer_by if referral else None,
            recomputed_at=situation.now,
        ),
    )  # fmt: skip
