"""When a call comes to be, and when it need not be made any more: in the transaction of what happened to its messages."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from ihala_contracts.intake_v1 import Sensitivity
from ihala_contracts.notify_v1 import CallTaskEnded, CallTaskOpened
from ihala_kit.db import fetch, now
from ihala_kit.ids import new_id
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.calls import rules
from ihala_notify.telling import WHILE_IT_RUNS

# With what tells that nothing is to be said any more: the need's end, or that the referral was withdrawn or is over since.
_FAILED = """
    SELECT m.id, m.need_id, coalesce(need.operator_id, m.operator_id) AS operator_id, m.reason, m.template, need.sensitivity, need.urgency,
           m.handed_at IS NOT NULL AS handed_over,
           need.ended OR (r.state IS NOT DISTINCT FROM 'ended' AND m.template = ANY($2)) OR EXISTS (
               SELECT FROM message w WHERE w.need_id = m.need_id AND w.id > m.id
               AND w.template = 'consent-withdrawn' AND w.referral_id = m.referral_id) AS over,
           EXISTS (SELECT FROM call_task t WHERE t.need_id = m.need_id AND t.result = 'asked_not_to_call') AS declined
    FROM message m JOIN need USING (need_id) LEFT JOIN referral r ON r.referral_id = m.referral_id
    WHERE m.id = ANY($1) AND m.state = 'failed' AND NOT need.erased ORDER BY m.need_id, m.id
"""
# One open call a need: what else fails is said in it, and whoever has read it reads it again. Whether there is a phone, or a slip is handed
# over at the next visit, is as the last message found it that was tried.
_OPEN = """
    INSERT INTO call_task (id, need_id, operator_id, restricted, reason, rank, state, tries, due_at, version, opened_at)
    VALUES ($1, $2, $3, $4, $5, $6, 'open', 0, $7, 1, $8)
    ON CONFLICT (need_id) WHERE state IN ('open', 'taken') DO UPDATE SET
        version = call_task.version + 1, rank = least(call_task.rank, excluded.rank),
        reason = CASE WHEN $9 AND (call_task.reason = $10) <> (excluded.reason = $10) THEN excluded.reason ELSE call_task.reason END,
        due_at = CASE WHEN (call_task.reason = $10) = (excluded.reason = $10) THEN least(call_task.due_at, excluded.due_at)
                      WHEN $9 THEN excluded.due_at ELSE call_task.due_at END
    RETURNING id
"""
_ADD = """
    INSERT INTO call_item (message_id, call_id, overtaken) VALUES ($1, $2, false)
    ON CONFLICT (message_id) DO UPDATE SET call_id = excluded.call_id, overtaken = false
"""
_OVERTAKE = """
    UPDATE call_item SET overtaken = true FROM call_task t, message m
    WHERE t.need_id = $1 AND t.state IN ('open', 'taken') AND call_item.call_id = t.id AND m.id = call_item.message_id
      AND ($2::uuid IS NULL OR m.referral_id = $2) AND ($3::text[] IS NULL OR m.template = ANY($3))
      AND ($4::uuid IS NULL OR (m.id < $4 AND m.event_id <> $4))
"""
_SAID_AGAIN = "UPDATE call_item SET overtaken = true WHERE message_id = $1"
_NOTHING_LEFT = """
    UPDATE call_task t SET state = 'dropped', result = $2, due_at = NULL, ended_at = $3, version = version + 1
    WHERE t.need_id = $1 AND t.state IN ('open', 'taken')
      AND NOT EXISTS (SELECT FROM call_item i WHERE i.call_id = t.id AND NOT i.overtaken)
    RETURNING t.id, t.tries
"""
# Whoever took it before a hand-over does not make it any more. A need that becomes more urgent is called about sooner; never later.
_FOLLOW = """
    UPDATE call_task t SET
        operator_id = $2, rank = least(t.rank, $3::smallint),
        due_at = CASE WHEN $3 >= t.rank THEN t.due_at WHEN t.reason = $6 THEN least(t.due_at, $5) ELSE least(t.due_at, $4) END,
        state = CASE WHEN was.moves THEN 'open' ELSE t.state END, taken_by = CASE WHEN NOT was.moves THEN t.taken_by END,
        taken_at = CASE WHEN NOT was.moves THEN t.taken_at END, version = t.version + 1
    FROM (SELECT id, operator_id <> $2 AS moves FROM call_task
          WHERE need_id = $1 AND state IN ('open', 'taken') AND (operator_id <> $2 OR rank > $3) FOR UPDATE) AS was
    WHERE t.id = was.id RETURNING t.id, t.reason, t.due_at, t.opened_at, was.moves
