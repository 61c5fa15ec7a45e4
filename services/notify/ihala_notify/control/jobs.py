"""What the role `clock` does for an operator's view of messages: adds up days, and tells how much waits, fails and is to be called."""

from datetime import UTC, datetime

from ihala_kit.auth import Caller
from ihala_kit.db import Database, fetch, now
from ihala_kit.jobs import Job
from ihala_kit.measuring import EVERY_SECONDS, gauges

from ihala_notify.settings import Settings
from ihala_notify.statistics import sums

ADD_EVERY_SECONDS = 60
_WAITING = "SELECT min(next_at) AS due FROM message WHERE state IN ('waiting', 'sending')"
_FAILED = """
    SELECT route, CAST(sum(n) FILTER (WHERE status <> 'delivered') AS bigint) AS failed, CAST(sum(n) AS bigint) AS ended
    FROM message_day WHERE day = CAST($1 AT TIME ZONE interval '3 hours' AS date) AND route <> '' AND status <> 'cancelled' GROUP BY route
"""
_CALLS = "SELECT count(*) AS open, count(*) FILTER (WHERE due_at < $1) AS late FROM call_task WHERE state IN ('open', 'taken')"


def jobs(settings: Settings) -> list[Job]:
    """Return the jobs."""
    watched = [Job("measure messages", EVERY_SECONDS, measure)] if settings.otlp_endpoint else []
    return [Job("add up messages", ADD_EVERY_SECONDS, sums.add), *watched]


async def measure(database: Database) -> int:
    """Say by how much sending is late, what failed of each route today (Iraq's), and which calls wait.

    An alarm: `ihala.messages.late` above five minutes, `ihala.calls.late` above none for an hour.
    """
    async with database.transaction(Caller.system("measure")) as tx:
        [waiting], routes = await fetch(tx, _WAITING), await fetch(tx, _FAILED, now(tx))
        [calls] = await fetch(tx, _CALLS, now(tx))
    late = (datetime.now(UTC) - waiting["due"]).total_seconds() if waiting["due"] else 0.0
    found = gauges()
    found.set("messages.late", max(0.0, late), "s")
    for row in routes:
        found.set("messages.failed", row["failed"] or 0, "{message}", route=row["route"])
        found.set("messages.ended", row["ended"], "{message}", route=row["route"])
    found.set("calls.open", calls["open"], "{call}")
    found.set("calls.late", calls["late"], "{call}")
    return 0
