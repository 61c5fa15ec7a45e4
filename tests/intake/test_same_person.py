"""The same person at two offices: found silently, and told to nobody but the operator."""

from typing import Any
from uuid import uuid4

import pytest

from tests.intake.actors import COORDINATOR, HLP, NGO, OFFICER, OTHER_COORDINATOR, OTHER_OPERATOR, STRANGER, WLCO
from tests.intake.house import House
from tests.intake.samples import need, person, request
from tests.intake.two_offices import announced, brought, pairs, person_ids

KURDISH: dict[str, Any] = {"call_name": "زەینەب", "given_name": "زەینەب", "father_name": "خدر", "grandfather_name": "ئیلیاس"}


async def test_the_same_person_at_two_offices_is_a_task_and_the_senders_learn_nothing(house: House) -> None:
    first = await brought(house, HLP)
    assert await announced(house) == [True]
    second = await brought(house, NGO, given_name="زينب", birth_year=1988, family_name=None)
    assert await announced(house) == [False]
    [pair] = await pairs(house)
    assert (pair["state"], pair["level"]) == ("open", "probable")
    assert {"given.same_common", "father.same", "grandfather.same", "mother.same", "birth.near"} <= {one["code"] for one in pair["reasons"]}
    assert second.body.keys() == first.body.keys()
    assert {one["state"] for one in second.body["needs"]} == {"open"}
    for actor in (HLP, NGO):
        assert (await house.get("/v1/merges/candidates", actor)).status == 403
        assert (await house.get("/v1/merges/candidates", actor.but(scopes=("intake:merge",)))).body == {"items": []}


@pytest.mark.parametrize(
    "said",
    [
        KURDISH,
        {"call_name": "Zainab", "given_name": "Zaynab", "father_name": "Khidhr", "grandfather_name": "Elias", "mother_name": None},
        {"call_name": "زينب خضر الياس", "given_name": None, "father_name": None, "grandfather_name": None, "mother_name": None},
        {"given_name": "زينبب"},
        {"birth_year": None, "birth_on": "1987-07-01"},
    ],
    ids=["kurdish", "latin", "one breath", "a slip", "1 July"],
)
async def test_spellings_and_slips_do_not_hide_a_person(house: House, said: dict[str, Any]) -> None:
    await brought(house, HLP)
    await brought(house, NGO, **said)
    assert len(await pairs(house)) == 1


@pytest.mark.parametrize(
    "said",
    [
        {"given_name": "مريم", "call_name": "مريم"},
        {"birth_year": 1991},
        {"given_name": "زكية", "call_name": "زكية", "birth_year": 1988},
        {"father_name": "محمود", "grandfather_name": "جاسم", "family_name": "الحمداني", "mother_name": "خولة"},
    ],
    ids=["sister", "years apart", "sister a year apart", "a namesake"],
)
async def test_who_shares_all_but_the_name_or_the_year_is_somebody_else(house: House, said: dict[str, Any]) -> None:
    shared = {"phones": [{"number": "07701234567", "safe_to_call": True, "safe_to_message": True}]}
    await brought(house, HLP, **shared)
    await brought(house, NGO, **(shared | said))
    assert await pairs(house) == []
    assert all(await announced(house))


async def test_an_emergency_never_waits_for_a_decision(house: House) -> None:
    await brought(house, HLP)
    await house.events()
    await brought(house, NGO, need("basic.food", "emergency"), need())
    assert await announced(house) == [True, False]
    assert len(await pairs(house)) == 1


async def test_no_pair_ever_tells_of_a_restricted_case(house: House) -> None:
    await brought(house, WLCO, need("protection.gbv"))
    await brought(house, HLP)
    await brought(house, WLCO, need("protection.gbv"))
    for actor in (OFFICER, COORDINATOR):
        assert await pairs(house, actor) == []
    assert await house.scalar("SELECT count(*) FROM match_candidate") == 0
    ordinary = await house.scalar("SELECT id FROM person WHERE sensitivity = 'standard'")
    hidden = await house.scalar("SELECT id FROM person WHERE sensitivity = 'restricted' LIMIT 1")
    for kept, merged in ((ordinary, hidden), (hidden, ordinary)):
        refused = await house.post("/v1/merges", COORDINATOR, {"kept_id": str(kept), "merged_id": str(merged)})
        none = await house.post("/v1/merges", COORDINATOR, {"kept_id": str(ordinary), "merged_id": str(uuid4())})
        assert (refused.status, refused.slug) == (404, "person-not-found")
        assert {**refused.body, "instance": ""} == {**none.body, "instance": ""}


async def test_another_operators_person_is_not_looked_at(house: House) -> None:
    await brought(house, HLP)
    await brought(house, STRANGER.but(operator_id=OTHER_OPERATOR))
    assert await pairs(house) == []
    assert await pairs(house, OTHER_COORDINATOR) == []


async def test_a_centre_that_keeps_the_identity_is_left_alone(house: House) -> None:
    code = {"call_name": "زينب خضر الياس", "place": "IQG15Q05", "birth_year": 1987}
    point = {"call_name": "Focal point", "number": "07709999999"}
    body = request(need(), household=None, identity_held_by="origin", person=code, focal_point=point)
    assert (await house.post("/v1/requests", WLCO, body)).status == 202
    await brought(house, HLP)
    assert await pairs(house) == []


async def test_a_correction_is_looked_at_again(house: House) -> None:
    await brought(house, HLP)
    await brought(house, NGO, given_name="مريم", call_name="مريم")
    assert await pairs(house) == []
    _, second = await person_ids(house)
    assert (await house.call("PATCH", f"/v1/persons/{second}", OFFICER, {"given_name": "زينب"}, if_match='"1"')).status == 200
    await house.work()
    assert len(await pairs(house)) == 1


async def test_who_joins_a_household_later_is_looked_for_too(house: House) -> None:
    await brought(house, HLP)
    await house.post("/v1/requests", NGO, request(need(), person=person(given_name="مريم", call_name="مريم", phones=[])))
    household_id = await house.scalar("SELECT id FROM household")
    said = {name: value for name, value in person(role="sibling").items() if name not in ("phones", "requirements")}
    joined = await house.post(f"/v1/households/{household_id}/members", OFFICER, {"person": said}, if_match='"1"')
    assert joined.status == 201, joined.body
    assert await pairs(house) == []
    await house.work()
    assert len(await pairs(house)) == 1
