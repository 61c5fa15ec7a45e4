"""Due work: one thing at an instant, one transaction each, by whichever clock process is free.

What touches many things (a suspension, a merge) writes a row for each and is done; the rows are worked off one by one.
"""

import asyncio
import inspect
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_kit.auth import Caller
from ihala_kit.db import Database, fetch, now
from ihala_kit.dsn import LOST
from ihala_kit.faults import passes

log = logging.getLogger(__name__)

POLL_SECONDS = 0.5
LONGEST_BACKOFF = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class DueWork:
    """A piece of work whose time has come."""

    kind: str
    key: UUID
    payload: dict[str, str]
    due_at: datetime
    attempts: int


Performer = Callable[[AsyncSession, DueWork], Awaitable[None]]

_SCHEDULE = """
    INSERT INTO due_work (kind, key, payload, due_at) VALUES ($1, $2, $3::text::jsonb, $4)
    ON CONFLICT (kind, key) DO UPDATE SET payload = excluded.payload, due_at = excluded.due_at, attempts = 0
"""
_SCHEDULE_ALL = """
    INSERT INTO due_work (kind, key, payload, due_at) SELECT $1, key, '{}', $3 FROM unnest($2::uuid[]) AS of (key)
    ON CONFLICT (kind, key) DO UPDATE SET payload = excluded.payload, due_at = excluded.due_at, attempts = 0
"""
_TAKE = """
    DELETE FROM due_work WHERE (kind, key) = (
        SELECT kind, key FROM due_work WHERE due_at <= $1 AND kind = ANY($2)
        ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING kind, key, payload, due_at, attempts
"""
_LATER = text("UPDATE due_work SET attempts = attempts + 1, due_at = :due_at WHERE kind = :kind AND key = :key")


def performs(kind: str) -> Callable[[Performer], Performer]:
    """Mark a function as the performer of one kind of due work; the row is gone when its transaction commits."""

    def mark(performer: Performer) -> Performer:
        performer.__performs__ = kind  # type: ignore[attr-defined]
        return performer

    return mark


def performers_in(modules: Iterable[ModuleType]) -> dict[str, Performer]:
    """Return the marked functions by kind."""
    marked = (f for m in modules for _, f in inspect.getmembers(m, lambda value: hasattr(value, "__performs__")))
    return {performer.__performs__: performer for performer in marked}


async def schedule(tx: AsyncSession, kind: str, key: UUID, due_at: datetime, payload: dict[str, str] | None = None) -> None:
    """Have `kind` done for `key` at `due_at`; a second call moves it."""
    await fetch(tx, _SCHEDULE, kind, key, json.dumps(payload or {}), due_at)


def row(kind: str, key: UUID, due_at: datetime) -> dict[str, Any]:
    """Return the row by which `kind` is done for `key` at `due_at`, for a statement with which other rows go (`rows.write_new`)."""
    return {"kind": kind, "key": key, "payload": {}, "due_at": due_at, "attempts": 0}


async def schedule_all(tx: AsyncSession, kind: str, keys: Sequence[UUID], due_at: datetime) -> None:
    """Have `kind` done for each of these different keys at `due_at`, in one statement; give them in order, as locks are taken."""
    if keys:
        await fetch(tx, _SCHEDULE_ALL, kind, keys, due_at)


async def cancel(tx: AsyncSession, kind: str, key: UUID) -> None:
    """Forget it, if it still waits."""
    await tx.execute(text("DELETE FROM due_work WHERE kind = :kind AND key = :key"), {"kind": kind, "key": key})


async def run_due(database: Database, performers: dict[str, Performer]) -> None:
    """Work off what is due until cancelled; several processes may."""
    while True:
        try:
            busy = await perform_next(database, performers)
        except (*LOST, SQLAlchemyError) as error:
            log.warning("due work starts anew after %s", type(error).__name__)
            busy = False
        if not busy:
            await asyncio.sleep(POLL_SECONDS)


async def perform_next(database: Database, performers: dict[str, Performer]) -> bool:
    """Do the one thing that is due the longest; return False when nothing is. What fails is put off, and tried again."""
    work: DueWork | None = None
    try:
        async with database.transaction(Caller.system("clock")) as tx:
            work = await _take(tx, list(performers))
            if work is not None:
                await performers[work.kind](tx, work)
    except Exception as error:
        if work is None or passes(error):
            raise
        log.warning("due work fails", extra={"kind_of_work": work.kind}, exc_info=error)
        await _put_off(database, work)
    return work is not None


async def _take(tx: AsyncSession, kinds: list[str]) -> DueWork | None:
    rows = await fetch(tx, _TAKE, now(tx), kinds)
    return DueWork(**rows[0]) if rows else None


async def _put_off(database: Database, work: DueWork) -> None:
    pause = min(LONGEST_BACKOFF, timedelta(seconds=2 ** min(work.attempts, 10)))
    async with database.transaction(Caller.system("clock")) as tx:
        await tx.execute(_LATER, {"kind": work.kind, "key": work.key, "due_at": now(tx) + pause})
