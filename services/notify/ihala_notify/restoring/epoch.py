"""A feed's positions are given anew after a restore, and in another order: a new epoch, so that a cursor tells which ones it means.

Up to where the backup stood they are the same, and who had come further goes on from there: it gets again what it had, under the same ids,
and misses nothing. So do webhooks and partners' topics, whose places are in the database itself.
"""

from datetime import UTC, datetime

from ihala_kit.db import fetch
from sqlmodel.ext.asyncio.session import AsyncSession

_BEGIN = "UPDATE feed_epoch SET before = epoch, epoch = greatest(epoch + 1, $1)"
_STOOD = "UPDATE feed_counter SET base = position"


async def begin(tx: AsyncSession) -> None:
    """Begin a new epoch of all feeds where they stand. It is named after this instant (real time): no lost life has had the same."""
    await fetch(tx, _BEGIN, int(datetime.now(UTC).timestamp() * 1000))
    await fetch(tx, _STOOD)
