"""Provider trouble: a service closes, a provider is suspended, somebody moved or was not reached, an offer was corrected."""

from uuid import UUID, uuid4

import pytest
from ihala_contracts import directory_v1, referral_v1

from tests.referral.actors import COORDINATOR, FIRST, FOURTH, HLP, NGO, OFFICER, SECOND, TELAFAR, THIRD, Actor
from tests.referral.cast import OTHER_OPERATOR
from tests.referral.said import change, left, suspended
from tests.referral.test_emergencies import two_offers
from tests.referral.test_schema import restricted_offer
from tests.referral.world import Answer, World, kinds

ERBIL = "IQG11"
FACTS = {"age": 34, "sex": "female", "status": "group.returnee", "household_size": 5, "languages": ["ar"], "requirements": []}


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


async def offered_with_facts(world: World) -> tuple[UUID, UUID]:
    need_id = uuid4()
    await world.deliver(world.need(NGO, need_id=need_id, facts=await world.sealed(need_id, FACTS)))
    return need_id, await world.offer(need_id, FIRST, disclosed_attributes=["age", "household_size"])


async def amended(world: World, referral_id: UUID, actor: Actor = NGO, **facts: object) -> Answer:
    return await world.move(actor, referral_id, "amendment", {"reason": "written_wrongly", "facts": facts})


async def test_the_receiver_sees_what_of_an_offer_was_corrected_and_why(world: World) -> None:
    need_id, referral_id = await offered_with_facts(world)
    before = await world.count()
    answer = await amended(world, referral_id, age=16, household_size=6)
    assert (answer.status, answer.body["version"], answer.etag) == (200, 2, '"2"')
    shown = (await world.get(FIRST, f"/v1/referrals/{referral_id}")).body
    assert (shown["age_band"], shown["attributes"], shown["need_changed"]) == ("12-17", {"household_size": 6}, True)
    assert [(one["fields"], one["reason"]) for one in shown["amendments"]] == [(["age_band", "household_size"], "written_wrongly")]
    assert kinds(await world.emitted(before)) == ["amended"]
    assert (await world.move(FIRST, referral_id, "acceptance", version=1)).problem == "offer-changed"  # it is read anew first
    assert await world.work_items(need_id) == {"file_correction"}
    await world.move(FIRST, referral_id, "decline", {"reason": "no_capacity"})
    asked = await world.last(referral_v1.PlacementRequested, need_id)
    assert asked.facts is not None and world.unsealed(asked.facts)["age"] == 16  # the next offer is right, too


async def test_the_other_offer_of_an_emergency_is_corrected_with_it(world: World) -> None:
    need_id = uuid4()
    facts = await world.sealed(need_id, FACTS)
    await world.deliver(world.need(NGO, need_id=need_id, urgency="emergency", facts=facts))
    first = await world.offer(need_id, FIRST, disclosed_attributes=["age", "sex"])
    world.advance(hours=2, minutes=1)
    await world.tick()
    second = await world.offer(need_id, SECOND, disclosed_attributes=["age"])
    assert (await amended(world, first, age=16)).status == 200
    shown = [(await world.get(actor, f"/v1/referrals/{one}")).body for actor, one in ((FIRST, first), (SECOND, second))]
    assert [(one["age_band"], [named["fields"] for named in one["amendments"]]) for one in shown] == [("12-17", [["age_band"]])] * 2


async def test_each_version_of_a_referral_has_a_move_that_led_to_it(world: World) -> None:
    need_id, referral_id = await offered_with_facts(world)
    corrected = change(world, need_id, governorate="IQG15", district="IQG15Q01")  # the offer names no district: it reads as before
    await world.deliver(corrected)
    await amended(world, referral_id, age=35, household_size=5)  # of the same band, and as it was
    await world.move(FIRST, referral_id, "acceptance")
    await world.deliver(change(world, need_id, governorate=ERBIL))
    assert (await relocate(world, referral_id, "keep_remote")).status == 200
    moves = await world.rows("SELECT version, act FROM movement WHERE referral_id = :id ORDER BY id", id=referral_id)
    assert [tuple(move) for move in moves] == [(1, "offer"), (2, "amend"), (3, "amend"), (4, "accept"), (5, "keep_remote")]
    assert (await world.referral(referral_id)).version == 5
    shown = (await world.get(FIRST, f"/v1/referrals/{referral_id}")).body
    assert shown["amendments"] == []  # nothing that it sees reads differently


