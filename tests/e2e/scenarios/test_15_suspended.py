"""Suspended: seven open referrals of one provider end, are placed anew with their first clocks, and it reads no more."""

from tests.e2e.scenarios.scene import Scene

SEVEN = 7


async def test_seven_go_on_elsewhere(scene: Scene) -> None:
    admin, provider = scene.cast.client("operator-admin"), scene.telafar
    theirs = [await scene.need_for(provider.name) for _ in range(SEVEN)]
    needs = [offer.data["need_id"] for offer in theirs]
    await scene.accepted(theirs[0])
    clocks = {need: (await scene.placement(need))["requested_at"] for need in needs}
    path = f"/directory/v1/organizations/{provider.organization_id}"
    await admin.post(f"{path}/suspension", {"reason": "under_review"}, if_match=(await admin.get(path)).etag)
    try:
        for offer in theirs:
            failed = await scene.event("referral.failed", referral_id=offer.data["referral_id"])
            assert failed.data["reason"] == "provider_closed"
            following = await scene.offer(offer.data["need_id"], offer)
            assert following.data["organization_id"] != provider.organization_id
            assert (await scene.placement(offer.data["need_id"]))["requested_at"] == clocks[offer.data["need_id"]]
        await provider.get(f"/intake/v1/disclosures/{theirs[0].data['referral_id']}", 401, 403, 404)
        path_of_list = f"/referral/v1/organizations/{provider.organization_id}/replacements"
        replaced = (await scene.coordinator.get(path_of_list, limit=200)).body["items"]
        by_referral = {one["referral_id"]: one for one in replaced}
        assert {offer.data["referral_id"] for offer in theirs} <= set(by_referral)
        assert all(by_referral[offer.data["referral_id"]]["replaced_by"] for offer in theirs)
    finally:
        await admin.delete(f"{path}/suspension", if_match=(await admin.get(path)).etag)
