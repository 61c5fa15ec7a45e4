"""What an operator watches: how much waits in outbox, inbox and due work, for how long, and how many keys are parked. Figures alone.

They are read from the database, so it does not matter which process tells them; they leave only where `otlp_endpoint` is set. An alarm:
`ihala.parked.keys` above 0, `ihala.outbox.oldest` or `ihala.inbox.behind` above a minute, `ihala.due_work.late` above five.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from opentelemetry import metrics
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.metrics import Meter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from sqlalchemy import text

from ihala_kit.auth import Caller
from ihala_kit.db import Database, now
from ihala_kit.jobs import Job

EVERY_SECONDS = 15.0
COUNTED = 100_000  # as many as this are counted: when Kafka is away for a day, more wait than are worth counting

_OUTBOX = text("""
    SELECT (SELECT count(*) FROM (SELECT FROM outbox LIMIT :most) AS counted) AS waiting,
           (SELECT time FROM outbox ORDER BY seq LIMIT 1) AS oldest
""")
_PARKED = text("""
    SELECT count(*) AS keys, min(since) AS oldest
    FROM (SELECT min(parked_at) AS since FROM parked WHERE state = 'waiting' GROUP BY consumer, source, key) AS waiting
""")
_READ = text("SELECT consumer, caught_up_at FROM reader")
_DUE = text("SELECT min(due_at) FROM due_work")


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


def set_up_metrics(service: str, otlp_endpoint: str | None, version: str = "") -> MeterProvider | None:
    """Let this process's figures leave it every quarter of a minute; None, and they go nowhere, without `otlp_endpoint`."""
    if otlp_endpoint is None:
        return None
    exporter = OTLPMetricExporter(endpoint=otlp_endpoint.rstrip("/") + "/v1/metrics")
    reader = PeriodicExportingMetricReader(exporter, export_interval_millis=EVERY_SECONDS * 1000)
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
        here = now(tx)
    real = datetime.now(UTC)
    found.set("outbox.waiting", outbox.waiting, "{event}")
    found.set("outbox.oldest", _seconds(outbox.oldest, real), "s")
    found.set("parked.keys", parked.keys, "{key}")
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


def _seconds(since: datetime | None, at: datetime) -> float:
    return 0.0 if since is None else max(0.0, (at - since).total_seconds())
