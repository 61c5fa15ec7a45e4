"""Events that could not be applied: kept in order, shown to operators, released or skipped by them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select, text, update
from sqlalchemy.dialects import postgresql
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_kit.db import now
from ihala_kit.records import Received, Undecodable, envelope_of
from ihala_kit.tables import parked as table

NO_KEY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class ParkedKey:
    """A key that waits: how many events, since when, and the first one's error."""

    source: str
    key: UUID
    events: int
    since: Any
    error: str


@dataclass(frozen=True, slots=True)
class Held:
    """What a service itself keeps aside until something else has come: the keys that wait so, and what waits for one, a line each."""

    keys: Callable[[AsyncSession], Awaitable[Sequence[ParkedKey]]]
    of_key: Callable[[AsyncSession, UUID], Awaitable[Sequence[str]]]


async def park(tx: AsyncSession, consumer: str, record: Received, error: str) -> None:
    """Keep the event behind those of its key that wait already. A second delivery changes nothing."""
    envelope = envelope_of(record.headers)
    await _keep(tx, consumer, record, envelope.source, envelope.key, envelope.id, error)


async def park_undecodable(tx: AsyncSession, consumer: str, record: Received) -> None:
    """Keep bytes that are no event of ours: nothing waits behind them, since they have no key."""
    place = uuid5(NO_KEY, f"{record.topic}/{record.partition}/{record.position}")
    await _keep(tx, consumer, record, "unknown", place, place, "Undecodable")


async def _keep(tx: AsyncSession, consumer: str, record: Received, source: str, key: UUID, event_id: UUID, error: str) -> None:
    values = {
        "consumer": consumer, "source": source, "key": key, "event_id": event_id, "topic": record.topic,
        "partition": record.partition, "position": record.position, "headers": record.headers, "data": record.value,
        "state": "waiting", "error": error, "parked_at": now(tx),
    }  # fmt: skip
    await tx.execute(postgresql.insert(table).values(values).on_conflict_do_nothing())


async def keys_waiting(tx: AsyncSession, consumer: str) -> list[ParkedKey]:
    """Return the keys that wait, longest first."""
    rows = await tx.execute(
        text("""SELECT source, key, count(*) AS events, min(parked_at) AS since, (array_agg(error ORDER BY id))[1] AS error
                FROM parked WHERE consumer = :consumer AND state = 'waiting' GROUP BY source, key ORDER BY min(id)"""),
        {"consumer": consumer},
    )
    return [ParkedKey(row.source, row.key, row.events, row.since, row.error) for row in rows]


async def waiting(tx: AsyncSession, consumer: str, key: UUID) -> list[tuple[int, str, Received]]:
    """Return what waits for one key, in order: (id, error, record), locked."""
    query = (
        select(table)
        .where(table.c.consumer == consumer, table.c.key == key, table.c.state == "waiting")
        .order_by(table.c.id)
        .with_for_update()
    )
    return [(row.id, row.error, _record(row)) for row in await tx.execute(query)]


async def all_waiting(tx: AsyncSession, consumer: str) -> list[Received]:
    """Return what waits for any key, in order."""
    query = select(table).where(table.c.consumer == consumer, table.c.state == "waiting").order_by(table.c.id)
    return [_record(row) for row in await tx.execute(query)]


async def supersede(tx: AsyncSession, consumer: str, source: str, key: UUID) -> None:
    """Mark what waits for a key as told by a snapshot that came after it."""
    theirs = (table.c.consumer == consumer, table.c.source == source, table.c.key == key, table.c.state == "waiting")
    await tx.execute(update(table).where(*theirs).values(state="superseded"))


async def settle(tx: AsyncSession, parked_id: int, state: str, reason: str | None = None) -> None:
    """Mark one event as released or skipped."""
    await tx.execute(update(table).where(table.c.id == parked_id).values(state=state, reason=reason))


def _record(row: Any) -> Received:
    try:
        envelope = envelope_of(row.headers)
    except Undecodable:
        envelope = None
    return Received(row.topic, row.partition, row.position, row.headers, row.data, envelope)
