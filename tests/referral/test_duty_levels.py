"""The levels of an emergency fall on who is on duty, by wall clock, also at night and on a Friday."""

from datetime import timedelta
from uuid import UUID

from ihala_contracts.referral_v1 import Escalated

from tests.referral.actors import COORDINATOR, FIRST, HLP, NGO, NINEWA, SECOND, SUNDAY
from tests.referral.cast import OTHER_OPERATOR
from tests.referral.rosters import all_on_duty, on_duty
from tests.referral.said import change
from tests.referral.world import World

FRIDAY_NIGHT = SUNDAY + timedelta(days=5, hours=17)


async def named(world: World, need_id: UUID) -> list[tuple[int, list[UUID]]]:
    return [(event.level, event.duty_shift_ids) for event in await world.all(Escalated, need_id)]


async def fell_on(world: World, kind: str) -> UUID:
    """Return on whose shift the one open item of a kind fell, as the coordinators see it."""
    [found] = (await world.get(COORDINATOR, f"/v1/work-items?kind={kind}")).body["items"]
    assert found["officer"].startswith("desk:"), "it is hers who is on duty"
    return UUID(found["duty_shift_id"])


async def test_each_level_names_the_shift_of_its_own(world: World) -> None:
    world.set_time(FRIDAY_NIGHT)
    ids = await all_on_duty(world)
    duty_of_first = await on_duty(world, "provider", organization_id=str(FIRST.organization_id))
    await on_duty(world, "provider", organization_id=str(SECOND.organization_id))
    need_id, _ = await world.offered(FIRST, NGO, urgency="emergency")
    for hours in (2, 2, 2):
        world.advance(hours=hours, seconds=1)
        await world.tick()
    assert await named(world, need_id) == [(1, [duty_of_first]), (2, [ids["coordinator"]]), (3, [ids["directorate"]])]


async def test_the_work_item_goes_to_the_coordinator_and_then_to_the_directorate_on_duty(world: World) -> None:
    ids = await all_on_duty(world)
    await world.offered(FIRST, NGO, urgency="emergency")
    world.advance(hours=4, seconds=1)
    await world.tick()
    assert await fell_on(world, "no_answer") == ids["coordinator"]
    world.advance(hours=2)
    await world.tick()
    assert await fell_on(world, "no_answer") == ids["directorate"]


async def test_nobody_of_the_former_operator_is_on_duty_for_what_went_to_another(world: World) -> None:
    await all_on_duty(world)
    need_id, _ = await world.offered(FIRST, NGO, urgency="emergency")
    world.advance(hours=4, seconds=1)
    await world.tick()
    assert await fell_on(world, "no_answer")
    there = change(world, need_id, urgency="emergency", governorate=NINEWA)
    await world.deliver(there.model_copy(update={"operator_id": OTHER_OPERATOR.organization_id}))
    [item] = (await world.get(OTHER_OPERATOR, "/v1/work-items?kind=no_answer")).body["items"]
    assert (item["officer"], item["duty_shift_id"]) == (None, None)


async def test_for_a_centre_of_the_ministry_the_offices_duty_takes_the_first_level(world: World) -> None:
    ids = await all_on_duty(world)
    need_id, _ = await world.offered(FIRST, HLP, urgency="emergency")
    world.advance(hours=2, seconds=1)
    await world.tick()
    assert await named(world, need_id) == [(1, [ids["coordinator"]])]
    assert await fell_on(world, "no_answer") == ids["coordinator"]


async def test_a_missed_triage_of_an_emergency_falls_on_the_duty_too(world: World) -> None:
    ids = await all_on_duty(world)
    need_id = await world.identified(NGO, urgency="emergency", match_settled=False)
    world.advance(hours=1, seconds=1)
    await world.tick()
    assert await fell_on(world, "triage") == ids["coordinator"]
    world.advance(hours=2)
    await world.tick()
    assert await named(world, need_id) == [(1, [ids["coordinator"]]), (2, [ids["directorate"]])]


async def test_after_a_night_without_a_clock_those_hear_of_it_who_are_there_now(world: World) -> None:
    await on_duty(world, "coordinator", lasts=6)
    now_there = await on_duty(world, "coordinator", begins=5, lasts=12)
    need_id, _ = await world.offered(FIRST, NGO, urgency="emergency")
    world.advance(hours=7, minutes=30)
    await world.tick()
    assert await named(world, need_id) == [(1, []), (2, [now_there]), (3, [])]


async def test_what_is_no_emergency_names_no_shift_and_a_gap_stops_no_level(world: World) -> None:
    routine, _ = await world.offered(FIRST, NGO, urgency="urgent")
    emergency, _ = await world.offered(SECOND, NGO, urgency="emergency")
    world.advance(hours=7)
    await world.tick()
    assert await named(world, emergency) == [(1, []), (2, []), (3, [])]
    await all_on_duty(world)
    world.advance(days=4)
    await world.tick()
    assert {shifts for _, found in await named(world, routine) for shifts in found} == set()
    assert len(await named(world, routine)) == 3
