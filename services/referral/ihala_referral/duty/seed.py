"""Fills rosters for a demonstration: `python -m ihala_referral.duty.seed FILE`. It may run again: only what is not covered is filled.

The file names for each operator and governorate who stands on the roster for each of its two duties.
"""

import asyncio
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import Database, now
from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_referral.duty import commands, coverage, store
from ihala_referral.duty.coverage import FARTHEST_AHEAD, LONGEST_SHIFT, Span
from ihala_referral.duty.models import NewShift, Officer, WorkPhone
from ihala_referral.duty.roles import OF_OPERATOR, DutyRole
from ihala_referral.models import Governorate
from ihala_referral.settings import Settings


class Somebody(BaseModel):
    """Who is always on duty in a demonstration."""

    officer: Officer
    phone: WorkPhone


class Kept(BaseModel):
    """The roster of one operator in one governorate."""

    operator_id: UUID
    governorate: Governorate
    on_duty: dict[DutyRole, Somebody]


class Seed(BaseModel):
    """The file."""

    rosters: list[Kept]


async def load(database: Database, seed: Seed) -> int:
    """Fill every roster for the next 400 days, one a transaction; return how many shifts were entered."""
    entered = 0
    for roster in seed.rosters:
        async with database.transaction(Caller.system("seed")) as tx:
            entered += await _fill(tx, roster)
    return entered


async def _fill(tx: AsyncSession, roster: Kept) -> int:
    await store.hold(tx, roster.operator_id, roster.governorate)
    at = now(tx)
    known = await store.spans(tx, roster.operator_id, roster.governorate, at)
    missing = [
        NewShift(**roster.on_duty[role].model_dump(), governorate=roster.governorate, role=role, starts_at=begins, ends_at=ends)
        for role in OF_OPERATOR
        for gap in coverage.gaps(known[role], at, at + FARTHEST_AHEAD)
        for begins, ends in _cut(gap)
    ]
    for body in missing:
        commands.put(tx, roster.operator_id, body)
    if missing:
        await commands.tell(tx, roster.operator_id, roster.governorate)
    return len(missing)


def _cut(gap: Span) -> Iterator[Span]:
    """Yield spans no longer than a shift may be."""
    begins: datetime = gap[0]
    while begins < gap[1]:
        ends = min(begins + LONGEST_SHIFT, gap[1])
        yield begins, ends
        begins = ends


async def main(path: Path) -> None:
    """Fill the rosters of one file in the database of the settings."""
    database = Database(Settings(), pool_size=2)
    await database.start()
    try:
        entered = await load(database, Seed.model_validate_json(path.read_text("utf-8")))
    finally:
        await database.stop()
    sys.stdout.write(f"{entered} shifts\n")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
