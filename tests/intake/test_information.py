"""Resettlement and family questions: recorded, answered with information, never placed and never promised."""

import csv
from pathlib import Path

from ihala_contracts.intake_v1 import NeedIdentified, NeedState, NeedStateChanged
from ihala_intake import codes
from ihala_intake.ways_in import information

from tests.intake.actors import COORDINATOR, HLP, NGO, WLCO
from tests.intake.house import House
from tests.intake.samples import consent, need, request

NEEDS = Path(codes.__file__).parent / "data" / "needs.csv"


async def test_a_resettlement_question_is_recorded_and_never_placed(house: House) -> None:
    made = await house.post("/v1/requests", NGO, request(need("family.resettlement"), need()))
    assert made.status == 202
    assert [one["state"] for one in made.body["needs"]] == ["closed", "open"]
    [told] = made.body["information"]
    assert (told["code"], "legal.advice" in told["see"], set(told["words"])) == ("family.resettlement", True, {"ar", "ckb", "en"})
    events = await house.events()
    assert [one.need_code for one in events if isinstance(one, NeedIdentified)] == ["housing.hlp"]
    [moved] = [one for one in events if isinstance(one, NeedStateChanged)]
    assert (str(moved.need_id), moved.after) == (made.body["needs"][0]["need_id"], NeedState.CLOSED)
    await house.run_jobs()
    assert await house.events() == []
    assert (await house.get(f"/v1/requests/{made.body['request_id']}", NGO)).body == made.body
    seen = (await house.get(f"/v1/needs/{made.body['needs'][0]['need_id']}", COORDINATOR)).body
    assert (seen["closed_reason"], seen["announced"]) == ("informed", False)


async def test_who_refuses_consent_gets_the_information_too_and_a_centre_sees_closed(house: House) -> None:
    made = await house.post("/v1/requests", HLP, request(need("family.reunion"), consent=consent(given=False, categories=[])))
    assert [one["code"] for one in made.body["information"]] == ["family.reunion"]
    assert [(one["status"], one["state"]) for one in made.body["needs"]] == [("closed", "closed")]


async def test_what_an_origin_raised_to_restricted_goes_to_a_human(house: House) -> None:
    made = await house.post("/v1/requests", WLCO, request(need("family.reunion", sensitivity="restricted")))
    assert made.body["information"] == []
    assert [one.need_code for one in await house.events() if isinstance(one, NeedIdentified)] == ["protection"]


def test_the_words_are_there_in_three_languages_and_point_to_needs_of_the_list() -> None:
    with NEEDS.open(encoding="utf-8") as file:
        known = {row["code"] for row in csv.DictReader(file) if row["kind"] == "need"}
    found = [one for code in sorted(known) if (one := information.of(code))]
    assert [one.code for one in found] == ["family.resettlement", "family.reunion"]
    for one in found:
        assert set(one.see) <= known
        assert len({one.words.en, one.words.ar, one.words.ckb}) == 3
