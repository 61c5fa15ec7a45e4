"""Reading what is published: which sheets, which figures of them, and the tag that says whether they changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from uuid import UUID

from sqlalchemy import not_
from sqlalchemy import select as core_select
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral.statistics.errors import TooManyFigures
from ihala_referral.tables import StatisticFigure, StatisticSheet

Row = tuple[date, str, str, str, str, str, int | None, int | None, int | None]

MOST = 10_000
QUARTERLY = "%-Q_"  # how such a period is written


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to read."""

    viewer_id: UUID
    first: date  # quarters, by their first days
    last: date
    by: tuple[str, ...]
    governorates: Sequence[str] = ()
    measures: Sequence[str] = ()
    period: str | None = None  # month or quarter; None: both


async def sheets(tx: AsyncSession, asked: Asked) -> dict[tuple[date, str], StatisticSheet]:
    """Return the sheets that are published, by quarter and governorate."""
    query = select(StatisticSheet).where(
        col(StatisticSheet.viewer_id) == asked.viewer_id, col(StatisticSheet.quarter).between(asked.first, asked.last),
        col(StatisticSheet.version) > 0,
    )  # fmt: skip
    if asked.governorates:
        query = query.where(col(StatisticSheet.governorate).in_(asked.governorates))
    return {(sheet.quarter, sheet.governorate): sheet for sheet in (await tx.exec(query)).all()}


async def figures(tx: AsyncSession, asked: Asked) -> Sequence[Row]:
    """Return the figures in order: quarter, period, governorate, measure, break-down, category, count, median and 90 % of a clock.

    Raises TooManyFigures (422).
    """
    table = StatisticFigure
    order = [col(c) for c in (table.quarter, table.period, table.governorate, table.measure, table.breakdown, table.category)]
    query = core_select(*order, col(table.n), col(table.median_hours), col(table.p90_hours)).where(
        col(table.viewer_id) == asked.viewer_id, col(table.breakdown).in_(asked.by), col(table.quarter).between(asked.first, asked.last)
    )
    if asked.governorates:
        query = query.where(col(table.governorate).in_(asked.governorates))
    if asked.measures:
        query = query.where(col(table.measure).in_(asked.measures))
    if asked.period is not None:
        quarterly = col(table.period).like(QUARTERLY)
        query = query.where(quarterly if asked.period == "quarter" else not_(quarterly))
    rows = (await tx.execute(query.order_by(*order).limit(MOST + 1))).all()
    if len(rows) > MOST:
        raise TooManyFigures(most=MOST)
    return [tuple(row) for row in rows]


def sheet_of(row: Row) -> tuple[date, str]:
    """Return quarter and governorate of the sheet that a figure stands on."""
    return row[0], row[2]


def tag(asked: Asked, found: dict[tuple[date, str], StatisticSheet], *more: str) -> str:
    """Return an ETag: another when another thing is asked for, or a sheet of it was published anew."""
    versions = sorted((str(quarter), governorate, sheet.version, sheet.final) for (quarter, governorate), sheet in found.items())
    return f'"{sha256(repr((asked, versions, more)).encode()).hexdigest()[:24]}"'
