"""What waits is seen: in outbox, inbox, due work and parked keys, and for how long."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
from ihala_kit.auth import Caller
from ihala_kit.days import AHEAD_DAYS
from ihala_kit.db import Database
from ihala_kit.dsn import plain_dsn
from ihala_kit.due import schedule
from ihala_kit.inbox import Inbox
from ihala_kit.measuring import Gauges, measure
from ihala_kit.outbox import emit
from ihala_kit.records import Received
from ihala_kit.shards import SLOTS, slots_of, try_locks
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from sqlalchemy import text

from tests.kit.samples import record, revoked


async def figures(database: Database) -> dict[str, Any]:
    """Measure; return value by name, and what is said beside it."""
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader], shutdown_on_exit=False)
    await measure(database, Gauges(provider.get_meter("test")))
    data = reader.get_metrics_data()
    assert data is not None
    found = [metric for resource in data.resource_metrics for scope in resource.scope_metrics for metric in scope.metrics]
    points = [(metric.name.removeprefix("ihala."), metric.data.data_points[0]) for metric in found]
    assert all(set(point.attributes or {}) <= {"consumer"} for _, point in points)
    return {name: point.value for name, point in points}  # type: ignore[union-attr]


async def test_nothing_waits(kit_db: Database) -> None:
    assert set((await figures(kit_db)).items()) == {
        ("outbox.waiting", 0), ("outbox.oldest", 0), ("parked.keys", 0), ("parked.oldest", 0), ("due_work.late", 0),
        ("parked.undecodable", 0), ("relay.unled", SLOTS), ("inbox.days_ahead", AHEAD_DAYS),
    }  # fmt: skip


async def test_what_waits_is_counted_and_timed(kit_db: Database) -> None:
    lost = uuid4()
    await Inbox(kit_db, "test", {}).apply([record(revoked(lost), 2), record(revoked(lost), 3), record(revoked(uuid4()), 5)])
    async with kit_db.transaction(Caller.system("test")) as tx:
        emit(tx, revoked(uuid4()))
        emit(tx, revoked(uuid4()))
        await schedule(tx, "some", uuid4(), kit_db.clock.now() - timedelta(minutes=7))
        await schedule(tx, "some", uuid4(), kit_db.clock.now() + timedelta(days=1))
        hour_ago = datetime.now(UTC) - timedelta(hours=1)
        await tx.execute(text("INSERT INTO reader VALUES ('test', :at)"), {"at": hour_ago})
    await Inbox(kit_db, "test", {}).apply([Received("ihala.gateway.v1", 3, 17, {}, b"\xff", None)])
    async with kit_db.transaction(Caller.system("test")) as tx:
        await tx.execute(text("UPDATE outbox SET time = time - interval '90 s' WHERE seq = (SELECT min(seq) FROM outbox)"))
        await tx.execute(text("UPDATE parked SET parked_at = parked_at - interval '1 day' WHERE key = :key"), {"key": lost})
    owner = await asyncpg.connect(plain_dsn(str(kit_db.settings.owner_database_url)))
    await owner.execute(f"DROP TABLE inbox_day_{datetime.now(UTC) + timedelta(days=AHEAD_DAYS):%Y%m%d}")
    assert await try_locks(owner, slots_of(0, 2))
    found = await figures(kit_db)
    await owner.close()
    assert (found["outbox.waiting"], found["parked.keys"], found["parked.undecodable"]) == (2, 3, 1)
    assert (found["relay.unled"], found["inbox.days_ahead"]) == (SLOTS / 2, AHEAD_DAYS - 1)
    for name, seconds in (("outbox.oldest", 90), ("parked.oldest", 86_400), ("due_work.late", 420), ("inbox.behind", 3_600)):
        assert seconds <= found[name] < seconds + 60, name
