"""The inbox in days: every event is known once, wherever its row lies; days come before their events and go after the last replay."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from ihala_kit.auth import Caller
from ihala_kit.days import AHEAD_DAYS, KEPT_DAYS, keep_days
from ihala_kit.db import Database
from ihala_kit.dsn import plain_dsn
from ihala_kit.fences import Fences
from ihala_kit.ids import new_id
from ihala_kit.records import Received
from ihala_kit.schema import create_v1, create_v2, create_v3, create_v4
from ihala_local.testing import ThrowAwayPostgres
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from tests.kit.conftest import SchemaOperations
from tests.kit.samples import record, revoked

TODAY = datetime.now(UTC).date()
DAYS = "SELECT inbox_days($1::date, $2, $3)"


@pytest.fixture
async def owner(kit_db: Database) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(plain_dsn(str(kit_db.settings.owner_database_url)))
    yield connection
    await connection.close()


def made_on(day: date) -> UUID:
    """Return an id as of an event that was made on this day."""
    at = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp() * 1000)
    return UUID(int=(at << 80) | (new_id().int & ((1 << 80) - 1)))


def arrived(event_id: UUID) -> Received:
    return record(revoked(uuid4()), 1, event_id=event_id)


async def keep(database: Database, *ids: UUID) -> None:
    """Write ids into the inbox as a batch does."""
    envelopes = [found for each in ids if (found := arrived(each).envelope)]
    async with database.transaction(Caller.system("test")) as tx:
        fences = await Fences.lock(tx, "test", envelopes)
        for envelope in envelopes:
            fences.advance(envelope)
        fences.save(tx)


async def seen(database: Database, *ids: UUID) -> set[UUID]:
    async with database.transaction(Caller.system("test")) as tx:
        return (await Fences.lock(tx, "test", [found for each in ids if (found := arrived(each).envelope)])).seen


async def where(owner: asyncpg.Connection, event_id: UUID) -> list[str]:
    """Return the parts in which an id lies."""
    return [str(row["part"]) for row in await owner.fetch("SELECT tableoid::regclass AS part FROM inbox WHERE event_id = $1", event_id)]


async def parts(owner: asyncpg.Connection) -> list[str]:
    rows = await owner.fetch("SELECT inhrelid::regclass::text AS part FROM pg_inherits WHERE inhparent = 'inbox'::regclass ORDER BY 1")
    return [str(row["part"]) for row in rows]


async def test_an_id_is_known_once_wherever_it_lies(kit_db: Database, owner: asyncpg.Connection) -> None:
    ids = [made_on(TODAY + timedelta(days=days)) for days in (-400, -1, 0, 2, 3, 9)] + [uuid4()]
    await keep(kit_db, *ids)
    await keep(kit_db, *ids)
    assert [len(await where(owner, each)) for each in ids] == [1] * len(ids)
    assert await seen(kit_db, *ids, made_on(TODAY)) == set(ids)
    assert await where(owner, ids[3]) == [f"inbox_day_{TODAY + timedelta(days=2):%Y%m%d}"]


async def test_a_day_takes_over_what_came_before_it_was_made(kit_db: Database, owner: asyncpg.Connection) -> None:
    late = TODAY + timedelta(days=9)
    early, day_after = made_on(late), made_on(late + timedelta(days=1))
    await keep(kit_db, early, day_after)
    assert await where(owner, early) == ["inbox_other"]
    await owner.fetchval(DAYS, late, KEPT_DAYS, 0)
    assert (await where(owner, early), await where(owner, day_after)) == ([f"inbox_day_{late:%Y%m%d}"], ["inbox_other"])
    await keep(kit_db, early)
    assert await seen(kit_db, early, day_after) == {early, day_after}


async def test_days_that_are_over_are_dropped_and_no_other(kit_db: Database, owner: asyncpg.Connection) -> None:
    before, kept = made_on(TODAY), made_on(TODAY + timedelta(days=3))
    await keep(kit_db, before, kept)
    last = TODAY + timedelta(days=3 + KEPT_DAYS)
    await owner.fetchval(DAYS, last, KEPT_DAYS, AHEAD_DAYS)
    assert await seen(kit_db, before, kept) == {kept}
    assert await owner.fetchval(DAYS, last, KEPT_DAYS, AHEAD_DAYS) == 0
    assert await owner.fetchval(DAYS, last + timedelta(days=1), KEPT_DAYS, AHEAD_DAYS) == 2  # one made, one dropped
    assert await seen(kit_db, kept) == set()


async def test_the_application_makes_days_by_the_job_and_may_do_no_more(kit_db: Database, owner: asyncpg.Connection) -> None:
    tomorrow = f"inbox_day_{TODAY + timedelta(days=AHEAD_DAYS):%Y%m%d}"
    await owner.execute(f"DROP TABLE {tomorrow}")
    assert await keep_days(kit_db) == 1
    assert await keep_days(kit_db) == 0
    assert tomorrow in await parts(owner)
    application = await asyncpg.connect(plain_dsn(kit_db.settings.database_url))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await application.execute(f"DROP TABLE {tomorrow}")
    await application.close()


async def test_days_are_made_and_dropped_beside_a_batch_and_neither_waits_for_the_other_in_a_ring(
    kit_db: Database, owner: asyncpg.Connection
) -> None:
    batch = await asyncpg.connect(plain_dsn(kit_db.settings.database_url))
    async with batch.transaction():
        await batch.execute("INSERT INTO inbox VALUES ('test', $1)", made_on(TODAY + timedelta(days=1)))
        making = asyncio.create_task(owner.fetchval(DAYS, TODAY + timedelta(days=KEPT_DAYS + 2), KEPT_DAYS, 0))
        await asyncio.sleep(0.2)
        await batch.execute("INSERT INTO inbox VALUES ('test', $1)", uuid4())  # in inbox_other
    assert await making > 1
    await batch.close()


async def test_few_parts_are_looked_at_for_a_batch(kit_db: Database, owner: asyncpg.Connection) -> None:
    await owner.fetchval(DAYS, TODAY, KEPT_DAYS, 40)
    one = made_on(TODAY + timedelta(days=20))
    for plan in ("force_generic_plan", "force_custom_plan"):
        await owner.execute(f"SET plan_cache_mode = {plan}")
        for _ in ("making the plan looks at all", "using it does not"):
            async with owner.transaction():
                await owner.fetch("SELECT lock_fences('test', '{a}', $1, $2)", [uuid4()], [one])
                looked_at = await owner.fetch("""SELECT relname FROM pg_locks JOIN pg_class ON pg_class.oid = relation
                    WHERE pid = pg_backend_pid() AND relname LIKE 'inbox\\_%\\_pkey'""")
        assert [row["relname"] for row in looked_at] == [f"inbox_day_{TODAY + timedelta(days=20):%Y%m%d}_pkey"]


async def test_what_is_there_becomes_a_part_and_stays_known(postgres: ThrowAwayPostgres) -> None:
    old, odd = made_on(TODAY), UUID("ffffffff-0000-4000-8000-000000000000")

    async def make(owner_url: str, app_role: str) -> None:
        engine = create_async_engine(make_url(owner_url).set(drivername="postgresql+asyncpg"))

        def run(connection: object) -> None:
            op = SchemaOperations(connection)  # type: ignore[arg-type]
            create_v1(op, app_role)
            create_v2(op, app_role)
            create_v3(op)
            op.execute(f"INSERT INTO inbox VALUES ('test', '{old}'), ('test', '{odd}')")
            create_v4(op, app_role)

        async with engine.begin() as connection:
            await connection.run_sync(run)
        await engine.dispose()

    async with postgres.scratch("older", make) as scratch:
        owner = await asyncpg.connect(plain_dsn(scratch.owner_url))
        assert (await where(owner, old), await where(owner, odd)) == (
            [f"inbox_before_{TODAY + timedelta(days=2):%Y%m%d}"], ["inbox_other"],
        )  # fmt: skip
        application = await asyncpg.connect(plain_dsn(scratch.url))
        told = await application.execute(
            "INSERT INTO inbox SELECT 'test', unnest($1::uuid[]) ON CONFLICT DO NOTHING", [old, odd, made_on(TODAY)]
        )
        assert told == "INSERT 0 1"
        await owner.fetchval(DAYS, TODAY + timedelta(days=KEPT_DAYS + 1), KEPT_DAYS, 0)
        assert len(await where(owner, old)) == 1
        await owner.fetchval(DAYS, TODAY + timedelta(days=KEPT_DAYS + 2), KEPT_DAYS, 0)
        assert await where(owner, old) == []
        await application.close()
        await owner.close()
