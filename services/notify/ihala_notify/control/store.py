"""What an operator looks for among its messages. Each query takes the caller; row policies hold the same rules once more.

What is not settled, and what failed, have an index each, so these states are words of the statement. For any other state, within those two,
and by template, channel or route there is none: a page looks at 20,000 messages at most, and then says where the next one begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import asyncpg
from ihala_kit.auth import Caller
from ihala_kit.db import fetch
from ihala_kit.etag import Stale
from ihala_kit.pages import PageRequest, page_of, tell_next
from sqlalchemy import ColumnElement, TextClause, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from ihala_notify.errors import MessageNotFound
from ihala_notify.states import Status
from ihala_notify.store import is_of_operator
from ihala_notify.tables import Message
from ihala_notify.webhooks.tables import first_id

State = Literal["waiting", "sending", "delivered", "failed", "dropped"]
WITHIN: Final = 20_000
COUNTED: Final = 100_000  # as many as this are counted: when nothing can be sent for a day, more wait than are worth counting
_ORDER: Final = ("waiting", "sending", "sent", "delivered", "failed", "dropped")

_FAILED: Final = "state = 'failed'"  # the words of an index, as is the next
_UNSETTLED: Final = "state IN ('waiting', 'sending', 'sent')"
_Words = tuple[str | None, str | None]  # of the index in which they lie, and which of those
_STATES: Final[dict[State, _Words]] = {
    "waiting": (_UNSETTLED, "state = 'waiting'"), "sending": (_UNSETTLED, "state IN ('sending', 'sent')"),
    "delivered": (None, "state = 'delivered'"), "failed": (_FAILED, None), "dropped": (None, "state = 'dropped'"),
}  # fmt: skip
_STATUSES: Final[dict[Status, _Words]] = {
    "created": (_UNSETTLED, "state = 'waiting' AND attempts = 0"),
    "sending": (_UNSETTLED, "(state <> 'waiting' OR attempts > 0)"),
    "delivered": (None, "state = 'delivered'"),
    "temporary-failure": (_FAILED, "failure = 'temporary'"),
    "permanent-failure": (_FAILED, "coalesce(failure, 'permanent') = 'permanent'"),
    "technical-failure": (_FAILED, "failure = 'technical'"),
    "cancelled": (None, "state = 'dropped'"),
}
_WAITING = """
    SELECT state, coalesce(channel, 'none') AS channel, route, count(*) AS n, min(queued_at) AS oldest, min(next_at) AS next
    FROM (SELECT state, channel, route, queued_at, next_at FROM message
          WHERE operator_id = $1 AND state IN ('waiting', 'sending', 'sent') ORDER BY id LIMIT $2) AS found
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which messages are asked for."""

    need_id: UUID | None = None
    state: State | None = None
    status: Status | None = None
    template: str | None = None
    channel: str | None = None
    route: str | None = None
    since: datetime | None = None  # queued then or later


def version_of(row: Message) -> int:
    """Return what a message's ETag says: another one each time it stands otherwise."""
    return (row.rounds * 1000 + row.attempts) * 10 + _ORDER.index(row.state)  # attempts begin anew when it is sent again


async def messages(tx: AsyncSession, caller: Caller, wanted: Wanted, page: PageRequest) -> list[Message]:
    """Return a page of the operator's messages, newest first, and write the Link to the next one."""
    if not is_of_operator(caller):
        return []
    query = _indexed(caller, wanted)
    if after := page.after_as(UUID):
        query = query.where(col(Message.id) < after[0])
    sieve = _sieve(wanted)
    end = await _end(tx, query) if sieve else None
    if end is not None:
        query = query.where(col(Message.id) > end)
    query = query.where(*sieve)
    found = (await tx.exec(query.order_by(col(Message.id).desc()).limit(page.fetch))).all()
    if end is not None and len(found) <= page.limit:
        tell_next(page, (UUID(int=end.int + 1),))
        return list(found)
    return page_of(found, page, lambda row: (row.id,))


async def locked(tx: AsyncSession, caller: Caller, message_id: UUID, version: int) -> Message:
    """Return a message locked, in the version that the caller read. Raises MessageNotFound (404), Stale (412)."""
    query = _of(caller).where(col(Message.id) == message_id).with_for_update()
    found = (await tx.exec(query, execution_options={"populate_existing": True})).one_or_none()
    if found is None or not is_of_operator(caller):
        raise MessageNotFound()
    if version_of(found) != version:
        raise Stale()
    return found


async def waiting(tx: AsyncSession, caller: Caller) -> Sequence[asyncpg.Record]:
    """Return what is not settled of the operator's messages, by state, channel and route; of the oldest 100,000."""
    return await fetch(tx, _WAITING, caller.operator_id, COUNTED) if is_of_operator(caller) else []


def _indexed(caller: Caller, wanted: Wanted) -> SelectOfScalar[Message]:
    query = _of(caller)
    if wanted.need_id is not None:
        query = query.where(col(Message.need_id) == wanted.need_id)
    query = query.where(*(text(index) for index, _ in _words(wanted) if index))
    if wanted.since is not None:
        query = query.where(col(Message.id) >= first_id(wanted.since))
    return query


def _sieve(wanted: Wanted) -> list[ColumnElement[bool] | TextClause]:
    """Return what no index finds."""
    states = [text(words) for _, words in _words(wanted) if words]
    named = [getattr(Message, name) == value for name in ("template", "channel", "route") if (value := getattr(wanted, name)) is not None]
    return [*states, *named]


def _words(wanted: Wanted) -> list[_Words]:
    return [*([_STATES[wanted.state]] if wanted.state else []), *([_STATUSES[wanted.status]] if wanted.status else [])]


def _of(caller: Caller) -> SelectOfScalar[Message]:
    query = select(Message).where(col(Message.operator_id) == caller.operator_id)
    return query if caller.cleared else query.where(col(Message.restricted).is_(False))


async def _end(tx: AsyncSession, query: SelectOfScalar[Message]) -> UUID | None:
    """Return the message before which a page stops looking; None when it may look at all there are."""
    ids = query.with_only_columns(col(Message.id)).order_by(col(Message.id).desc()).offset(WITHIN).limit(1)
    found: UUID | None = (await tx.execute(ids)).scalar_one_or_none()
    return found
