"""Due work: reservations that nobody claimed, those of what was suspended, left or closed, one need a transaction; agreements that end."""

from uuid import UUID

from ihala_kit.db import now
from ihala_kit.due import DueWork, performs, schedule
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory.commands import agreements, organizations, places, reservations


@performs(places.RELEASE_UNCLAIMED)
async def release_unclaimed(tx: AsyncSession, work: DueWork) -> None:
    """Free a place that an officer held for a quarter of an hour."""
    await reservations.release_unclaimed(tx, work.key)


@performs(places.REVOKE)
async def revoke_reservations(tx: AsyncSession, work: DueWork) -> None:
    """Take back one place, and come again for the next."""
    if await places.revoke_next(tx, work.payload["of"], work.key):
        await schedule(tx, work.kind, work.key, now(tx), work.payload)


@performs(places.TELL_AGAIN)
async def tell_again(tx: AsyncSession, work: DueWork) -> None:
    """Tell of a service that is open day and night from now on."""
    await places.tell_again(tx, work.key)


@performs(organizations.CLOSE_SERVICES)
async def close_services(tx: AsyncSession, work: DueWork) -> None:
    """Close one service of an organisation that left, and come again for the next."""
    after = UUID(work.payload["after"]) if "after" in work.payload else None
    closed = await organizations.close_next(tx, work.key, after)
    if closed is not None:
        await schedule(tx, work.kind, work.key, now(tx), {"after": str(closed)})


@performs(agreements.WATCH)
async def watch_agreement(tx: AsyncSession, work: DueWork) -> None:
    """Tell that an agreement is about to end, or has."""
    await agreements.look(tx, work.key)
