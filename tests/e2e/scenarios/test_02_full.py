"""Full: of two officers one gets the last place; who has no room says so, and the next is asked."""

import asyncio
from typing import Any

from tests.e2e.scenarios.scene import Scene

UNCLAIMED_MINUTES = 16


async def test_one_place_and_two_officers(scene: Scene) -> None:
    [place] = await scene.free("provider-school-telafar", 1)
    officers = (scene.desk, scene.coordinator)
    wanted = {"service_at_location_id": place}
    answers = await asyncio.gather(*(by.post("/directory/v1/reservations", wanted, 201, 409) for by in officers))
    assert sorted(answer.status for answer in answers) == [201, 409], answers
    assert next(answer for answer in answers if answer.status == 409).body["alternatives"]
    await scene.minutes(UNCLAIMED_MINUTES)

    async def asked_again() -> Any:
        return (await scene.desk.post("/directory/v1/reservations", wanted, 201, 409)).status

    await scene.eventually(asked_again, lambda status: status == 201)


async def test_who_has_no_room_says_so_and_the_next_is_asked(scene: Scene) -> None:
    need = await scene.need()
    first = await scene.offer(need)
    clock = (await scene.placement(need))["requested_at"]
    await scene.move(first, "decline", {"reason": "no_capacity"})
    second = await scene.offer(need, first)
    assert second.data["organization_id"] != first.data["organization_id"]
    assert second.data["replaces"] == first.data["referral_id"]
    assert (await scene.placement(need))["requested_at"] == clock
