"""Keeps the daily sums: each message that ended is added once, by whichever process is free, in the transaction that marks it."""

from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import Database, fetch
from sqlmodel.ext.asyncio.session import AsyncSession

AT_ONCE = 2000
_KIND = """
    m.operator_id, CAST(m.settled_at AT TIME ZONE interval '3 hours' AS date) AS day, coalesce(m.channel, '') AS channel,
    coalesce(m.route, '') AS route, coalesce(m.language, '') AS language, m.template,
    CASE m.state WHEN 'failed' THEN coalesce(m.failure, 'permanent') || '-failure' WHEN 'dropped' THEN 'cancelled' ELSE m.state END
        AS status
"""
# In one order, so that no two processes wait for each other.
_ADD = f"""
    WITH found AS (
        SELECT id FROM message WHERE settled_at IS NOT NULL AND NOT counted ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
    ), marked AS (
        UPDATE message AS m SET counted = true FROM found WHERE m.id = found.id RETURNING m.*
    ), added AS (
        INSERT INTO message_day (operator_id, day, channel, route, language, template, status, n)
        SELECT {_KIND}, count(*) FROM marked AS m WHERE NOT m.restricted GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7
        ON CONFLICT (operator_id, day, channel, route, language, template, status) DO UPDATE SET n = message_day.n + excluded.n
    )
    SELECT count(*) AS n FROM marked
"""  # noqa: S608 - our own words
_TAKE_BACK = f"""
    UPDATE message_day AS sum SET n = sum.n - 1
    FROM (SELECT {_KIND} FROM message AS m WHERE m.id = $1 AND m.counted AND NOT m.restricted) AS one
    WHERE (sum.operator_id, sum.day, sum.channel, sum.route, sum.language, sum.template, sum.status)
        = (one.operator_id, one.day, one.channel, one.route, one.language, one.template, one.status)
"""  # noqa: S608 - our own words


async def add(database: Database) -> int:
    """Add what ended to its day's sums; return how many messages. For a Job."""
    async with database.transaction(Caller.system("statistics")) as tx:
        counted: int = (await fetch(tx, _ADD, AT_ONCE))[0]["n"]
        return counted


async def take_back(tx: AsyncSession, message_id: UUID) -> None:
    """Count a message no more that is sent again."""
    await fetch(tx, _TAKE_BACK, message_id)
