"""A figure of free places that nobody confirmed for a month: its provider is told once, and of the next one again."""

from datetime import timedelta

from ihala_contracts.directory_v1 import CapacityFigureOld
from ihala_directory.commands import figures
from ihala_kit.clock import move_clock

from tests.directory.world import OPERATOR, OTHER_OPERATOR, TELAFAR_AT, ZUMMAR_AT, World


async def told(world: World, days: int = 0) -> list[CapacityFigureOld]:
    """Let days pass; return what was told of the figures."""
    await move_clock(world.database.settings.owner_database_url or "", timedelta(days=days))
    world.database.clock.offset = await world.database.read_offset()
    while await figures.tell_old(world.database):
        pass
    return [event for event in await world.said() if isinstance(event, CapacityFigureOld)]


async def test_an_old_figure_is_told_once_until_there_is_another(world: World) -> None:
    assert await told(world, 29) == []
    found = await told(world, 2)
    known = {row.id: row for row in await world.rows("SELECT * FROM service_at_location WHERE status = 'open'")}
    [one] = [event for event in found if event.service_at_location_id == ZUMMAR_AT]
    row = known[ZUMMAR_AT]
    assert (one.organization_id, one.service_id, one.figure_at) == (row.organization_id, row.service_id, row.figure_at)
    assert len({event.service_at_location_id for event in found}) == len(found)
    assert all(event.hidden == known[event.service_at_location_id].hidden for event in found)
    assert await told(world, 40) == []
    await world.rows("UPDATE service_at_location SET figure_at = figure_at + interval '71 days' WHERE id = :id RETURNING id", id=ZUMMAR_AT)
    assert await told(world) == []
    assert [event.service_at_location_id for event in await told(world, 31)] == [ZUMMAR_AT]


async def test_what_is_not_offered_is_told_of_when_it_is_again(world: World) -> None:
    await world.rows("UPDATE service SET status = 'paused' RETURNING id")
    assert await told(world, 31) == []
    await world.rows("UPDATE service SET status = 'active' RETURNING id")
    assert ZUMMAR_AT in {event.service_at_location_id for event in await told(world)}
    await world.rows("UPDATE service_at_location SET figure_at = figure_at + interval '1 s', status = 'closed' RETURNING id")
    assert await told(world) == []


async def test_a_figure_is_as_old_as_the_operators_own_rules_say(world: World) -> None:
    await world.rows("""
        INSERT INTO ruleset (id, operator_id, name, state, number, body, valid_from, drafted_by, published_by, changed_at, version)
        SELECT gen_random_uuid(), :operator, 'own', 'published', 6 + n, jsonb_set(body, '{figure_good_for_days}', days::text::jsonb),
            now() + after * interval '1 day', 'x', 'x', now(), 1
        FROM ruleset, (VALUES (1, 90, 0), (2, 10, 0), (3, 45, 20)) AS own (n, days, after) WHERE number = 1 RETURNING id
    """, operator=OPERATOR)  # fmt: skip
    other = "UPDATE service_at_location SET operator_id = :other WHERE id = :id RETURNING id"
    assert await world.rows(other, other=OTHER_OPERATOR, id=TELAFAR_AT) and await told(world, 9) == []
    found = {event.service_at_location_id for event in await told(world, 2)}
    assert ZUMMAR_AT in found and TELAFAR_AT not in found
    await world.rows("UPDATE service_at_location SET figure_at = figure_at + interval '11 days' WHERE id = :id RETURNING id", id=ZUMMAR_AT)
    assert {event.service_at_location_id for event in await told(world, 20)} == {TELAFAR_AT}  # by what Ihala ships
    assert await told(world, 24) == []
    assert [event.service_at_location_id for event in await told(world, 2)] == [ZUMMAR_AT]
