"""What goes past SQLAlchemy: a transaction that begins in one message with who calls, and faults that only the driver tells of."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from ihala_contracts.gateway_v1 import TokenRevoked
from ihala_kit import straight
from ihala_kit.auth import Caller
from ihala_kit.db import Database, fetch
from ihala_kit.dsn import plain_dsn
from ihala_kit.faults import passes
from ihala_kit.outbox import emit
from ihala_kit.settings import KitSettings
from ihala_kit.straight import Connection, at_commit
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from tests.kit.samples import revoked

ODD = "o'Brien\\' \"; ROLLBACK; -- $1 E'' \u0640\u200f كردستان"
SETTING = "SELECT current_setting('app.client_id'), current_setting('app.acting_officer')"
KEEP = "INSERT INTO idempotency (client_id, fingerprint, created_at, key, route, answer) VALUES ({}, {}, {}, {}, '', '')"
KEPT = "SELECT client_id, fingerprint, created_at, key FROM idempotency ORDER BY client_id"


@pytest.fixture
async def pooled(kit_settings: KitSettings) -> AsyncIterator[Database]:
    """A Database without background tasks."""
    found = Database(kit_settings)
    yield found
    await found.engine.dispose()


def caller(name: str, officer: str | None = None) -> Caller:
    return Caller(name, UUID(int=1), "operator", acting_officer=officer)


async def driver_of(database: Database) -> Connection:
    """Return the pool's one connection."""
    async with database.engine.connect() as connection:
        driver: Connection = (await connection.get_raw_connection()).driver_connection  # type: ignore[assignment]
        return driver


async def test_a_transaction_begins_in_one_message_that_says_who_calls(pooled: Database) -> None:
    said = list[str]()
    (await driver_of(pooled)).add_query_logger(lambda record: said.append(record.query))
    async with pooled.transaction(caller("desk", "officer-3")) as tx:
        assert tuple((await fetch(tx, SETTING))[0]) == ("desk", "officer-3")
    await asyncio.sleep(0)
    assert len(said) == 3 and said[0].startswith("BEGIN") and said[1:] == [SETTING, "COMMIT;"]


@pytest.mark.parametrize(("demand", "met"), [("SELECT 1", True), ("SELECT ('desk ' || pg_backend_pid())::int", False)])
async def test_what_is_demanded_is_asked_on_the_way_and_otherwise_the_work_begins_without_it(
    pooled: Database, demand: str, met: bool
) -> None:
    said = list[str]()
    driver = await driver_of(pooled)
    driver.add_query_logger(lambda record: said.append(record.query))
    for demanded in (demand, ""):
        async with pooled.transaction(caller("desk", "officer-3"), demanded) as tx:
            assert straight.met(tx, demand) == (met and bool(demanded))
            assert tuple((await fetch(tx, SETTING))[0]) == ("desk", "officer-3")
            assert tx.info["driver"] is driver
    await asyncio.sleep(0)
    assert len(said) == (6 if met else 8)


async def test_nothing_is_asked_after_the_end_of_a_transaction(pooled: Database) -> None:
    async with pooled.transaction(caller("desk")) as committed:
        pass
    with pytest.raises(ZeroDivisionError):
        async with pooled.transaction(caller("desk")) as given_up:
            1 / 0  # noqa: B018
    for tx in (committed, given_up):  # its connection is somebody else's by now
        with pytest.raises(KeyError):
            await fetch(tx, SETTING)
        with pytest.raises(KeyError):
            at_commit(tx, "DELETE FROM idempotency")


async def test_json_is_read_as_python_reads_it(pooled: Database) -> None:
    said = '{"a": [1, -0.5, 1e-7, 0.1, 123456789012345678901234567890, true, null, ""], "\u0640\u200f": {"\\ud83d\\ude00": {}}}'
    async with pooled.transaction(caller("desk")) as tx:
        assert [list(row) for row in await fetch(tx, "SELECT $1::text::jsonb, $1::text::json", said)] == [[json.loads(said)] * 2]
        assert (await tx.execute(text("SELECT CAST(:said AS jsonb)"), {"said": said})).scalar_one() == json.loads(said)


async def test_what_names_hold_is_never_read_as_sql_and_stays_in_its_transaction(pooled: Database) -> None:
    for strings in ("on", "off"):  # backslashes are letters, or they are not
        driver = await driver_of(pooled)
        await driver.execute(f"SET standard_conforming_strings = {strings}; SET escape_string_warning = off")
        async with pooled.transaction(caller(ODD, ODD)) as tx:
            assert tuple((await fetch(tx, SETTING))[0]) == (ODD, ODD)
        assert await driver_of(pooled) is driver, "it failed and began again"
        assert await driver.fetchval("SELECT current_setting('app.client_id', true)") == ""


async def test_what_events_hold_is_never_read_as_sql(pooled: Database) -> None:
    odd = [ODD, "\0", "\\u0000", '"}]', ODD * 100]
    for strings in ("on", "off"):
        await (await driver_of(pooled)).execute(f"SET standard_conforming_strings = {strings}; SET escape_string_warning = off")
        async with pooled.transaction(caller("desk")) as tx:
            for each in odd:
                emit(tx, revoked(UUID(int=1), each))
    async with pooled.transaction(caller("desk")) as tx:
        rows = await fetch(tx, "SELECT sequence, data FROM outbox ORDER BY seq")
    assert [TokenRevoked.model_validate_json(data).jti for _, data in rows] == [*odd, *odd]
    assert [sequence for sequence, _ in rows] == [*range(1, 11)]


