"""What an operator at the machine sees and does of messages: in the system's name, over all operators; resending as the message's own."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
from ihala_kit.auth import Caller
from ihala_kit.db import Database, act_for, fetch, now

from ihala_notify.control import commands, store
from ihala_notify.errors import MessageNotFound
from ihala_notify.tables import Message

MOST = 200
_WAITING = """
    SELECT operator_id, state, coalesce(channel, 'none') AS channel, coalesce(route, '-') AS route, count(*) AS n, min(queued_at) AS oldest
    FROM message WHERE state IN ('waiting', 'sending', 'sent') GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""
# From one operator that has some to the next, by the index of what failed.
_FAILED = """
    WITH RECURSIVE o (operator_id) AS (
        (SELECT operator_id FROM message WHERE state = 'failed' ORDER BY operator_id LIMIT 1)
        UNION ALL
        SELECT (SELECT operator_id FROM message WHERE state = 'failed' AND operator_id > o.operator_id ORDER BY operator_id LIMIT 1)
        FROM o WHERE o.operator_id IS NOT NULL
    )
    SELECT m.id, m.operator_id, m.template, m.channel, m.route, m.failure, m.reason, m.attempts, m.settled_at
    FROM o CROSS JOIN LATERAL (
        SELECT * FROM message WHERE operator_id = o.operator_id AND state = 'failed' ORDER BY id DESC LIMIT $1
    ) AS m ORDER BY m.id DESC LIMIT $1
"""
_ROUTES = """
    SELECT channel, route, status, CAST(sum(n) AS bigint) AS n FROM message_day
    WHERE day = CAST($1 AT TIME ZONE interval '3 hours' AS date) AND route <> '' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


async def waiting(database: Database) -> Sequence[asyncpg.Record]:
    """Return how many messages are not settled, by operator, state, channel and route."""
    async with database.transaction(Caller.system("messages")) as tx:
        return await fetch(tx, _WAITING)


async def failed(database: Database, most: int = MOST) -> Sequence[asyncpg.Record]:
    """Return what failed, the newest first."""
    async with database.transaction(Caller.system("messages")) as tx:
        return await fetch(tx, _FAILED, most)


async def routes(database: Database) -> Sequence[asyncpg.Record]:
    """Return what became of the messages that ended today (Iraq's), by route."""
    async with database.transaction(Caller.system("messages")) as tx:
        return await fetch(tx, _ROUTES, now(tx))


async def resend(database: Database, message_id: UUID) -> Message:
    """Send one again as its operator would. Raises MessageNotFound, MessageNotFailed, MessageOvertaken."""
    async with database.transaction(Caller.system("messages")) as tx:
        row = await tx.get(Message, message_id)
        if row is None:
            raise MessageNotFound()
        caller = _operator(row.operator_id)
        await act_for(tx, caller)
        return await commands.resend(tx, caller, row.id, store.version_of(row))


def _operator(operator_id: UUID) -> Caller:
    return Caller("ihala messages", operator_id, "operator", operator_id, scopes=frozenset({"notify:calls"}), cleared=True)
