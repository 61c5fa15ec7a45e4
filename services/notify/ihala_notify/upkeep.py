"""What is thrown away when its time is over: feeds after 30 days, events whose need never came, subscriptions that were taken away."""

import logging
from datetime import UTC, datetime, timedelta

from ihala_kit.auth import Caller
from ihala_kit.db import Database
from sqlalchemy import text

log = logging.getLogger(__name__)

KEPT = timedelta(days=30)
AT_ONCE = 1000

_OLDEST = text("SELECT organization_id FROM feed WHERE appended_at < :before ORDER BY appended_at LIMIT 1")
# The counter's row first, as when appending; one organisation a transaction, so nobody waits in a circle.
_COUNTER = text("SELECT FROM feed_counter WHERE organization_id = :organization_id FOR UPDATE")
_PURGE = text("""
    WITH old AS (
        SELECT max(position) AS last FROM (
            SELECT position, appended_at FROM feed WHERE organization_id = :organization_id ORDER BY position LIMIT :most) AS first
        WHERE appended_at < :before
    ), gone AS (
        DELETE FROM feed USING old WHERE organization_id = :organization_id AND position <= old.last RETURNING position
    ), counted AS (
        UPDATE feed_counter SET purged_to = old.last FROM old WHERE organization_id = :organization_id AND old.last IS NOT NULL
    )
    SELECT count(*) FROM gone
""")
_FORGET = text("""
    DELETE FROM early_event WHERE number IN (SELECT number FROM early_event WHERE kept_at < :before ORDER BY kept_at LIMIT :most)
    RETURNING number
""")
_FORGET_ENDED = text("""
    DELETE FROM subscription WHERE id IN (SELECT id FROM subscription WHERE ended_at < :before ORDER BY ended_at LIMIT :most) RETURNING id
""")


async def purge_feeds(database: Database) -> int:
    """Delete the oldest items of one feed that are over 30 days old (real time); return how many. For a Job."""
    values = {"before": datetime.now(UTC) - KEPT, "most": AT_ONCE}
    async with database.transaction(Caller.system("purge")) as tx:
        organization_id = (await tx.execute(_OLDEST, values)).scalar_one_or_none()
        if organization_id is None:
            return 0
        await tx.execute(_COUNTER, {"organization_id": organization_id})
        return int((await tx.execute(_PURGE, values | {"organization_id": organization_id})).scalar_one())


async def forget_early_events(database: Database) -> int:
    """Delete events kept over 30 days for needs that were never announced; return how many, and say so: nobody was told of them. For a
    Job."""
    async with database.transaction(Caller.system("purge")) as tx:
        gone = len((await tx.execute(_FORGET, {"before": datetime.now(UTC) - KEPT, "most": AT_ONCE})).all())
    if gone:
        log.warning("events of needs that were never announced were thrown away", extra={"events": gone})
    return gone


async def forget_ended_subscriptions(database: Database) -> int:
    """Delete subscriptions that were taken away 30 days ago, with address and keys; return how many. For a Job."""
    async with database.transaction(Caller.system("purge")) as tx:
        gone = await tx.execute(_FORGET_ENDED, {"before": datetime.now(UTC) - KEPT, "most": AT_ONCE})
        return len(gone.all())
