"""Each organisation's feed: an append-only list with positions 1, 2, 3, …

What a transaction shows is buffered and appended as its last act: all counters are locked by one statement, in sorted order, so that
no two batches wait for each other, and positions become visible in their order and without a gap. The notice that wakes long polls
rides on the same commit, and this process hears it right after; there is one such transaction a batch of events, so its price does not
matter here (as it would in the outbox).
"""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from ihala_contracts.envelope import Event
from sqlalchemy import event as hooks
from sqlalchemy.orm import Session
from sqlalchemy.util import await_only
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.visibility import Circle, Shown, decide
from ihala_notify.wakeups import CHANNEL

# One statement, since it is on the way of every event: counters locked in order, items at their positions, waiting readers woken.
_APPEND = """
    WITH counted AS (
        INSERT INTO feed_counter (organization_id, position, purged_to)
        SELECT asked.id, start.position + asked.n, 0
        FROM unnest($1::uuid[], $2::bigint[]) AS asked (id, n), feed_start AS start ORDER BY asked.id
        ON CONFLICT (organization_id) DO UPDATE SET
            position = greatest(feed_counter.position - (SELECT position FROM feed_start), 0) + excluded.position
        RETURNING organization_id, position
    ), appended AS (
        INSERT INTO feed (organization_id, position, event_id, source, type, version, subject, time, data, roles, governorate,
                          service_id, appended_at)
        SELECT organization_id, position - newer, event_id, source, type, version, subject, time, data, string_to_array(roles, ' '),
               governorate, service_id, $3
        FROM unnest(
            $5::uuid[], $6::bigint[], $7::uuid[], $8::text[], $9::text[], $10::smallint[], $11::text[], $12::timestamptz[], $13::jsonb[],
            $14::text[], $15::text[], $16::uuid[]
        ) AS item (organization_id, newer, event_id, source, type, version, subject, time, data, roles, governorate, service_id)
        JOIN counted USING (organization_id)
    )
    SELECT organization_id || ' ' || position AS notice, pg_notify($4, organization_id || ' ' || position) FROM counted
"""


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
    """Write the buffer. An item's position is the counter's, less the items of its organisation that come after it."""
    items: list[Item] = session.info["feed"]
    if not items:
        return
    counts = Counter(item.organization_id for item in items)
    newer, rows = counts.copy(), []
    for item in items:
        newer[item.organization_id] -= 1
        rows.append(_row(item, newer[item.organization_id]))
    ids = sorted(counts)
    driver: Any = session.connection().connection.driver_connection
    told = await_only(driver.fetch(_APPEND, ids, [counts[each] for each in ids], datetime.now(UTC), CHANNEL, *zip(*rows, strict=True)))
    session.info["told"] += [(CHANNEL, row["notice"]) for row in told]


def _row(item: Item, newer: int) -> tuple[object, ...]:
    """Return what _APPEND asks for of an item, in its order."""
    envelope, shown = item.event.envelope, item.shown
    where = (" ".join(shown.roles), shown.governorate, shown.service_id)
    about = (_id(item), envelope.source, envelope.type, envelope.version, shown.subject, shown.time, json.dumps(shown.data))
    return (item.organization_id, newer, *about, *where)


def _id(item: Item) -> UUID:
    """Return what this organisation knows the event by: the event's own id, in which its instant stands (UUIDv7), or one that tells none
    to whom the time is not told; out of the other's 74 random bits, so it always comes out the same and cannot be turned round."""
    event_id = item.event.envelope.id
    return event_id if item.shown.time is not None else uuid5(item.organization_id, str(event_id))
