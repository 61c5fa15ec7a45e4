"""Due work: reservations that nobody claimed, and those of what was suspended or closed; one need a transaction."""

from ihala_kit.db import now
from ihala_kit.due import DueWork, performs, schedule
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory.commands import places, reservations


@performs(places.RELEASE_UNCLAIMED)
async def release_unclaimed(tx: AsyncSession, work: DueWork) -> None:
    """Free a place that an officer held for a quarter of an hour."""
    await reservations.release_unclaimed(tx, work.key)


@performs(places.REVOKE)
async def revoke_reservations(tx: AsyncSession, work: DueWork) -> None:
    """Take back one place, and come again for the next."""
    if await places.revoke_next(tx, work.payload["of"], work.key):
        await schedule(tx, work.kind, work.key, now(tx), work.payload)
