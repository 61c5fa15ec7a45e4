"""Every query about calls; each takes the caller and returns only what they may see. Row policies hold the same rules once more."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ihala_contracts.intake_v1 import Sensitivity
from ihala_kit.auth import Caller
from ihala_kit.db import seeing_all
from ihala_kit.etag import Stale
from ihala_kit.pages import PageRequest
from sqlalchemy import Row, text, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from ihala_notify.calls.errors import CallNotFound
from ihala_notify.calls.tables import CallTask
from ihala_notify.store import is_of_operator

Rows = Sequence[Row[Any]]
State = Literal["open", "given_up", "done", "dropped"]
_ENDED = {state: text(f"state = '{state}'") for state in ("given_up", "done", "dropped")}  # as words of the statement, for their index
_OPEN = text("state IN ('open', 'taken')")
_ORDER = (col(CallTask.rank), col(CallTask.due_at), col(CallTask.id))
_SAID = text("""
    SELECT m.id, m.template, m.queued_at, m.given, m.said, m.language, need.sensitivity, need.reference, operator.phone AS operator_phone,
           operator.names AS operator_names,
           coalesce(organization.hidden, false) AS hidden_provider, organization.names AS organization_names,
           organization.phone AS organization_phone,
           coalesce(service.addresses -> CAST(referral.service_at_location_id AS text), service.address) AS address,
           service.opening_hours, service.documents_to_bring
    FROM call_item JOIN message m ON m.id = call_item.message_id JOIN need ON need.need_id = m.need_id
    LEFT JOIN organization AS operator ON operator.organization_id = need.operator_id
    LEFT JOIN organization ON organization.organization_id = m.organization_id
    LEFT JOIN service ON service.service_id = m.service_id
    LEFT JOIN referral ON referral.referral_id = m.referral_id
    WHERE call_item.call_id = :call_id AND NOT call_item.overtaken ORDER BY m.id
""")


async def calls(tx: AsyncSession, caller: Caller, state: State, need_id: UUID | None, page: PageRequest) -> Sequence[CallTask]:
    """Return calls of the caller's operator: open ones the most urgent and oldest first, ended ones the newest first."""
    if not is_of_operator(caller):
        return []
    query = _seen(caller)
    if need_id is not None:
        query = query.where(col(CallTask.need_id) == need_id)
    if state == "open":
        query = query.where(_OPEN).order_by(*_ORDER)
        if after := page.after_as(int, datetime, UUID):
            query = query.where(tuple_(*_ORDER) > tuple_(*after))
    else:
        query = query.where(_ENDED[state]).order_by(col(CallTask.id).desc())
        if last := page.after_as(UUID):
            query = query.where(col(CallTask.id) < last[0])
    return (await tx.exec(query.limit(page.fetch))).all()


async def call(tx: AsyncSession, caller: Caller, call_id: UUID) -> CallTask:
    """Return one call. Raises CallNotFound (404)."""
    return _own((await tx.exec(_seen(caller).where(col(CallTask.id) == call_id))).one_or_none(), caller)


async def locked(tx: AsyncSession, caller: Caller, call_id: UUID, version: int) -> CallTask:
    """Return it locked, in the version that the caller read. Raises CallNotFound (404), Stale (412)."""
    query = _seen(caller).where(col(CallTask.id) == call_id).with_for_update()
    found = _own((await tx.exec(query, execution_options={"populate_existing": True})).one_or_none(), caller)
    if found.version != version:
        raise Stale()
    return found


async def to_say(tx: AsyncSession, caller: Caller, call: CallTask) -> Rows:
    """Return what is to be said in a call that its caller may see: each message's template, and what its text may need, the oldest first.

    Raises CallNotFound (404) when the need became restricted meanwhile and the caller is not cleared.
    """
    async with seeing_all(tx, "calls"):  # copies of needs have no policy that shows them
        rows = (await tx.execute(_SAID, {"call_id": call.id})).all()
    if not caller.cleared and any(Sensitivity(row.sensitivity or Sensitivity.RESTRICTED) is Sensitivity.RESTRICTED for row in rows):
        raise CallNotFound()
    return rows


def _seen(caller: Caller) -> SelectOfScalar[CallTask]:
    query = select(CallTask).where(col(CallTask.operator_id) == caller.operator_id)
    return query if caller.cleared else query.where(col(CallTask.restricted).is_(False))


def _own(found: CallTask | None, caller: Caller) -> CallTask:
    if found is None or not is_of_operator(caller):
        raise CallNotFound()
    return found
