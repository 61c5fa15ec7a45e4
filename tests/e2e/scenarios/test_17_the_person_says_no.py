"""Provider says done, person says no: her word counts, and the need is open again."""

from tests.e2e.scenarios.scene import Scene


async def test_at_the_call_after_thirty_days_she_disputes_it(scene: Scene) -> None:
    need = await scene.need()
    offer = await scene.offer(need)
    begun = (await scene.placement(need))["requested_at"]
    await scene.served(offer)
    await scene.need_is(need, "served")
    await scene.asked_whether_it_came(offer, "disputed")
    await scene.need_is(need, "open", "referring")
    said = {"about_referral_id": offer.data["referral_id"], "topic": "no_answer", "text": scene.words.text()}
    complained = await scene.desk.post("/intake/v1/complaints", said, 202)  # she may say so, and her provider does not learn of it
    await scene.receiver(offer).get(f"/intake/v1/complaints/{complained.body['complaint_id']}", 403, 404)
    triaged = await scene.event("referral.placement-triaged", need_id=need)
    assert triaged.data["reasons"] == ["disputed"]
    await scene.placed(need)
    following = await scene.offer(need, offer)
    assert following.data["attempt"] == offer.data["attempt"] + 1
    assert (await scene.placement(need))["requested_at"] == begun
