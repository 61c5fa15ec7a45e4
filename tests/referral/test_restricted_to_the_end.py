"""Restricted needs from triage to the end: asked anew for each receiver, one at a time, nothing in writing, nobody who lost clearance."""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_contracts.intake_v1 import NeedConsentChanged
from ihala_contracts.referral_v1 import PlacementRequested, ReferralCompleted, ReferralDeclined, ReferralFailed, ReferralOffered
from ihala_kit.http import openapi_document

from tests.referral.actors import ALL, CLEARED, COORDINATOR, FIRST, MOMD, NGO, NINEWA, OFFICER, STRANGER, Actor
from tests.referral.test_restricted import UNCLEARED, picked, restricted
from tests.referral.world import World

EVERY = f"{ALL} referral:calendar referral:statistics"
ANOTHER = Actor("cleared-provider-2", cleared=True)
ORIGIN = Actor("cleared-origin", NGO.organization_id, "nngo", NGO.scopes, cleared=True)  # a cleared officer at the origin


async def offered(world: World, need_id: UUID, actor: Actor = CLEARED) -> UUID:
    out = await world.deliver(world.reserved(await picked(world, need_id), actor))
    return next(event.referral_id for event in out if isinstance(event, ReferralOffered))


async def asked_anew(world: World, need_id: UUID, *named: Actor) -> None:
    row = await world.placement(need_id)
    scope = world.consent(consent_id=row.consent_id, revision=row.consent_revision + 1, recipients=[one.organization_id for one in named])
    await world.deliver(NeedConsentChanged(need_id=need_id, operator_id=MOMD, consent=scope, changed_at=world.now))


async def test_each_receiver_is_named_and_the_person_asked_anew(world: World) -> None:
    await world.join(ANOTHER)
    need_id = await restricted(world, CLEARED, ANOTHER)  # both were named before the first was asked
    referral_id = await offered(world, need_id)
    assert (await world.move(CLEARED, referral_id, "decline", {"reason": "no_capacity"})).status == 200
    again = {"preferred_reservation_id": str(uuid4())}
    assert (await world.decide(COORDINATOR, need_id, "placing", again)).problem == "consent-not-asked-anew"
    await asked_anew(world, need_id, ANOTHER)
    second = await offered(world, need_id, ANOTHER)
    assert (await world.referral(second)).replaces == referral_id
    assert await world.states(need_id) == ("offering", ["declined", "offered"])


async def test_what_found_no_place_needs_no_new_question(world: World) -> None:
    need_id = await restricted(world, CLEARED)
    await world.deliver(world.none(await picked(world, need_id)))
    assert (await world.states(need_id))[0] == "unserved"
    await offered(world, need_id)


async def test_one_receiver_at_a_time_also_in_an_emergency(world: World) -> None:
    await world.join(CLEARED, ANOTHER)
    consent = world.consent(recipients=[CLEARED.organization_id, ANOTHER.organization_id])
    need_id = await world.identified(NGO, sensitivity="restricted", need_code="protection", urgency="emergency", consent=consent)
    await offered(world, need_id)
    again = {"preferred_reservation_id": str(uuid4())}
    assert (await world.decide(COORDINATOR, need_id, "placing", again)).problem == "move-not-allowed"
    world.advance(hours=5)
    await world.tick()
    assert len(await world.all(PlacementRequested)) == 1


@pytest.mark.parametrize("state", ["offered", "in_service"])
async def test_who_loses_its_clearance_loses_what_is_restricted_and_nothing_else(world: World, state: str) -> None:
    need_id = await restricted(world, CLEARED)
    referral_id = await offered(world, need_id)
    _, other = await world.offered(CLEARED, NGO)
    if state == "in_service":
        await world.move(CLEARED, referral_id, "acceptance")
        await world.move(CLEARED, referral_id, "start", {})
    await world.join(Actor(CLEARED.name, CLEARED.organization_id))
    if state == "offered":
        assert (await world.moves(CLEARED, referral_id)) == ["acknowledge", "decline", "ask"]
        assert (await world.move(CLEARED, referral_id, "acceptance")).problem == "move-not-allowed"
    await world.tick()
    assert (await world.last(ReferralFailed)).reason == "provider_closed"
    assert (await world.states(need_id))[0] == "triage"
    assert (await world.referral(other)).state == "offered"


async def test_nothing_is_written_between_the_parties(world: World) -> None:
    need_id = await restricted(world, CLEARED)
    referral_id = await offered(world, need_id)
    for act, body in (("question", {"text": "?"}), ("decline", {"reason": "other", "comment": "words"})):
        assert (await world.move(CLEARED, referral_id, act, body)).problem == "said-by-voice"
    assert (await world.move(CLEARED, referral_id, "question", {})).status == 200  # the clock rests: they call each other
    assert (await world.move(COORDINATOR, referral_id, "answer", {"text": "words"})).problem == "said-by-voice"
    assert (await world.move(COORDINATOR, referral_id, "answer", {})).status == 200
    shown = (await world.get(CLEARED, f"/v1/referrals/{referral_id}")).body
    assert [(one["question"], one["answer"]) for one in shown["exchanges"]] == [(None, None)]
    assert (await world.move(CLEARED, referral_id, "decline", {"reason": "other"})).status == 200
    assert await world.value("SELECT comment FROM referral WHERE id = :id", id=referral_id) is None
    assert (await world.last(ReferralDeclined)).reason == "other"


