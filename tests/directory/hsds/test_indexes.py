"""Over 20,000 services the feed looks up words and points in their indexes, whoever asks, and reads no table to its end."""

from typing import Any

import asyncpg
import pytest
from ihala_directory.hsds import asked, conditions, store
from ihala_directory.search.tables import SearchEntry
from ihala_directory.tables import Service, ServiceAtLocation
from ihala_kit.auth import Caller
from ihala_kit.dsn import plain_dsn
from sqlalchemy import event

from tests.directory.hsds.conftest import Feed
from tests.directory.world import OPERATOR, STRANGER, TELAFAR_AT, TELAFAR_SERVICE

MANY = 20_000
SCOPES = frozenset({"directory:read"})
CALLERS = {
    "nobody": Caller.anonymous(),
    "stranger": Caller("stranger", STRANGER, "nngo", scopes=SCOPES),
    "cleared": Caller("officer", OPERATOR, "operator", OPERATOR, roles=frozenset({"officer"}), cleared=True, scopes=SCOPES),
}
# The demonstration's service in Telafar, so many times, each somewhere else; one in two hundred has the words that are looked for.
COPIES = f"""
CREATE TEMP TABLE copy AS SELECT n, gen_random_uuid() AS service, gen_random_uuid() AS place, gen_random_uuid() AS at,
    30 + 7 * random() AS latitude, 39 + 9 * random() AS longitude FROM generate_series(1, {MANY}) n;
INSERT INTO service SELECT made.* FROM service s, copy c, jsonb_populate_record(s, jsonb_build_object('id', c.service)) made
    WHERE s.id = '{TELAFAR_SERVICE}';
INSERT INTO location SELECT made.* FROM location l, copy c,
    jsonb_populate_record(l, jsonb_build_object('id', c.place, 'latitude', c.latitude, 'longitude', c.longitude)) made
    WHERE l.id = (SELECT location_id FROM service_at_location WHERE id = '{TELAFAR_AT}');
INSERT INTO service_at_location SELECT made.* FROM service_at_location a, copy c,
    jsonb_populate_record(a, jsonb_build_object('id', c.at, 'service_id', c.service, 'location_id', c.place)) made
    WHERE a.id = '{TELAFAR_AT}';
"""


@pytest.fixture(scope="module")
async def many(feed: Feed) -> Feed:
    """The feed over so many services."""
    owner = await asyncpg.connect(plain_dsn(feed.database.settings.owner_database_url or ""))
    await owner.execute("SELECT set_config('app.system', 'test', false)")
    await owner.execute(COPIES)
    columns = SearchEntry.__table__.columns  # type: ignore[attr-defined]
    others = ", ".join(one.name for one in columns if one.name not in ("service_id", "tokens"))
    tokens = "array_to_tsvector(CASE WHEN c.n % 200 = 0 THEN '{w.زيتون}' ELSE ARRAY['w.' || c.n] END)"
    await owner.execute(f"""
        INSERT INTO search_entry (service_id, tokens, {others}) SELECT c.service, {tokens}, {others}
        FROM copy c, search_entry e WHERE e.service_id = '{TELAFAR_SERVICE}'
    """)
    await owner.execute("ANALYZE service, location, service_at_location, search_entry")
    await owner.close()
    return feed


async def explained(feed: Feed, caller: Caller, table: Any, wanted: dict[str, Any]) -> tuple[int, list[dict[str, Any]]]:
    """Return of how many entries it holds, and the nodes of the plan by which they were counted."""
    said: list[tuple[str, Any]] = []

    def note(*given: Any) -> None:
        said.append((given[2], given[3]))

    of = conditions.of_services if table is Service else conditions.of_ats
    async with feed.database.transaction(caller) as tx:
        holds = await of(tx, asked.Entries(**wanted))
        event.listen(feed.database.engine.sync_engine, "before_cursor_execute", note)
        try:
            found = await store.count(tx, table, holds)
        finally:
            event.remove(feed.database.engine.sync_engine, "before_cursor_execute", note)
        driver = tx.sync_session.connection().connection.driver_connection
        assert driver is not None
        plan = await driver.fetchval(f"EXPLAIN (ANALYZE, FORMAT json) {said[-1][0]}", *said[-1][1])
    return found, nodes(plan)


def nodes(plan: Any) -> list[dict[str, Any]]:
    if isinstance(plan, list):
        return [node for one in plan for node in nodes(one)]
    if not isinstance(plan, dict):
        return []
    return [plan, *(node for value in plan.values() for node in nodes(value))]


@pytest.mark.parametrize("table", [Service, ServiceAtLocation])
@pytest.mark.parametrize("who", CALLERS)
@pytest.mark.parametrize(
    ("wanted", "index", "least", "most"),
    [
        ({"search": "الزيتون"}, "search_entry_tokens", 100, 100),
        ({"proximity": 5_000, "lat": 33.3, "lon": 44.4}, "location_point", 0, 40),
        ({"proximity": 50_000, "lat": 33.3, "lon": 44.4}, "location_point", 100, 1_000),
    ],
)
async def test_words_and_points_are_looked_up(
    many: Feed, who: str, table: Any, wanted: dict[str, Any], index: str, least: int, most: int
) -> None:
    found, plan = await explained(many, CALLERS[who], table, wanted)
    assert least <= found <= most
    assert index in {node.get("Index Name") for node in plan}
    scanned = {node["Relation Name"] for node in plan if "Seq Scan" in node.get("Node Type", "")}
    assert scanned <= {"search_hidden"}  # small, and guarded by its rows
    rows = [node["Actual Rows"] * node["Actual Loops"] for node in plan if "Actual Rows" in node]
    assert max(rows) <= 2 * most  # what was read is in proportion to what is found
