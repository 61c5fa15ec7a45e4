"""Every query of statistics."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, func, insert, or_, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral import sealing
from ihala_referral.states import Step
from ihala_referral.statistics import measures
from ihala_referral.statistics.sheets import Counted, Figure, Parts, Timed
from ihala_referral.tables import (
    Placement,
    StatisticCount,
    StatisticEvent,
    StatisticFigure,
    StatisticRestricted,
    StatisticSheet,
    StatisticTime,
)

LOCK = 0x1A_57_A7
Key = tuple[Any, ...]

_ALONE = text("SELECT pg_try_advisory_xact_lock(:lock)")
_FORGET = text("DELETE FROM statistic_event WHERE id = ANY(CAST(:ids AS uuid[]))")
# The first attempt of a placement that came so far; a receiver is accepted, begins and completes in this order, one after the other.
_FIRSTS = text("""
    SELECT (array_agg(id ORDER BY accepted_at, id))[1] AS accepted,
           (array_agg(id ORDER BY accepted_at, id) FILTER (WHERE first_contact_at IS NOT NULL))[1] AS started,
           (array_agg(id ORDER BY ended_at, id) FILTER (WHERE outcomes IS NOT NULL))[1] AS completed
    FROM referral WHERE placement_id = ANY(CAST(:ids AS uuid[])) AND accepted_at IS NOT NULL GROUP BY placement_id
""")
_UNSERVED = text("""
    SELECT placement_id, min(at) AS at FROM movement
    WHERE placement_id = ANY(CAST(:ids AS uuid[])) AND referral_id IS NULL AND act = :act GROUP BY placement_id
""")
_TOUCH = text("""
    INSERT INTO statistic_sheet (viewer_id, quarter, governorate, changed_at, final, version)
    SELECT viewer_id, quarter, governorate, :at, false, 0
    FROM unnest(CAST(:viewers AS uuid[]), CAST(:quarters AS date[]), CAST(:governorates AS text[])) AS s (viewer_id, quarter, governorate)
    ORDER BY 1, 2, 3
    ON CONFLICT (viewer_id, quarter, governorate)
    DO UPDATE SET changed_at = greatest(excluded.changed_at, statistic_sheet.published_at + interval '1 microsecond')
