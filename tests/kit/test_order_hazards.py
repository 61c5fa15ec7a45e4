"""The three designs that lose or reorder events, shown to do so on a real PostgreSQL, and ours on the same histories.

H1: a cursor on an identity column loses the row of a transaction that commits late.
H2: a cursor on (xid, seq) publishes a key's second event before its first, when the writer of the second got its xid earlier.
H3: two SKIP LOCKED relays publish one key's events out of order.
Ours: one relay reading unpublished rows by `seq`, with the number drawn after the key's row is locked.
"""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from ihala_kit import outbox
from ihala_kit.auth import Caller
from ihala_kit.backlog import BATCH, NEXT
from ihala_kit.db import Database
from ihala_kit.dsn import plain_dsn
from ihala_kit.outbox import emit
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from tests.kit.samples import revoked

XID_CURSOR = """SELECT x::text AS xid, seq, sequence FROM (SELECT xmin::text::bigint AS x, seq, sequence FROM outbox) AS rows
                WHERE (x, seq) > ($1, $2) AND x < pg_snapshot_xmin(pg_current_snapshot())::text::bigint ORDER BY x, seq"""


@pytest.fixture
async def connection(kit_db: Database) -> AsyncIterator[asyncpg.Connection]:
    found = await asyncpg.connect(plain_dsn(kit_db.settings.database_url))
    yield found
    await found.close()


async def test_h1_a_cursor_on_seq_loses_an_event_and_ours_does_not(kit_db: Database, connection: asyncpg.Connection) -> None:
    late, early = uuid4(), uuid4()
    async with kit_db.transaction(Caller.system("test")) as slow:
        emit(slow, revoked(late))
        await write_now(slow)  # seq 1 is drawn, not committed
        await emit_one(kit_db, early)  # seq 2, committed
        cursor = await connection.fetch("SELECT seq, key FROM outbox WHERE seq > 0 ORDER BY seq")
        ours = [row["key"] for row in await take(connection)]
    cursor += await connection.fetch("SELECT seq, key FROM outbox WHERE seq > $1 ORDER BY seq", cursor[-1]["seq"])
    ours += [row["key"] for row in await take(connection)]
    assert [row["key"] for row in cursor] == [early], "the cursor was expected to lose the late one"
    assert ours == [early, late]


async def test_h2_a_cursor_on_xid_swaps_a_keys_events_and_ours_does_not(kit_db: Database, connection: asyncpg.Connection) -> None:
    key = uuid4()
    async with kit_db.transaction(Caller.system("test")) as older:
        await older.execute(text("INSERT INTO reader VALUES ('older', now())"))  # gets its xid first
        await emit_one(kit_db, key)  # version 1, younger xid, committed
        emit(older, revoked(key))  # version 2, older xid
    by_xid = await connection.fetch(XID_CURSOR, 0, 0)
    assert [row["sequence"] for row in by_xid] == [2, 1], "the xid cursor was expected to swap them"
    assert [row["sequence"] for row in await take(connection)] == [1, 2]


async def test_h3_two_skip_locked_relays_swap_a_keys_events_and_ours_cannot(kit_db: Database, connection: asyncpg.Connection) -> None:
    key = uuid4()
    for _ in range(4):
        await emit_one(kit_db, key)
    skipping = "SELECT seq, sequence FROM outbox ORDER BY seq LIMIT 2 FOR UPDATE SKIP LOCKED"
    async with kit_db.engine.connect() as first, kit_db.engine.connect() as second:
        slow = [row.sequence for row in await first.execute(text(skipping))]
        quick = [row.sequence for row in await second.execute(text(skipping))]
    assert quick + slow == [3, 4, 1, 2], "two relays were expected to swap them"
    assert [row["sequence"] for row in await take(connection)] == [1, 2, 3, 4]


async def test_numbers_of_a_key_are_dense_under_concurrency(kit_db: Database, connection: asyncpg.Connection) -> None:
    import asyncio

    keys = [uuid4() for _ in range(3)]
    await asyncio.gather(*(emit_one(kit_db, keys[n % 3]) for n in range(60)))
    rows = await connection.fetch("SELECT key, sequence FROM outbox ORDER BY seq")
    for key in keys:
        assert [row["sequence"] for row in rows if row["key"] == key] == list(range(1, 21))


async def test_a_rollback_takes_number_and_event_back(kit_db: Database, connection: asyncpg.Connection) -> None:
    key = uuid4()
    with pytest.raises(RuntimeError):
        async with kit_db.transaction(Caller.system("test")) as tx:
            emit(tx, revoked(key))
            await write_now(tx)
            raise RuntimeError("the change failed")
    await emit_one(kit_db, key)
    assert [row["sequence"] for row in await take(connection)] == [1]


async def emit_one(database: Database, key: UUID) -> None:
    async with database.transaction(Caller.system("test")) as tx:
        emit(tx, revoked(key))


async def write_now(tx: AsyncSession) -> None:
    """Write the outbox rows before the end of the transaction, as goes along with its commit."""
    outbox.write(tx)
    tx.info["events"].clear()
    driver: Any = (await (await tx.connection()).get_raw_connection()).driver_connection
    said, driver.with_commit = driver.with_commit, ""
    await driver.execute(said)


async def take(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    """Do what the relay does: read the oldest unpublished rows and delete them."""
    rows: list[asyncpg.Record] = await connection.fetch(NEXT, BATCH)
    await connection.execute("DELETE FROM outbox WHERE seq = ANY($1::bigint[])", [row["seq"] for row in rows])
    return rows
