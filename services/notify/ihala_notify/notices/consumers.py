"""Events that end digests: a person whom the gateway lets in no more."""

from ihala_contracts.gateway_v1 import AccountSuspended
from ihala_kit.inbox import reads
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.notices import commands


@reads(AccountSuspended)
async def account_suspended(tx: AsyncSession, event: AccountSuspended) -> None:
    """Mail that person nothing more; whoever may come back asks anew."""
    await commands.end_of_officer(tx, event.organization_id, str(event.account_id), "suspended")
