"""What desks do about calls: take one, and say what came of it."""

from uuid import UUID

from ihala_contracts.notify_v1 import CallTaskEnded, CallTaskPutOff, CallTaskTaken
from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.outbox import emit
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.calls import models as v1
from ihala_notify.calls import rules, saying, store
from ihala_notify.calls.tables import CallTask
from ihala_notify.templates.valid import current_of
from ihala_notify.wording import NEUTRAL, Template


async def take(tx: AsyncSession, caller: Caller, call_id: UUID, version: int) -> CallTask:
    """Let the caller's officer make the call; emits CallTaskTaken.

    Raises CallNotFound (404), Stale (412), CallMoveNotAllowed (409).
    """
    call, at = await store.locked(tx, caller, call_id, version), now(tx)
    rules.take(call, _officer(caller), at)
    emit(tx, CallTaskTaken(need_id=call.need_id, call_id=call.id, taken_at=at))
    return call


async def record(tx: AsyncSession, caller: Caller, call_id: UUID, version: int, result: rules.Result) -> CallTask:
    """Note what came of it; emits CallTaskEnded, or CallTaskPutOff when it is made on another day.

    Raises CallNotFound (404), Stale (412), CallMoveNotAllowed, CallResultNotAllowed (409).
    """
    call, at = await store.locked(tx, caller, call_id, version), now(tx)
    rules.record(call, _officer(caller), result, at)
    about = {"need_id": call.need_id, "call_id": call.id, "tries": call.tries}
    if call.due_at is None:
        emit(tx, CallTaskEnded(**about, state=call.state, result=result, ended_at=at))
    else:
        emit(tx, CallTaskPutOff(**about, due_at=call.due_at))
    return call


async def details(tx: AsyncSession, caller: Caller, call_id: UUID) -> v1.CallDetails:
    """Return a call with what to say in it. Raises CallNotFound (404)."""
    call = await store.call(tx, caller, call_id)
    rows = await store.to_say(tx, caller, call)
    words = await words_of(tx, call, rows)
    return v1.CallDetails.model_validate({
        **v1.Call.of(call).model_dump(), "reference": rows[0].reference if rows else None,
        "person": f"/intake/v1/needs/{call.need_id}/person",
        "to_anybody": saying.rendered(words[NEUTRAL], rows[0]) if rows else None,
        "items": [
            v1.Said(
                message_id=row.id, template=row.template, queued_at=row.queued_at,
                to_the_person=saying.to_the_person(words[row.template], row),
            )
            for row in rows
        ],
    })  # fmt: skip


async def words_of(tx: AsyncSession, call: CallTask, rows: store.Rows) -> dict[str, Template]:
    """Return the templates of what is to be said as they hold now, by name, and the neutral one."""
    names = {NEUTRAL, *(row.template for row in rows)}
    return {name: each for (_, name), each in (await current_of(tx, {(call.operator_id, name) for name in names})).items()}


def _officer(caller: Caller) -> str:
    """Return who acts, as far as the token says it."""
    return caller.acting_officer or caller.account_id or caller.client_id
