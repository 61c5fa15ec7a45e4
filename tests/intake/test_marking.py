"""Who was stored before names were marked is marked in batches, once, and goes on after whatever stopped it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from ihala_intake.commands import marking, people
from ihala_kit.auth import Caller
from ihala_kit.db import now
from ihala_kit.due import perform_next, schedule
from ihala_kit.migrations import migrate_async
from ihala_local.testing import ThrowAwayPostgres

from tests.intake.actors import HLP, NGO, WLCO
from tests.intake.coming_in import announced, one_operator
from tests.intake.conftest import MIGRATIONS
from tests.intake.house import House
from tests.intake.samples import need, request
from tests.intake.two_offices import brought, pairs

RUN = UUID(int=9)
ALL = "SELECT string_agg(m::text, '|' ORDER BY person_id, kind, value) FROM person_mark m"
FORGET = "WITH gone AS (DELETE FROM person_mark WHERE kind NOT IN ('phone', 'document') RETURNING person_id) SELECT count(*) FROM gone"


async def begun(house: House) -> None:
    async with house.database.transaction(Caller.system("test")) as tx:
        await schedule(tx, marking.MARK, RUN, now(tx))


async def some_people(house: House) -> str:
    """Bring five people who are found by their names, and four who must not be; return all marks, and forget those of names."""
    for given in ("زينب", "مريم", "سارة", "هدى", "بتول"):
        await brought(house, HLP, given_name=given, call_name=given)
    await brought(house, WLCO, need("protection.gbv"), given_name="نور", call_name="نور")
    kept = {"identity_held_by": "origin", "person": {"call_name": "W 17 a", "place": "IQG15Q05", "birth_year": 1990}}
    point = {"call_name": "Focal point", "number": "07709999999"}
    answer = await house.post("/v1/requests", WLCO, request(need(), household=None, focal_point=point, **kept))
    assert answer.status == 202, answer.body
    erased = await brought(house, HLP, given_name="وداد", call_name="وداد")
    await house.scalar("DELETE FROM person_mark WHERE person_id = (SELECT person_id FROM need WHERE id = :id) RETURNING kind",
                       id=erased.body["needs"][0]["need_id"])  # fmt: skip
    await house.erase(UUID(erased.body["needs"][0]["need_id"]))
    await one_operator(house)
    await announced(house)
    before = str(await house.scalar(ALL))
    assert await house.scalar(FORGET) > 5 * 5
    return before


async def test_everybody_who_may_be_found_is_marked_as_if_they_came_today(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marking, "AT_ONCE", 2)
    before = await some_people(house)
    await begun(house)
    await house.work()
    assert await house.scalar(ALL) == before
    await brought(house, NGO)
    assert len(await pairs(house)) == 1


async def test_it_goes_on_where_it_stopped(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marking, "AT_ONCE", 2)
    before = await some_people(house)
    await begun(house)
    assert await perform_next(house.database, house.service.performing())
    done = await house.scalar(ALL)
    failing = [True]

    def stops(*args: Any) -> Any:
        if failing:
            raise RuntimeError("it stops here")
        return people.marks_for(*args)

    monkeypatch.setattr(marking, "marks_for", stops)
    await perform_next(house.database, house.service.performing())
    assert await house.scalar(ALL) == done
    assert await house.scalar("SELECT payload->>'after' FROM due_work WHERE kind = 'mark-names'") == str(
        await house.scalar("SELECT person_id FROM need ORDER BY id OFFSET 1 LIMIT 1")
    )
    failing.clear()
    await house.later(timedelta(minutes=1))
    assert await house.scalar(ALL) == before


async def test_the_migration_begins_it_where_people_are(postgres: ThrowAwayPostgres) -> None:
    async def before(owner_url: str, app_role: str) -> None:
        await migrate_async(MIGRATIONS, owner_url, app_role, "0008")

    stored = """
        INSERT INTO data_key (id, wrapped, made_at) VALUES (gen_random_uuid(), 'x', clock_timestamp());
        INSERT INTO person SELECT id, id, id, id, 'standard', NULL, 'intake', 'x', made_at, made_at, 1 FROM data_key
    """
    for there in (0, 1):
        async with postgres.scratch("intake_before_0009", before) as scratch:
            connection = await asyncpg.connect(scratch.url)
            if there:
                await connection.execute(f"SELECT set_config('app.system', 'test', false); {stored}")
            await migrate_async(MIGRATIONS, scratch.owner_url, scratch.app_role)
            assert await connection.fetchval("SELECT count(*) FROM due_work WHERE kind = $1", marking.MARK) == there
            await connection.close()
