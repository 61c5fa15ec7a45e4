"""Transactions on connections that died unseen, and who is told of a commit with events."""

from uuid import uuid4

import asyncpg
import pytest
from ihala_kit.auth import Caller
from ihala_kit.db import Database, fetch
from ihala_kit.dsn import plain_dsn
from ihala_kit.outbox import emit
from ihala_kit.settings import KitSettings
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.kit.samples import revoked

CALLER = Caller.system("test")
FAREWELL = b"E" + (4 + len(words := b"SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0")).to_bytes(4) + words
OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@pytest.fixture
def pooled(kit_settings: KitSettings) -> Database:
    """A Database without background tasks: only its pool is connected."""
    return Database(kit_settings)


async def fill_pool(database: Database) -> None:
    """Leave two connections in the pool."""
    async with database.transaction(CALLER) as one, database.transaction(CALLER) as other:
        await one.execute(text("SELECT 1"))
        await other.execute(text("SELECT 1"))


async def hear_farewell(database: Database) -> None:
    """Let the pool's next connection read that PostgreSQL ends it, but not yet its end: under load the one comes well before the other."""
    async with database.engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
    driver._protocol.data_received(FAREWELL)


async def cut_all(settings: KitSettings) -> None:
    """End every connection to the database, as a restart of the server does."""
    connection = await asyncpg.connect(plain_dsn(settings.database_url))
    await connection.execute(OTHERS)
    await connection.close()


async def test_a_connection_that_is_just_dying_costs_nobody_anything(pooled: Database) -> None:
    await fill_pool(pooled)
    await hear_farewell(pooled)
    async with pooled.transaction(CALLER) as tx:
        assert (await tx.execute(text("SELECT current_setting('app.system')"))).scalar_one() == "test"
        assert (await fetch(tx, "SELECT current_setting('app.system')"))[0][0] == "test"
    await pooled.engine.dispose()


async def test_a_pooled_connection_that_died_costs_nobody_anything(pooled: Database, kit_settings: KitSettings) -> None:
    for _ in range(3):
        await fill_pool(pooled)
        await cut_all(kit_settings)
        async with pooled.transaction(CALLER) as tx:
            assert (await tx.execute(text("SELECT current_setting('app.system')"))).scalar_one() == "test"
            emit(tx, revoked(uuid4()))
    async with pooled.transaction(CALLER) as tx:
        assert (await tx.execute(text("SELECT count(*) FROM outbox"))).scalar_one() == 3
    await pooled.engine.dispose()


async def test_a_connection_that_dies_under_the_work_fails_it(pooled: Database) -> None:
    """Work is never done twice behind its back: whoever called decides."""
    runs = 0
    with pytest.raises(DBAPIError):
        async with pooled.transaction(CALLER) as tx:
            runs += 1
            await tx.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert runs == 1
    await pooled.engine.dispose()


@pytest.mark.parametrize("leads", [True, False])
async def test_other_processes_are_told_only_when_no_relay_of_this_one_leads(pooled: Database, leads: bool) -> None:
    woken: list[str] = []
    pooled.on_events += [lambda: bool(woken.append("relay")) or leads, lambda: bool(woken.append("other"))]
    async with pooled.transaction(CALLER):
        pass
    assert (woken, pooled._dirty.is_set()) == ([], False)
    async with pooled.transaction(CALLER) as tx:
        emit(tx, revoked(uuid4()))
    assert (woken, pooled._dirty.is_set()) == (["relay", "other"], not leads)
    await pooled.engine.dispose()