"""


async def call_about(tx: AsyncSession, failed: Sequence[UUID]) -> None:
    """Let somebody call about messages that have just failed for good, where anybody may. Emits CallTaskOpened for each new call."""
    for row in await fetch(tx, _FAILED, failed, list(WHILE_IT_RUNS)) if failed else ():
        sensitivity = Sensitivity(row["sensitivity"] or Sensitivity.RESTRICTED)
        told = {name: row[name] for name in ("template", "reason", "handed_over", "over", "declined")}
        if rules.is_called_about(sensitivity, **told):
            await _open(tx, dict(row), restricted=sensitivity is Sensitivity.RESTRICTED)


async def _open(tx: AsyncSession, row: dict[str, Any], *, restricted: bool) -> None:
    call_id, at = new_id(), now(tx)
    why, due_at, opened = await put(tx, row, call_id, at, restricted=restricted)
    if opened == call_id:
        emit(tx, CallTaskOpened(need_id=row["need_id"], call_id=call_id, reason=why, due_at=due_at, opened_at=at))


async def put(tx: AsyncSession, row: Mapping[str, Any], call_id: UUID, at: datetime, *, restricted: bool) -> tuple[str, datetime, UUID]:
    """Let a failed message be said in its need's call, or in a new one of this id; return why and until when somebody calls about it, and
    which call it is. Emits nothing."""
    rank, why = rules.RANKS.get(row["urgency"], rules.UNKNOWN_RANK), rules.why(row["reason"])
    due_at = at + rules.due_within(why, rank)
    phone_known = rules.tells_of_a_phone(row["reason"])
    [opened] = await fetch(
        tx, _OPEN, call_id, row["need_id"], row["operator_id"], restricted, why, rank, due_at, at, phone_known, rules.SLIP
    )  # fmt: skip
    await add(tx, row["id"], opened["id"])
    return why, due_at, opened["id"]


async def add(tx: AsyncSession, message_id: UUID, call_id: UUID) -> None:
    """Let a message be said in a call."""
    await fetch(tx, _ADD, message_id, call_id)


async def end_calls(
    tx: AsyncSession, need_id: UUID, referral_id: UUID | None = None, only: Collection[str] | None = None, before: UUID | None = None
) -> None:
    """Say nothing more of what was withdrawn or closed: the whole need, or one referral of it; `only` these templates, if any are named;
    `before` as in queueing.drop_waiting. Emits CallTaskEnded."""
    await fetch(tx, _OVERTAKE, need_id, referral_id, None if only is None else list(only), before)
    await _end_empty(tx, need_id, "overtaken")


async def sent_again(tx: AsyncSession, need_id: UUID, message_id: UUID) -> None:
    """Call no more about a message that is sent once more. Emits CallTaskEnded when there was nothing else to say."""
    await take_out(tx, message_id)
    await _end_empty(tx, need_id, "sent_again")


async def take_out(tx: AsyncSession, message_id: UUID) -> None:
    """Say a message in no call any more. Emits nothing."""
    await fetch(tx, _SAID_AGAIN, message_id)


async def _end_empty(tx: AsyncSession, need_id: UUID, result: str) -> None:
    at = now(tx)
    for row in await fetch(tx, _NOTHING_LEFT, need_id, result, at):
        emit(tx, CallTaskEnded(need_id=need_id, call_id=row["id"], state="dropped", result=result, tries=row["tries"], ended_at=at))


async def follow(tx: AsyncSession, need_id: UUID, operator_id: UUID, urgency: str) -> None:
    """Let the operator call that owns the need now, as soon as its urgency asks for. Emits CallTaskOpened for a new owner."""
    rank = rules.RANKS.get(urgency, rules.UNKNOWN_RANK)
    at, (call, slip) = now(tx), (rules.DUE_WITHIN[rank], rules.SLIP_WITHIN[rank])
    for row in await fetch(tx, _FOLLOW, need_id, operator_id, rank, at + call, at + slip, rules.SLIP):
        if row["moves"]:
            told = {name: row[name] for name in ("reason", "due_at", "opened_at")}
            emit(tx, CallTaskOpened(need_id=need_id, call_id=row["id"], **told))
