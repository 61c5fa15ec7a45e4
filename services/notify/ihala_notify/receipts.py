"""What became of messages after they were handed over: what routes say, in whatever order, and what they never say.

A receipt may come before the sender has written down what the route calls its message: whichever is first makes the row, and the second
settles. A receipt that comes twice changes nothing. What a route called a message that is settled it may call another one by, as an SMSC
does that counts from one again after a restart.
"""

import asyncio
import json
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from ihala_kit.auth import Caller
from ihala_kit.db import Database, now
from ihala_kit.telemetry import span_from
from sqlalchemy import RowMapping, text
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_notify.calls import opening
from ihala_notify.channels.smpp.pdu import Receipt
from ihala_notify.messages import OVERTAKEN, SETTLED, Settled, end_joined, say
from ihala_notify.states import MOST_TRIES, Told, again_after, all_told, told_by_smpp

KEPT = timedelta(days=35)  # longer than the events that tell of them
AT_ONCE = 200

_HANDED = text("""
    INSERT INTO message_part (route, foreign_id, message_id, attempt, recorded_at)
    SELECT DISTINCT ON (route, foreign_id) route, foreign_id, message_id, attempt, CAST(:at AS timestamptz)
    FROM unnest(CAST(:route AS text[]), CAST(:foreign_id AS text[]), CAST(:message_id AS uuid[]), CAST(:attempt AS integer[]))
        AS part (route, foreign_id, message_id, attempt)
    ORDER BY route, foreign_id
    ON CONFLICT (route, foreign_id) DO UPDATE SET message_id = excluded.message_id, attempt = excluded.attempt,
        state = CASE WHEN coalesce(message_part.message_id, excluded.message_id) = excluded.message_id THEN message_part.state END,
        code = CASE WHEN coalesce(message_part.message_id, excluded.message_id) = excluded.message_id THEN message_part.code END,
        recorded_at = excluded.recorded_at
    WHERE message_part.message_id IS NULL OR message_part.message_id = excluded.message_id
       OR NOT EXISTS (SELECT FROM message WHERE id = message_part.message_id AND settled_at IS NULL)
    RETURNING message_id, attempt, state
""")
_TOLD = text("""
    INSERT INTO message_part (route, foreign_id, state, code, recorded_at)
    SELECT DISTINCT ON (route, foreign_id) route, foreign_id, state, code, CAST(:at AS timestamptz)
    FROM unnest(CAST(:route AS text[]), CAST(:foreign_id AS text[]), CAST(:state AS text[]), CAST(:code AS text[]))
        WITH ORDINALITY AS told (route, foreign_id, state, code, place)
    ORDER BY route, foreign_id, place
    ON CONFLICT (route, foreign_id) DO UPDATE SET state = excluded.state, code = excluded.code WHERE message_part.state IS NULL
    RETURNING message_id, attempt
""")
_LOCK = text("""
    SELECT id, need_id, event_id, template, channel, attempts, rounds, reason, useful_until, not_by, traceparent, joins
    FROM message JOIN unnest(CAST(:messages AS uuid[]), CAST(:attempts AS integer[])) AS told (message_id, attempt)
        ON id = message_id AND attempts = attempt
    WHERE state = 'sent' ORDER BY need_id, id FOR UPDATE OF message
""")
_PARTS = text("""
    SELECT message_id, state, code FROM message_part
    JOIN unnest(CAST(:messages AS uuid[]), CAST(:attempts AS integer[])) AS told (message_id, attempt) USING (message_id, attempt)
""")
_SETTLE = text("""
    UPDATE message SET state = result.state, reason = result.reason, failure = result.failure, next_at = result.next_at,
                       settled_at = CASE WHEN result.next_at IS NULL THEN CAST(:now AS timestamptz) END, channel = result.channel,
                       not_by = result.not_by, rounds = rounds + CAST(result.state = 'waiting' AS integer)
    FROM jsonb_to_recordset(CAST(:results AS jsonb)) AS result (
        id uuid, state text, reason text, failure text, next_at timestamptz, channel text, not_by text[])
    WHERE message.id = result.id
""")
_BEGIN_ANEW = text("UPDATE message_part SET attempt = 0 WHERE message_id = :message_id")
_OVERDUE = text("""
    SELECT id, need_id, event_id, template, channel, attempts, useful_until, not_by, traceparent, joins FROM message
    WHERE state = 'sent' AND next_at <= :at ORDER BY next_at LIMIT :most FOR UPDATE SKIP LOCKED
""")
_FORGET = text("""
    DELETE FROM message_part WHERE (route, foreign_id) IN (
        SELECT route, foreign_id FROM message_part WHERE recorded_at < :before ORDER BY recorded_at LIMIT :most) RETURNING route
""")