async def test_only_what_the_offer_says_is_corrected_by_who_asks_while_it_is_open(world: World) -> None:
    _, referral_id = await offered_with_facts(world)
    refused = await amended(world, referral_id, sex="male")
    assert (refused.status, refused.problem, refused.body["fields"]) == (409, "nothing-to-amend", ["age", "household_size"])
    assert (await amended(world, referral_id)).problem == "malformed-request"
    assert (await amended(world, referral_id, FIRST, age=3)).status == 403
    assert (await amended(world, referral_id, SECOND, age=3)).status == 404
    assert (await amended(world, referral_id, OFFICER, age=3)).problem == "move-not-allowed"
    await world.move(FIRST, referral_id, "acceptance")
    assert (await amended(world, referral_id, age=3)).problem == "move-not-allowed"
    assert await world.all(referral_v1.ReferralAmended) == []


async def test_of_a_centres_need_the_owning_office_corrects(world: World) -> None:
    need_id = uuid4()
    await world.deliver(world.need(HLP, need_id=need_id, facts=await world.sealed(need_id, FACTS)))
    referral_id = await world.offer(need_id, FIRST, disclosed_attributes=["age"])
    assert (await amended(world, referral_id, HLP, age=3)).status == 404
    assert (await amended(world, referral_id, OFFICER, age=3)).status == 200


@pytest.mark.parametrize(
    ("changed", "fields"),
    [({"urgency": "urgent"}, ["urgency"]), ({"district": "IQG15Q01"}, None), ({}, None), ({"governorate": ERBIL}, ["governorate"])],
)
async def test_what_intake_corrects_is_told_as_far_as_the_offer_says_it(
    world: World, changed: dict[str, str], fields: list[str] | None
) -> None:  # fmt: skip
    need_id, referral_id = await world.offered(FIRST, NGO)
    same = {"urgency": "routine", "governorate": "IQG15", "district": TELAFAR}
    await world.deliver(change(world, need_id, **same | changed, reason="misunderstood"))
    shown = (await world.get(FIRST, f"/v1/referrals/{referral_id}")).body
    expected = [] if fields is None else [(fields, "misunderstood")]
    assert [(one["fields"], one["reason"]) for one in shown["amendments"]] == expected
    assert (shown["version"], shown["need_changed"]) == (2, True)
    assert {**same, **shown}["urgency"] == {**same, **changed}["urgency"]
    assert shown["governorate"] == {**same, **changed}["governorate"]


async def test_a_corrected_offer_says_what_is_so_now_wherever_it_is_read_and_each_thing_once(world: World) -> None:
    need_id = await world.identified(NGO, district=TELAFAR)
    referral_id = await world.offer(need_id, FIRST, district=TELAFAR)
    asked, clock = f"/v1/referrals/{referral_id}", (await world.referral(referral_id)).decide_by
    await world.deliver(change(world, need_id, urgency="urgent", governorate="IQG15", district=TELAFAR))
    await world.deliver(change(world, need_id, urgency="urgent", governorate="IQG15", district="IQG15Q01"))
    shown = (await world.get(FIRST, asked)).body
    assert [one["fields"] for one in shown["amendments"]] == [["urgency"], ["district"]]
    assert (shown["urgency"], shown["district"]) == ("urgent", "IQG15Q01")
    listed = (await world.get(FIRST, "/v1/worklists/referrals?urgency=urgent")).body["items"]
    assert [(one["referral_id"], one["urgency"]) for one in listed] == [(str(referral_id), "urgent")]
    assert (await world.get(FIRST, f"/fhir/R4/Task/{referral_id}")).body["priority"] == "urgent"
    row = await world.referral(referral_id)
    assert (row.decide_by, row.urgency) == (clock, "routine")  # its clocks go by what the receiver was offered
    await world.deliver(change(world, need_id, urgency="urgent", governorate=ERBIL))
    assert (await world.get(FIRST, asked)).body["governorate"] == ERBIL
    await world.move(FIRST, referral_id, "acceptance", {})
    await world.deliver(change(world, need_id, urgency="urgent", governorate="IQG02"))
    await world.move(COORDINATOR, referral_id, "relocation", {"decision": "keep_remote"})
    assert (await world.get(FIRST, asked)).body["governorate"] == "IQG02"
