"""Waiting list: with the person's agreement, looked at again, and accepted when a place frees."""

from datetime import timedelta

from tests.e2e.scenarios.scene import Scene, problem


async def test_she_agrees_to_wait_and_a_place_frees(scene: Scene) -> None:
    offer = await scene.need_for("provider-housing-zummar")
    later = {"review_at": (await scene.cast.now() + timedelta(days=20)).isoformat()}
    refused = await scene.move(offer, "waitlisting", {"person_agreed": False, **later}, 409)
    assert problem(refused) == "agreement-missing"
    waiting = await scene.move(offer, "waitlisting", {"person_agreed": True, **later})
    assert waiting.body["state"] == "waitlisted"
    await scene.jump(waiting.body["deadlines"]["review_at"])
    await scene.event("referral.deadline-missed", referral_id=offer.data["referral_id"], deadline="waitlist_review")
    await scene.move(offer, "review")
    await scene.accepted(offer)
    await scene.event("directory.place-taken", referral_id=offer.data["referral_id"])
    await scene.need_is(offer.data["need_id"], "referring")
