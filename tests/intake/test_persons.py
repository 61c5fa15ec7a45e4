"""A person read and kept right by the operator: all of it comes back as it was given, changes are told, and every look is logged."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from ihala_contracts.intake_v1 import NeedChanged

from tests.intake.actors import COORDINATOR, HLP, NGO, NOTIFY, OFFICER, OTHER_COORDINATOR, PROVIDER, STRANGER, WLCO
from tests.intake.families import brought, everything, person_of, phone
from tests.intake.house import Answer, House
from tests.intake.samples import consent, need, person, request
from tests.intake.story import accepted

MARKS = "SELECT count(*) FROM person_mark WHERE kind = :kind"


async def known(house: House, said: dict[str, Any] | None = None, *needs: dict[str, Any]) -> tuple[str, UUID]:
    """Return the path and the id of a person that was brought."""
    made = await brought(house, request(*needs, person=said or everything(), household=None))
    person_id = await person_of(house, made["needs"][0]["need_id"])
    return f"/v1/persons/{person_id}", person_id


async def patched(house: House, path: str, body: dict[str, Any], if_match: str | None = '"1"') -> Answer:
    return await house.call("PATCH", path, OFFICER, body, if_match=if_match)


async def test_all_that_was_said_comes_back_as_it_was_given(house: House) -> None:
    path, _ = await known(house)
    answer = await house.get(path, OFFICER)
    assert (answer.status, answer.etag) == (200, '"1"')
    found = answer.body
    assert (found["identity"]["given_name"], found["identity"]["transliteration"]["given_name"]) == ("زينب", "Zaynab")
    assert (found["identity"]["birth_on"], found["identity"]["birth_day_known"]) == ("1987-07-01", False)
    assert [one["kind"] for one in found["movements"]] == ["displaced", "returned_from_abroad"]
    assert (found["movements"][1]["country"], found["movements"][1]["since"]) == ("DE", "2025-06-10")
    assert (found["place"], found["address"], found["role"]) == ("IQG15Q08N01", "خلف الجامع الكبير", "head")
    assert found["documents"][0]["number"] == "١٩٨٧ ٥٥٥ ١٢٣"
    assert (found["disabilities"]["walking"], found["disabilities"]["counts"]) == ("a_lot", True)
    assert (found["contact"]["also_speaks"], found["contact"]["trusted_contact"]["call_name"]) == (["ckb", "ar"], "أم علي")
    [way] = found["contact"]["other_ways"]
    assert (way["kind"], way["note"], way["address"]) == ("visit", "بعد الظهر فقط", None)


async def test_a_call_name_and_a_place_are_a_person(house: House) -> None:
    path, _ = await known(house, {"call_name": "خ", "place": "IQG15"})
    found = (await house.get(path, OFFICER)).body
    assert (found["identity"]["call_name"], found["identity"]["given_name"], found["documents"]) == ("خ", None, [])


async def test_who_may_read_and_change_a_person(house: House) -> None:
    path, person_id = await known(house)
    for actor in (NGO, HLP, STRANGER, PROVIDER, OTHER_COORDINATOR, WLCO):
        one = actor.but(scopes=COORDINATOR.scopes, cleared=True)
        assert (await house.get(path, one)).slug == "person-not-found"
        assert (await house.call("PATCH", path, one, {"sex": "male"}, if_match='"1"')).slug == "person-not-found"
    assert await house.chain(person_id) == 0
    assert (await house.get(path, None)).status == 401


async def test_a_restricted_files_person_shows_to_the_cleared_alone(house: House) -> None:
    path, person_id = await known(house, person(), need("protection.gbv"))
    assert (await house.get(path, OFFICER)).status == 404
    assert (await patched(house, path, {"sex": "female"})).status == 404
    shown = await house.get(path, COORDINATOR)
    assert (shown.status, shown.body["sensitivity"], shown.body["household_id"]) == (200, "restricted", None)
    assert await house.chain(person_id) == 1


async def test_every_look_and_every_change_is_a_link(house: House) -> None:
    path, person_id = await known(house)
    await house.get(path, OFFICER)
    await patched(house, path, {"phones": [], "place": "IQG15Q05"})
    assert await house.chain(person_id) == 2
    links = "SELECT string_agg(what || ' ' || array_to_string(categories, ','), '; ' ORDER BY n) FROM access_log"
    assert (await house.scalar(links)).endswith("; person-changed contact,place")


async def test_a_change_is_told_for_each_open_need(house: House) -> None:
    path, _ = await known(house, everything(), need(), need("cash.grant"), need("legal.advice"))
    answer = await patched(house, path, {"place": "IQG15Q05", "birth_on": None, "birth_year": 1990, "language_spoken": "ckb"})
    assert (answer.status, answer.etag, answer.body["identity"]["birth_on"]) == (200, '"2"', None)
    changed = await house.events()
    assert [type(event) for event in changed] == [NeedChanged] * 3
    assert {event.district for event in changed if isinstance(event, NeedChanged)} == {"IQG15Q05"}
    assert isinstance(changed[0], NeedChanged)
    facts = house.unsealed(changed[0].facts)["data"]
    assert facts["languages"][0] == "ckb"


async def test_what_is_not_named_stays_and_null_takes_away(house: House) -> None:
    path, _ = await known(house)
    after = (await patched(house, path, {"address": None, "documents": [], "call_name": "أم يوسف الجديدة"})).body
    assert (after["address"], after["documents"]) == (None, [])
    assert (after["identity"]["call_name"], after["identity"]["given_name"], len(after["movements"])) == ("أم يوسف الجديدة", "زينب", 2)
    assert (await house.get(path, OFFICER)).body == after
    etag = (await house.get(path, OFFICER)).etag
    for name in ("call_name", "place", "language_written"):  # without these nobody is registered
        refused = await house.call("PATCH", path, OFFICER, {name: None}, key=None, if_match=etag)
        [error] = refused.body["errors"]
        assert (refused.status, error["pointer"], error["code"]) == (422, f"#/{name}", "cannot_be_taken_away")


@pytest.mark.parametrize(
    ("said", "birth"),
    [
        ({"birth_year": 1990}, (1990, None)),  # the year that is known now is not that day's
        ({"birth_year": 1987}, (1987, "1987-07-01")),
        ({"birth_on": "1991-03-04"}, (1991, "1991-03-04")),
        ({"birth_on": None}, (None, None)),
    ],
)
async def test_the_newer_word_about_a_birth_holds(house: House, said: dict[str, Any], birth: tuple[int | None, str | None]) -> None:
    path, _ = await known(house)
    found = (await patched(house, path, said)).body["identity"]
    assert (found["birth_year"], found["birth_on"]) == birth


async def test_a_person_is_found_by_what_is_theirs_now(house: House) -> None:
    path, _ = await known(house)
    assert [await house.scalar(MARKS, kind=kind) for kind in ("phone", "document")] == [1, 1]
    before = await house.scalar("SELECT value FROM person_mark WHERE kind = 'phone'")
    await patched(house, path, {"phones": [phone("07809998877")], "documents": []})
    assert [await house.scalar(MARKS, kind=kind) for kind in ("phone", "document")] == [1, 0]
    assert await house.scalar("SELECT value FROM person_mark WHERE kind = 'phone'") != before


async def test_refusals_of_a_change(house: House) -> None:
    path, person_id = await known(house)
    for body, if_match, slug in (
        ({}, '"1"', "malformed-request"),
        ({"place": None}, '"1"', "malformed-request"),
        ({"call_name": None}, '"1"', "malformed-request"),
        ({"place": "SY01"}, '"1"', "unknown-place"),
        ({"given_name": "x\u202ey"}, '"1"', "malformed-request"),
        ({"phones": [phone("0532 123 4567")]}, '"1"', "malformed-request"),
        ({"guardian": {"state": "unsafe"}, "birth_year": 2015, "birth_on": None}, '"1"', "filed-apart"),
        ({"guardian": {"state": "person", "call_name": "x"}}, '"1"', "malformed-request"),  # she was born in 1987
        ({"guardian": {"state": "none"}}, '"1"', "malformed-request"),
        ({"sex": "male"}, '"9"', "stale"),
        ({"sex": "male"}, None, "precondition-required"),
        ({"household_size": 3}, '"1"', "malformed-request"),
    ):
        assert (await patched(house, path, body, if_match)).slug == slug, body
    assert await house.events() == []
    assert await house.chain(person_id) == 0
    assert (await house.get(path, OFFICER)).etag == '"1"'


async def test_a_centre_that_keeps_the_identity_gives_no_name_later_either(house: House) -> None:
    made = await brought(
        house, request(need(), person={"call_name": "W-17", "place": "IQG15Q05"}, household=None, identity_held_by="origin"), WLCO
    )
    path = f"/v1/persons/{await person_of(house, made['needs'][0]['need_id'])}"
    for body in ({"given_name": "زينب"}, {"phones": [phone("07701234567")]}, {"documents": [{"kind": "passport", "number": "A1"}]}):
        assert (await patched(house, path, body)).slug == "identity-held-by-origin"
    assert (await patched(house, path, {"sex": "female"})).status == 200


async def test_an_erased_person_is_gone(house: House) -> None:
    path, _ = await known(house)
    need_id = await house.scalar("SELECT id FROM need LIMIT 1")
    await house.erase(need_id)
    assert (await house.get(path, OFFICER)).slug == "person-erased"
    assert (await patched(house, path, {"sex": "male"})).slug == "person-erased"


@pytest.mark.parametrize(
    ("category", "part"), [("documents", "documents"), ("disabilities", "disabilities"), ("place", "address"), ("status", "movements")]
)
async def test_a_receiver_reads_the_new_parts_by_their_category_alone(house: House, category: str, part: str) -> None:
    told = await accepted(house, NGO, person=everything(), consent=consent(categories=[category]))
    assert (await house.get(told.person_path, PROVIDER)).body[part]
    told = await accepted(house, HLP, person=everything(), consent=consent(categories=["identity"]))
    answer = (await house.get(told.person_path, PROVIDER)).body
    assert [answer[name] for name in ("documents", "disabilities", "address", "movements")] == [None] * 4


async def test_outside_a_phones_hours_nobody_is_written_to(house: House) -> None:
    always = await known(house, person(phones=[phone("07701234567", hours=[{"from_time": "00:00", "until_time": "00:00"}])]))
    need_id = await house.scalar("SELECT id FROM need WHERE person_id = :id", id=always[1])
    assert (await house.get(f"/v1/contacts/{need_id}", NOTIFY)).status == 200
    local = (house.database.clock.now().hour + 3) % 24
    later = {"from_time": f"{(local + 2) % 24:02}:00", "until_time": f"{(local + 3) % 24:02}:00"}
    assert (await patched(house, always[0], {"phones": [phone("07701234567", hours=[later])]})).status == 200
    refused = await house.get(f"/v1/contacts/{need_id}", NOTIFY)
    assert (refused.status, refused.slug) == (503, "contact-not-now")
    assert 3600 <= int(refused.headers["Retry-After"]) <= 2 * 3600


async def searched(house: House, body: dict[str, Any], actor: Any = OFFICER) -> list[str]:
    answer = await house.post("/v1/persons/search", actor, body)
    assert answer.status == 200, answer.body
    return [one["identity"]["call_name"] for one in answer.body["items"]]


async def test_a_desk_finds_somebody_by_a_phone_or_a_document_and_by_nothing_else(house: House) -> None:
    _, person_id = await known(house)
    number = {"kind": "national_id", "number": "1987-555-123"}
    assert await searched(house, {"phone": "٠٧٧٠١٢٣٤٥٦٧"}) == ["أم يوسف"]
    assert await searched(house, {"document": number}) == ["أم يوسف"]
    assert await searched(house, {"document": number | {"kind": "passport"}}) == []
    assert await searched(house, {"phone": "07709999999"}) == []
    assert await house.chain(person_id) == 2
    for actor in (NGO, OTHER_COORDINATOR, STRANGER):  # whoever told of her, too
        assert await searched(house, {"phone": "07701234567"}, actor.but(scopes=COORDINATOR.scopes)) == []
    for body in ({}, {"phone": "07701234567", "document": number}, {"given_name": "زينب"}):
        assert (await house.post("/v1/persons/search", OFFICER, body)).slug == "malformed-request"
    await house.erase(await house.scalar("SELECT id FROM need LIMIT 1"))
    assert await searched(house, {"phone": "07701234567"}) == []


async def test_a_search_finds_nobody_restricted_even_for_the_cleared(house: House) -> None:
    await known(house, person(), need("protection.gbv"))
    assert await searched(house, {"phone": "07701234567"}, COORDINATOR) == []


async def test_a_corrected_year_of_birth_takes_the_old_day_away(house: House) -> None:
    path, person_id = await known(house)
    need_id = await house.scalar("SELECT id FROM need WHERE person_id = :id LIMIT 1", id=person_id)
    correction = {"person": {"birth_year": 1990}}
    assert (await house.post(f"/v1/needs/{need_id}/correction", OFFICER, correction, if_match='"1"')).status == 200
    found = (await house.get(path, OFFICER)).body["identity"]
    assert (found["birth_year"], found["birth_on"]) == (1990, None)


async def test_a_change_and_another_telling_at_once_wait_for_each_other(house: House) -> None:
    path, _ = await known(house, everything(), need(), need("cash.grant"))
    for round_ in range(10):
        etag = (await house.get(path, OFFICER)).etag
        told = request(need(), need("cash.grant"), person=everything(requirements=[f"r{round_}"]), household=None)
        changed, brought_again = await asyncio.gather(
            patched(house, path, {"address": f"شارع {round_}"}, etag), house.post("/v1/requests", NGO, told)
        )
        assert brought_again.status == 202
        assert changed.status in (200, 412)
    assert await house.scalar("SELECT count(*) FROM person") == 1


async def test_what_is_told_anew_is_told_on(house: House) -> None:
    await known(house, person(requirements=[]))
    await brought(house, request(need(), need("cash.grant"), person=person(requirements=["ground_floor"]), household=None))
    await house.post("/v1/requests", NGO, request(need(), person=person(requirements=["ground_floor", "step_free"]), household=None))
    changed = [event for event in await house.events() if isinstance(event, NeedChanged)]
    assert {tuple(house.unsealed(event.facts)["data"]["requirements"]) for event in changed} == {("ground_floor", "step_free")}
