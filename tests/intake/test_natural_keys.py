"""The same person again from one origin is the known one; from another origin, or when too little is known, a new one."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from ihala_contracts.intake_v1 import NeedChanged, NeedIdentified
from ihala_intake.details import PersonDetails, Phone
from ihala_intake.ways_in.natural import natural_keys, told_again

from tests.intake.actors import COORDINATOR, HLP, NGO, WLCO
from tests.intake.house import House
from tests.intake.samples import PHONE, consent, need, person, request
from tests.intake.story import served

FULL = {"call_name": "x", "given_name": "Ali", "father_name": "Omar", "grandfather_name": "Said", "mother_name": "Huda", "birth_year": 1990}


def details(**changes: Any) -> PersonDetails:
    return PersonDetails.model_validate(FULL | changes)


def phone(number: str, *, call: bool = True) -> Phone:
    return Phone(number=number, safe_to_call=call, safe_to_message=True, shared=False, owner="own")


def test_a_brother_or_a_namesake_is_somebody_else() -> None:
    own = set(natural_keys(details(phones=[phone("+9641")]), held_by_origin=False))
    assert len(own) == 2
    for other in ({"given_name": "Amir"}, {"birth_year": 1991}, {"father_name": "Zaid"}, {"mother_name": "Rana", "phones": []}):
        changed = {"phones": [phone("+9641")], **other}
        assert not own & set(natural_keys(details(**changed), held_by_origin=False)), other


def test_too_little_is_no_key_and_a_centres_code_is_one() -> None:
    for gap in ("given_name", "father_name", "birth_year"):
        assert natural_keys(details(phones=[phone("+9641")], **{gap: None}), held_by_origin=False) == []
    assert natural_keys(PersonDetails(call_name="W-17"), held_by_origin=True) == natural_keys(
        PersonDetails(call_name=" w-17 "), held_by_origin=True
    )


def test_a_second_telling_fills_gaps_changes_what_changes_in_a_life_and_loses_no_phone() -> None:
    known = details(place="IQG15", family_name=None, phones=[phone("+9641"), phone("+9642")], reads="yes")
    said = details(given_name="Aly", family_name="Jubouri", place="IQG08", phones=[phone("+9642", call=False)], status=None)
    now = told_again(known, said)
    assert (now.given_name, now.family_name, now.place, now.reads) == ("Ali", "Jubouri", "IQG08", "yes")
    assert {one.number: one.safe_to_call for one in now.phones} == {"+9641": True, "+9642": False}


def test_a_second_telling_leaves_no_way_open_that_it_closes_and_no_paper_twice() -> None:
    mail = {"kind": "email", "address": "Zaynab@example.org", "own": True, "safe_to_message": True}
    passport, flight = {"kind": "passport", "number": "A12", "state": "held"}, {"kind": "displaced", "since": "2014"}
    known = details(other_ways=[mail], documents=[passport, {"kind": "other"}], movements=[flight])
    said = details(
        other_ways=[mail | {"address": "zaynab@example.org", "safe_to_message": False}, {"kind": "visit"}],
        documents=[passport | {"number": "a-١٢", "state": "lost"}], movements=[{"kind": "returned_home", "since": "2018"}],
    )  # fmt: skip
    now = told_again(known, said)
    assert [(way.kind, way.safe_to_message) for way in now.other_ways] == [("email", False), ("visit", False)]
    assert [(paper.kind, paper.state) for paper in now.documents] == [("passport", "lost"), ("other", "held")]
    assert [move.since for move in now.movements] == ["2014", "2018"]
    assert told_again(now, said) == now


def test_only_a_desk_opens_what_is_closed() -> None:
    closed = {"number": "+9641", "safe_to_call": False, "safe_to_message": False, "shared": True, "owner": "shared"}
    hours = {"hours": [{"from_time": "09:00", "until_time": "11:00"}]}
    mail = {"kind": "email", "address": "z@example.org"}
    known = details(phones=[closed | hours, closed | {"number": "+9642", "owner": "unknown", "shared": False}],
                    other_ways=[mail], messages_stopped=True)  # fmt: skip
    before = details(phones=[phone("+9641"), phone("+9642"), phone("+9643")], messages_stopped=False,
                     other_ways=[mail | {"own": True, "safe_to_message": True}])  # fmt: skip
    assert told_again(known, before, at_desk=False) == known.model_copy(update={
        "phones": [known.phones[0], known.phones[1].model_copy(update={"owner": "own"}), phone("+9643")]
    })  # fmt: skip
    assert told_again(known, before).phones == before.phones


async def test_a_partners_system_does_not_open_again_what_the_person_closed_at_the_desk(house: House) -> None:
    first = await house.post("/v1/requests", HLP, request(need(), household=None))
    person_id = await house.scalar("SELECT person_id FROM need WHERE id = :id", id=first.body["needs"][0]["need_id"])
    path, said = f"/v1/persons/{person_id}", {"phones": [person()["phones"][0] | {"safe_to_message": False}]}
    assert (await house.call("PATCH", path, COORDINATOR, said, key=None, if_match='"1"')).status == 200
    assert (await house.post("/v1/requests", HLP, request(need("cash.grant"), household=None))).status == 202  # as it always says
    [one] = (await house.get(path, COORDINATOR)).body["contact"]["phones"]
    assert (one["safe_to_call"], one["safe_to_message"]) == (True, False)


async def test_what_a_second_telling_leaves_out_stays_as_it_was(house: House) -> None:
    evening = {"from_time": "18:00", "until_time": "20:00"}
    short = {"number": PHONE, "safe_to_call": True, "safe_to_message": True}
    mail = {"kind": "email", "address": "z@example.org", "own": True, "safe_to_message": True}
    full = person(language_written="ckb", phones=[short | {"shared": True, "owner": "shared", "hours": [evening]}], other_ways=[mail])
    first = await house.post("/v1/requests", HLP, request(need(), person=full, household=None))
    again = {name: value for name, value in person(phones=[short]).items() if name != "language_written"}
    again["other_ways"] = [{"kind": "email", "address": "Z@example.org", "note": "x"}]
    assert (await house.post("/v1/requests", HLP, request(need(), person=again, household=None))).status == 202
    known = (await house.get(f"/v1/needs/{first.body['needs'][0]['need_id']}/person", COORDINATOR)).body["contact"]
    assert known["language_written"] == "ckb"
    assert [(one["shared"], one["owner"], one["hours"]) for one in known["phones"]] == [(True, "shared", [evening])]
    assert [(one["note"], one["own"], one["safe_to_message"]) for one in known["other_ways"]] == [("x", True, True)]


async def test_the_same_person_again_is_the_known_one_and_waits_for_a_thing_once(house: House) -> None:
    first = await house.post("/v1/requests", HLP, request(need(), need("education.enrolment")))
    await house.events()
    again = await house.post("/v1/requests", HLP, request(need(note="new words"), need("cash.grant"), person=person(place="IQG15Q05")))
    assert again.status == 202, again.body
    assert again.body["request_id"] != first.body["request_id"]
    assert again.body["case_ids"] == first.body["case_ids"]
    assert {one["code"] for one in again.body["needs"]} == {"housing.hlp", "cash.grant"}
    assert {one["need_id"] for one in first.body["needs"]} & {one["need_id"] for one in again.body["needs"]}
    assert [one.need_code for one in await house.events() if isinstance(one, NeedIdentified)] == ["cash.grant"]
    assert await house.scalar("SELECT count(*) FROM person WHERE id IN (SELECT person_id FROM case_file)") == 1
    assert (await house.get(f"/v1/requests/{again.body['request_id']}", HLP)).body == again.body
    [housing] = [one["need_id"] for one in again.body["needs"] if one["code"] == "housing.hlp"]
    assert (await house.get(f"/v1/needs/{housing}", COORDINATOR)).body["note"] == "new words"
    known = (await house.get(f"/v1/needs/{housing}/person", COORDINATOR)).body
    assert (known["place"], known["identity"]["given_name"]) == ("IQG15Q05", "زينب")


async def test_a_later_case_names_the_earlier_one_of_the_same_person_and_a_restricted_one_none(house: House) -> None:
    """Whom the person was parted from is not asked for it either: referral knows cases, and nobody."""
    story = await served(house, NGO)
    first = str(await house.scalar("SELECT case_id FROM need WHERE id = :id", id=story.need_id))
    closure = {"reason": "goals_reached", "told": "spoken", "recorded_by": "x"}
    for _ in range(2):  # the question is due, and nobody puts it: unverified
        await house.later(timedelta(days=31))
    etag = (await house.get(f"/v1/cases/{first}", COORDINATOR)).etag
    ended = await house.post(f"/v1/cases/{first}/closure", COORDINATOR, closure, if_match=etag)
    assert ended.status == 200, ended.body
    await house.events()
    made = await house.post("/v1/requests", NGO, request(need("education.enrolment"), need("protection.gbv")))
    assert made.status == 202, made.body
    told = {event.need_code: event for event in await house.events() if isinstance(event, NeedIdentified)}
    assert str(told["education.enrolment"].case_id) != first
    assert [str(one) for one in told["education.enrolment"].earlier_cases] == [first]
    assert told["protection"].earlier_cases == []


async def test_who_is_told_of_elsewhere_is_looked_after_there(house: House) -> None:
    first = await house.post("/v1/requests", HLP, request(need(), need("health.medical", "emergency"), household=None))
    await house.events()
    where = "SELECT string_agg(code || ' ' || governorate || ' ' || coalesce(district, '-'), ', ' ORDER BY code) FROM need"
    before = "health.medical IQG15 IQG15Q08, housing.hlp IQG15 IQG15Q08"
    again = await house.post("/v1/requests", HLP, request(need(), person=person(place="IQG15"), household=None))
    assert again.body["case_ids"] == first.body["case_ids"]
    assert await house.scalar(where) == before  # less exact is no news
    moved = await house.post("/v1/requests", HLP, request(need(), person=person(place="IQG13"), household=None))
    assert (moved.status, moved.body["case_ids"]) == (202, first.body["case_ids"])
    assert await house.scalar(where) == "health.medical IQG15 IQG15Q08, housing.hlp IQG13 -"  # nobody is on duty there
    told = [one for one in await house.events() if isinstance(one, NeedChanged)]
    assert [one.governorate for one in sorted(told, key=lambda one: one.need_id)] == ["IQG13", "IQG15"]


async def test_all_of_it_again_changes_nothing(house: House) -> None:
    first = await house.post("/v1/requests", HLP, request(identifiers=[]))
    await house.events()
    again = await house.post("/v1/requests", HLP, request())
    assert again.body["needs"] == first.body["needs"]
    assert len(again.body["identifiers"]) == 1
    assert await house.events() == []


@pytest.mark.parametrize("other", [{"urgency": "emergency"}, {"objects": True}])
async def test_what_is_worse_or_has_other_terms_is_a_need_of_its_own(house: House, other: dict[str, Any]) -> None:
    first = await house.post("/v1/requests", HLP, request(need()))
    terms = consent(categories=["identity"]) if "objects" in other else consent()
    again = await house.post("/v1/requests", HLP, request(need(urgency=other.get("urgency", "routine")), consent=terms))
    assert again.body["case_ids"] == first.body["case_ids"]
    assert again.body["needs"][0]["need_id"] != first.body["needs"][0]["need_id"]


async def test_who_agrees_again_when_the_time_was_over_has_a_need_that_somebody_may_take(house: House) -> None:
    first = await house.post("/v1/requests", HLP, request(need()))
    await house.later(timedelta(days=366))
    await house.events()
    again = await house.post("/v1/requests", HLP, request(need()))
    assert again.body["case_ids"] == first.body["case_ids"]
    [told] = [one for one in await house.events() if isinstance(one, NeedIdentified)]
    assert str(told.need_id) == again.body["needs"][0]["need_id"] != first.body["needs"][0]["need_id"]
    assert told.consent.until > house.database.clock.now()
    once = await house.post("/v1/requests", HLP, request(need()))
    assert once.body["needs"] == again.body["needs"]


async def test_ten_tellings_at_once_are_one_person(house: House) -> None:
    answers = await asyncio.gather(*(house.post("/v1/requests", HLP, request(need())) for _ in range(10)))
    assert {answer.status for answer in answers} == {202}
    assert len({answer.body["needs"][0]["need_id"] for answer in answers}) == 1
    assert len({answer.body["request_id"] for answer in answers}) == 10


async def test_another_origin_learns_nothing_and_brings_its_own(house: House) -> None:
    first = await house.post("/v1/requests", HLP, request(need()))
    other = await house.post("/v1/requests", NGO, request(need()))
    assert not {*first.body["case_ids"]} & {*other.body["case_ids"]}
    assert other.body["needs"][0]["need_id"] != first.body["needs"][0]["need_id"]


async def test_a_restricted_need_is_never_tied_to_the_known_person(house: House) -> None:
    first = await house.post("/v1/requests", WLCO, request(need("protection.gbv")))
    again = await house.post("/v1/requests", WLCO, request(need("protection.gbv"), need()))
    assert not {*first.body["case_ids"]} & {*again.body["case_ids"]}
    assert await house.scalar("SELECT count(DISTINCT person_id) FROM natural_key") == 1
    assert await house.scalar("SELECT sensitivity FROM person WHERE id = (SELECT person_id FROM natural_key LIMIT 1)") == "standard"


async def test_who_was_erased_is_new(house: House) -> None:
    first = await house.post("/v1/requests", HLP, request(need()))
    await house.erase(first.body["needs"][0]["need_id"])
    again = await house.post("/v1/requests", HLP, request(need()))
    assert again.status == 202
    assert again.body["needs"][0]["need_id"] != first.body["needs"][0]["need_id"]
    third = await house.post("/v1/requests", HLP, request(need()))
    assert third.body["needs"][0]["need_id"] == again.body["needs"][0]["need_id"]


async def test_what_a_member_asked_for_is_one_need_too(house: House) -> None:
    wife = {"call_name": "Huda", "role": "spouse", "birth_year": 1990, "needs": [need("work.training")], "consent": consent()}
    body = request(need(), household={"members": [wife]})
    first = await house.post("/v1/requests", HLP, body)
    assert first.status == 202, first.body
    await house.events()
    changed = wife | {"needs": [need("work.training", note="evenings"), need("work.job")]}
    again = await house.post("/v1/requests", HLP, body | {"identifiers": [], "household": {"members": [changed]}})
    assert [one.need_code for one in await house.events() if isinstance(one, NeedIdentified)] == ["work.job"]
    before = {one["code"]: one["need_id"] for one in first.body["needs"]}
    after = {one["code"]: one["need_id"] for one in again.body["needs"]}
    assert {code: after[code] for code in before} == before
    assert (await house.get(f"/v1/needs/{before['work.training']}", COORDINATOR)).body["note"] == "evenings"
    assert (await house.get(f"/v1/requests/{again.body['request_id']}", HLP)).body == again.body
    assert await house.scalar("SELECT count(*) FROM person") == 2
    cousin = wife | {"call_name": "Rana", "birth_year": 1995}
    third = await house.post("/v1/requests", HLP, body | {"identifiers": [], "household": {"members": [cousin]}})
    assert not {one["need_id"] for one in third.body["needs"] if one["code"] == "work.training"} & set(after.values())
