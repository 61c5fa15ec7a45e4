"""What the database holds whatever the code does: it equals the tables, owners and instants, one open, one accepted, who sees what."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from ihala_kit import tables as kit_tables
from ihala_kit.auth import Caller
from ihala_kit.days import is_part
from ihala_kit.migrations import in_place
from ihala_local.testing import Scratch
from ihala_referral.columns import Table
from sqlalchemy import text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import create_async_engine

from tests.referral.actors import CLEARED, COORDINATOR, FIRST, HLP, MOMD, NGO, OFFICER, SECOND, STRANGER, Actor
from tests.referral.world import World


async def test_the_migrated_database_equals_the_tables(scratch: Scratch) -> None:
    engine = create_async_engine(make_url(scratch.owner_url).set(drivername="postgresql+asyncpg"))
    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()
    assert found == []


def differences(connection: Connection) -> list[Any]:
    """Return how the database differs from our tables; comments stay in the code, indexes in the migration."""
    context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": _ours})
    found = compare_metadata(context, Table.metadata)
    unnamed = [change for group in found for change in (group if isinstance(group, list) else [group])]
    ignored = {"modify_comment", "remove_index", "remove_constraint", "add_table_comment", "remove_fk", "add_fk"}
    return [change for change in unnamed if change[0] not in ignored]


def _ours(thing: Any, name: str | None, kind: str, reflected: bool, compared: Any) -> bool:
    return not (kind == "table" and (name in {*kit_tables.metadata.tables, "alembic_version"} or is_part(name)))


def test_every_column_says_what_it_means_and_whether_it_is_personal() -> None:
    for table in Table.metadata.tables.values():
        for column in table.columns:
            assert column.comment, f"{table.name}.{column.name}"
            assert isinstance(column.info.get("personal"), bool), f"{table.name}.{column.name}"


async def refused(world: World, statement: str, constraint: str, **values: Any) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        await world.rows(statement + " RETURNING 1", **values)


@pytest.mark.parametrize("change", ["owner = NULL", "next_at = NULL"])
async def test_nothing_open_is_without_owner_or_instant(world: World, change: str) -> None:
    need_id, referral_id = await world.offered()
    await refused(world, f"UPDATE referral SET {change} WHERE id = :id", "open_referral_has_owner", id=referral_id)
    await refused(world, f"UPDATE placement SET {change} WHERE need_id = :id", "open_placement_has_owner", id=need_id)


async def copy(world: World, referral_id: UUID, **changed: Any) -> None:
    """Insert a second referral like the first one, but for some columns."""
    names = [column.name for column in Table.metadata.tables["referral"].columns if column.name not in {"id", "reference", *changed}]
    listed, more = ", ".join(names), "".join(f", {name}" for name in changed)
    values = "".join(f", CAST(:{name} AS {'smallint' if name == 'lane' else 'text'})" for name in changed)
    query = (
        f"INSERT INTO referral (id, reference, {listed}{more}) SELECT :new, :ref, {listed}{values} FROM referral WHERE id = :id RETURNING 1"
    )
    await world.rows(query, new=uuid4(), ref=str(uuid4()), id=referral_id, **changed)


async def test_a_need_has_one_open_referral_an_emergency_two_and_never_two_accepted(world: World) -> None:
    _, routine = await world.offered()
    for wrong in ({}, {"lane": 2}):
        with pytest.raises(IntegrityError):
            await copy(world, routine, **wrong)
    _, emergency = await world.accepted(urgency="emergency")
    with pytest.raises(IntegrityError, match="one_accepted_referral"):
        await copy(world, emergency, lane=2)
    await copy(world, emergency, lane=2, state="offered")
    with pytest.raises(IntegrityError):
        await copy(world, emergency, lane=3, state="offered")


async def test_restricted_needs_have_no_facts_here(world: World) -> None:
    need_id = await world.identified(sensitivity="restricted", need_code="protection")
    await refused(world, "UPDATE placement SET facts = 'x' WHERE need_id = :id", "restricted_placement_has_no_facts", id=need_id)


async def test_the_audit_of_moves_cannot_be_changed(world: World) -> None:
    await world.offered()
    for statement in ("UPDATE movement SET act = 'x' RETURNING 1", "DELETE FROM movement RETURNING 1"):
        with pytest.raises(DBAPIError, match="permission denied"):
            await world.rows(statement)


SEEN = {
    # (placement, referral) that a caller's own connection shows: of an NGO's need, of a centre's need, of a restricted one
    FIRST: ((0, 1), (0, 1), (0, 0)),
    CLEARED: ((0, 0), (0, 0), (0, 1)),
    SECOND: ((0, 0), (0, 0), (0, 0)),
    STRANGER: ((0, 0), (0, 0), (0, 0)),
    NGO: ((0, 1), (0, 0), (0, 0)),
    HLP: ((0, 0), (0, 0), (0, 0)),
    OFFICER: ((1, 1), (1, 1), (0, 0)),
    COORDINATOR: ((1, 1), (1, 1), (1, 1)),
}


async def test_rows_are_shown_to_whom_they_concern_and_nobody_else(world: World) -> None:
    standard, _ = await world.offered(FIRST, NGO)
    of_centre, _ = await world.offered(FIRST, HLP)
    restricted = await restricted_offer(world)
    for actor, expected in SEEN.items():
        found = [await seen(world, actor, need_id) for need_id in (standard, of_centre, restricted)]
        assert tuple(found) == expected, actor.name


async def restricted_offer(world: World) -> UUID:
    """Return a restricted need that a coordinator has placed with a cleared provider."""
    await world.join(CLEARED)
    consent = world.consent(recipients=[CLEARED.organization_id])
    need_id = await world.identified(NGO, sensitivity="restricted", need_code="protection", consent=consent)
    await world.decide(COORDINATOR, need_id, "placing", {"preferred_reservation_id": str(uuid4())})
    await world.offer(need_id, CLEARED)
    return need_id


async def seen(world: World, actor: Actor, need_id: UUID) -> tuple[int, int]:
    caller = Caller(actor.name, actor.organization_id, actor.kind, operator_id=MOMD, cleared=actor.cleared, roles=frozenset(actor.roles))
    async with world.database.transaction(caller) as tx:
        counts = [
            await tx.scalar(text(f"SELECT count(*) FROM {table} WHERE need_id = :need"), {"need": need_id})
            for table in ("placement", "referral")
        ]
        of_placement = "JOIN placement p ON p.id = placement_id WHERE p.need_id = :need"
        hanging = [
            await tx.scalar(text(f"SELECT count(*) FROM {table} {of_placement}"), {"need": need_id}) for table in ("attempt", "movement")
        ]
    assert all((count or 0) > 0 for count in hanging) == (counts[0] == 1)
    return counts[0] or 0, counts[1] or 0


async def test_several_clocks_do_not_do_the_same_twice(world: World) -> None:
    needs = [await world.offered() for _ in range(12)]
    world.advance(days=30)
    await asyncio.gather(*(world.tick() for _ in range(4)))
    for need_id, _ in needs:
        levels = await world.rows(
            "SELECT data::jsonb ->> 'level' AS level FROM outbox WHERE key = :need AND type LIKE '%escalated'", need=need_id
        )
        assert sorted(row.level for row in levels) == ["1", "2", "3"]


async def test_row_policies_read_who_calls_where_they_compare_it(world: World) -> None:
    policies = await world.rows("SELECT tablename, policyname, qual, with_check FROM pg_policies")
    assert len(policies) > 30
    assert not [(table, name) for table, name, *said in policies for one in said if one and in_place(one) != one]
