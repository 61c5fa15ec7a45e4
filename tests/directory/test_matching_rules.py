"""Rules are data: drafted, tried over past needs, published, and never changed again; explanations are read in words."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import aiohttp
import pytest
from ihala_contracts.directory_v1 import NoPlaceFound, PlaceReserved, RulesetPublished
from ihala_directory.matching import RuleBody, store
from ihala_kit.auth import Caller
from sqlalchemy import text

from tests.directory.test_placing import facts_of, facts_of_again, reserve, results
from tests.directory.world import OPERATOR, OTHER_OPERATOR, TELAFAR_AT, ZUMMAR_AT, Case, People, World, key, match, only, slug

SHIPPED = UUID(int=1)
LARGEST_AT = UUID("2aaaeac2-7bcc-5fd2-afdc-01278600ed93")
LARGEST = {"name": "Most places first", "body": {"order": [{"by": "places"}]}}


async def post(http: aiohttp.ClientSession, path: str, body: dict[str, Any], headers: dict[str, str], status: int = 200) -> Any:
    async with http.post(path, json=body, headers=headers | key()) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json()


async def draft(http: aiohttp.ClientSession, people: People, wanted: dict[str, Any] = LARGEST) -> dict[str, Any]:
    found: dict[str, Any] = await post(http, "/v1/rulesets", wanted, people.coordinator(), 201)
    return found


async def publish(http: aiohttp.ClientSession, people: People, wanted: dict[str, Any] = LARGEST, **more: Any) -> dict[str, Any]:
    known = await draft(http, people, wanted)
    url, headers = f"/v1/rulesets/{known['id']}/publication", people.coordinator() | match(known["version"])
    found: dict[str, Any] = await post(http, url, more, headers)
    return found


async def test_version_1_is_what_the_program_ships(world: World) -> None:
    body = await world.value("SELECT body FROM ruleset WHERE number = 1")
    assert RuleBody.model_validate(body) == RuleBody()
    assert set(body) == set(RuleBody.model_fields)


async def test_published_rules_hold_for_their_operator_from_then_on(world: World, http: aiohttp.ClientSession, people: People) -> None:
    assert only(await world.tell(Case().request()), PlaceReserved).service_at_location_id == TELAFAR_AT
    published = await publish(http, people)
    assert (published["state"], published["number"]) == ("published", 2)
    reserved = only(await world.tell(Case().request()), PlaceReserved)
    assert reserved.service_at_location_id == LARGEST_AT
    assert {one.rule_version for one in reserved.explanation} == {2}
    other = only(await world.tell(Case(operator_id=OTHER_OPERATOR).request()), PlaceReserved)
    assert (other.service_at_location_id, other.explanation[0].rule_version) == (TELAFAR_AT, 1)
    async with http.get("/v1/rulesets/in-force", headers=people.coordinator()) as answer:
        assert (await answer.json())["id"] == published["id"]


async def test_what_the_rules_demand_of_a_location_is_held_against_the_location(
    world: World, http: aiohttp.ClientSession, people: People
) -> None:
    demanding = {"name": "Step free or not at all", "body": {"criteria": {"accessibility": "demand"}}}
    await publish(http, people, demanding)
    await world.said()
    case, second, nobody = Case(), Case(), Case()
    facts = await facts_of(world, case, requirements=["step_free"])
    ours = "SELECT location_id FROM service_at_location WHERE id = :id"
    await world.rows(f"UPDATE location SET accessibility = '{{step_free}}' WHERE id = ({ours}) RETURNING id", id=ZUMMAR_AT)
    reserved = only(await world.tell(case.request(facts=facts)), PlaceReserved)
    assert (reserved.service_at_location_id, results(reserved)["accessibility"]) == (ZUMMAR_AT, "pass")
    facts = await facts_of_again(world, second, requirements=["step_free"])
    chosen = second.request(facts=facts, preferred_reservation_id=await reserve(world, second.need_id, ZUMMAR_AT))
    assert results(only(await world.tell(chosen), PlaceReserved))["accessibility"] == "pass"
    facts = await facts_of_again(world, nobody, requirements=["sign_language"])
    none = only(await world.tell(nobody.request(facts=facts)), NoPlaceFound)
    assert "accessibility" in {one.code for one in none.failing}


async def test_rules_may_begin_later_but_not_earlier(http: aiohttp.ClientSession, people: People, world: World) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    published = await publish(http, people, valid_from=tomorrow.isoformat())
    told = only(await world.said(), RulesetPublished)
    assert (str(told.ruleset_id), told.key, told.operator_id) == (published["id"], told.ruleset_id, OPERATOR)
    assert (told.rule_version, told.valid_from, told.published_at < tomorrow) == (2, tomorrow, True)
    assert only(await world.tell(Case().request()), PlaceReserved).service_at_location_id == TELAFAR_AT
    known = await draft(http, people)
    body = {"valid_from": (datetime.now(UTC) - timedelta(days=1)).isoformat()}
    url, headers = f"/v1/rulesets/{known['id']}/publication", people.coordinator() | match(1) | key()
    async with http.post(url, json=body, headers=headers) as answer:
        assert await slug(answer, 422) == "rules-begin-before"
    assert await world.said() == []


async def test_what_is_published_never_changes(world: World, http: aiohttp.ClientSession, people: People) -> None:
    published = await publish(http, people)
    assert only(await world.said(), RulesetPublished).valid_from <= datetime.now(UTC)
    url, headers = f"/v1/rulesets/{published['id']}", people.coordinator() | match(published["version"])
    async with http.put(url, json=LARGEST, headers=headers) as answer:
        assert await slug(answer, 409) == "ruleset-published"
    async with http.post(f"{url}/publication", json={}, headers=headers | key()) as answer:
        assert await slug(answer, 409) == "ruleset-published"
    async with world.database.transaction(Caller.system("test")) as tx:  # not even by the system
        changed = await tx.execute(text("UPDATE ruleset SET body = '{}' WHERE state = 'published' RETURNING id"))
        assert changed.all() == []
    assert await world.said() == []


async def test_a_draft_is_its_operators_alone(http: aiohttp.ClientSession, people: People) -> None:
    known = await draft(http, people)
    url, stranger = f"/v1/rulesets/{known['id']}", people.coordinator(operator=OTHER_OPERATOR)
    async with http.get(url, headers=stranger) as answer:
        assert await slug(answer, 404) == "ruleset-not-found"
    async with http.put(url, json=LARGEST, headers=stranger | match(1)) as answer:
        assert await slug(answer, 404) == "ruleset-not-found"
    async with http.get("/v1/rulesets", headers=stranger) as answer:
        assert [one["id"] for one in (await answer.json())["items"]] == [str(SHIPPED)]
    async with http.post("/v1/rulesets", json=LARGEST, headers=people.provider() | key()) as answer:
        assert await slug(answer, 403) == "officers-only"
    async with http.put(url, json=LARGEST | {"name": "Other"}, headers=people.coordinator() | match(1)) as answer:
        assert ((await answer.json())["name"], answer.headers["ETag"]) == ("Other", '"2"')
    async with http.put(url, json=LARGEST, headers=people.coordinator() | match(1)) as answer:
        assert answer.status == 412


@pytest.mark.parametrize("body", [{"order": []}, {"criteria": {"consent": "off"}}, {"x": 1}])
async def test_rules_that_are_none_are_refused(http: aiohttp.ClientSession, people: People, body: dict[str, Any]) -> None:
    async with http.post("/v1/rulesets", json={"name": "x", "body": body}, headers=people.coordinator() | key()) as answer:
        assert await slug(answer, 422) == "malformed-request"


async def test_a_dry_run_says_what_would_have_been_others(world: World, http: aiohttp.ClientSession, people: People) -> None:
    cases = [Case() for _ in range(3)]
    for case in cases:
        await world.tell(case.request())
    only(await world.tell(Case(need_code="health.disability").request()), NoPlaceFound)
    by_hand = Case()
    chosen = await reserve(world, by_hand.need_id, ZUMMAR_AT)
    await world.tell(by_hand.request(preferred_reservation_id=chosen))
    known = await draft(http, people)
    url, before = f"/v1/rulesets/{known['id']}/dry-run", await world.places(TELAFAR_AT)
    found = await post(http, url, {}, people.administrator())
    counts = {name: found[name] for name in ("looked_at", "compared", "same", "another_place", "nobody_now", "by_hand_or_old")}
    assert counts == {"looked_at": 5, "compared": 4, "same": 1, "another_place": 3, "nobody_now": 0, "by_hand_or_old": 1}
    example = found["examples"][0]
    assert (example["answered"], example["would_be"], example["because"]) == (str(TELAFAR_AT), str(LARGEST_AT), ["places"])
    assert await world.places(TELAFAR_AT) == before
    async with http.get(f"/v1/rulesets/{known['id']}", headers=people.coordinator()) as answer:
        assert (await answer.json())["tried"]["another_place"] == 3
    same = await post(http, f"/v1/rulesets/{SHIPPED}/dry-run", {}, people.coordinator())
    assert (same["same"], same["another_place"]) == (4, 0)
    assert (await post(http, url, {"most": 2}, people.coordinator()))["looked_at"] == 2
    stranger = people.coordinator(operator=OTHER_OPERATOR)
    assert (await post(http, f"/v1/rulesets/{SHIPPED}/dry-run", {}, stranger))["looked_at"] == 0


async def test_a_dry_run_of_stricter_rules_says_who_would_be_left_with_nobody(
    world: World, http: aiohttp.ClientSession, people: People
) -> None:
    await world.tell(Case().request())
    strict = await draft(http, people, {"name": "strict", "body": {"criteria": {"status": "prove"}}})
    found = await post(http, f"/v1/rulesets/{strict['id']}/dry-run", {}, people.coordinator())
    assert (found["nobody_now"], found["compared"]) == (1, 1)


async def test_nothing_of_the_person_is_kept(world: World) -> None:
    await world.tell(Case().request())
    [row] = await world.rows("SELECT explanation, urgency, ruleset FROM placement_answer")
    assert (row.urgency, row.ruleset) == ("routine", 1)
    assert {name for one in row.explanation for name in one} == {"service_at_location_id", "criteria", "own", "figures"}


async def test_an_explanation_is_read_in_words(world: World, http: aiohttp.ClientSession, people: People) -> None:
    case = Case()
    await world.tell(case.request(), case.cancel(attempt=2))
    url = f"/v1/placements/{case.placement_id}/answers"
    async with http.get(url, headers=people.coordinator()) as answer:
        body = await answer.json()
    assert [(one["attempt"], one["outcome"], one["service_at_location_id"]) for one in body["items"]] == [(1, "reserved", str(TELAFAR_AT))]
    assert set(body["texts"]["capacity"]["pass"]) == {"ar", "ckb", "en"}
    said = {(one["code"], one["result"]) for item in body["items"][0]["items"] for one in item["criteria"]}
    assert all(result in body["texts"][code] for code, result in said)
    async with http.get(url, headers=people.coordinator(operator=OTHER_OPERATOR)) as answer:
        assert await slug(answer, 404) == "placement-not-found"
    async with http.get("/v1/criteria", headers=people.provider()) as answer:
        assert len((await answer.json())["items"]) > 50


async def test_matches_say_why_one_is_before_the_next(http: aiohttp.ClientSession, people: People) -> None:
    body = {"need_code": "housing.hlp", "governorate": "IQG15", "district": "IQG15Q08", "facts": {"status": "group.idp"}, "most": 2}
    async with http.post("/v1/matches", json=body, headers=people.coordinator()) as answer:
        found = await answer.json()
    assert (len(found["items"]), found["candidates"], found["left_out"], found["ruleset"]) == (2, 4, 0, 1)
    first = found["items"][0]
    assert found["texts"][first["ahead_by"]]["ahead"]["en"]
    assert {"waiting", "waited_days", "wait_days", "answer_rate", "woman_counsellor"} <= set(first)


async def test_rules_are_read_once_a_process(world: World) -> None:
    async with world.database.transaction(Caller.system("test")) as tx:
        first = await store.rules_in_force(tx, OTHER_OPERATOR, datetime.now(UTC))
        assert await store.rules_in_force(tx, OTHER_OPERATOR, datetime.now(UTC)) is first
