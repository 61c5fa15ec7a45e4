"""A person was erased: what waits to be said about their needs is dropped. Notify seals nothing and knows nobody, so there are no keys."""

from ihala_contracts.intake_v1 import PersonErased
from ihala_contracts.notify_v1 import ErasureReported
from ihala_kit.db import now
from ihala_kit.inbox import reads
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify import copies, queueing


@reads(PersonErased)
async def person_erased(tx: AsyncSession, event: PersonErased) -> None:
    """Drop what waits, end the needs, and say so. Emits ErasureReported."""
    for need_id in sorted(event.needs):
        await queueing.drop_waiting(tx, need_id)
        await copies.end_need(tx, need_id, ended=True)
    emit(tx, ErasureReported(erasure_id=event.erasure_id, keys_destroyed=0, reported_at=now(tx)))
