"""Due work of the ways in."""

from ihala_kit.due import DueWork, performs
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.commands import programme_plan_rows, programme_plans, request_files, waiting


@performs(waiting.LAPSES)
async def lapse(tx: AsyncSession, work: DueWork) -> None:
    """What waited for a desk has waited long enough."""
    await waiting.lapse(tx, work.key)


@performs(waiting.FORGET_PHONE)
async def forget_phone(tx: AsyncSession, work: DueWork) -> None:
    """A call-back has ended, and its phone is counted no more."""
    await waiting.forget_phone(tx, work.key)


@performs(programme_plan_rows.LAPSES)
async def lapse_plan(tx: AsyncSession, work: DueWork) -> None:
    """A programme's plan has waited long enough."""
    await programme_plans.lapse(tx, work.key)


@performs(request_files.READ)
async def read_file(tx: AsyncSession, work: DueWork) -> None:
    """A file of requests is to be read."""
    await request_files.read(tx, work.key, work.attempts)


@performs(request_files.LOAD)
async def load_file(tx: AsyncSession, work: DueWork) -> None:
    """Its next rows are to be tried."""
    await request_files.load(tx, work.key, work.attempts)


@performs(request_files.FORGET)
async def forget_file(tx: AsyncSession, work: DueWork) -> None:
    """Its report was kept long enough."""
    await request_files.forget(tx, work.key)
