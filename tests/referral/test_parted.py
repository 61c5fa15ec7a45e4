"""Who was parted from a case stays so: a year later a coordinator looks at it, and until somebody has, nothing changes."""

from typing import Any
from uuid import UUID

from ihala_contracts.referral_v1 import PlacementRequested

from tests.referral.actors import COORDINATOR, FIRST, FOURTH, SECOND, Actor
from tests.referral.said import closed
from tests.referral.world import World

A_YEAR = {"days": 366}


async def parted(world: World, *actors: Actor) -> tuple[UUID, UUID]:
    """Return a case, and its need that goes on at another receiver after these were found unsafe."""
    need_id = await world.identified()
    for actor in actors:
        referral_id = await world.offer(need_id, actor)
        assert (await world.move(actor, referral_id, "decline", {"reason": "unsafe_for_person"})).status == 200
    referral_id = await world.offer(need_id, FOURTH)
    for act in ("acceptance", "start"):
        assert (await world.move(FOURTH, referral_id, act, {})).status == 200
    return (await world.placement(need_id)).case_id, need_id


async def not_asked_for(world: World, case_id: UUID) -> list[UUID]:
    """Return who is not asked for a new need of the case."""
    return (await world.last(PlacementRequested, await world.identified(case_id=case_id))).objections


async def listed(world: World) -> list[dict[str, Any]]:
    world.advance(**A_YEAR)
    await world.tick()
    return list((await world.get(COORDINATOR, "/v1/work-items?kind=pair_review")).body["items"])


async def decided(world: World, item: dict[str, Any], outcome: str) -> None:
    answer = await world.post(COORDINATOR, f"/v1/work-items/{item['id']}/closure", {"outcome": outcome}, None)
    assert (answer.status, answer.body["outcome"]) == (200, outcome)


async def test_they_stay_parted_until_a_coordinator_says_otherwise(world: World) -> None:
    case_id, need_id = await parted(world, FIRST)
    [item] = await listed(world)
    assert (item["about_id"], item["detail"]) == (str(need_id), "unsafe_for_person")
    assert await not_asked_for(world, case_id) == [FIRST.organization_id]
    await decided(world, item, "done")
    assert await not_asked_for(world, case_id) == [FIRST.organization_id]
    [again] = await listed(world)
    await decided(world, again, "not_needed")
    assert await not_asked_for(world, case_id) == []
    assert await listed(world) == []


async def test_of_a_case_with_nothing_open_nobody_is_told_and_they_stay_parted(world: World) -> None:
    case_id, need_id = await parted(world, FIRST)
    await world.deliver(closed(world, need_id))
    assert await listed(world) == []
    assert await not_asked_for(world, case_id) == [FIRST.organization_id]
    assert len(await listed(world)) == 1


async def test_each_of_two_that_one_need_was_parted_from_is_looked_at(world: World) -> None:
    case_id, _ = await parted(world, FIRST, SECOND)
    [first] = await listed(world)
    await decided(world, first, "not_needed")
    [kept] = await not_asked_for(world, case_id)
    world.advance(days=1)
    await world.tick()
    [second] = (await world.get(COORDINATOR, "/v1/work-items?kind=pair_review")).body["items"]
    assert second["referral_id"] != first["referral_id"]
    await decided(world, second, "passed_on")
    assert await not_asked_for(world, case_id) == [kept]


async def test_they_stay_parted_in_a_later_case_of_the_person(world: World) -> None:
    case_id, need_id = await parted(world, FIRST)
    await world.deliver(closed(world, need_id))
    later = await world.identified(earlier_cases=[case_id])
    assert (await world.last(PlacementRequested, later)).objections == [FIRST.organization_id]
    [item] = await listed(world)  # though nothing of the case itself is open
    await decided(world, item, "not_needed")
    again = await world.identified(earlier_cases=[case_id])
    assert (await world.last(PlacementRequested, again)).objections == []
