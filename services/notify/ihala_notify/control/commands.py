"""Sending a message again that failed: the contact is asked anew, and what it says must still be so."""

from datetime import UTC, datetime
from uuid import UUID

from ihala_contracts.notify_v1 import MessageResent
from ihala_kit.auth import Caller
from ihala_kit.db import fetch, now, seeing_all
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify import receipts
from ihala_notify.accepting.rules import ends_at
from ihala_notify.calls import opening
from ihala_notify.control import store
from ihala_notify.control.errors import MessageNotFailed, MessageOvertaken
from ihala_notify.statistics import sums
from ihala_notify.tables import Message
from ihala_notify.telling import LAST_WORDS, WHILE_IT_RUNS
from ihala_notify.wording import templates

RESENT = "resent"
# Later news stands for earlier ones, of whichever operator, unless it was not sent either; what was said by hand (it has no referral)
# stands for nothing but another day of the same. After a hand-over the new owner speaks, after a referral's end nothing of it is so, and
# what somebody was told in a call is not said twice.
_OVERTAKEN = """
    SELECT ($3 AND need.ended) OR need.operator_id IS DISTINCT FROM $4 OR EXISTS (
        SELECT FROM message AS later
        WHERE later.need_id = need.need_id AND later.id > $2 AND (later.state <> 'dropped' OR later.reason = 'joined')
        AND (later.template <> ALL($5::text[]) OR later.referral_id IS NOT NULL OR later.template = $8)
    ) OR ($8 = 'need-closed' AND NOT need.ended) OR EXISTS (SELECT FROM referral WHERE referral_id = $6 AND state = 'ended' AND $7)
    OR EXISTS (
        SELECT FROM call_item JOIN call_task ON call_task.id = call_item.call_id
        WHERE call_item.message_id = $2 AND NOT call_item.overtaken AND call_task.state = 'done'
    ) AS overtaken FROM need WHERE need_id = $1
"""


async def resend(tx: AsyncSession, caller: Caller, message_id: UUID, version: int) -> Message:
    """Put a failed message into the queue once more, with all its tries and under another id for its route; emits MessageResent.

    Raises MessageNotFound (404), MessageNotFailed, MessageOvertaken (409), Stale (412).
    """
    row = await store.locked(tx, caller, message_id, version)
    if row.state != "failed":
        raise MessageNotFailed(state=row.state)
    async with seeing_all(tx, "resend"):  # copies of needs, calls of others: what nobody sees whole
        over_at = ends_at(row.given)
        if await _is_overtaken(tx, row) or (over_at is not None and over_at < now(tx)):
            raise MessageOvertaken()
        await opening.sent_again(tx, row.need_id, row.id)
        await put_back(tx, row, datetime.now(UTC))
    emit(tx, MessageResent(need_id=row.need_id, message_id=row.id, resent_at=now(tx)))
    return row


async def put_back(tx: AsyncSession, row: Message, at: datetime) -> None:
    """Let a message that failed wait as if it had never been tried, since an instant (real time)."""
    await sums.take_back(tx, row.id)
    await receipts.begin_anew(tx, row.id)
    row.state, row.reason, row.failure, row.next_at, row.settled_at = "waiting", RESENT, None, at, None
    useful_for, over_at = templates()[row.template].useful_for, ends_at(row.given)
    row.useful_until = at + (useful_for if over_at is None else min(useful_for, over_at - now(tx)))
    row.rounds, row.attempts, row.counted, row.not_by = row.rounds + 1, 0, False, []


async def _is_overtaken(tx: AsyncSession, row: Message) -> bool:
    by_hand = [name for name, template in templates().items() if template.by_hand]
    found = await fetch(
        tx, _OVERTAKEN, row.need_id, row.id, row.template not in LAST_WORDS, row.operator_id, by_hand, row.referral_id,
        row.template in WHILE_IT_RUNS, row.template,
    )  # fmt: skip
    return any(each["overtaken"] for each in found)
