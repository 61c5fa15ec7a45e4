"""Seen, not decided: to acknowledge does not stop the decision clock."""

from tests.e2e.scenarios.scene import Scene


async def test_acknowledging_does_not_stop_the_clock(scene: Scene) -> None:
    need = await scene.need(urgency="urgent")
    offer = await scene.offer(need)
    before = (await scene.read(offer))["deadlines"]
    await scene.move(offer, "acknowledgement")
    after = (await scene.read(offer))["deadlines"]
    assert (after["decide_by"], after["expires_at"]) == (before["decide_by"], before["expires_at"])
    await scene.jump(after["expires_at"])
    expired = await scene.event("referral.expired", referral_id=offer.data["referral_id"])
    assert expired.data["state"] == "expired"
    levels = [event.data["level"] for event in scene.seen("referral.escalated", referral_id=offer.data["referral_id"])]
    assert levels == [1, 2, 3]
    following = await scene.offer(need, offer)
    assert following.data["organization_id"] != offer.data["organization_id"]
