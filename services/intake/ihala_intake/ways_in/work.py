"""Due work of the ways in."""

from ihala_kit.due import DueWork, performs
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.commands import waiting


@performs(waiting.LAPSES)
async def lapse(tx: AsyncSession, work: DueWork) -> None:
    """What waited for a desk has waited long enough."""
    await waiting.lapse(tx, work.key)
