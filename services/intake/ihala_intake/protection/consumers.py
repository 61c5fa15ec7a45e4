"""What other services say about erasures: one function an event."""

from ihala_contracts import notify_v1, referral_v1
from ihala_kit.inbox import reads
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_intake.commands import erase


@reads(referral_v1.ErasureReported)
async def referral_reported(tx: AsyncSession, event: referral_v1.ErasureReported) -> None:
    """Referral's keys are gone."""
    await erase.report(tx, "referral", event)


@reads(notify_v1.ErasureReported)
async def notify_reported(tx: AsyncSession, event: notify_v1.ErasureReported) -> None:
    """Notify has dropped what waited."""
    await erase.report(tx, "notify", event)