class Handed(NamedTuple):
    """What a route calls one SMS of a message."""

    route: str
    foreign_id: str
    message_id: UUID
    attempt: int


class Heard(NamedTuple):
    """What a route says of one SMS, and the network's code."""

    route: str
    foreign_id: str
    state: Told
    code: str | None


async def handed_over(tx: AsyncSession, parts: Sequence[Handed], channels: Collection[str] = ()) -> None:
    """Write down what routes call the SMS of messages, and settle those whose receipts were here before. `channels`: all there are."""
    if not parts:
        return
    rows = (await tx.execute(_HANDED, columns(Handed._fields, parts) | {"at": datetime.now(UTC)})).all()
    await _resolve(tx, {(row.message_id, row.attempt) for row in rows if row.state is not None}, channels)


async def begin_anew(tx: AsyncSession, message_id: UUID) -> None:
    """Let no receipt of what was handed over before change a message any more whose attempts are counted from the beginning."""
    await tx.execute(_BEGIN_ANEW, {"message_id": message_id})


Waiting = list[tuple[Heard, "asyncio.Future[None]"]]


def columns(names: Sequence[str], rows: Iterable[Sequence[object]]) -> dict[str, list[object]]:
    """Return rows as the columns of a statement that unnests them."""
    return {name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}


class Receipts:
    """Keeps what routes say. Its methods commit before they return: only then may the route be told that it was heard.

    What comes while a commit is under way goes into the next one, all together. `channels`: all by which messages go.
    """

    def __init__(self, database: Database, channels: Collection[str] = ()) -> None:
        self.database, self.channels = database, channels
        self._turn = asyncio.Lock()
        self._waiting: Waiting = []

    async def by_smpp(self, route: str, receipt: Receipt) -> None:
        """Keep an SMSC's receipt; one that is not the last word, or says nothing, is not kept."""
        told = told_by_smpp(receipt.state, receipt.error)
        if told is not None:
            await self.told(route, receipt.id, told, receipt.error or receipt.state)

    async def told(self, route: str, foreign_id: str, told: Told, code: str | None = None) -> None:
        """Keep what a route says of one SMS, and settle its message when that was the last."""
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((Heard(route, foreign_id, told, code), kept))
        async with self._turn:
            while not kept.done():  # nobody kept it with others
                await self._keep()
        await kept

    async def _keep(self) -> None:
        together, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
        try:
            await self._keep_together(together)
        except asyncio.CancelledError:
            self._waiting = together + self._waiting  # whoever waits goes on with them
            raise

    async def _keep_together(self, together: Waiting) -> None:
        try:
            await self._write([heard for heard, _ in together])
        except Exception as error:  # noqa: BLE001 - those who wait hear of it
            if len(together) > 1 and isinstance(error, DBAPIError) and not error.connection_invalidated:
                for one in together:  # what PostgreSQL cannot hold is one route's nonsense and keeps nobody else's
                    await self._keep_together([one])
                return
            for _, kept in together:
                if not kept.done():
                    kept.set_exception(error)
        for _, kept in together:
            if not kept.done():
                kept.set_result(None)

    async def _write(self, heard: Sequence[Heard]) -> None:
        async with self.database.transaction(Caller.system("receipts")) as tx:
            values = columns(Heard._fields, heard)
            rows = (await tx.execute(_TOLD, values | {"at": datetime.now(UTC)})).all()
            await _resolve(tx, {(row.message_id, row.attempt) for row in rows if row.message_id is not None}, self.channels)


