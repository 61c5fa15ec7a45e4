"""What the role `clock` does for webhooks: delivers, pauses those whose client may read no more, throws away old logs, measures."""

from datetime import UTC, datetime, timedelta

from ihala_kit.db import Database, fetch
from ihala_kit.jobs import Job
from ihala_kit.measuring import EVERY_SECONDS, gauges

from ihala_notify.settings import Settings
from ihala_notify.webhooks import clients
from ihala_notify.webhooks.dispatcher import Dispatcher
from ihala_notify.webhooks.feeding import SYSTEM
from ihala_notify.webhooks.tables import first_id

KEPT = timedelta(days=30)
PURGED_AT_ONCE = 1000
PURGE_EVERY_SECONDS = 600

# By the instant inside the ids, so that no column needs an index for it.
_PURGE = """
    WITH old AS (SELECT id FROM delivery WHERE id < $1 ORDER BY id LIMIT $2),
         tries AS (DELETE FROM attempt USING old WHERE delivery_id = old.id)
    DELETE FROM delivery USING old WHERE delivery.id = old.id RETURNING 1
"""
_MEASURE = """
    SELECT (SELECT count(*) FROM subscription
            WHERE kind = 'webhook' AND state = 'degraded' AND reason <> 'too_many_refused' AND ended_at IS NULL) AS held,
           (SELECT coalesce(sum(c.position - greatest(w.cursor, CASE WHEN c.position > start.position THEN start.position END)), 0)
            FROM feed_start AS start, webhook w JOIN feed_counter c USING (organization_id)
            JOIN subscription s ON s.id = w.subscription_id
            WHERE (s.state = 'active' OR s.reason = 'too_many_refused') AND s.ended_at IS NULL) AS behind
"""


def jobs(settings: Settings) -> list[Job]:
    """Return the jobs of webhooks."""
    dispatcher = Dispatcher(settings.webhook_hosts)
    watched = [Job("measure webhooks", EVERY_SECONDS, measure)] if settings.otlp_endpoint else []
    allowed = Job("pause webhooks of clients that may read no more", clients.LOOK_EVERY_SECONDS, clients.follow_clients)
    return [Job("deliver webhooks", 1, dispatcher.run), Job("purge deliveries", PURGE_EVERY_SECONDS, purge), allowed, *watched]


async def purge(database: Database) -> int:
    """Delete the log that is over 30 days old, a part at a time; return how many deliveries went."""
    async with database.transaction(SYSTEM) as tx:
        return len(await fetch(tx, _PURGE, first_id(datetime.now(UTC) - KEPT), PURGED_AT_ONCE))


async def measure(database: Database) -> int:
    """Say how many receivers are held, and how many events those that are not have still to bring. An alarm: the second above 1,000."""
    async with database.transaction(SYSTEM) as tx:
        [row] = await fetch(tx, _MEASURE)
    gauges().set("webhooks.held", row["held"], "{subscription}")
    gauges().set("webhooks.behind", row["behind"], "{event}")
    return 0
