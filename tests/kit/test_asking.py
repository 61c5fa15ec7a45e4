"""One statement without a transaction: in nobody's name, on a connection that lives."""

import asyncpg
import pytest
from ihala_kit.asking import ask
from ihala_kit.db import Database
from ihala_kit.settings import KitSettings

from tests.kit.test_db import cut_all, fill_pool, hear_farewell

WHO = "SELECT coalesce(current_setting('app.system', true), '') || coalesce(current_setting('app.cleared', true), '') AS who, $1::int AS n"
SAYING = "SELECT set_config('app.cleared', 'true', true), $1::int AS n"


@pytest.fixture
def pooled(kit_settings: KitSettings) -> Database:
    """A Database with one connection, so that whatever is left on it is met again."""
    return Database(kit_settings, pool_size=1)


async def test_nobody_asks_and_nothing_is_left_of_who_did_before(pooled: Database) -> None:
    [row] = await ask(pooled, SAYING, 1)
    assert (row["set_config"], row["n"]) == ("true", 1)
    [row] = await ask(pooled, WHO, 2)
    assert (row["who"], row["n"]) == ("", 2)
    await pooled.engine.dispose()


async def test_a_connection_that_died_unseen_costs_nobody_anything(kit_settings: KitSettings) -> None:
    pooled = Database(kit_settings)
    for n in range(3):
        await fill_pool(pooled)
        await cut_all(kit_settings)
        assert [row["n"] for row in await ask(pooled, WHO, n)] == [n]
    await pooled.engine.dispose()


async def test_a_connection_that_is_just_dying_costs_nobody_anything(kit_settings: KitSettings) -> None:
    pooled = Database(kit_settings)
    await fill_pool(pooled)
    await hear_farewell(pooled)
    assert [row["n"] for row in await ask(pooled, WHO, 1)] == [1]
    await pooled.engine.dispose()


async def test_a_statement_that_is_refused_is_not_asked_twice(pooled: Database) -> None:
    with pytest.raises(asyncpg.DivisionByZeroError):
        await ask(pooled, "SELECT 1 / $1::int", 0)
    assert [row["n"] for row in await ask(pooled, WHO, 3)] == [3]
    await pooled.engine.dispose()
