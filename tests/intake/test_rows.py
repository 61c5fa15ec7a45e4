"""The database itself refuses: row policies, checks, and a schema that is the models'."""

from collections.abc import Iterable
from typing import Any

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from ihala_intake import keys
from ihala_intake.details import PersonDetails
from ihala_intake.same_person.marks import looked_for
from ihala_intake.same_person.store import Wanted, sharing
from ihala_intake.tables import Table
from ihala_kit import tables as kit_tables
from ihala_kit.auth import Caller
from ihala_kit.days import is_part
from ihala_kit.migrations import in_place
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from tests.intake.actors import CLEARED_PROVIDER, COORDINATOR, HLP, MOMD, NGO, OFFICER, OTHER_COORDINATOR, PROVIDER, STRANGER, WLCO, Actor
from tests.intake.house import House
from tests.intake.samples import consent, need, request
from tests.intake.story import accepted, served
from tests.intake.test_same_second import FULL
from tests.intake.two_offices import brought

GUARDED = (
    "person", "household", "household_member", "request", "request_identifier", "case_file", "need", "consent", "consent_revision",
    "disclosure", "referral_copy",
)  # fmt: skip


def caller_of(actor: Actor) -> Caller:
    return Caller(actor.client_id, actor.organization_id, actor.kind, actor.operator_id, cleared=actor.cleared)


async def counted(house: House, actor: Actor, table: str, where: str = "true") -> int:
    async with house.database.transaction(caller_of(actor)) as tx:
        return int(await tx.scalar(text(f"SELECT count(*) FROM {table} WHERE {where}")) or 0)


async def test_rows_show_themselves_to_origin_and_operator_alone(house: House) -> None:
    await accepted(house)
    for table in GUARDED:
        assert await counted(house, HLP, table) > 0, table
        assert await counted(house, OFFICER, table) > 0, table
        for actor in (STRANGER, OTHER_COORDINATOR, WLCO):
            assert await counted(house, actor, table) == 0, (table, actor.client_id)


async def test_a_receiver_sees_rows_only_while_its_disclosure_is_open(house: House) -> None:
    story = await accepted(house, consent=consent(categories=["contact"]))
    assert [await counted(house, PROVIDER, table) for table in ("need", "consent", "person", "case_file", "request")] == [1, 1, 1, 0, 0]
    await house.post("/v1/withdrawals", HLP, {"referral_id": str(story.referral_id), "by": "person", "how": "spoken"})
    assert [await counted(house, PROVIDER, table) for table in ("need", "consent", "person")] == [0, 0, 0]


async def test_policies_read_who_calls_where_they_compare_it(house: House) -> None:
    async with house.database.transaction(Caller.system("test")) as tx:
        policies = (await tx.execute(text("SELECT tablename, policyname, qual, with_check FROM pg_policies"))).all()
    assert len(policies) > 100
    assert not [(table, name) for table, name, *said in policies for one in said if one and in_place(one) != one]


async def test_members_of_a_household_show_only_with_that_category(house: House) -> None:
    await accepted(house, consent=consent(categories=["household"]))
    assert await counted(house, PROVIDER, "person") == 2


async def test_restricted_rows_show_to_the_cleared_alone(house: House) -> None:
    named = consent(recipients=[str(CLEARED_PROVIDER.organization_id)])
    await accepted(house, WLCO, CLEARED_PROVIDER, needs=[need("protection.gbv"), need()], consent=named)
    hidden = "sensitivity = 'restricted'"
    for table in ("person", "case_file", "need", "consent", "consent_revision", "disclosure", "referral_copy"):
        assert await counted(house, OFFICER, table, hidden) == 0, table
        assert await counted(house, COORDINATOR, table, hidden) == 1, table
        assert await counted(house, WLCO.but(cleared=False), table, hidden) == 1, table
    assert await counted(house, CLEARED_PROVIDER, "person") == 1
    assert await counted(house, CLEARED_PROVIDER.but(cleared=False), "person") == 0


async def test_no_organisation_sees_nothing_and_nobody_writes_for_another(house: House) -> None:
    await house.post("/v1/requests", HLP, request())
    connection = await asyncpg.connect(house.service.settings.database_url)
    assert [await connection.fetchval(f"SELECT count(*) FROM {table}") for table in GUARDED] == [0] * len(GUARDED)
    await connection.close()
    with pytest.raises(Exception, match="row-level security"):
        async with house.database.transaction(caller_of(STRANGER)) as tx:
            await tx.execute(
                text("INSERT INTO household VALUES (gen_random_uuid(), :org, :org, clock_timestamp())"), {"org": HLP.organization_id}
            )
    assert await house.scalar(
        "SELECT count(*) FROM pg_class WHERE relname = ANY(:names) AND relforcerowsecurity", names=list(GUARDED)
    ) == len(GUARDED)


BROKEN = (
    "UPDATE need SET state = 'lost'",
    "UPDATE need SET state = 'closed'",
    "UPDATE need SET waits = true",
    "UPDATE need SET sensitivity = 'restricted'",
    "UPDATE disclosure SET state = 'closed'",
    "UPDATE consent SET state = 'assumed'",
    "UPDATE data_key SET wrapped = NULL",
    "INSERT INTO disclosure SELECT gen_random_uuid(), referral_id, organization_id, operator_id, origin_id, need_id, person_id, "
    "household_id, consent_id, 1, '{}', 'standard', 'open', opened_at FROM disclosure",
)


async def test_checks_of_the_database(house: House) -> None:
    await accepted(house)
    for statement in BROKEN:
        with pytest.raises(Exception, match="violates"):
            async with house.database.transaction(Caller.system("test")) as tx:
                await tx.execute(text(statement))


async def test_a_follow_up_that_is_not_over_has_a_next_instant(house: House) -> None:
    await served(house)
    with pytest.raises(Exception, match="violates"):
        async with house.database.transaction(Caller.system("test")) as tx:
            await tx.execute(text("UPDATE follow_up SET next_at = NULL"))


async def test_looking_for_the_same_person_shows_its_caller_no_row_of_another_origin(house: House) -> None:
    await brought(house, NGO)
    async with house.database.transaction(caller_of(HLP)) as tx:
        wanted = [Wanted(0, kind, keys.blind(tx, words, kind), 1) for kind, words in looked_for(PersonDetails(**FULL))]
        assert len(await sharing(tx, MOMD, wanted, but=[])) == 1
        assert await tx.scalar(text("SELECT count(*) FROM person")) == 0
        assert await tx.scalar(text("SELECT current_setting('app.system')")) == ""


async def test_the_migrated_database_is_what_the_models_say(house: House) -> None:
    assert await _differences(house) == []


async def _differences(house: House) -> list[Any]:
    def compare(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"include_object": _ours, "compare_type": True})
        return list(_flat(compare_metadata(context, Table.metadata)))

    engine = create_async_engine(house.super_url.replace("postgresql://", "postgresql+asyncpg://"))
    async with engine.connect() as connection:
        found = await connection.run_sync(compare)
    await engine.dispose()
    return found


def _ours(thing: Any, name: str | None, kind: str, reflected: bool, compared: Any) -> bool:
    table = name if kind == "table" else getattr(getattr(thing, "table", None), "name", None)
    return table not in kit_tables.metadata.tables and table != "alembic_version" and not is_part(table)


def _flat(found: Iterable[Any]) -> Iterable[Any]:
    for one in found:
        yield from one if isinstance(one, list) else [one]