async def test_a_change_whose_events_cannot_be_written_is_none(pooled: Database, kit_settings: KitSettings) -> None:
    woken = asyncio.Event()

    def wake() -> bool:
        woken.set()
        return True

    pooled.on_events.append(wake)
    owner = await asyncpg.connect(plain_dsn(str(kit_settings.owner_database_url)))
    role = make_url(kit_settings.database_url).username
    await owner.execute(f'REVOKE INSERT ON outbox FROM "{role}"')  # its function has no other rights than who calls it
    with pytest.raises(DBAPIError, match="permission denied for table outbox"):
        async with pooled.transaction(caller("desk")) as tx:
            await fetch(tx, KEEP.format("'lost'", "'x'", "now()", "'r'"))
            emit(tx, revoked(UUID(int=1)))
    await owner.execute(f'GRANT INSERT ON outbox TO "{role}"')
    async with pooled.transaction(caller("desk")) as tx:
        assert await fetch(tx, KEPT) == [] and not woken.is_set()
        emit(tx, revoked(UUID(int=1)))
    assert woken.is_set()
    await owner.close()


async def test_a_name_that_postgresql_cannot_hold_is_refused_and_costs_nobody_else_anything(pooled: Database) -> None:
    with pytest.raises(DBAPIError):
        async with pooled.transaction(caller("nul\0")):
            pass
    async with pooled.transaction(caller("desk")) as tx:
        assert (await fetch(tx, SETTING))[0][0] == "desk"


async def test_whoever_is_cancelled_while_it_begins_leaves_no_half_begun_connection(
    pooled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, plain = asyncio.Event(), Connection.execute

    async def slow(self: Connection, query: str, *args: object, timeout: float | None = None) -> str:  # noqa: ASYNC109 - asyncpg's
        begun.set()
        await plain(self, "SELECT pg_sleep(30)")
        return await plain(self, query, *args, timeout=timeout)

    async def work() -> None:
        async with pooled.transaction(caller("desk")):
            pass

    await driver_of(pooled)
    with monkeypatch.context() as patched:
        patched.setattr(Connection, "execute", slow)
        working = asyncio.create_task(work())
        await begun.wait()
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working
    async with pooled.transaction(caller("other")) as tx:
        assert (await fetch(tx, SETTING))[0][0] == "other"
    assert pooled.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


async def test_what_is_said_with_the_commit_is_one_message_and_part_of_the_transaction(pooled: Database) -> None:
    driver, said = await driver_of(pooled), list[str]()
    driver.add_query_logger(lambda record: said.append(record.query))
    at, raw = datetime(2026, 3, 1, 12, 0, 0, 5, tzinfo=UTC), b"\0'\\\xff"
    async with pooled.transaction(caller("desk")) as tx:
        at_commit(tx, KEEP, "kept", raw, at, ODD)
        assert await fetch(tx, KEPT) == []
    await asyncio.sleep(0)
    assert len(said) == 3 and said[2].endswith("COMMIT;")
    said.clear()
    async with pooled.transaction(caller("desk")) as tx:
        emit(tx, revoked(UUID(int=1)))
    await asyncio.sleep(0)
    assert len(said) == 2, "its events are another message"
    with pytest.raises(ZeroDivisionError):
        async with pooled.transaction(caller("desk")) as tx:
            at_commit(tx, "DELETE FROM idempotency")
            1 / 0  # noqa: B018
    for _ in range(2):  # nor is it said with another's commit
        async with pooled.transaction(caller("desk")) as tx:
            assert [tuple(row) for row in await fetch(tx, KEPT)] == [("kept", raw, at, ODD)]


async def test_a_commit_that_fails_by_what_was_said_with_it_commits_nothing(pooled: Database) -> None:
    driver = await driver_of(pooled)
    with pytest.raises(DBAPIError):
        async with pooled.transaction(caller("desk")) as tx:
            await fetch(tx, KEEP.format("'first'", "'x'", "now()", "'r'"))
            for _ in range(2):
                at_commit(tx, KEEP, "twice", b"x", datetime.now(UTC), "r")
    assert await driver_of(pooled) is driver and not driver.is_in_transaction()
    async with pooled.transaction(caller("desk")) as tx:
        assert await fetch(tx, KEPT) == []


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (asyncpg.DeadlockDetectedError("x"), True),
        (asyncpg.AdminShutdownError("x"), True),
        (asyncpg.ConnectionDoesNotExistError("x"), True),
        (asyncpg.InterfaceError("connection is closed"), True),
        (asyncpg.UniqueViolationError("x"), False),
        (asyncpg.exceptions._base.DataError("x"), False),
    ],
)
def test_what_the_driver_itself_raises_is_told_apart(error: Exception, expected: bool) -> None:
    assert passes(error) is expected


async def test_what_an_array_is_is_asked_once_a_process_and_not_on_each_connection(
    pooled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, introspect = list[set[int]](), asyncpg.Connection._introspect_types

    async def noted(self: asyncpg.Connection, typeoids: Iterable[int], timeout: float | None) -> Any:  # noqa: ASYNC109 - asyncpg's
        asked.append(set(typeoids))
        return await introspect(self, typeoids, timeout)

    monkeypatch.setattr(straight, "_known", {})
    monkeypatch.setattr(asyncpg.Connection, "_introspect_types", noted)
    async with pooled.transaction(caller("one")) as one, pooled.transaction(caller("two")) as two:
        for tx in (one, two):
            given = [UUID(int=1)], ["a"]
            assert tuple((await fetch(tx, "SELECT $1::uuid[], $2::text[], ARRAY[now()]", *given))[0])[:2] == given
        assert len(asked) == 1, "by asyncpg's way, which this leans on"
        for tx in (one, two):
            assert tuple((await fetch(tx, "SELECT array_agg(fence) FROM fence"))[0]) == (None,)
        assert len(asked) == 3, "what is no type of PostgreSQL's own is asked for on each"
