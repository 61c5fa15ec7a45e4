"""Events out: `emit` buffers; at the end of the transaction they are numbered and written, last, in the same commit as the change.

The number is drawn after every row of the change is locked, so one key's events can never leave in another order than they
happened in (the obvious designs lose or reorder some: tests/kit/test_order_hazards.py).
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from ihala_contracts.catalogue import type_of, version_of
from ihala_contracts.envelope import Event
from ihala_contracts.versions import with_older
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_kit.ids import new_id
from ihala_kit.straight import fetch
from ihala_kit.telemetry import inject

# One statement: keys are numbered in their order, so that two transactions never wait for each other, and only then rows are written.
_WRITE = """
    WITH asked AS (
        SELECT * FROM unnest(
            $1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::int[], $6::int[], $7::timestamptz[], $8::text[], $9::boolean[], $10::text[]
        ) WITH ORDINALITY AS a (id, topic, key, type, version, behind, time, traceparent, snapshot, data, place)
    ), numbered AS (
        INSERT INTO stream (key, epoch, n)
        SELECT key, (SELECT epoch FROM stream_epoch), count(*) FROM asked GROUP BY key ORDER BY key
        ON CONFLICT (key, epoch) DO UPDATE SET n = stream.n + excluded.n
        RETURNING key, epoch, n
    )
    INSERT INTO outbox (id, topic, key, type, version, sequence, epoch, time, traceparent, snapshot, data)
    SELECT a.id, a.topic, a.key, a.type, a.version, n.n - a.behind, n.epoch, a.time, a.traceparent, a.snapshot, a.data
    FROM asked a JOIN numbered n USING (key) ORDER BY a.place
"""


@dataclass(frozen=True, slots=True)
class Pending:
    """An event of this transaction that has no number yet."""

    event: Event
    traceparent: str | None
    snapshot: bool


def emit(tx: AsyncSession, event: Event, *, snapshot: bool = False) -> None:
    """Send `event`, and its older versions that are still read, if and when this transaction commits."""
    tx.info["events"] += [Pending(each, inject(), snapshot) for each in with_older(event)]


async def write(tx: AsyncSession) -> int:
    """Number and write what was emitted; return how many. The last statements before the commit."""
    pending: list[Pending] = tx.info["events"]
    if not pending:
        return 0
    await tx.flush()
    behind = Counter(item.event.key for item in pending)  # how many more events of the key come
    rows = []
    for item in pending:
        behind[item.event.key] -= 1
        rows.append(_row(item, behind[item.event.key]))
    await fetch(tx, _WRITE, *zip(*rows, strict=True))
    return len(pending)


def _row(item: Pending, behind: int) -> tuple[object, ...]:
    """Return what _WRITE asks for, in its order."""
    event = item.event
    return (
        new_id(), event.topic, event.key, type_of(type(event)), version_of(type(event)), behind, datetime.now(UTC), item.traceparent,
        item.snapshot, event.model_dump_json(),
    )  # fmt: skip
