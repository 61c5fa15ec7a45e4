"""Every query of maintenance."""

from collections.abc import Mapping
from datetime import datetime

from ihala_kit.db import fetch
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.maintenance.tables import Maintenance


async def switched_off(tx: AsyncSession) -> Mapping[str, datetime | None]:
    """Return what is under maintenance, and until when."""
    return {row["service"]: row["until"] for row in await fetch(tx, "SELECT service, until FROM maintenance ORDER BY service")}


async def put(tx: AsyncSession, service: str, now: datetime, until: datetime | None) -> None:
    """Switch a service off, or say anew until when it is."""
    row = upsert(Maintenance).values(service=service, began_at=now, until=until)
    await tx.execute(row.on_conflict_do_update(index_elements=["service"], set_={"until": until}))


async def drop(tx: AsyncSession, service: str) -> bool:
    """Switch it on again; return whether it was off."""
    found = delete(Maintenance).where(col(Maintenance.service) == service).returning(col(Maintenance.service))
    return (await tx.execute(found)).first() is not None
