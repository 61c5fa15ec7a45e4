"""Outside its field: what a centre may not place is taken, decided by a human, and the centre sees the state alone."""

from typing import Any

from tests.e2e.scenarios.scene import Scene


async def test_a_housing_centre_brings_a_child_who_needs_a_school(scene: Scene) -> None:
    made = await scene.asked(scene.centre, scene.request("education.enrolment"))
    assert made["reference"]
    need = made["needs"][0]["need_id"]
    triaged = await scene.event("referral.placement-triaged", need_id=need)
    assert triaged.data["reasons"] == ["competence"]
    await scene.placed(need)
    offer = await scene.offer(need)
    seen = await scene.eventually(lambda: asked(scene, made), lambda needs: needs[0]["status"] == "being_handled")
    assert not {"provider", "organization_id", "service", "offered_at"} & set(seen[0])
    await scene.centre.get(f"/referral/v1/referrals/{offer.data['referral_id']}", 404)
    assert (await scene.centre.get("/referral/v1/referrals", role="origin", limit=200)).body["items"] == []


async def test_it_is_told_where_to_turn(scene: Scene) -> None:
    made = await scene.asked(scene.centre, scene.request("work.training"))
    need = made["needs"][0]["need_id"]
    triaged = await scene.event("referral.placement-triaged", need_id=need)
    path = f"/referral/v1/placements/{triaged.data['placement_id']}"
    version = (await scene.coordinator.get(path)).etag
    said = {"reason": "out_of_competence", "route": "lmrc"}
    await scene.coordinator.post(f"{path}/rejection", said, if_match=version)
    await scene.event("referral.placement-ended", need_id=need, route="lmrc")
    await scene.eventually(lambda: asked(scene, made), lambda needs: needs[0]["status"] == "closed")


async def asked(scene: Scene, made: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the needs of a request as the centre that made it sees them."""
    return list((await scene.centre.get(f"/intake/v1/requests/{made['request_id']}")).body["needs"])
