"""Provider trouble: a service closes, a provider is suspended, somebody moved or was not reached."""

from uuid import UUID

import pytest
from ihala_contracts import directory_v1, referral_v1

from tests.referral.actors import COORDINATOR, FIRST, FOURTH, NGO, OFFICER, SECOND, TELAFAR, THIRD, Actor
from tests.referral.cast import OTHER_OPERATOR
from tests.referral.said import change, left, suspended
from tests.referral.test_emergencies import two_offers
from tests.referral.test_schema import restricted_offer
from tests.referral.world import Answer, World

ERBIL = "IQG11"


def service_changed(world: World, provider: Actor, status: str, **more: object) -> directory_v1.ServiceChanged:
    good = {"need_codes": ["housing.hlp"], "governorates": ["IQG15"], "restricted": False, "changed_at": world.now}
    good |= {"names": {"en": provider.name}}
    return directory_v1.ServiceChanged(
        service_id=provider.organization_id, organization_id=provider.organization_id, status=status, **good | more
    )


async def test_a_closed_service_loses_its_offers_and_a_coordinator_hears_of_whom_it_accepted(world: World) -> None:
    offered, _ = await world.offered(FIRST, NGO)
    taken, referral_id = await world.in_service(FIRST, NGO)
    elsewhere, _ = await world.accepted(SECOND, NGO)
    await world.deliver(service_changed(world, FIRST, "active"))
    await world.tick()
    assert await world.work_items(taken) == set()
    await world.deliver(service_changed(world, FIRST, "closed"))
    await world.tick()
    assert await world.states(offered) == ("placing", ["failed"])
    assert await world.states(taken) == ("placed", ["in_service"])
    assert (await world.work_items(taken), await world.work_items(elsewhere)) == ({"service_closed"}, set())
    await world.move(COORDINATOR, referral_id, "failure", {"reason": "provider_closed"})
    assert (await world.states(taken), await world.work_items(taken)) == (("placing", ["failed"]), set())


@pytest.mark.parametrize("services_first", [False, True])
async def test_a_provider_that_leaves_keeps_nobody_whatever_becomes_of_its_services(world: World, services_first: bool) -> None:
    need_id, _ = await world.in_service(FIRST, NGO)
    offered, _ = await world.offered(FIRST, NGO)
    said = [left(world, FIRST), service_changed(world, FIRST, "closed")]
    await world.deliver(*(reversed(said) if services_first else said))
    await world.tick()
    assert (await world.states(need_id), await world.work_items(need_id)) == (("placing", ["failed"]), set())
    assert await world.states(offered) == ("placing", ["failed"])


async def test_what_a_suspended_provider_left_behind_is_listed_with_what_replaces_it(world: World) -> None:
    replaced, first = await world.in_service(FIRST, NGO)
    _, second = await world.offered(FIRST, NGO)
    await world.offered(SECOND, NGO)
    begun = (await world.placement(replaced)).requested_at
    world.advance(days=1)
    await world.deliver(suspended(world, FIRST))
    await world.tick()
    next_one = await world.offer(replaced, SECOND)
    path = f"/v1/organizations/{FIRST.organization_id}/replacements"
    page = await world.get(COORDINATOR, path)
    found = {one["referral_id"]: one for one in page.body["items"]}
    assert set(found) == {str(first), str(second)}
    assert found[str(first)]["replaced_by"]["referral_id"] == str(next_one)
    assert found[str(first)]["requested_at"] == begun.isoformat().replace("+00:00", "Z")
    assert (found[str(first)]["in_service"], found[str(first)]["placement_state"]) == (True, "offering")
    assert (found[str(second)]["replaced_by"], found[str(second)]["placement_state"]) == (None, "placing")
    one = await world.get(COORDINATOR, f"{path}?limit=1")
    assert [item["referral_id"] for item in one.body["items"]] == [str(first)] and "Link" in one.headers
    assert (await world.get(OTHER_OPERATOR, path)).body["items"] == []
    for actor in (FIRST, NGO, OFFICER):
        assert (await world.get(actor, path)).status == 403


async def relocate(world: World, referral_id: UUID, decision: str, actor: Actor = COORDINATOR) -> Answer:
    return await world.move(actor, referral_id, "relocation", {"decision": decision})


async def test_somebody_who_moved_away_is_looked_at_by_a_coordinator(world: World) -> None:
    need_id, referral_id = await world.in_service(FIRST, NGO)
    assert (await relocate(world, referral_id, "place_anew")).problem == "move-not-allowed"  # nobody moved
    await world.deliver(change(world, need_id, governorate=ERBIL))
    assert (await world.work_items(need_id), (await world.states(need_id))[1]) == ({"moved_away"}, ["in_service"])
    for actor, status in ((FIRST, 403), (NGO, 403), (OFFICER, 403), (OTHER_OPERATOR, 404)):
        assert (await relocate(world, referral_id, "place_anew", actor)).status == status
    assert (await relocate(world, referral_id, "place_anew")).status == 200
    assert await world.states(need_id) == ("placing", ["failed"])
    asked = await world.last(referral_v1.PlacementRequested, need_id)
    assert (asked.governorate, FIRST.organization_id in asked.excluded) == (ERBIL, True)
    assert (await world.last(referral_v1.ReferralFailed)).reason == "moved"
    assert await world.work_items(need_id) == set()


async def test_a_receiver_may_go_on_from_afar(world: World) -> None:
    need_id, referral_id = await world.in_service(FIRST, NGO)
    await world.deliver(change(world, need_id, governorate=ERBIL))
    assert (await relocate(world, referral_id, "keep_remote")).status == 200
    assert (await world.states(need_id), await world.work_items(need_id)) == (("placed", ["in_service"]), set())
    await world.deliver(change(world, need_id, governorate=ERBIL, urgency="urgent"))
    assert await world.work_items(need_id) == set()  # it was decided
    audit = await world.rows("SELECT act, reason, party FROM movement WHERE referral_id = :id ORDER BY id DESC LIMIT 1", id=referral_id)
    assert [tuple(row) for row in audit] == [("keep_remote", "moved", "coordinator")]