async def test_what_came_of_it_says_nothing_of_what_it_was(world: World) -> None:
    for results, told in ((("met", "met"), "met"), (("not_met", "met"), "partly_met")):
        referral_id = await offered(world, await restricted(world, CLEARED))
        outcomes = [{"item": f"shelter.{number}", "result": result} for number, result in enumerate(results)]
        for act, body in (("acceptance", {}), ("start", {}), ("completion", {"outcomes": outcomes})):
            assert (await world.move(CLEARED, referral_id, act, body)).status == 200
        assert [(one.item, one.result) for one in (await world.last(ReferralCompleted)).outcomes] == [("protection", told)]
        shown = (await world.get(CLEARED, f"/v1/referrals/{referral_id}")).body
        assert shown["outcomes"] == [{"item": "protection", "result": told}]


async def test_elsewhere_words_are_needed(world: World) -> None:
    _, referral_id = await world.offered(FIRST, NGO)
    assert (await world.move(FIRST, referral_id, "question", {})).problem == "words-missing"
    await world.move(FIRST, referral_id, "question", {"text": "?"})
    assert (await world.move(COORDINATOR, referral_id, "answer", {})).problem == "words-missing"


async def test_who_is_not_cleared_finds_it_in_no_list_and_at_no_address(world: World) -> None:
    need_id = await restricted(world, CLEARED)
    referral_id = await offered(world, need_id)
    unseen = Actor("uncleared", CLEARED.organization_id)
    for actor in (UNCLEARED, OFFICER, NGO, unseen, STRANGER):
        for path in (f"/v1/referrals/{referral_id}", f"/v1/referrals/{referral_id}/moves"):
            assert (await world.get(actor, path)).status == 404, actor.name
        for role in ("receiver", "origin", "office"):
            assert (await world.get(actor, f"/v1/referrals?role={role}")).body["items"] == []


async def test_its_cleared_parties_see_a_masked_category_and_no_place(world: World) -> None:
    need_id = await restricted(world, CLEARED)
    referral_id = await offered(world, need_id)
    for actor in (CLEARED, ORIGIN, COORDINATOR):
        shown: dict[str, Any] = (await world.get(actor, f"/v1/referrals/{referral_id}")).body
        assert (shown["need_code"], shown["governorate"], shown["district"], shown["age_band"]) == ("protection", None, None, None)
    placement = (await world.get(COORDINATOR, f"/v1/placements/{(await world.placement(need_id)).id}")).body
    assert (placement["need_code"], placement["proposed_route"]) == ("protection", None)


async def test_every_end_brings_it_back_to_a_cleared_human(world: World) -> None:
    need_id = await restricted(world, CLEARED)
    await offered(world, need_id)
    world.advance(days=30)
    await world.tick()
    assert (await world.states(need_id))[0] == "triage"
    items = await world.rows("SELECT kind, restricted FROM work_item WHERE about_id = :need", need=need_id)
    assert items and all(item.restricted for item in items)
    assert len(await world.all(PlacementRequested)) == 1


async def test_no_address_tells_who_is_not_cleared_that_it_exists(world: World) -> None:
    """Every GET route of the service, with the true ids, also those that other tests have not thought of."""
    need_id = await restricted(world, CLEARED)
    referral_id = await offered(world, need_id)
    await world.tick()
    row = await world.referral(referral_id)
    known = {
        "referral_id": referral_id, "placement_id": row.placement_id, "id": referral_id, "organization_id": CLEARED.organization_id,
        "service_id": row.service_id, "governorate": NINEWA, "kind": "nngo",
    }  # fmt: skip
    traces = [str(one) for one in (need_id, referral_id, row.placement_id, row.reference)]
    asked = 0
    for path, operations in openapi_document(world.service)["paths"].items():
        if "get" not in operations or not operations["get"]["security"]:
            continue
        address = re.sub(r"\{(\w+)\}", lambda name: str(known.get(name[1], referral_id)), path)
        for actor in (UNCLEARED, NGO, Actor("uncleared", CLEARED.organization_id, scopes=EVERY), Actor("planner", scopes=EVERY)):
            caller = Actor(actor.name, actor.organization_id, actor.kind, EVERY, actor.roles, actor.operator_id)
            async with world.session.get(address, headers=world.token(caller)) as answer:
                body = await answer.text()
                asked += answer.status == 200
            assert answer.status < 500, address
            assert not [trace for trace in traces if trace in body], address
    assert asked > 40
