"""Not eligible: the rule that was passed is looked at; the need goes on with its first clock."""

from tests.e2e.scenarios.scene import Scene


async def test_a_rule_that_was_passed_is_said_to_fail(scene: Scene) -> None:
    need = await scene.need()
    offer = await scene.offer(need)
    begun = (await scene.placement(need))["requested_at"]
    await scene.move(offer, "decline", {"reason": "not_eligible", "criterion": "status"})
    following = await scene.offer(need, offer)
    assert following.data["organization_id"] != offer.data["organization_id"]
    placement = await scene.placement(need)
    assert placement["requested_at"] == begun
    items = (await scene.coordinator.get("/referral/v1/work-items", kind="rule_quality", limit=200)).body["items"]
    assert [item["detail"] for item in items if item["about_id"] == need] == ["status"]