async def fail_overdue(database: Database) -> int:
    """Fail what no receipt came for in 72 hours; return how many. For a Job. It is not sent again: it may well have arrived."""
    async with database.transaction(Caller.system("receipts")) as tx:
        rows = (await tx.execute(_OVERDUE, {"at": datetime.now(UTC), "most": AT_ONCE})).mappings().all()
        await _settle(tx, [(row, Settled("failed", "no_receipt", channel=row["channel"], failure="temporary")) for row in rows])
    return len(rows)


async def forget(database: Database) -> int:
    """Delete receipts that are over 35 days old (real time); return how many. For a Job."""
    async with database.transaction(Caller.system("purge")) as tx:
        return len((await tx.execute(_FORGET, {"before": datetime.now(UTC) - KEPT, "most": AT_ONCE})).all())


async def _resolve(tx: AsyncSession, told_of: Collection[tuple[UUID, int]], channels: Collection[str]) -> None:
    """Settle of these messages (with their attempts) those whose parts have all been told of, or one of which failed. The lock lets two
    last receipts see each other."""
    if not told_of:
        return
    keys = columns(("messages", "attempts"), sorted(told_of))
    rows = (await tx.execute(_LOCK, keys)).mappings().all()
    parts: dict[UUID, list[Any]] = {}
    for part in (await tx.execute(_PARTS, keys)).all() if rows else ():
        parts.setdefault(part.message_id, []).append(part)
    results = [(row, _result(row, parts[row["id"]], channels)) for row in rows]
    await _settle(tx, [(row, result) for row, result in results if result is not None])


def _result(row: RowMapping, parts: Sequence[Any], channels: Collection[str]) -> Settled | None:
    """Return what its parts make of a message; None while one of them is awaited."""
    told = all_told([part.state for part in parts])
    if told is None:
        return None
    if told == "delivered":
        return Settled("delivered", channel=row["channel"], not_by=row["not_by"])
    code = next((part.code for part in parts if part.state == told), None)
    return _failed(row, told, f"{told}_{code}" if code else told, channels)


def _failed(row: RowMapping, told: Told, reason: str, channels: Collection[str]) -> Settled:
    """Return whether it is tried again: by the same channel, by another when this one has failed for good, or not at all."""
    at, channel, not_by = datetime.now(UTC), row["channel"], row["not_by"]
    rest = again_after(row["rounds"], row["attempts"]) if told == "temporary" and row["attempts"] < MOST_TRIES else None
    if rest is not None and at + rest < row["useful_until"]:
        again = Settled("waiting", reason, next_at=at + rest, channel=channel, not_by=not_by)
    elif at < row["useful_until"] and set(channels) - {channel, *not_by}:
        again = Settled("waiting", reason, next_at=at, not_by=[*not_by, channel])
    else:
        return Settled("failed", reason, channel=channel, failure=told, not_by=not_by)
    return Settled("dropped", OVERTAKEN, channel=channel, not_by=not_by) if row["reason"] == OVERTAKEN else again


async def _settle(tx: AsyncSession, settled: Sequence[tuple[RowMapping, Settled]]) -> None:
    if not settled:
        return
    rows = [SETTLED.dump_python(result, mode="json") | {"id": str(row["id"])} for row, result in settled]
    await tx.execute(_SETTLE, {"results": json.dumps(rows), "now": now(tx)})
    for row, result in settled:
        with span_from(row["traceparent"], "settle message"):
            say(tx, row, result)
    await opening.call_about(tx, [row["id"] for row, result in settled if result.state == "failed"])
    await end_joined(tx, [row["id"] for row, result in settled if row["joins"] and result.state != "waiting"])