""")


def _adding(table: str, columns: Mapping[str, str]) -> Any:
    """Return the statement that adds to sums whose keys are these columns, named with their types."""
    names = ", ".join(columns)
    lists = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in columns.items())
    return text(f"""
        INSERT INTO {table} ({names}, n)
        SELECT {names}, n FROM unnest({lists}, CAST(:n AS bigint[])) AS added ({names}, n) ORDER BY {names}
        ON CONFLICT ({names}) DO UPDATE SET n = {table}.n + excluded.n
    """)  # noqa: S608 - names of our own tables


_COUNT = {"operator_id": "uuid", "month": "date", "governorate": "text", "measure": "text", "breakdown": "text", "category": "text"}
_TIME = {
    "operator_id": "uuid", "month": "date", "governorate": "text", "clock": "text", "breakdown": "text", "category": "text",
    "bucket": "smallint",
}  # fmt: skip
_RESTRICTED = {"operator_id": "uuid", "quarter": "date", "governorate": "text", "measure": "text"}
_ADD = {
    table: (_adding(table, columns), tuple(columns))
    for table, columns in (("statistic_count", _COUNT), ("statistic_time", _TIME), ("statistic_restricted", _RESTRICTED))
}


async def alone(tx: AsyncSession) -> bool:
    """Tell whether nobody else counts; until the transaction ends nobody else will."""
    return bool((await tx.execute(_ALONE, {"lock": LOCK})).scalar_one())


async def noted(tx: AsyncSession, most: int) -> Sequence[StatisticEvent]:
    """Return the oldest of what is to be counted."""
    return (await tx.exec(select(StatisticEvent).order_by(col(StatisticEvent.id)).limit(most))).all()


async def forget(tx: AsyncSession, ids: Sequence[UUID]) -> None:
    """Delete what was counted."""
    await tx.execute(_FORGET, {"ids": ids})


async def facts(tx: AsyncSession, placement_ids: Sequence[UUID]) -> dict[UUID, sealing.Facts]:
    """Return the facts by placement, of those whose key lives."""
    query = select(Placement.id, Placement.need_id, Placement.facts).where(
        col(Placement.id).in_(placement_ids), col(Placement.facts).is_not(None)
    )
    rows = (await tx.exec(query)).all()
    found = await sealing.facts_of_all(tx, {need_id: sealed or b"" for _, need_id, sealed in rows})
    return {placement_id: found[need_id] for placement_id, need_id, _ in rows if need_id in found}


async def first_attempts(tx: AsyncSession, placement_ids: Sequence[UUID]) -> set[tuple[str, UUID]]:
    """Return for each of these placements which attempt was first accepted, begun and completed: (measure, referral)."""
    rows = (await tx.execute(_FIRSTS, {"ids": placement_ids})).all()
    return {(measure, first) for row in rows for measure, first in zip(measures.FIRSTS, row, strict=True) if first is not None}


async def first_unserved(tx: AsyncSession, placement_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """Return when nobody was found for the first time, of those placements for which that was ever so."""
    rows = await tx.execute(_UNSERVED, {"ids": placement_ids, "act": Step.NONE_FOUND.value})
    return {row.placement_id: row.at for row in rows}


async def add(tx: AsyncSession, counts: Mapping[Key, int], times: Mapping[Key, int], restricted: Mapping[Key, int]) -> None:
    """Add to the sums."""
    for (statement, columns), sums in zip(_ADD.values(), (counts, times, restricted), strict=True):
        if sums:
            values = {name: [key[n] for key in sums] for n, name in enumerate(columns)}
            await tx.execute(statement, values | {"n": list(sums.values())})


async def touch(tx: AsyncSession, sheets: Collection[tuple[UUID, date, str]], at: datetime) -> None:
    """Mark these sheets as changed: after they were published, also where that began later and was done sooner."""
    rows = sorted(sheets)
    if rows:
        viewers, quarters, governorates = zip(*rows, strict=True)
        await tx.execute(_TOUCH, {"viewers": viewers, "quarters": quarters, "governorates": governorates, "at": at})


async def oldest_noted(tx: AsyncSession) -> datetime | None:
    """Return when the oldest of what still waits to be counted happened."""
    return (await tx.exec(select(func.min(StatisticEvent.at)))).one()


async def next_sheet(tx: AsyncSession, everybody: UUID, running: date, before: datetime) -> StatisticSheet | None:
    """Lock a sheet to be published: of a quarter that is over, or an operator's that changed and was not published after `before`."""
    published = col(StatisticSheet.published_at)
    stale = or_(published.is_(None), and_(published < before, col(StatisticSheet.changed_at) > published))
    query = (
        select(StatisticSheet)
        .where(
            col(StatisticSheet.final).is_(False),
            or_(col(StatisticSheet.quarter) < running, and_(col(StatisticSheet.viewer_id) != everybody, stale)),
        )
        .order_by(col(StatisticSheet.quarter), col(StatisticSheet.governorate))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return (await tx.exec(query)).one_or_none()


async def locked_sheet(tx: AsyncSession, known: StatisticSheet) -> StatisticSheet:
    """Return a sheet as it is now, locked."""
    ours = (col(getattr(StatisticSheet, name)) == getattr(known, name) for name in ("viewer_id", "quarter", "governorate"))
    return (await tx.exec(select(StatisticSheet).where(*ours).with_for_update())).one()


async def sums(
    tx: AsyncSession, quarter: date, governorate: str, operator_id: UUID | None
) -> tuple[list[Counted], list[Timed]]:  # fmt: skip
    """Return the sums of a quarter and governorate, of one operator or of all."""
    counted = await _of_quarter(tx, StatisticCount, col(StatisticCount.month), measures.months_of(quarter), governorate, operator_id)
    timed = await _of_quarter(tx, StatisticTime, col(StatisticTime.month), measures.months_of(quarter), governorate, operator_id)
    return (
        [Counted(row.operator_id, row.month, row.measure, row.breakdown, row.category, row.n) for row in counted],
        [Timed(row.operator_id, row.month, row.clock, row.breakdown, row.category, row.bucket, row.n) for row in timed],
    )


async def restricted_sums(tx: AsyncSession, quarter: date, governorate: str, operator_id: UUID | None) -> dict[str, Parts]:
    """Return the sums of restricted needs by measure and operator."""
    rows = await _of_quarter(tx, StatisticRestricted, col(StatisticRestricted.quarter), [quarter], governorate, operator_id)
    found: defaultdict[str, Parts] = defaultdict(Counter)
    for row in rows:
        found[row.measure][row.operator_id] += row.n
    return found


async def _of_quarter(
    tx: AsyncSession, table: Any, since: Any, firsts: Sequence[date], governorate: str, operator_id: UUID | None
) -> Sequence[Any]:
    query = select(table).where(since.in_(firsts), table.governorate == governorate)
    return (await tx.exec(query if operator_id is None else query.where(table.operator_id == operator_id))).all()


async def replace(tx: AsyncSession, sheet: StatisticSheet, figures: Sequence[Figure]) -> None:
    """Put these figures in the place of those that the sheet had."""
    whose = {"viewer_id": sheet.viewer_id, "quarter": sheet.quarter, "governorate": sheet.governorate}
    mine = (col(getattr(StatisticFigure, name)) == value for name, value in whose.items())
    await tx.execute(delete(StatisticFigure).where(*mine))
    if figures:
        await tx.execute(insert(StatisticFigure), [whose | asdict(figure) for figure in figures])
