"""The migrated database and the table classes say the same; rows are locked away."""

from ihala_notify.kafka import tables as _of_kafka  # noqa: F401 - part of the metadata
from ihala_notify.statistics import tables as _of_statistics  # noqa: F401 - part of the metadata
from ihala_notify.subscriptions import tables as _of_subscriptions  # noqa: F401 - part of the metadata
from ihala_notify.tables import Table

from tests.notify.world import World

NO_POLICY = {"organization", "service", "feed_start"}  # what the public is told anyway; where all feeds go on


async def test_tables_equal_the_migrated_database(world: World) -> None:
    rows = await world.rows("""
        SELECT table_name, column_name, is_nullable = 'YES' AS nullable FROM information_schema.columns WHERE table_schema = 'public'
    """)
    migrated = {(row["table_name"], row["column_name"]): row["nullable"] for row in rows}
    tables = Table.metadata.tables
    assert {(name, column.name): column.nullable for name, table in tables.items() for column in table.columns} == {
        place: nullable for place, nullable in migrated.items() if place[0] in tables
    }


async def test_row_security_is_forced_on_the_main_tables(world: World) -> None:
    rows = await world.rows("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
    assert {row["relname"] for row in rows} == set(Table.metadata.tables) - NO_POLICY


async def test_the_version_before_filters_may_go_on_adding_subscriptions_while_it_is_replaced(world: World) -> None:
    rows = await world.rows("SELECT * FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 'subscription'")
    known = {"id", "client_id", "organization_id", "kind", "types", "version", "created_at"}
    assert known < {row["column_name"] for row in rows}
    needed = {row["column_name"] for row in rows if row["is_nullable"] == "NO" and row["column_default"] is None}
    assert needed <= known
