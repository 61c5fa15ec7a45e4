"""Consent too narrow: the offer fails and the place is free; a life is saved by two people with a reason."""

from tests.e2e.scenarios.scene import Scene, problem

REFUSED = {"given": False, "categories": [], "how": "spoken"}


async def test_she_objects_while_the_offer_is_open(scene: Scene) -> None:
    made = await scene.asked(scene.desk, scene.request())
    [need] = made["needs"]
    offer = await scene.offer(need["need_id"])
    consent = f"/intake/v1/consents/{need['consent_id']}"
    version = (await scene.desk.get(consent)).etag
    terms = scene.consent(objections=[offer.data["organization_id"]])
    await scene.desk.post(f"{consent}/revisions", terms, if_match=version)
    failed = await scene.event("referral.failed", referral_id=offer.data["referral_id"])
    assert failed.data["reason"] == "consent_too_narrow"
    await scene.event("directory.place-released", referral_id=offer.data["referral_id"])
    following = await scene.offer(need["need_id"], offer)
    assert following.data["organization_id"] != offer.data["organization_id"]


async def test_sending_names_what_is_missing(scene: Scene) -> None:
    body = scene.request(consent=scene.consent(categories=[]))
    refused = await scene.desk.post("/intake/v1/requests", body, 409, 422)
    assert problem(refused) == "consent-missing"
    assert "categories" in str(refused.body)


async def test_a_life_is_saved_by_two_people(scene: Scene) -> None:
    body = scene.request("health.medical", consent=scene.consent(**REFUSED))
    body["needs"][0]["urgency"] = "urgent"
    [need] = (await scene.asked(scene.desk, body))["needs"]
    path = f"/intake/v1/consents/{need['consent_id']}/decisions"
    said = {"basis": "vital_interest", "reason": scene.words.text(), "recorded_by": scene.words.latin(), "categories": ["identity"]}
    made = await scene.desk.post(path, said, 201)
    answer = f"{path}/{made.body['decision_id']}/answer"
    await scene.desk.post(answer, {"confirmed": True, "by": scene.words.latin()}, 403)  # who proposed it is not the second
    await scene.coordinator.post(answer, {"confirmed": True, "by": scene.words.latin()})
    used = await scene.event("intake.lawful-basis-used", need_id=need["need_id"])
    assert used.data["basis"] == "vital_interest"
