"""Violence survivor: nobody sees her who need not; each receiver is named and asked anew."""

from typing import Any

from ihala_local.watch import Seen

from tests.e2e.scenarios.scene import Scene, problem


async def test_she_is_led_to_one_cleared_provider_that_she_chose(scene: Scene) -> None:
    receiver = scene.cast.client("provider-protection-ninewa")
    body = scene.request("protection.gbv", consent=scene.consent(recipients=[receiver.organization_id]))
    made = await scene.asked(scene.safe, body)
    need, case_id = made["needs"][0]["need_id"], made["case_ids"][0]
    triaged = await scene.event("referral.placement-triaged", need_id=need)
    assert "restricted" in triaged.data["reasons"]
    placement = f"/referral/v1/placements/{triaged.data['placement_id']}"
    await scene.desk.get(f"/intake/v1/cases/{case_id}", 404)
    await scene.desk.get(placement, 403, 404)
    seen = await scene.coordinator.get(placement)
    assert seen.body["need_code"] == "protection"
    unpicked = await scene.coordinator.post(f"{placement}/placing", {}, 409, if_match=seen.etag)
    assert problem(unpicked) == "preferred-reservation-missing"
    offer = await led_to(scene, need, receiver.organization_id)
    assert offer.data["organization_id"] == receiver.organization_id
    shown = await scene.read(offer)
    assert (shown["need_code"], shown["governorate"], shown["attributes"], shown["age_band"]) == ("protection", None, {}, None)
    await scene.accepted(offer)
    await scene.receiver(offer).get(f"/intake/v1/disclosures/{offer.data['referral_id']}")
    await scene.cast.client("stranger-ngo").get(f"/referral/v1/referrals/{offer.data['referral_id']}", 404)


async def test_the_same_with_her_identity_kept_by_the_office(scene: Scene) -> None:
    receiver = scene.cast.client("provider-protection-ninewa")
    focal, code = {"call_name": scene.words.name(), "number": scene.words.phone()}, {"call_name": "W-17", "place": "IQG15Q08"}
    consent = scene.consent(recipients=[receiver.organization_id])
    body = scene.request("protection.gbv", consent=consent, person=code, identity_held_by="origin", focal_point=focal)
    offer = await led_to(scene, (await scene.asked(scene.safe, body))["needs"][0]["need_id"], receiver.organization_id)
    await scene.accepted(offer)
    read = (await receiver.get(f"/intake/v1/disclosures/{offer.data['referral_id']}")).body
    assert {value for value in read["identity"].values() if value} == {"W-17"}
    assert (read["contact"]["phones"], read["contact"]["focal_point"]["call_name"]) == ([], focal["call_name"])
    messaged = await scene.move(offer, "tries", {"way": "call"}, 409)  # she is found through her office alone
    assert (problem(messaged), messaged.body["allowed"]) == ("way-not-allowed", ["through_origin"])


async def test_no_shelter_stands_on_a_public_page(scene: Scene) -> None:
    hidden = {scene.cast.client(name).organization_id for name in ("wlco-mosul", "rgc-mosul", "provider-protection-ninewa")}
    async with scene.cast.session.get(f"{scene.cast.demo.base_url}/hsds/organizations?per_page=200") as answer:
        shown = {one["id"] for one in (await answer.json())["contents"]}
    assert shown and not shown & hidden


async def test_a_supervisor_breaks_the_glass(scene: Scene) -> None:
    body = scene.request("protection.gbv", consent=scene.consent(recipients=[scene.cast.client("rgc-mosul").organization_id]))
    case_id = (await scene.asked(scene.safe, body))["case_ids"][0]
    supervisor = scene.cast.client("supervisor-mosul")
    why = {"case_id": case_id, "reason": "life_at_risk", "explanation": scene.words.text()}
    glass = (await supervisor.post("/intake/v1/break-glass", why, 201)).body["break_glass_id"]
    await supervisor.get(f"/intake/v1/break-glass/{glass}/file")
    await scene.minutes(181)
    await supervisor.get(f"/intake/v1/break-glass/{glass}/file", 409)


async def test_a_child_whose_guardian_is_unsafe(scene: Scene) -> None:
    child = scene.person(birth_on="2013-03-04", guardian={"state": "unsafe", "call_name": scene.words.name(), "relation": "uncle"})
    body = scene.request("protection.safe_talk", person=child, consent=scene.consent(assent="given"))
    need = (await scene.asked(scene.safe, body))["needs"][0]["need_id"]
    triaged = await scene.event("referral.placement-triaged", need_id=need)
    assert {"restricted", "consent"} <= set(triaged.data["reasons"])


async def led_to(scene: Scene, need: str, organization_id: str) -> Seen:
    """Place her need as the coordinator, with the one she chose; return the offer."""
    triaged = await scene.event("referral.placement-triaged", need_id=need)
    placement = f"/referral/v1/placements/{triaged.data['placement_id']}"
    reservation = {"preferred_reservation_id": await picked(scene, need, organization_id)}
    await scene.coordinator.post(f"{placement}/placing", reservation, if_match=(await scene.coordinator.get(placement)).etag)
    return await scene.offer(need)


async def picked(scene: Scene, need: str, organization_id: str) -> Any:
    """Reserve a place as the coordinator: one that can be called, of those the consent names."""
    listed = (await scene.coordinator.get("/directory/v1/services", limit=200)).body["items"]
    own = [service for service in listed if service["organization"]["id"] == organization_id]
    place = own[0]["at"][0]["id"]
    wanted = {"need_id": need, "service_at_location_id": place}
    return (await scene.coordinator.post("/directory/v1/reservations", wanted, 201)).body["id"]
