"""Consent withdrawn after acceptance: access ends at once; the receiver says what became of what it read."""

from tests.e2e.scenarios.scene import Scene


async def test_she_takes_it_back(scene: Scene) -> None:
    need = await scene.need()
    offer = await scene.offer(need)
    await scene.accepted(offer)
    provider, path = scene.receiver(offer), f"/intake/v1/disclosures/{offer.data['referral_id']}"
    await provider.get(path)
    await scene.desk.post("/intake/v1/withdrawals", {"need_id": need, "by": "person", "how": "spoken"})
    await provider.get(path, 404, 409, 410)  # in the very transaction: no waiting here
    await scene.event("referral.withdrawn", referral_id=offer.data["referral_id"])
    await scene.event("directory.place-released", referral_id=offer.data["referral_id"])
    assert (await scene.read(offer))["state"] == "withdrawn"
    await provider.post(f"{path}/acknowledgement", {"acknowledgement": "deleted"})


async def test_silence_reaches_who_guards_the_data(scene: Scene) -> None:
    need = await scene.need()
    offer = await scene.offer(need)
    await scene.accepted(offer)
    await scene.receiver(offer).get(f"/intake/v1/disclosures/{offer.data['referral_id']}")
    await scene.desk.post("/intake/v1/withdrawals", {"need_id": need, "by": "person", "how": "spoken"})
    await scene.event("referral.withdrawn", referral_id=offer.data["referral_id"])
    await scene.hours(73)
    await scene.event("intake.disclosure-unacknowledged", within=90, referral_id=offer.data["referral_id"])
    listed = (await scene.dpo.get("/intake/v1/disclosures", unacknowledged=True, limit=200)).body["items"]
    assert offer.data["referral_id"] in {one["referral_id"] for one in listed}