async def not_reached(world: World) -> tuple[UUID, UUID]:
    need_id, referral_id = await world.offered(FIRST, NGO)
    await world.move(FIRST, referral_id, "decline", {"reason": "unable_to_contact"})
    assert (await world.states(need_id), await world.work_items(need_id)) == (("triage", ["declined"]), {"contact_check"})
    return need_id, referral_id


async def test_after_the_contact_check_the_same_provider_is_asked_once_more_and_then_no_more(world: World) -> None:
    need_id, _ = await not_reached(world)
    checked = await world.decide(COORDINATOR, need_id, "contact-check", {"result": "reachable"})
    assert (checked.status, checked.body["state"], await world.work_items(need_id)) == (200, "placing", set())
    asked = await world.last(referral_v1.PlacementRequested, need_id)
    assert (asked.preferred_service_at_location_id, asked.excluded) == (FIRST.organization_id, [])
    again = await world.offer(need_id, FIRST)
    await world.move(FIRST, again, "decline", {"reason": "unable_to_contact"})
    await world.decide(COORDINATOR, need_id, "placing", {})
    asked = await world.last(referral_v1.PlacementRequested, need_id)
    assert (asked.preferred_service_at_location_id, asked.excluded) == (None, [FIRST.organization_id])


async def test_a_correction_while_the_same_provider_is_asked_once_more_still_asks_it_first(world: World) -> None:
    need_id, _ = await not_reached(world)
    await world.decide(COORDINATOR, need_id, "contact-check", {"result": "reachable"})
    before = await world.last(referral_v1.PlacementRequested, need_id)
    await world.deliver(change(world, need_id, governorate="IQG15", district=TELAFAR, urgency="urgent"))
    asked = await world.last(referral_v1.PlacementRequested, need_id)
    assert asked.attempt == before.attempt + 1
    assert asked.preferred_service_at_location_id == before.preferred_service_at_location_id == FIRST.organization_id


async def test_who_cannot_be_reached_stays_in_triage_and_the_provider_is_not_asked_again(world: World) -> None:
    need_id, _ = await not_reached(world)
    checked = await world.decide(COORDINATOR, need_id, "contact-check", {"result": "unreachable"})
    assert (checked.body["state"], checked.body["excluded"]) == ("triage", [str(FIRST.organization_id)])
    refused = await world.decide(COORDINATOR, need_id, "contact-check", {"result": "reachable"})
    assert (refused.status, refused.problem, refused.body["moves"]) == (409, "move-not-allowed", ["place", "reject"])


@pytest.mark.parametrize("result", ["reachable", "unreachable"])
async def test_a_contact_check_is_about_who_did_not_reach_the_person_not_about_who_declined_last(world: World, result: str) -> None:
    need_id, first, second = await two_offers(world)
    await world.move(FIRST, first, "decline", {"reason": "no_capacity"})
    third = await world.offer(need_id, THIRD)
    await world.move(SECOND, second, "decline", {"reason": "unable_to_contact"})
    await world.move(THIRD, third, "decline", {"reason": "no_capacity"})
    checked = await world.decide(COORDINATOR, need_id, "contact-check", {"result": result})
    assert checked.status == 200, checked.body
    asked = await world.last(referral_v1.PlacementRequested, need_id)
    if result == "reachable":
        assert asked.preferred_service_at_location_id == SECOND.organization_id
    else:
        query = "SELECT service_at_location_id FROM exclusion WHERE reason = 'unreachable' AND active"
        assert await world.value(query) == SECOND.organization_id
        audit = await world.rows("SELECT act, reason, party, version FROM movement ORDER BY id DESC LIMIT 1")
        assert [tuple(row) for row in audit] == [("contact_check", "unreachable", "coordinator", checked.body["version"])]


async def test_who_places_a_need_otherwise_has_done_with_its_contact_check(world: World) -> None:
    need_id, _ = await not_reached(world)
    assert (await world.decide(COORDINATOR, need_id, "placing", {})).status == 200
    assert await world.work_items(need_id) == set()
    for provider in (SECOND, THIRD, FOURTH):
        await world.move(provider, await world.offer(need_id, provider), "decline", {"reason": "no_capacity"})
    assert (await world.placement(need_id)).state == "triage"
    assert (await world.decide(COORDINATOR, need_id, "contact-check", {"result": "reachable"})).problem == "move-not-allowed"


async def test_a_contact_check_is_the_coordinators_and_of_a_restricted_need_a_person_goes_on(world: World) -> None:
    need_id, _ = await not_reached(world)
    for actor, status in ((NGO, 403), (FIRST, 403), (OTHER_OPERATOR, 404)):
        assert (await world.decide(actor, need_id, "contact-check", {"result": "reachable"})).status == status
    assert (await world.decide(COORDINATOR, need_id, "contact-check", {"result": "reachable"}, version=1)).problem == "stale"
    restricted = await restricted_offer(world)
    [row] = await world.rows("SELECT id FROM referral WHERE need_id = :need", need=restricted)
    from tests.referral.actors import CLEARED

    await world.move(CLEARED, row.id, "decline", {"reason": "unable_to_contact"})
    refused = await world.decide(COORDINATOR, restricted, "contact-check", {"result": "reachable"})
    assert refused.problem == "preferred-reservation-missing"
    assert await world.work_items(restricted) >= {"contact_check"}
