"""Who takes part no more: suspended, or left. Copy of directory's events; feeds tell such an organisation nothing but of itself."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

_SET = text("""
    INSERT INTO standing (organization_id, state, since) VALUES (:organization_id, :state, :since)
    ON CONFLICT (organization_id) DO UPDATE SET state = excluded.state, since = excluded.since
""")
_CLEAR = text("DELETE FROM standing WHERE organization_id = :organization_id")
_GONE = text("SELECT organization_id FROM standing WHERE organization_id = ANY(CAST(:asked AS uuid[]))")


async def suspend(tx: AsyncSession, organization_id: UUID, since: datetime) -> None:
    """Tell it nothing until it is reinstated."""
    await tx.execute(_SET, {"organization_id": organization_id, "state": "suspended", "since": since})


async def leave(tx: AsyncSession, organization_id: UUID, since: datetime) -> None:
    """Tell it nothing any more."""
    await tx.execute(_SET, {"organization_id": organization_id, "state": "left", "since": since})


async def reinstate(tx: AsyncSession, organization_id: UUID) -> None:
    """Tell it again what happens from now on; what happened meanwhile it finds in the lists."""
    await tx.execute(_CLEAR, {"organization_id": organization_id})


async def gone(tx: AsyncSession, asked: Iterable[UUID | None]) -> frozenset[UUID]:
    """Return who of these takes part no more."""
    return frozenset((await tx.execute(_GONE, {"asked": [each for each in asked if each]})).scalars())
