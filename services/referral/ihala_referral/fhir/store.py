"""The rows of the FHIR side: one, several, and what a search finds. Each query returns only what the transaction's caller may see.

A caller may be receiver, origin and owning office; each part, and each ended state, is a branch with an index; one statement merges them.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from ihala_kit.db import caller_of
from sqlalchemy import Select, and_, or_, select, union_all
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import visible
from ihala_referral.fhir import matching
from ihala_referral.fhir.asked import Asked, cursor
from ihala_referral.fhir.parts import Condition, coordinates, placements_fit, sides
from ihala_referral.fhir.seen import File
from ihala_referral.states import OPEN, PlacementState
from ihala_referral.tables import Placement, Referral

Row = Referral | Placement


async def row(tx: AsyncSession, row_id: UUID) -> Row | None:
    """Return the referral or placement of that id, if the caller may see it."""
    return (await rows(tx, [row_id])).get(row_id)


async def rows(tx: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Return those referrals and placements of these ids that the caller may see."""
    caller = caller_of(tx)
    query = select(Referral).where(col(Referral.id).in_(ids), visible.referrals(caller))
    found: dict[UUID, Row] = {one.id: one for one in (await tx.execute(query)).scalars()}
    if coordinates(caller) and len(found) < len(set(ids)):
        more = select(Placement).where(col(Placement.id).in_(ids), visible.placements(caller))
        found |= {one.id: one for one in (await tx.execute(more)).scalars()}
    return found


async def oldest(tx: AsyncSession, kind: str, asked: Asked) -> list[UUID]:
    """Return ids of what a search finds, in order, one more than asked for."""
    after = cursor(asked, UUID)
    found: list[Select[Any]] = []
    for side, told in sides(caller_of(tx), asked):
        found += _branches(col(Referral.id), Referral, side, matching.of_referrals(kind, asked, told=told), asked, after)
    if placements_fit(caller_of(tx), asked):
        ours = visible.placements(caller_of(tx))
        found += _branches(col(Placement.id), Placement, ours, matching.of_placements(kind, asked), asked, after)
    if not found:
        return []
    merged = union_all(*[select(branch.subquery()) for branch in found]).subquery()
    query = select(merged.c.id).distinct().order_by(merged.c.id).limit(asked.count + 1)
    return list((await tx.execute(query)).scalars())


def _branches(id_: Any, table: Any, side: Condition, wanted: matching.Filter[Any], asked: Asked, after: Any) -> list[Select[Any]]:
    """Return one query a state that is wanted, or one for all; open states share one, since they have an index of their own."""
    base = select(id_.label("id")).where(side).order_by(id_).limit(asked.count + 1)
    if table is Placement and asked.ids is not None:
        base = base.where(id_.in_(asked.ids))
    if after is not None:
        base = base.where(id_ > after[0])
    if asked.until is not None:  # before the last change, which an amendment may have made: whoever shows the rows looks again
        base = base.where(col(table.state_at if table is Placement else table.moved_at) < asked.until)
    if wanted is None:
        return [base]
    open_states = OPEN | (set(PlacementState) - {PlacementState.ENDED})
    together = [state for state in wanted if state in open_states]
    apart = [base.where(table.state == state, condition) for state, condition in wanted.items() if state not in open_states]
    if not together:
        return apart
    each = or_(*(and_(table.state == state, wanted[state]) for state in together))
    return [*apart, base.where(table.ended_at.is_(None), each)]


async def files(tx: AsyncSession, placement_ids: Iterable[UUID]) -> dict[UUID, File]:
    """Return what the caller's own office has of these placements."""
    query = select(col(Placement.id), col(Placement.case_id), col(Placement.reference))
    found = await tx.execute(query.where(col(Placement.id).in_(set(placement_ids)), visible.placements(caller_of(tx))))
    return {one.id: File(one.case_id, one.reference) for one in found.all()}
