"""Cannot be reached: three tries on three days, the way to reach her is found, and the same provider is asked once more."""

from tests.e2e.scenarios.scene import Scene, problem


async def test_three_tries_and_a_second_phone(scene: Scene) -> None:
    offer = await scene.need_for("provider-housing-telafar")
    need = offer.data["need_id"]
    await scene.accepted(offer)
    early = await scene.move(offer, "failure", {"reason": "unreachable"}, 409)
    assert problem(early) == "tries-missing"
    for way in ("call", "message", "call"):
        await scene.move(offer, "tries", {"way": way}, 201)
        await scene.hours(24)
    await scene.move(offer, "failure", {"reason": "unreachable"})
    assert need in await scene.work_items("contact_check")
    placement = await scene.placement(need)
    path = f"/referral/v1/placements/{placement['placement_id']}"
    version = (await scene.coordinator.get(path)).etag
    await scene.opens()
    await scene.coordinator.post(f"{path}/contact-check", {"result": "reachable"}, if_match=version)
    again = await scene.offer(need, offer)
    assert again.data["organization_id"] == offer.data["organization_id"]
