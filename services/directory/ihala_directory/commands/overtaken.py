"""Events that came too late to matter are written down: nothing is parked for them."""

from ihala_contracts.envelope import Event
from ihala_kit.db import now
from sqlalchemy.dialects.postgresql import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_directory.tables import Overtaken


async def overtaken(tx: AsyncSession, event: Event) -> None:
    """Write down that an event found what it is about already ended; not one that repeats a state, which is no news."""
    if event.envelope.snapshot:
        return
    seen = event.envelope
    row = {"event_id": seen.id, "type": seen.type, "need_id": event.key, "at": now(tx)}
    await tx.execute(insert(Overtaken).values(row).on_conflict_do_nothing())
