"""Due work of protection."""

from ihala_kit.due import DueWork, performs
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.commands import break_glass, ending, erase


@performs(erase.OVERDUE)
async def erasure_overdue(tx: AsyncSession, work: DueWork) -> None:
    """72 hours after an erasure: has every service reported?"""
    await erase.tell_overdue(tx, work.key)


@performs(ending.LEFT)
async def end_what_erasure_left(tx: AsyncSession, work: DueWork) -> None:
    """Somebody was erased before that ended their cases."""
    await ending.end_left(tx, work.key)


@performs(break_glass.OVER)
async def glass_over(tx: AsyncSession, work: DueWork) -> None:
    """Three hours are over."""
    await break_glass.time_is_up(tx, work.key)
