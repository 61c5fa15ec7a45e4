"""A person was erased: what waits to be said about their needs is dropped, and nothing is ever said or called about them again. Notify
seals nothing and knows nobody, so there are no keys."""

from ihala_contracts.intake_v1 import PersonErased
from ihala_contracts.notify_v1 import ErasureReported
from ihala_kit.db import fetch, now
from ihala_kit.inbox import reads
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify import copies, queueing

_FORGET = "UPDATE message SET given = NULL WHERE need_id = $1 AND given IS NOT NULL"  # the day and the hour of an appointment


@reads(PersonErased)
async def person_erased(tx: AsyncSession, event: PersonErased) -> None:
    """Drop what waits, end the needs for good, forget what was given for their messages, and say so. Emits ErasureReported.

    The withdrawal of the same needs has another key: it may come before or after this, or at the same moment.
    """
    for need_id in sorted(event.needs):
        await queueing.drop_waiting(tx, need_id)  # messages before their need, as whoever withdraws locks them
        await copies.erase_need(tx, need_id)
        await queueing.drop_waiting(tx, need_id)  # what was queued while the need's row was waited for
        await fetch(tx, _FORGET, need_id)
    emit(tx, ErasureReported(erasure_id=event.erasure_id, keys_destroyed=0, reported_at=now(tx)))
