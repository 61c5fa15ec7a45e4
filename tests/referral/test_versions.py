"""Versions, batches, parked keys: what is stale is read again first, and what cannot be applied is on somebody's list."""

from ihala_contracts.referral_v1 import PlacementRequested

from tests.referral.actors import COORDINATOR, FIRST, NGO
from tests.referral.said import change, closed, withdrawn
from tests.referral.world import World


async def test_an_offer_that_a_correction_made_stale_says_so_at_acceptance(world: World) -> None:
    need_id, referral_id = await world.offered(FIRST)
    version = (await world.referral(referral_id)).version
    await world.deliver(change(world, need_id, urgency="urgent"))
    answer = await world.move(FIRST, referral_id, "acceptance", {}, version)
    assert (answer.status, answer.problem, answer.body["changed"]) == (409, "offer-changed", ["governorate", "urgency"])
    shown = await world.get(FIRST, f"/v1/referrals/{referral_id}")
    assert shown.body["need_changed"] and shown.body["version"] == answer.body["version"]
    assert (await world.move(FIRST, referral_id, "acceptance", {}, answer.body["version"])).status == 200


async def test_only_what_was_corrected_since_is_told_and_other_moves_are_stale_as_ever(world: World) -> None:
    need_id, referral_id = await world.offered(FIRST)
    await world.deliver(change(world, need_id, urgency="urgent", governorate="IQG15"))
    known = (await world.referral(referral_id)).version
    assert (await world.move(FIRST, referral_id, "acknowledgement", {}, known)).status == 200
    answer = await world.move(FIRST, referral_id, "acceptance", {}, known)
    assert (answer.status, answer.problem) == (412, "stale")
    declined = await world.move(FIRST, referral_id, "decline", {"reason": "no_capacity"}, 1)
    assert (declined.status, declined.problem) == (412, "stale")
    assert (await world.move(FIRST, referral_id, "acceptance", {}, 1)).body["changed"] == ["urgency"]


async def test_who_comes_late_learns_what_is_still_open_rather_than_that_the_version_is_old(world: World) -> None:
    _, referral_id = await world.offered(FIRST, NGO)
    await world.move(NGO, referral_id, "cancellation", {"reason": "need_changed"})
    answer = await world.move(FIRST, referral_id, "acceptance", {}, 1)
    assert (answer.status, answer.problem, answer.body["moves"]) == (409, "move-not-allowed", [])


async def test_events_of_many_needs_in_one_batch(world: World) -> None:
    needs = [world.need() for _ in range(20)]
    await world.deliver(*needs)
    asked = {event.need_id: event for event in await world.all(PlacementRequested)}
    await world.deliver(*(world.reserved(asked[need.need_id], FIRST) for need in needs), *(closed(world, n.need_id) for n in needs[:5]))
    found = [await world.states(need.need_id) for need in needs]
    assert found[5:] == [("offering", ["offered"])] * 15
    assert all(state == ("ended", ["cancelled"]) or state == ("ended", []) for state in found[:5])


async def test_a_key_that_is_parked_is_on_the_coordinators_list(world: World) -> None:
    need_id, _ = await world.offered()
    record = world.record(withdrawn(world, need_id), "intake")
    broken = type(record)(record.topic, 0, record.position, record.headers, b"{}", record.envelope)
    await world.inbox.apply([broken])
    assert await world.work_items(need_id) == {"parked"}
    listed = await world.get(COORDINATOR, "/v1/work-items?kind=parked")
    assert [item["about_id"] for item in listed.body["items"]] == [str(need_id)]
