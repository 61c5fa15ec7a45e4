"""Suspended: seven open referrals of one provider end, are placed anew with their first clocks, and it reads no more."""

from typing import Any

from ihala_local.client import Client

from tests.e2e.scenarios.scene import Scene

SEVEN, FAILED = 7, "org.ihala.referral.failed"
ITS_OWN, OTHERS = "integrator-housing-telafar", ("integrator-housing-zummar", "integrator-housing-ninewa")


async def test_seven_go_on_elsewhere(scene: Scene) -> None:
    admin, provider = scene.cast.client("operator-admin"), scene.telafar
    theirs = [await scene.need_for(provider.name) for _ in range(SEVEN)]
    ended, needs = {str(offer.data["referral_id"]) for offer in theirs}, [offer.data["need_id"] for offer in theirs]
    await scene.accepted(theirs[0])
    clocks = {need: (await scene.placement(need))["requested_at"] for need in needs}
    own, others = scene.cast.client(ITS_OWN), [scene.cast.client(name) for name in OTHERS]
    began = {reader: await scene.feed_of(reader) for reader in (scene.coordinator, own, *others)}
    path = f"/directory/v1/organizations/{provider.organization_id}"
    await admin.post(f"{path}/suspension", {"reason": "under_review"}, if_match=(await admin.get(path)).etag)
    try:
        anew: dict[str, set[str]] = {}  # referrals by who is asked now
        for offer in theirs:
            failed = await scene.event("referral.failed", referral_id=offer.data["referral_id"])
            assert failed.data["reason"] == "provider_closed"
            following = await scene.offer(offer.data["need_id"], offer)
            assert following.data["organization_id"] != provider.organization_id
            assert (await scene.placement(offer.data["need_id"]))["requested_at"] == clocks[offer.data["need_id"]]
            anew.setdefault(following.data["organization_id"], set()).add(following.data["referral_id"])
        await provider.get(f"/intake/v1/disclosures/{theirs[0].data['referral_id']}", 401, 403, 404)
        path_of_list = f"/referral/v1/organizations/{provider.organization_id}/replacements"
        replaced = (await scene.coordinator.get(path_of_list, limit=200)).body["items"]
        by_referral = {one["referral_id"]: one for one in replaced}
        assert ended <= set(by_referral)
        assert all(by_referral[referral]["replaced_by"] for referral in ended)
        office = await told(scene, began, scene.coordinator, provider.organization_id, *ended)
        assert {one["data"]["reason"] for one in office if one["type"] == FAILED and one["subject"] in ended} == {"provider_closed"}
        await own.get("/notify/v1/events", 401, 403)
        assert set(anew) <= {reader.organization_id for reader in others}
        for reader in others:  # of its own offers; neither of whom they were taken from, nor which they follow
            came = str(await told(scene, began, reader, *anew.get(reader.organization_id, ())))
            assert not [one for one in (provider.organization_id, *ended) if one in came]
    finally:
        await admin.delete(f"{path}/suspension", if_match=(await admin.get(path)).etag)
    await told(scene, began, own, provider.organization_id)  # let in again it learns why it heard nothing


async def told(scene: Scene, began: dict[Client, str], reader: Client, *wanted: str) -> list[dict[str, Any]]:
    """Return what came to a subscriber since it began, once there is something about all of these."""
    return list(await scene.eventually(lambda: scene.heard(reader, began[reader]), lambda came: set(wanted) <= subjects(came)))


def subjects(events: list[dict[str, Any]]) -> set[str]:
    """Return what events are about."""
    return {str(event["subject"]) for event in events}
