"""Reading what is published: which sheets, which figures of them, and the tag that says whether they changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from uuid import UUID

from sqlalchemy import not_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral.statistics.errors import TooManyFigures
from ihala_referral.tables import StatisticFigure, StatisticSheet

MOST = 20_000
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


async def figures(tx: AsyncSession, asked: Asked) -> Sequence[StatisticFigure]:
    """Return the figures in order. Raises TooManyFigures (422)."""
    table = StatisticFigure
    query = select(table).where(
        col(table.viewer_id) == asked.viewer_id, col(table.breakdown).in_(asked.by), col(table.quarter).between(asked.first, asked.last)
    )
    if asked.governorates:
        query = query.where(col(table.governorate).in_(asked.governorates))
    if asked.measures:
        query = query.where(col(table.measure).in_(asked.measures))
    if asked.period is not None:
        quarterly = col(table.period).like(QUARTERLY)
        query = query.where(quarterly if asked.period == "quarter" else not_(quarterly))
    order = (table.quarter, table.period, table.governorate, table.measure, table.breakdown, table.category)
    rows = (await tx.exec(query.order_by(*(col(column) for column in order)).limit(MOST + 1))).all()
    if len(rows) > MOST:
        raise TooManyFigures(most=MOST)
    return rows


def tag(asked: Asked, found: dict[tuple[date, str], StatisticSheet], *more: str) -> str:
    """Return an ETag: another when another thing is asked for, or a sheet of it was published anew."""
    versions = sorted((str(quarter), governorate, sheet.version, sheet.final) for (quarter, governorate), sheet in found.items())
    return f'"{sha256(repr((asked, versions, more)).encode()).hexdigest()[:24]}"'
