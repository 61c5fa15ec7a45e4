"""Every query of the steps between two pages."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.staff.tables import Ceremony


async def ceremony(tx: AsyncSession, ceremony_hash: bytes, now: datetime) -> Ceremony | None:
    """Return a step that is still awaited, locked: only one of two answers may finish it."""
    asked = select(Ceremony).where(Ceremony.ceremony_hash == ceremony_hash, col(Ceremony.expires_at) > now).with_for_update()
    return (await tx.exec(asked)).one_or_none()


async def owner(tx: AsyncSession, ceremony_hash: bytes) -> UUID | None:
    """Return whose step it is, without a lock: who changes an account locks it before its steps."""
    return (await tx.exec(select(Ceremony.account_id).where(Ceremony.ceremony_hash == ceremony_hash))).one_or_none()


async def forget(tx: AsyncSession, account_id: UUID) -> None:
    """Delete every step that an account began: none leads on past a change of it. Before its sessions end: who finishes one waits."""
    await tx.execute(delete(Ceremony).where(col(Ceremony.account_id) == account_id))
