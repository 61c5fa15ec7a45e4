"""Readers that stand for notify's own while it reads again what intake said since the backup, since those would take back what was told
afterwards, or move a call to an operator that has handed it over since. All others find things as they were left.

Then, when it is known how all needs stand (`settle`): calls go to who owns the need now, and what was spoken for shares the end of the one
that spoke.
"""

from collections.abc import Sequence
from uuid import UUID

from ihala_contracts.intake_v1 import ConsentWithdrawn, NeedChanged, NeedClosed
from ihala_kit.db import fetch
from ihala_kit.inbox import reads
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify import copies, messages, queueing
from ihala_notify.calls import opening
from ihala_notify.consumers import follow_need

_OPEN = """
    SELECT need_id FROM (
        SELECT need_id FROM call_task WHERE state IN ('open', 'taken') UNION SELECT need_id FROM message WHERE joined_by IS NOT NULL
    ) AS found WHERE $1::uuid IS NULL OR need_id > $1 ORDER BY need_id LIMIT $2
"""
_STANDS = "SELECT operator_id, urgency FROM need WHERE need_id = $1 AND known FOR UPDATE"
_SPEAKERS = "SELECT DISTINCT joined_by FROM message WHERE need_id = $1 AND joined_by IS NOT NULL"


@reads(NeedChanged)
async def need_changed(tx: AsyncSession, event: NeedChanged) -> None:
    """Learn where it is; who calls about it is settled when its last change is known."""
    await copies.change_need(tx, event)
    if event.urgency == "emergency":
        await queueing.hurry(tx, event.need_id)
    await follow_need(tx, event)


@reads(ConsentWithdrawn)
async def consent_withdrawn(tx: AsyncSession, event: ConsentWithdrawn) -> None:
    """What was to be said before is not said any more."""
    await queueing.drop_waiting(tx, event.need_id, event.referral_id, before=event.envelope.id)
    if event.referral_id is None:
        await copies.end_need(tx, event.need_id, ended=True)
    await follow_need(tx, event)


@reads(NeedClosed)
async def need_closed(tx: AsyncSession, event: NeedClosed) -> None:
    """The same for a need that was closed."""
    await queueing.drop_waiting(tx, event.need_id, before=event.envelope.id)
    await copies.end_need(tx, event.need_id, ended=True)
    await follow_need(tx, event)


async def open_keys(tx: AsyncSession, after: UUID | None, most: int) -> Sequence[UUID]:
    """Return needs that are settled: somebody is to call about them, or another message spoke of them."""
    return [UUID(bytes=row["need_id"].bytes) for row in await fetch(tx, _OPEN, after, most)]


async def settle(tx: AsyncSession, need_id: UUID) -> None:
    """Go on with a need that was left in the middle. Emits CallTaskOpened, MessageJoined, MessageFailed."""
    for need in await fetch(tx, _STANDS, need_id):
        await opening.follow(tx, need_id, need["operator_id"], need["urgency"] or "routine")  # not known: none is sooner for it
    await messages.end_joined(tx, [row["joined_by"] for row in await fetch(tx, _SPEAKERS, need_id)])
