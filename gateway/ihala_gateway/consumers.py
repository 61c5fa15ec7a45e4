"""Events in: an organisation that takes part no more has no clients any more."""

from ihala_contracts.directory_v1 import OrganizationLeft
from ihala_kit.inbox import reads
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.clients import commands as clients


@reads(OrganizationLeft)
async def organization_left(tx: AsyncSession, event: OrganizationLeft) -> None:
    """Suspend its clients, for good: tokens end within a second. One that is only suspended goes on reading what concerns it."""
    await clients.suspend_all(tx, event.organization_id)
