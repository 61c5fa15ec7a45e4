"""Competence: who may push what by itself, an operator's own rules, and the right route for the rest."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from ihala_contracts.referral_v1 import CompetenceChanged, PlacementEnded
from ihala_referral.competence import competent, right_route, row_of, rows_of

from tests.referral.actors import COORDINATOR, FIRST, HLP, MOMD, NGO, NINEWA, OFFICER, Actor
from tests.referral.cast import OTHER_OPERATOR
from tests.referral.world import Answer, World

HOUSING = {"needs": ["housing"], "governorates": ["*"]}
SCHOOLS = {"needs": ["education.enrolment"], "governorates": [NINEWA]}


async def put(world: World, rows: list[dict[str, object]], version: int, actor: Actor = COORDINATOR, **more: str) -> Answer:
    return await world.call(actor, "PUT", "/v1/competence/hlp", {"rows": rows, **more}, {"If-Match": f'"{version}"'})


async def state(world: World, **more: object) -> str:
    return (await world.states(await world.identified(HLP, **more)))[0]


@pytest.mark.parametrize(
    ("origin", "need", "sex", "route"),
    [
        ("hlp", "cash.grant", None, "operator"), ("hlp", "work.training", None, "lmrc"), ("hlp", "legal.documents", None, "rgc"),
        ("hlp", "legal.documents", "female", "wlco"), ("hlp", "legal.documents", "male", "rgc"), ("rgc", "housing.hlp", None, "hlp"),
        ("wlco", "legal.advice", "male", "rgc"), ("lmrc", "cash.grant", None, "operator"), ("nngo", "housing.hlp", None, "hlp"),
        ("operator", "cash.grant", None, None), ("rgc", "other", None, None),
    ],
)  # fmt: skip
def test_the_right_route_follows_from_the_data(origin: str, need: str, sex: str | None, route: str | None) -> None:
    assert right_route(origin, need, NINEWA, on=date(2026, 11, 22), sex=sex) == route


def test_rows_hold_from_their_day_until_their_day() -> None:
    assert competent("hlp", "housing.hlp", NINEWA, on=date(2026, 1, 1)) and not competent(
        "hlp", "housing.hlp", NINEWA, on=date(2025, 12, 31)
    )
    row = row_of("hlp", HOUSING | {"valid_from": "2026-02-01", "valid_until": "2026-03-01"})
    assert (row.valid_from, row.valid_until) == (date(2026, 2, 1), date(2026, 3, 1))
    assert list(rows_of("hlp", date(2026, 11, 22), {"hlp": []})) == []


async def test_a_centre_reads_what_it_may_push_and_where_the_rest_belongs(world: World) -> None:
    found = (await world.get(HLP, "/v1/competence")).body
    [own] = found["items"]
    assert (own["kind"], own["whose"], own["rows"], own["version"]) == ("hlp", "everybody", [HOUSING | {"sex": None}], 0)
    assert found["operator_id"] == str(MOMD) and own["title"]["ar"]
    assert {"hlp", "wlco", "rgc", "lmrc", "operator"} == {route["code"] for route in found["routes"]}
    assert len((await world.get(COORDINATOR, "/v1/competence")).body["items"]) > 8
    assert [one["kind"] for one in (await world.get(COORDINATOR, "/v1/competence?kind=rgc")).body["items"]] == ["rgc"]


async def test_an_operator_widens_and_narrows_what_comes_by_itself_for_its_own_offices_alone(world: World) -> None:
    assert (await state(world, need_code="education.enrolment"), await state(world)) == ("triage", "placing")
    answer = await put(world, [SCHOOLS], 0)
    assert (answer.status, answer.etag, answer.body["whose"]) == (200, '"1"', "operator")
    assert (await state(world, need_code="education.enrolment"), await state(world)) == ("placing", "triage")
    assert await state(world, operator_id=OTHER_OPERATOR.organization_id) == "placing"
    assert await state(world, need_code="education.enrolment", governorate="IQG13") == "triage"
    changed = await world.last(CompetenceChanged)
    assert (changed.operator_id, changed.origin_kind, changed.competence_version) == (MOMD, "hlp", 1)
    assert (await put(world, [], 1)).status == 200
    assert (await state(world), await state(world, need_code="education.enrolment")) == ("triage", "triage")


async def test_a_rule_names_any_governorate(world: World) -> None:
    assert (await put(world, [SCHOOLS | {"governorates": ["IQ-HALABJA"]}], 0)).status == 200
    assert await state(world, need_code="education.enrolment", governorate="IQ-HALABJA") == "placing"


async def test_a_rule_begins_at_its_instant_and_versions_stay(world: World) -> None:
    in_a_week = world.now.replace(microsecond=0).isoformat()
    world.advance(days=-7)
    assert (await put(world, [SCHOOLS], 0, valid_from=in_a_week)).body["upcoming"][0]["rows"] == [SCHOOLS | {"sex": None}]
    assert await state(world) == "placing"
    world.advance(days=7, seconds=1)
    assert await state(world) == "triage"
    assert (await put(world, [HOUSING], 0)).status == 412
    assert (await put(world, [HOUSING], 1)).status == 200
    assert await state(world) == "placing"
    assert await world.value("SELECT count(*) FROM competence_version") == 2


async def test_a_rule_that_another_overtakes_before_it_begins_is_not_to_come(world: World) -> None:
    later, sooner = ((world.now + timedelta(days=days)).replace(microsecond=0).isoformat() for days in (14, 7))
    assert len((await put(world, [SCHOOLS], 0, valid_from=later)).body["upcoming"]) == 1
    answer = await put(world, [], 1, valid_from=sooner)
    assert [one["rows"] for one in answer.body["upcoming"]] == [[]]
    assert [one["rows"] for one in (await put(world, [HOUSING], 2, valid_from=later)).body["upcoming"]] == [[], [HOUSING | {"sex": None}]]


@pytest.mark.parametrize(
    ("rows", "more", "problem"),
    [
        ([HOUSING | {"needs": ["no.such"]}], {}, "unknown-need-code"), ([HOUSING | {"governorates": ["IQG99"]}], {}, "unknown-governorate"),
        ([HOUSING], {"valid_from": "2026-01-01T00:00:00Z"}, "date-not-allowed"), ([HOUSING | {"needs": []}], {}, "malformed-request"),
    ],
)  # fmt: skip
async def test_a_bad_rule(world: World, rows: list[dict[str, object]], more: dict[str, str], problem: str) -> None:
    assert (await put(world, rows, 0, **more)).problem == problem


@pytest.mark.parametrize(
    "actor", [OFFICER, FIRST, NGO, Actor("hlp", HLP.organization_id, "hlp", "referral:read referral:coordinate", ("coordinator",))]
)
async def test_only_an_operators_coordinators_set_rules(world: World, actor: Actor) -> None:
    assert (await put(world, [HOUSING], 0, actor)).status == 403


async def outside(world: World, **more: object) -> UUID:
    return await world.identified(HLP, **{"need_code": "work.training", **more})


async def test_the_coordinator_sees_the_proposal_and_a_rejection_takes_it(world: World) -> None:
    need_id = await outside(world)
    placement = (await world.get(COORDINATOR, f"/v1/placements/{(await world.placement(need_id)).id}")).body
    assert (placement["proposed_route"], placement["proposed_route_title"]["en"]) == ("lmrc", "Labour and Migration Resource Centre")
    rejected = await world.decide(COORDINATOR, need_id, "rejection", {"reason": "out_of_competence"})
    assert (rejected.status, rejected.body["route"]) == (200, "lmrc")
    assert (await world.last(PlacementEnded)).route == "lmrc"


async def test_what_is_named_wins_and_what_nobody_takes_must_be_named(world: World) -> None:
    need_id = await outside(world)
    assert (await world.decide(COORDINATOR, need_id, "rejection", {"reason": "out_of_competence", "route": "rgc"})).body["route"] == "rgc"
    need_id = await outside(world, need_code="other")
    assert (await world.decide(COORDINATOR, need_id, "rejection", {"reason": "out_of_competence"})).problem == "route-missing"


async def test_the_route_knows_who_she_is_by_the_sealed_facts_alone(world: World) -> None:
    need_id = uuid4()
    await world.deliver(world.need(HLP, need_id=need_id, need_code="legal.documents", facts=await world.sealed(need_id, {"sex": "female"})))
    placement = (await world.get(COORDINATOR, f"/v1/placements/{(await world.placement(need_id)).id}")).body
    assert placement["proposed_route"] == "wlco"


async def test_nothing_is_proposed_where_nobody_was_out_of_competence(world: World) -> None:
    need_id = await world.identified(HLP, match_settled=False)
    placement = (await world.get(COORDINATOR, f"/v1/placements/{(await world.placement(need_id)).id}")).body
    assert (placement["proposed_route"], placement["proposed_route_title"]) == (None, None)


async def test_a_centre_gets_no_moves_and_sees_no_referral_of_what_it_pushed(world: World) -> None:
    need_id, referral_id = await world.offered(FIRST, HLP)
    placement_id = (await world.placement(need_id)).id
    for path in (f"/v1/referrals/{referral_id}", f"/v1/referrals/{referral_id}/moves", f"/v1/placements/{placement_id}"):
        assert (await world.get(HLP, path)).status == 404
    assert (await world.get(HLP, "/v1/referrals?role=origin")).body["items"] == []
    assert (await world.move(HLP, referral_id, "cancellation", {"reason": "better_place"})).status == 404
