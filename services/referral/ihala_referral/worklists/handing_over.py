"""Work that changes hands: of an officer who leaves, and of an origin that was suspended or left. In batches, as due work.

A batch is of one kind and a transaction of its own: whoever moves a referral locks its placement first, and would meet one that
holds referrals and waits for placements.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.due import DueWork, performs, schedule
from ihala_kit.ids import new_id
from sqlalchemy import insert, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import store
from ihala_referral.competence import MOI_KINDS
from ihala_referral.tables import Assignment, HandOver
from ihala_referral.worklists import sides
from ihala_referral.worklists.errors import HandOverNotFound, HandOverToSame
from ihala_referral.worklists.listing import PLACEMENTS, REFERRALS
from ihala_referral.worklists.models import HandingOver
from ihala_referral.worklists.sides import Side

HAND_OVER, ORIGIN_AWAY = "hand-over-work", "origin-away"
BATCH = 200

# One batch: who has it changes, and what it was comes back. The rows are taken in the order in which everybody locks them. What is
# restricted stays with nobody who leaves: where whoever asks may not see it, nobody has it then, and the cleared find it in that list.
_TAKE = """
    WITH taken AS (
        SELECT id, {restricted} AS restricted FROM {table}
        WHERE {whose} = :organization_id AND {officer} = :officer AND {open}
        ORDER BY id LIMIT :most FOR UPDATE)
    UPDATE {table} SET {officer} = CASE WHEN taken.restricted AND NOT :cleared THEN NULL ELSE CAST(:to_officer AS text) END
    FROM taken WHERE {table}.id = taken.id RETURNING {table}.id, taken.restricted, {table}.{officer} AS officer
"""
_AWAY = text("""
    WITH taken AS (
        SELECT id, restricted, origin_officer, CASE WHEN origin_away THEN operator_id ELSE origin_id END AS whose FROM referral
        WHERE origin_id = :organization_id AND ended_at IS NULL AND origin_away <> :away AND origin_kind <> ALL(:interior)
        ORDER BY id LIMIT :most FOR UPDATE)
    UPDATE referral SET origin_away = :away, origin_officer = NULL FROM taken WHERE referral.id = taken.id
    RETURNING referral.id, taken.restricted, taken.origin_officer, taken.whose
""")
_WORK: tuple[tuple[Side, Any], ...] = (
    *(
        (side, text(_TAKE.format(
            table="referral", whose=source.whose, officer=source.officer, open="ended_at IS NULL", restricted="restricted"
        )))
        for side, source in REFERRALS.items()
    ),
    (Side.OFFICE, text(_TAKE.format(
        table="placement", whose=PLACEMENTS.whose, officer="officer", open="ended_at IS NULL", restricted="sensitivity = 'restricted'",
    ))),
    (Side.OFFICE, text(_TAKE.format(
        table="work_item", whose="operator_id", officer="officer", open="closed_at IS NULL", restricted="restricted",
    ))),
)  # fmt: skip


async def begin(tx: AsyncSession, caller: Caller, asked: HandingOver) -> HandOver:
    """Have all open work of an officer given to another. Raises HandOverToSame (422)."""
    if asked.officer == asked.to_officer:
        raise HandOverToSame(pointer="#/to_officer")
    row = HandOver(
        id=new_id(), organization_id=caller.organization_id, officer=asked.officer, to_officer=asked.to_officer,
        sides=[side.value for side in sides.allowed(caller)], cleared=caller.cleared, moved=0, asked_at=now(tx),
        client_id=caller.client_id, acting_officer=caller.acting_officer,
    )  # fmt: skip
    tx.add(row)
    await schedule(tx, HAND_OVER, row.id, now(tx))
    return row


async def progress(tx: AsyncSession, caller: Caller, hand_over_id: UUID) -> HandOver:
    """Return how far it is. Raises HandOverNotFound (404)."""
    query = select(HandOver).where(col(HandOver.id) == hand_over_id, col(HandOver.organization_id) == caller.organization_id)
    found = (await tx.exec(query)).one_or_none()
    if found is None:
        raise HandOverNotFound()
    return found


@performs(HAND_OVER)
async def hand_over(tx: AsyncSession, work: DueWork) -> None:
    """Give the next of an officer's open work to the other, so much of one kind; again until nothing is left of any."""
    row = await tx.get_one(HandOver, work.key)
    for side, take in _WORK:
        if side not in row.sides:
            continue
        values = {
            "organization_id": row.organization_id, "officer": row.officer, "to_officer": row.to_officer, "cleared": row.cleared,
            "most": BATCH,
        }  # fmt: skip
        taken = (await tx.execute(take, values)).all()
        if taken:
            await _note(tx, (_change(row, side, one) for one in taken))
            row.moved += sum(row.cleared or not one.restricted for one in taken)  # else the number would tell of what is restricted
            await schedule(tx, HAND_OVER, work.key, now(tx))
            return
    row.finished_at = now(tx)


def _change(row: HandOver, side: Side, taken: Any) -> dict[str, Any]:
    return {
        "organization_id": row.organization_id, "side": side.value, "about_id": taken.id, "restricted": taken.restricted,
        "before": row.officer, "officer": taken.officer, "client_id": row.client_id, "acting_officer": row.acting_officer,
        "hand_over_id": row.id,
    }  # fmt: skip


@performs(ORIGIN_AWAY)
async def origin_away(tx: AsyncSession, work: DueWork) -> None:
    """Let the owning offices act for an origin that was suspended or left, or let it act again; nobody there has its work yet.

    For centres of the Ministry of Interior they act anyhow: nothing changes hands.
    """
    origin = await store.organization(tx, work.key)
    away = origin is not None and origin.suspended
    values = {"organization_id": work.key, "away": away, "most": BATCH, "interior": sorted(MOI_KINDS)}
    taken = (await tx.execute(_AWAY, values)).all()
    changes = (
        {
            "organization_id": one.whose, "side": Side.ORIGIN.value, "about_id": one.id, "restricted": one.restricted,
            "before": one.origin_officer, "officer": None, "client_id": "system", "acting_officer": None, "hand_over_id": None,
        }
        for one in taken
        if one.origin_officer is not None
    )  # fmt: skip
    await _note(tx, changes)
    if len(taken) == BATCH:
        await schedule(tx, ORIGIN_AWAY, work.key, now(tx))


async def _note(tx: AsyncSession, changes: Iterable[dict[str, Any]]) -> None:
    rows = [{"id": new_id(), "at": now(tx), **change} for change in changes]
    if rows:
        await tx.execute(insert(Assignment), rows)
