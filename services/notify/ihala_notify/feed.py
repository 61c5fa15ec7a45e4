"""Each organisation's feed: an append-only list with positions 1, 2, 3, …

What a transaction shows is buffered and appended as its last act: all counters are locked by one statement, in sorted order, so that
no two batches wait for each other, and positions become visible in their order and without a gap. The notice that wakes long polls
rides on the same commit; there is one such transaction a batch of events, so its price does not matter here (as it would in the outbox).
"""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from ihala_contracts.envelope import Event
from sqlalchemy import event as hooks
from sqlalchemy import text
from sqlalchemy.orm import Session
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.visibility import Circle, Shown, decide
from ihala_notify.wakeups import CHANNEL

_COUNT = text("""
    INSERT INTO feed_counter (organization_id, position, purged_to)
    SELECT asked.id, asked.n, 0 FROM unnest(CAST(:ids AS uuid[]), CAST(:counts AS bigint[])) AS asked (id, n) ORDER BY asked.id
    ON CONFLICT (organization_id) DO UPDATE SET position = feed_counter.position + excluded.position
    RETURNING organization_id, position
""")
_APPEND = text("""
    INSERT INTO feed (organization_id, position, event_id, source, type, subject, time, data, appended_at)
    SELECT * FROM unnest(
        CAST(:organization_id AS uuid[]), CAST(:position AS bigint[]), CAST(:event_id AS uuid[]), CAST(:source AS text[]),
        CAST(:type AS text[]), CAST(:subject AS text[]), CAST(:time AS timestamptz[]), CAST(:data AS jsonb[]),
        CAST(:appended_at AS timestamptz[]))
""")
_NOTIFY = text("SELECT pg_notify(:channel, id) FROM unnest(CAST(:ids AS text[])) AS id")
_COLUMNS = ("organization_id", "position", "event_id", "source", "type", "subject", "time", "data", "appended_at")


@dataclass(frozen=True, slots=True)
class Item:
    """One event for one organisation that has no position yet."""

    organization_id: UUID
    event: Event
    shown: Shown


def show(tx: AsyncSession, event: Event, circle: Circle) -> None:
    """Put `event` into the feeds of those whom it concerns, when this transaction commits. A repeated state (snapshot) is no news."""
    if event.envelope.snapshot:
        return
    for organization_id, shown in decide(event, circle, event.envelope.time).items():
        _buffer(tx).append(Item(organization_id, event, shown))


def _buffer(tx: AsyncSession) -> list[Item]:
    """Return the transaction's buffer; the first call arranges that it is written right before the commit."""
    found: list[Item] | None = tx.info.get("feed")
    if found is None:
        found = tx.info["feed"] = []
        hooks.listen(tx.sync_session, "before_commit", _append, once=True)
    return found


def _append(session: Session) -> None:
    items: list[Item] = session.info["feed"]
    if not items:
        return
    next_of = _positions(session, items)
    rows: dict[str, list[object]] = {name: [] for name in _COLUMNS}
    for item in items:
        for name, value in zip(_COLUMNS, _row(item, next_of[item.organization_id]), strict=True):
            rows[name].append(value)
        next_of[item.organization_id] += 1
    session.execute(_APPEND, rows)
    session.execute(_NOTIFY, {"channel": CHANNEL, "ids": [str(organization_id) for organization_id in next_of]})


def _positions(session: Session, items: list[Item]) -> dict[UUID, int]:
    """Lock the counters, take as many positions of each as it has items; return each organisation's first one."""
    counts = Counter(item.organization_id for item in items)
    ids = sorted(counts)
    found = session.execute(_COUNT, {"ids": ids, "counts": [counts[each] for each in ids]})
    return {row.organization_id: row.position - counts[row.organization_id] + 1 for row in found}


def _row(item: Item, position: int) -> tuple[object, ...]:
    envelope, shown = item.event.envelope, item.shown
    return (
        item.organization_id, position, envelope.id, envelope.source, envelope.type, shown.subject, shown.time,
        json.dumps(shown.data), datetime.now(UTC),
    )  # fmt: skip
