"""Events in: what the directory says of an organisation holds for its clients and for the accounts of its people."""

from ihala_contracts.directory_v1 import OrganizationJoined, OrganizationLeft, OrganizationReinstated, OrganizationSuspended
from ihala_kit.inbox import reads
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.clients import organizations


@reads(OrganizationJoined)
async def organization_joined(tx: AsyncSession, event: OrganizationJoined) -> None:
    """Know it: its name, its kind and which operator decides on its clients."""
    await organizations.know(tx, event)


@reads(OrganizationSuspended)
async def organization_suspended(tx: AsyncSession, event: OrganizationSuspended) -> None:
    """Suspend its clients and accounts until it is reinstated: tokens end within a second."""
    await organizations.suspend(tx, event.organization_id)


@reads(OrganizationReinstated)
async def organization_reinstated(tx: AsyncSession, event: OrganizationReinstated) -> None:
    """Give back what its suspension took, and nothing else."""
    await organizations.reinstate(tx, event.organization_id)


@reads(OrganizationLeft)
async def organization_left(tx: AsyncSession, event: OrganizationLeft) -> None:
    """Suspend its clients and accounts, for good."""
    await organizations.suspend(tx, event.organization_id)
