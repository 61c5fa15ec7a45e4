"""The coordinators' side: placements, decisions, work items, for coordinators of the owning office alone."""

from typing import Any
from uuid import uuid4

import pytest
from ihala_contracts.referral_v1 import PlacementRequested

from tests.referral.actors import ALL, COORDINATOR, FIRST, HLP, MOMD, NGO, OFFICER, SECOND, STRANGER, Actor
from tests.referral.cast import OTHER_OPERATOR
from tests.referral.world import World


@pytest.mark.parametrize("path", ["/v1/placements", "/v1/work-items", "/v1/placements/{id}"])
async def test_the_coordinators_side_is_for_coordinators(world: World, path: str) -> None:
    need_id = await world.identified(HLP, need_code="work.job")
    placement_id = (await world.placement(need_id)).id
    address = path.format(id=placement_id)
    assert (await world.get(None, address)).status == 401
    for actor in (FIRST, NGO, OFFICER):
        assert (await world.get(actor, address)).problem == "insufficient-scope"
    for actor in (STRANGER, OTHER_OPERATOR):
        answer = await world.get(actor, address)
        assert answer.status == 404 if "{id}" in path else answer.body["items"] == []
    assert (await world.get(COORDINATOR, address)).status == 200


@pytest.mark.parametrize(("decision", "body"), [("placing", {}), ("rejection", {"reason": "duplicate"})])
async def test_decisions_are_for_coordinators(world: World, decision: str, body: Any) -> None:
    need_id = await world.identified(HLP, need_code="work.job")
    assert (await world.decide(None, need_id, decision, body)).status == 401
    for actor in (FIRST, NGO, OFFICER):
        assert (await world.decide(actor, need_id, decision, body)).status == 403
    for actor in (STRANGER, OTHER_OPERATOR):
        assert (await world.decide(actor, need_id, decision, body)).problem == "placement-not-found"
    officer = Actor("officer-with-scope", MOMD, "operator", ALL, ("officer",), MOMD, True)
    refused = await world.decide(officer, need_id, decision, body)
    assert (refused.status, refused.body["moves"]) == (409, [])
    assert (await world.decide(COORDINATOR, need_id, decision, body, version=9)).problem == "stale"
    assert (await world.post(COORDINATOR, f"/v1/placements/{uuid4()}/{decision}", body, 1)).status == 404
    placement_id = (await world.placement(need_id)).id
    key = {"Idempotency-Key": "k"}
    assert (await world.call(COORDINATOR, "POST", f"/v1/placements/{placement_id}/{decision}", body, key)).status == 428
    assert (await world.decide(COORDINATOR, need_id, decision, body)).status == 200
    again = await world.decide(COORDINATOR, need_id, decision, body)
    assert (again.status, again.body["moves"]) == (409, [])


@pytest.mark.parametrize(
    ("decision", "body", "problem"),
    [
        ("placing", {"need_code": "no.such"}, "unknown-need-code"),
        ("placing", {"need_code": "Housing"}, "malformed-request"),
        ("placing", {"preferred_reservation_id": "x"}, "malformed-request"),
        ("rejection", {"reason": "no_capacity"}, "reason-unknown"),
        ("rejection", {"reason": "out_of_competence", "route": "a place in words"}, "malformed-request"),
    ],
)
async def test_a_bad_decision(world: World, decision: str, body: Any, problem: str) -> None:
    need_id = await world.identified(HLP, need_code="work.job")
    assert (await world.decide(COORDINATOR, need_id, decision, body)).problem == problem
    assert (await world.states(need_id))[0] == "triage"


async def test_an_unclear_need_gets_its_code_and_its_sensitivity_rises(world: World) -> None:
    need_id = await world.identified(NGO, need_code="other", match_settled=False)
    assert (await world.decide(COORDINATOR, need_id, "placing", {})).body["moves"] == ["reject"]
    from ihala_contracts.intake_v1 import NeedChanged

    await world.deliver(
        NeedChanged(need_id=need_id, operator_id=MOMD, urgency="routine", governorate="IQG15", match_settled=True, changed_at=world.now)
    )
    answer = await world.decide(COORDINATOR, need_id, "placing", {"need_code": "health.medical"})
    assert (answer.status, answer.body["need_code"], answer.body["sensitivity"]) == (200, "health.medical", "protected")


async def test_what_an_officer_reserved_is_asked_for_after_triage_unless_the_coordinator_picks_another(world: World) -> None:
    theirs, picked = uuid4(), uuid4()
    for body, wanted in (({}, theirs), ({"preferred_reservation_id": str(picked)}, picked)):
        need_id = await world.identified(HLP, need_code="work.job", preferred_reservation_id=theirs)
        await world.decide(COORDINATOR, need_id, "placing", body)
        assert (await world.last(PlacementRequested, need_id)).preferred_reservation_id == wanted


async def test_a_placement_shows_everything_that_was_tried(world: World) -> None:
    need_id = await world.identified(NGO)
    first = await world.offer(need_id, FIRST)
    await world.move(FIRST, first, "decline", {"reason": "no_capacity"})
    await world.offer(need_id, SECOND)
    placement_id = (await world.placement(need_id)).id
    shown = (await world.get(COORDINATOR, f"/v1/placements/{placement_id}")).body
    assert [attempt["state"] for attempt in shown["attempts"]] == ["reserved", "reserved"]
    assert shown["attempts"][0]["explanation"] == [{"code": "need", "result": "pass", "rule_version": 1}]
    assert [one["state"] for one in shown["referrals"]] == ["declined", "offered"]
    assert shown["excluded"] == [str(FIRST.organization_id)]
    assert [(move["act"], move["party"]) for move in shown["history"]] == [
        ("request", "origin"), ("offer", "system"), ("offer", "system"), ("decline", "provider"), ("next", "system"),
        ("offer", "system"), ("offer", "system"),
    ]  # fmt: skip
    listed = (await world.get(COORDINATOR, "/v1/placements?state=offering&limit=1")).body["items"]
    assert [item["placement_id"] for item in listed] == [str(placement_id)]
    assert (await world.get(COORDINATOR, "/v1/placements?state=triage")).body["items"] == []


async def test_who_takes_an_offer_back_for_a_better_place_names_the_place_that_was_reserved(world: World) -> None:
    need_id, referral_id = await world.offered(FIRST, NGO)
    reserved = uuid4()
    better = {"reason": "better_place", "preferred_reservation_id": str(reserved)}
    assert (await world.move(NGO, referral_id, "cancellation", better)).status == 200
    asked = await world.last(PlacementRequested, need_id)
    assert (asked.preferred_reservation_id, asked.excluded) == (reserved, [FIRST.organization_id])
    await world.move(SECOND, await world.offer(need_id, SECOND), "decline", {"reason": "no_capacity"})
    assert (await world.last(PlacementRequested, need_id)).preferred_reservation_id is None
