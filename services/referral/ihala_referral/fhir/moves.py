"""The audit of moves as FHIR's history, and as the order of what changed last. Each query returns only what its caller may see."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from ihala_kit.db import caller_of
from sqlalchemy import Select, and_, exists, func, literal, not_, or_, select, true, tuple_, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import visible
from ihala_referral.fhir import matching
from ihala_referral.fhir.asked import Asked, cursor
from ihala_referral.fhir.parts import Condition, coordinates, placements_fit, sides
from ihala_referral.fhir.store import Row
from ihala_referral.parties import OPERATOR
from ihala_referral.states import State
from ihala_referral.tables import Movement, Placement, Referral

Moves = Select[datetime, UUID, UUID]  # when, the movement, what it was about


async def changed(tx: AsyncSession, kind: str, asked: Asked) -> list[tuple[datetime, UUID, UUID]]:
    """Return what changed last in the time asked for, longest ago first: when, the movement, the id; one more than asked for."""
    later = aliased(Movement)
    same = and_(
        col(later.placement_id) == col(Movement.placement_id),
        col(later.referral_id).is_not_distinct_from(col(Movement.referral_id)),
        col(later.id) > col(Movement.id),
        col(later.version).is_distinct_from(col(Movement.version)),
    )
    query = _moves(tx, asked, newest_first=False).where(not_(exists().where(same)), _first())
    caller = caller_of(tx)
    fits = []
    for side, told in sides(caller, asked):
        wanted = _one_of(Referral, matching.of_referrals(kind, asked, told=told))
        fits.append(_there_is(col(Referral.id) == col(Movement.referral_id), side, wanted))
    if placements_fit(caller, asked):
        ids = true() if asked.ids is None else col(Placement.id).in_(asked.ids)
        own = and_(col(Movement.referral_id).is_(None), col(Placement.id) == col(Movement.placement_id), visible.placements(caller), ids)
        fits.append(_there_is(own, _one_of(Placement, matching.of_placements(kind, asked))))
    if not fits:
        return []
    found = (await tx.execute(_by_part(tx, query, or_(*fits), asked, newest_first=False))).all()
    return [(one.at, one.id, one.about) for one in found]


def _there_is(*conditions: Condition) -> Condition:
    """Tell whether there is such a row, asked for each move by its key: with EXISTS PostgreSQL would hash the whole table."""
    return cast("Condition", select(true()).where(*conditions).correlate(Movement).scalar_subquery())


def _one_of(table: Any, wanted: matching.Filter[Any]) -> Condition:
    if wanted is None:
        return true()
    return or_(literal(False), *(and_(table.state == state, condition) for state, condition in wanted.items()))


async def versions(tx: AsyncSession, asked: Asked, of: Row | None = None) -> list[Movement]:
    """Return the moves that the caller may read of, newest first, one more than asked for; of one row if it is given.

    Of what was redacted only the redaction is left.
    """
    query = _moves(tx, asked, newest_first=True).where(col(Movement.version).is_not(None))
    redacted = _there_is(col(Referral.id) == col(Movement.referral_id), col(Referral.state) == State.ENTERED_IN_ERROR)
    left = and_(_first(), or_(col(Movement.after) == State.ENTERED_IN_ERROR.value, redacted.is_(None)))
    if of is not None:
        mine = _of_row(of)
        found = await tx.execute(query.where(mine, left).limit(asked.count + 1))
        ids = [one.id for one in found.all()]
    else:
        fits = or_(col(Movement.referral_id).is_not(None), literal(coordinates(caller_of(tx))))
        found = await tx.execute(_by_part(tx, query.where(left), fits, asked, newest_first=True))
        ids = [one.id for one in found.all()]
    moves = {move.id: move for move in (await tx.execute(select(Movement).where(col(Movement.id).in_(ids)))).scalars()}
    return [moves[one] for one in ids]


def _first() -> Condition:
    """Tell whether it was this move that led to its version; some that are noted change nothing, and are nobody else's to know."""
    earlier = aliased(Movement)
    same = and_(
        col(earlier.placement_id) == col(Movement.placement_id),
        col(earlier.referral_id).is_not_distinct_from(col(Movement.referral_id)),
        col(earlier.version).is_not_distinct_from(col(Movement.version)),
        col(earlier.id) < col(Movement.id),
    )
    return _there_is(same).is_(None)


async def version(tx: AsyncSession, of: Row, number: int) -> Movement | None:
    """Return the move that led to a version of a row, which the caller may see."""
    query = select(Movement).where(_of_row(of), col(Movement.version) == number).order_by(col(Movement.id)).limit(1)
    return (await tx.execute(query)).scalar_one_or_none()


async def latest(tx: AsyncSession, rows: Sequence[Row]) -> dict[UUID, datetime]:
    """Return when the newest version of each of these rows, which the caller may see, came to be; not those from before such things were
    noted."""
    around = {row.placement_id if isinstance(row, Referral) else row.id for row in rows}
    about = func.coalesce(col(Movement.referral_id), col(Movement.placement_id))
    query = select(about, func.max(col(Movement.at))).where(col(Movement.placement_id).in_(around), about.in_([row.id for row in rows]))
    found = (await tx.execute(query.where(_first()).group_by(about))).all() if rows else []
    return {one[0]: one[1] for one in found}


def _of_row(of: Row) -> Condition:
    if isinstance(of, Referral):
        return and_(col(Movement.placement_id) == of.placement_id, col(Movement.referral_id) == of.id)
    return and_(col(Movement.placement_id) == of.id, col(Movement.referral_id).is_(None))


def _moves(tx: AsyncSession, asked: Asked, *, newest_first: bool) -> Moves:
    """Return the query of moves in the time asked for, after the cursor, in order."""
    at, id_ = col(Movement.at), col(Movement.id)
    about = func.coalesce(col(Movement.referral_id), col(Movement.placement_id)).label("about")
    order = (at.desc(), id_.desc()) if newest_first else (at, id_)
    query = select(at, id_, about).order_by(*order)
    if asked.since is not None:
        query = query.where(at >= asked.since)
    if asked.until is not None:
        query = query.where(at < asked.until)
    after = cursor(asked, datetime, UUID)
    if after is not None:
        key, found = tuple_(at, id_), tuple_(literal(after[0]), literal(after[1]))
        query = query.where(key < found if newest_first else key > found)
    return query


def _by_part(tx: AsyncSession, query: Moves, fits: Condition, asked: Asked, *, newest_first: bool) -> Moves:
    """Return the query for each part of the caller, merged: each part has its own index."""
    caller = caller_of(tx)
    parts = [col(Movement.receiver_id), col(Movement.origin_id)]
    parts += [col(Movement.operator_id)] if caller.organization_kind == OPERATOR else []
    branches = [query.where(part == caller.organization_id, fits).limit(asked.count + 1).subquery() for part in parts]
    merged = union_all(*[select(branch) for branch in branches]).subquery()
    order = (merged.c.at.desc(), merged.c.id.desc()) if newest_first else (merged.c.at, merged.c.id)
    return select(merged.c.at, merged.c.id, merged.c.about).distinct().order_by(*order).limit(asked.count + 1)
