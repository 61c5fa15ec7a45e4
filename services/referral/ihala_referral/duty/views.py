"""Rosters as they are answered."""

from uuid import UUID

from ihala_kit.db import now
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral.duty import coverage, models, store
from ihala_referral.duty.roles import OF_OPERATOR
from ihala_referral.tables import DutyShift


def shift(row: DutyShift) -> models.Shift:
    """Return a shift."""
    return models.Shift.model_validate(row)


async def roster(tx: AsyncSession, operator_id: UUID, governorate: str) -> models.Roster:
    """Return how a governorate is covered, with the gaps of the next 14 days."""
    at = now(tx)
    spans = await store.spans(tx, operator_id, governorate, at)
    ahead = at + coverage.GAPS_SHOWN_FOR
    return models.Roster(
        operator_id=operator_id, governorate=governorate, covered_until=coverage.until(coverage.covered(spans), at),
        on_duty=[shift(row) for row in await store.all_now(tx, operator_id, governorate, at)],
        gaps=[
            models.Gap(role=role, starts_at=begins, ends_at=ends)
            for role in OF_OPERATOR
            for begins, ends in coverage.gaps(spans[role], at, ahead)
        ],
    )  # fmt: skip


async def written(tx: AsyncSession, row: DutyShift) -> models.Written:
    """Return a shift that was just written with the roster that it is on."""
    return models.Written(shift=shift(row), roster=await roster(tx, row.operator_id, row.governorate))
