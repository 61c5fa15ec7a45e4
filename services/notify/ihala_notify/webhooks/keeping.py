"""What a lane keeps: one transaction for many results, which moves the cursor with them. Only the holder of the lease writes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from ihala_kit.db import fetch
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.webhooks.lines import Item
from ihala_notify.webhooks.loading import NOT_SHUT_OUT, Replayed
from ihala_notify.webhooks.policy import Receiver
from ihala_notify.webhooks.sending import Answer

LEASE = timedelta(seconds=20)
RENEWED_EVERY_SECONDS = 5.0

_TAKE = f"""
    UPDATE webhook SET lease_owner = $1, lease_until = $2 FROM (
        SELECT w.subscription_id AS id FROM webhook w JOIN subscription s ON s.id = w.subscription_id
        WHERE {NOT_SHUT_OUT} AND (w.lease_until IS NULL OR w.lease_until < $3) AND (
            s.state IN ('active', 'degraded')
            OR EXISTS (SELECT FROM delivery d WHERE d.subscription_id = w.subscription_id AND d.state = 'waiting' AND d.asked))
        ORDER BY w.lease_until NULLS FIRST, w.subscription_id LIMIT $4 FOR UPDATE OF w SKIP LOCKED
    ) AS free WHERE subscription_id = free.id RETURNING subscription_id
"""  # noqa: S608 - made of constants
_RENEW = """
    UPDATE webhook SET lease_until = $2 WHERE lease_owner = $1 AND lease_until > $3 AND subscription_id = ANY($4) RETURNING subscription_id
"""
_RELEASE = "UPDATE webhook SET lease_owner = NULL, lease_until = NULL WHERE subscription_id = $1 AND lease_owner = $2"
# The cursor and what it stands on, together or not at all: without the lease no row is written. How the receiver fares is written only
# while the subscription is as the lane knows it: an old address's conduct is not held against a new one, which waits for nothing that the
# old one put off. Locked first, as its owner does.
_KEEP = """
    WITH owners AS MATERIALIZED (
        SELECT version = $30 AS known FROM subscription WHERE id = $1 FOR KEY SHARE
    ), mine AS (
        UPDATE webhook SET cursor = $3, ahead = $4, failures = CASE WHEN owners.known THEN $5 ELSE failures END,
                           failing_since = CASE WHEN owners.known THEN $6 ELSE failing_since END,
                           rests_until = CASE WHEN owners.known THEN $7 ELSE rests_until END,
                           replay_cursor = CASE WHEN (replay_cursor, replay_until) IS NOT DISTINCT FROM ($8::bigint, $32::bigint)
                                                THEN $9 ELSE replay_cursor END,
                           replay_until = CASE WHEN (replay_cursor, replay_until) IS NOT DISTINCT FROM ($8::bigint, $32::bigint)
                                               THEN $33 ELSE replay_until END
        FROM owners WHERE subscription_id = $1 AND lease_owner = $2 RETURNING subscription_id, organization_id, url = $31 AS is_there
    ), kept AS (
        INSERT INTO delivery (id, subscription_id, organization_id, position, event_id, type, subject, asked, state, status, reason,
                              attempts, begun_at, next_at, settled_at)
        SELECT id, subscription_id, organization_id, position, event_id, type, subject, asked, state, status, reason,
               attempts, begun_at, CASE WHEN is_there OR next_at IS NULL THEN next_at ELSE begun_at END, settled_at
        FROM unnest($10::uuid[], $11::bigint[], $12::uuid[], $13::text[], $14::text[], $15::boolean[], $16::text[], $17::smallint[],
                    $18::text[], $19::int[], $20::timestamptz[], $21::timestamptz[], $22::timestamptz[])
            AS d (id, position, event_id, type, subject, asked, state, status, reason, attempts, begun_at, next_at, settled_at), mine
        ON CONFLICT (id) DO UPDATE SET state = excluded.state, status = excluded.status, reason = excluded.reason,
            attempts = excluded.attempts, next_at = excluded.next_at, settled_at = excluded.settled_at
    ), tried AS (
        INSERT INTO attempt (delivery_id, number, organization_id, at, status, reason, took_ms, head)
        SELECT delivery_id, number, organization_id, at, status, reason, took_ms, head
        FROM unnest($23::uuid[], $24::int[], $25::timestamptz[], $26::smallint[], $27::text[], $28::int[], $29::text[])
            AS a (delivery_id, number, at, status, reason, took_ms, head), mine
    )
    SELECT FROM mine
