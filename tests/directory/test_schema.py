"""The migration makes what the tables say, states are checked by the database, rows are guarded, and matching uses its index."""

from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from ihala_directory.matching import Sought, store
from ihala_directory.tables import Table
from ihala_kit.auth import Caller
from ihala_kit.db import fetch
from ihala_kit.dsn import plain_dsn
from ihala_kit.migrations import in_place
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from tests.directory.world import STRANGER, TELAFAR_AT, World

AREAS = ["IQG15Q08", "IQG15"]
SOUGHT = Sought(at=datetime.now(UTC), restricted=False, point=(36.379, 42.448))
MANY = """
    INSERT INTO location (id, organization_id, operator_id, place, names, address, accessibility, hidden, changed_at)
    SELECT gen_random_uuid(), organization_id, operator_id, place, names, address, accessibility, hidden, changed_at
    FROM location, generate_series(1, 1000) WHERE latitude IS NOT NULL;
    INSERT INTO service_at_location (id, service_id, location_id, organization_id, operator_id, areas, hidden, status, capacity_kind,
        figure, figure_at, confirmed, held, used, changed_at, version)
    SELECT gen_random_uuid(), a.service_id, l.id, a.organization_id, a.operator_id, a.areas, a.hidden, a.status, a.capacity_kind,
        a.figure, a.figure_at, a.confirmed, 0, 0, a.changed_at, 1
    FROM location l JOIN service_at_location a USING (organization_id);
    INSERT INTO service_reach (need_code, area_code, service_at_location_id)
        SELECT 'need.' || (random() * 5000)::int, 'IQG' || (random() * 400)::int, id FROM service_at_location;
    ANALYZE service_at_location, service_reach, location, service, organization
"""


async def test_the_migration_makes_what_the_tables_say(world: World) -> None:
    rows = await world.rows("SELECT table_name, column_name, is_nullable FROM information_schema.columns WHERE table_schema = 'public'")
    made = {(row.table_name, row.column_name, row.is_nullable == "YES") for row in rows}
    said = {(t.name, c.name, bool(c.nullable)) for t in Table.metadata.tables.values() for c in t.columns}
    assert said <= made
    ours = {table.name for table in Table.metadata.tables.values()}
    assert {one for one in made if one[0] in ours} == said


@pytest.mark.parametrize(
    "broken",
    [
        "UPDATE service_at_location SET held = -1",
        "UPDATE service_at_location SET figure = -1",
        "UPDATE organization SET status = 'suspended'",
        "UPDATE service SET restricted = true WHERE NOT hidden",
        "UPDATE location SET hidden = true WHERE latitude IS NOT NULL",
    ],
)
async def test_what_may_not_be_is_refused_by_the_database(world: World, broken: str) -> None:
    with pytest.raises(IntegrityError):
        await world.rows(f"{broken} RETURNING id")


@pytest.mark.parametrize(
    "statement", ["DELETE FROM reservation", "DELETE FROM organization", "ALTER TABLE service DISABLE ROW LEVEL SECURITY"]
)
async def test_the_application_may_not(world: World, statement: str) -> None:
    with pytest.raises(ProgrammingError):
        await world.rows(statement)


@pytest.mark.parametrize("table", ["organization", "service", "location", "service_at_location", "reservation", "placement_answer"])
async def test_rows_are_guarded_whatever_the_query(world: World, table: str) -> None:
    forced = await world.value("SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relname = :table", table=table)
    assert forced
    stranger = Caller("stranger", STRANGER, "nngo")
    async with world.database.transaction(stranger) as tx:
        hidden = "true" if table in ("reservation", "placement_answer") else "hidden"
        assert (await tx.execute(text(f"SELECT count(*) FROM {table} WHERE {hidden}"))).scalar_one() == 0


async def test_matching_looks_up_and_does_not_scan(world: World) -> None:
    async with world.database.transaction(Caller.system("test")) as tx:
        for statement in MANY.split(";"):
            if "ANALYZE" not in statement:
                await tx.execute(text(statement))
    owner = await asyncpg.connect(plain_dsn(world.database.settings.owner_database_url or ""))
    await owner.execute(MANY.rsplit(";", maxsplit=1)[-1])
    await owner.close()
    caller = Caller.system("test")
    async with world.database.transaction(caller) as tx:
        assert (await tx.execute(text("SELECT count(*) FROM service_at_location"))).scalar_one() > 20_000
        statement, values = store.query(caller, ["housing.hlp"], AREAS, SOUGHT)
        plan = (await fetch(tx, f"EXPLAIN (FORMAT json) {statement}", *values, [], 100))[0][0]
        found = [one async for batch, _ in store.batches(tx, ["housing.hlp"], AREAS, SOUGHT) for one in batch]
    scanned = {node["Relation Name"] for node in nodes(plan) if node["Node Type"] == "Seq Scan"}
    assert not scanned & {"service_reach", "service_at_location", "location"}
    assert TELAFAR_AT in {one.service_at_location_id for one in found}


def nodes(plan: Any) -> list[dict[str, Any]]:
    if isinstance(plan, list):
        return [node for one in plan for node in nodes(one)]
    if not isinstance(plan, dict):
        return []
    own = [plan] if "Relation Name" in plan else []
    return own + [node for value in plan.values() if isinstance(value, list | dict) for node in nodes(value)]


async def test_row_policies_read_who_calls_where_they_compare_it(world: World) -> None:
    policies = await world.rows("SELECT tablename, policyname, qual, with_check FROM pg_policies")
    assert len(policies) > 20
    assert not [(table, name) for table, name, *said in policies for one in said if one and in_place(one) != one]
