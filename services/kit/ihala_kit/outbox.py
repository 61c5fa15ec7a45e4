"""Events out: `emit` buffers; at the end of the transaction they are numbered and written, last, in the same commit as the change.

The number is drawn after every row of the change is locked, so one key's events can never leave in another order than they
happened in (the obvious designs lose or reorder some: tests/kit/test_order_hazards.py).
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from ihala_contracts.catalogue import type_of, version_of
from ihala_contracts.envelope import Event
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_kit.ids import new_id
from ihala_kit.telemetry import inject

_NUMBER = text("""
    INSERT INTO stream (key, epoch, n)
    SELECT asked.key, (SELECT epoch FROM stream_epoch), asked.n
    FROM unnest(CAST(:keys AS uuid[]), CAST(:counts AS bigint[])) AS asked (key, n) ORDER BY asked.key
    ON CONFLICT (key, epoch) DO UPDATE SET n = stream.n + excluded.n
    RETURNING key, epoch, n
""")
_WRITE = text("""
    INSERT INTO outbox (id, topic, key, type, version, sequence, epoch, time, traceparent, snapshot, data)
    SELECT * FROM unnest(
        CAST(:id AS uuid[]), CAST(:topic AS text[]), CAST(:key AS uuid[]), CAST(:type AS text[]), CAST(:version AS int[]),
        CAST(:sequence AS bigint[]), CAST(:epoch AS int[]), CAST(:time AS timestamptz[]), CAST(:traceparent AS text[]),
        CAST(:snapshot AS boolean[]), CAST(:data AS text[]))
""")


@dataclass(frozen=True, slots=True)
class Pending:
    """An event of this transaction that has no number yet."""

    event: Event
    traceparent: str | None
    snapshot: bool


def emit(tx: AsyncSession, event: Event, *, snapshot: bool = False) -> None:
    """Send `event` if and when this transaction commits."""
    tx.info["events"].append(Pending(event, inject(), snapshot))


async def write(tx: AsyncSession) -> int:
    """Number and write what was emitted; return how many. The last statements before the commit."""
    pending: list[Pending] = tx.info["events"]
    if not pending:
        return 0
    next_of, epoch = await _numbers(tx, pending)
    rows: dict[str, list[object]] = {name: [] for name in _COLUMNS}
    for item in pending:
        key = item.event.key
        for name, value in zip(_COLUMNS, _row(item, next_of[key], epoch), strict=True):
            rows[name].append(value)
        next_of[key] += 1
    await tx.execute(_WRITE, rows)
    return len(pending)


_COLUMNS = ("id", "topic", "key", "type", "version", "sequence", "epoch", "time", "traceparent", "snapshot", "data")


def _row(item: Pending, sequence: int, epoch: int) -> tuple[object, ...]:
    event = item.event
    return (
        new_id(), event.topic, event.key, type_of(type(event)), version_of(type(event)), sequence, epoch,
        datetime.now(UTC), item.traceparent, item.snapshot, event.model_dump_json(),
    )  # fmt: skip


async def _numbers(tx: AsyncSession, pending: list[Pending]) -> tuple[dict[UUID, int], int]:
    """Take as many numbers of each key as it has events; return each key's first, and the epoch."""
    counts = Counter(item.event.key for item in pending)
    keys = sorted(counts)
    found = (await tx.execute(_NUMBER, {"keys": keys, "counts": [counts[key] for key in keys]})).all()
    return {row.key: row.n - counts[row.key] + 1 for row in found}, found[0].epoch