"""
# What waits begins anew with its receiver: that it failed before says nothing of whether others come through (policy.py).
_ANEW = "UPDATE webhook SET failures = 0, failing_since = NULL, rests_until = NULL WHERE subscription_id = $1"
_DUE = "UPDATE delivery SET next_at = $2, begun_at = $2 WHERE subscription_id = $1 AND state <> 'delivered' AND state = 'waiting'"


@dataclass(frozen=True, slots=True)
class Tried:
    """One request that came to an end."""

    item: Item
    number: int
    at: datetime
    answer: Answer


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a lane stands: cursor, what is settled after it, how its receiver fares and until when it asked to be left alone (in which
    version of the subscription, and at which address), and the replay that it found and that it leaves."""

    cursor: int
    ahead: list[int]
    receiver: Receiver
    rests_until: datetime | None
    version: int
    url: str
    replay_found: Replayed
    replay_left: Replayed


async def take(tx: AsyncSession, owner: str, at: datetime, most: int) -> list[UUID]:
    """Take the leases of up to `most` webhooks that have something to send and that nobody serves."""
    return [row["subscription_id"] for row in await fetch(tx, _TAKE, owner, at + LEASE, at, most)]


async def renew(tx: AsyncSession, owner: str, at: datetime, served: Sequence[UUID]) -> set[UUID]:
    """Renew leases; return those that still are `owner`'s."""
    return {row["subscription_id"] for row in await fetch(tx, _RENEW, owner, at + LEASE, at, list(served))}


async def begin_anew(tx: AsyncSession, subscription_id: UUID, at: datetime) -> None:
    """Forget how the receiver fared until now, and let be tried now what waits."""
    await fetch(tx, _ANEW, subscription_id)
    await fetch(tx, _DUE, subscription_id, at)


async def release(tx: AsyncSession, owner: str, subscription_id: UUID) -> None:
    """Give a lease back, so that the next one need not wait for its end."""
    await fetch(tx, _RELEASE, subscription_id, owner)


async def keep(
    tx: AsyncSession, owner: str, subscription_id: UUID, standing: Standing, touched: Iterable[Item], tried: Sequence[Tried]
) -> bool:
    """Write where a lane stands, its deliveries and tries. False, and nothing is written, when the lease is another's now."""
    receiver = standing.receiver
    fares = (receiver.failures, receiver.failing_since, standing.rests_until)
    where = (standing.cursor, standing.ahead, *fares, standing.replay_found[0], standing.replay_left[0])
    rows, attempts = [_row(item) for item in touched], [_attempt(each) for each in tried]
    known = (standing.version, standing.url, standing.replay_found[1], standing.replay_left[1])
    kept = await fetch(tx, _KEEP, subscription_id, owner, *where, *_columns(rows, 13), *_columns(attempts, 7), *known)
    return bool(kept)


def _columns(rows: Sequence[tuple[object, ...]], width: int) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]


def _row(item: Item) -> tuple[object, ...]:
    last = item.answer
    return (
        item.id, item.position, item.event_id, item.type, item.subject, item.asked, item.state, last.status if last else None,
        last.reason if last else None, item.attempts, item.begun_at, item.next_at, item.settled_at,
    )  # fmt: skip


def _attempt(tried: Tried) -> tuple[object, ...]:
    answer = tried.answer
    return tried.item.id, tried.number, tried.at, answer.status, answer.reason, answer.took_ms, answer.head
