"""What an operator watches: how much waits in outbox, inbox and due work, for how long, and how many keys are parked. Figures alone.

They are read from the database, so it does not matter which process tells them; they leave only where `otlp_endpoint` is set. An alarm:
`ihala.parked.keys` or `ihala.parked.undecodable` (places of a topic that hold no event) above 0, `ihala.outbox.oldest` or
`ihala.inbox.behind` above a minute, `ihala.due_work.late` above five, `ihala.relay.unled` (of 16 parts of the outbox, those without a
relay) above 0 for a minute, `ihala.inbox.days_ahead` below 1: the clock role makes no days. An alarm, too: any of
them absent for a minute. The clock role tells them, so nothing is told of a service (the gateway is one) where none runs.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache

from opentelemetry import metrics
from opentelemetry.metrics import Meter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from sqlalchemy import text

from ihala_kit.auth import Caller
from ihala_kit.db import Database, now
from ihala_kit.exporting import Exporters
from ihala_kit.jobs import Job
from ihala_kit.shards import LOCK, SLOTS

EVERY_SECONDS = 15.0
COUNTED = 100_000  # as many as this are counted: when Kafka is away for a day, more wait than are worth counting

_OUTBOX = text("""
    SELECT (SELECT count(*) FROM (SELECT FROM outbox LIMIT :most) AS counted) AS waiting,
           (SELECT time FROM outbox ORDER BY seq LIMIT 1) AS oldest
""")
_PARKED = text("""
    SELECT count(*) AS keys, min(since) AS oldest, count(*) FILTER (WHERE source = 'unknown') AS undecodable
    FROM (SELECT source, min(parked_at) AS since FROM parked WHERE state = 'waiting' GROUP BY consumer, source, key) AS waiting
""")
_READ = text("SELECT consumer, caught_up_at FROM reader")
_DUE = text("SELECT min(due_at) FROM due_work")
_LED = text("""
    SELECT count(DISTINCT objid) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock' AND granted
        AND classid = 0 AND objid::bigint BETWEEN :first AND :last AND objsubid = 1
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
""")
_LAST_DAY = text("""
    SELECT to_date(max(right(relname, 8)), 'YYYYMMDD') FROM pg_inherits JOIN pg_class ON oid = inhrelid
    WHERE inhparent = 'inbox'::regclass AND relname LIKE 'inbox_day_%'
""")


@dataclass(frozen=True)
class Gauges:
    """The instruments."""

    meter: Meter

    def set(self, name: str, value: float, unit: str, **about: str) -> None:
        """Say what `ihala.<name>` is now; `about` names the reader."""
        _gauge(self.meter, name, unit).set(value, about)


@cache
def _gauge(meter: Meter, name: str, unit: str) -> "metrics._Gauge":
    return meter.create_gauge(f"ihala.{name}", unit)


def set_up_metrics(service: str, exporters: Exporters | None, version: str = "") -> MeterProvider | None:
    """Let this process's figures leave it every quarter of a minute; None, and they go nowhere, without a way out."""
    if exporters is None:
        return None
    reader = PeriodicExportingMetricReader(exporters.figures, export_interval_millis=EVERY_SECONDS * 1000)
    resource = Resource.create({"service.name": f"ihala-{service}", "service.version": version})
    provider = MeterProvider([reader], resource=resource)
    metrics.set_meter_provider(provider)
    return provider


def gauges() -> Gauges:
    """Return the instruments of this process."""
    return Gauges(metrics.get_meter("ihala_kit"))


async def measure(database: Database, found: Gauges) -> None:
    """Read how much waits, and say it."""
    async with database.transaction(Caller.system("measure")) as tx:
        outbox = (await tx.execute(_OUTBOX, {"most": COUNTED})).one()
        parked = (await tx.execute(_PARKED)).one()
        read = (await tx.execute(_READ)).all()
        due = await tx.scalar(_DUE)
        led = await tx.scalar(_LED, {"first": LOCK, "last": LOCK + SLOTS - 1}) or 0
        last_day = await tx.scalar(_LAST_DAY)
        here = now(tx)
    real = datetime.now(UTC)
    found.set("relay.unled", SLOTS - led, "{slot}")
    found.set("inbox.days_ahead", _days(last_day, real), "d")
    found.set("outbox.waiting", outbox.waiting, "{event}")
    found.set("outbox.oldest", _seconds(outbox.oldest, real), "s")
    found.set("parked.keys", parked.keys, "{key}")
    found.set("parked.undecodable", parked.undecodable, "{record}")
    found.set("parked.oldest", _seconds(parked.oldest, here), "s")
    found.set("due_work.late", _seconds(due, here), "s")
    for row in read:
        found.set("inbox.behind", _seconds(row.caught_up_at, real), "s", consumer=row.consumer)


def measuring() -> Job:
    """Return the job that measures."""

    async def run(database: Database) -> int:
        await measure(database, gauges())
        return 0

    return Job("measure", EVERY_SECONDS, run)


def _days(last: date | None, at: datetime) -> int:
    return 0 if last is None else (last - at.date()).days


def _seconds(since: datetime | None, at: datetime) -> float:
    return 0.0 if since is None else max(0.0, (at - since).total_seconds())
