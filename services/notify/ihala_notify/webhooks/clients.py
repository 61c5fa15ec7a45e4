"""Pauses webhooks whose client may read events no more, and lets them go on when it may again: nothing stops without a word.

Looked for again and again and not at the gateway's events alone: what was so before this was known, what is opened at the moment in
which its client is suspended, and what nothing is sent for (loading.py) are then always the same.
"""

from uuid import UUID

from ihala_kit.db import Database, fetch
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.subscriptions import states
from ihala_notify.subscriptions.states import CLIENT_MAY_NOT_READ, State
from ihala_notify.subscriptions.tables import Webhook
from ihala_notify.webhooks import turns
from ihala_notify.webhooks.commands import begin_anew
from ihala_notify.webhooks.feeding import SYSTEM
from ihala_notify.webhooks.loading import CLIENT_MAY_READ

AT_ONCE = 100
LOOK_EVERY_SECONDS = 5.0

_STOPPED = f"""
    SELECT s.id FROM subscription s WHERE s.kind = 'webhook' AND s.ended_at IS NULL AND s.state IN ('active', 'degraded')
        AND NOT ({CLIENT_MAY_READ}) ORDER BY s.id LIMIT $1 FOR UPDATE SKIP LOCKED
"""  # noqa: S608 - made of constants
_FREE = f"""
    SELECT s.id FROM subscription s WHERE s.kind = 'webhook' AND s.ended_at IS NULL AND s.state = 'paused' AND s.reason = $2
        AND {CLIENT_MAY_READ} ORDER BY s.id LIMIT $1 FOR UPDATE SKIP LOCKED
"""  # noqa: S608 - made of constants


async def follow_clients(database: Database) -> int:
    """Pause what is sent for no client that may read, let go on what is again; return how many. For a Job."""
    async with database.transaction(SYSTEM) as tx:
        stopped, free = await fetch(tx, _STOPPED, AT_ONCE), await fetch(tx, _FREE, AT_ONCE, CLIENT_MAY_NOT_READ)
        for found in stopped:
            states.move(tx, await turns.locked(tx, found["id"]), State.PAUSED, CLIENT_MAY_NOT_READ)
        for found in free:
            await _go_on(tx, found["id"])
    return len(stopped) + len(free)


async def _go_on(tx: AsyncSession, subscription_id: UUID) -> None:
    """Let one go on from where it stood, as after a pause of its owner's."""
    row = await turns.locked(tx, subscription_id)
    await begin_anew(tx, await tx.get_one(Webhook, subscription_id))
    states.move(tx, row, State.ACTIVE)
