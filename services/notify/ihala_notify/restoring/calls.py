"""Notify's own events about calls, applied again: which are to be made, until when, and what is said in them.

Who had taken a call is in no event, and nobody can go on with one that is a stranger's: it is given back. The officer takes it again, as
may any other, and then says what came of it. A call's version is never one that somebody has read of another state.
"""

from datetime import timedelta
from typing import cast
from uuid import UUID

from ihala_contracts.intake_v1 import Sensitivity
from ihala_contracts.notify_v1 import CallTaskEnded, CallTaskOpened, CallTaskPutOff, CallTaskTaken, MessageFailed
from ihala_kit.db import fetch
from ihala_kit.ids import new_id
from ihala_kit.inbox import reads
from ihala_kit.reapplying import NotRestored
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.calls import opening, rules
from ihala_notify.calls.tables import CallTask
from ihala_notify.restoring import ground
from ihala_notify.restoring.ground import NeedThen

LEFT = "failed and in no call"  # by need, in the transaction in which all events of a key are applied
TOGETHER = timedelta(seconds=10)  # messages failed, and the call about them was opened, in one transaction

_OPEN = "SELECT id FROM call_task WHERE need_id = $1 AND state IN ('open', 'taken')"
_HANDED_OVER = "SELECT handed_at IS NOT NULL AS handed_over FROM message WHERE id = $1"
_SAY_NOTHING = "UPDATE call_item SET overtaken = true WHERE call_id = $1"


@reads(CallTaskOpened)
async def opened(tx: AsyncSession, event: CallTaskOpened) -> None:
    """Somebody was to call, about what had failed in the same moment; or another operator was, after a hand-over."""
    need = await ground.need_at(tx, event.need_id, event.envelope.time)
    rank = rules.RANKS.get(need.urgency or "", rules.UNKNOWN_RANK)
    row = await tx.get(CallTask, event.call_id, populate_existing=True)
    if row is not None:
        row.operator_id, row.reason, row.due_at, row.rank = need.operator_id, event.reason, event.due_at, min(row.rank, rank)
        rules.free(row)
        return
    tx.add(CallTask(
        id=event.call_id, need_id=event.need_id, operator_id=need.operator_id, restricted=need.sensitivity is Sensitivity.RESTRICTED,
        reason=event.reason, rank=rank, state="open", tries=0, due_at=event.due_at, version=1, opened_at=event.opened_at,
    ))  # fmt: skip
    await tx.flush()
    left = _left(tx).pop(event.need_id, [])
    together = [one for one in left if one.failed_at >= event.opened_at - TOGETHER] or left[-1:]
    for message in [one for one in together if await _is_called_about(tx, need, one)] or together:
        await opening.add(tx, message.message_id, event.call_id)


async def failed(tx: AsyncSession, event: MessageFailed) -> None:
    """Let what failed while somebody was to call about its need be said in that call; what else failed may have had one opened."""
    if not await fetch(tx, _OPEN, event.need_id):
        _left(tx).setdefault(event.need_id, []).append(event)
        return
    need = await ground.need_at(tx, event.need_id, event.envelope.time)
    if await _is_called_about(tx, need, event):
        about = {"id": event.message_id, "need_id": event.need_id, "operator_id": need.operator_id}
        row = about | {"urgency": need.urgency, "reason": event.reason}
        await opening.put(tx, row, new_id(), event.failed_at, restricted=need.sensitivity is Sensitivity.RESTRICTED)


@reads(CallTaskTaken)
async def taken(tx: AsyncSession, event: CallTaskTaken) -> None:
    """Somebody had begun to make it: she takes it again, and another may if she does not."""
    row = await _known(tx, event.call_id)
    row.version += 1
    rules.free(row)


@reads(CallTaskPutOff)
async def put_off(tx: AsyncSession, event: CallTaskPutOff) -> None:
    """Nobody was reached."""
    row = await _known(tx, event.call_id)
    row.tries, row.due_at, row.result = event.tries, event.due_at, "not_reached"
    rules.free(row)


@reads(CallTaskEnded)
async def ended(tx: AsyncSession, event: CallTaskEnded) -> None:
    """It was made, given up, or there was nothing to say any more."""
    row = await _known(tx, event.call_id)
    row.tries = event.tries
    rules.end(row, cast("rules.Ended", event.state), event.result, event.ended_at)
    if event.state == "dropped":
        await fetch(tx, _SAY_NOTHING, row.id)


def _left(tx: AsyncSession) -> dict[UUID, list[MessageFailed]]:
    found: dict[UUID, list[MessageFailed]] = tx.info.setdefault(LEFT, {})
    return found


async def _is_called_about(tx: AsyncSession, need: NeedThen, event: MessageFailed) -> bool:
    handed_over = any(row["handed_over"] for row in await fetch(tx, _HANDED_OVER, event.message_id))
    about = {"handed_over": handed_over, "over": need.ended, "declined": False}  # who declined has no open call
    return rules.is_called_about(need.sensitivity, event.template, event.reason, **about)


async def _known(tx: AsyncSession, call_id: UUID) -> CallTask:
    row = await tx.get(CallTask, call_id, populate_existing=True)
    if row is None:
        raise NotRestored(f"call {call_id} is not known")
    return row
