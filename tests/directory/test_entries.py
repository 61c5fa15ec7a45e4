"""Organisations, services and their places: entered, changed, found and matched."""

import re
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from ihala_contracts.directory_v1 import NoPlaceFound, OrganizationJoined, PlaceReserved, ServiceChanged
from ihala_contracts.intake_v1 import LARGEST_HOUSEHOLD

from tests.directory.bodies import MATCH, ORGANIZATION, SERVICE
from tests.directory.conftest import SEED
from tests.directory.world import (
    OPERATOR,
    OTHER_OPERATOR,
    TELAFAR,
    TELAFAR_AT,
    TELAFAR_SERVICE,
    ZUMMAR,
    ZUMMAR_AT,
    Case,
    People,
    World,
    key,
    match,
    next_page,
    only,
    slug,
)

DOCUMENTS = Path(__file__).parents[2] / "contracts" / "openapi"


async def test_capacity_is_one_small_call_of_its_provider(world: World, http: aiohttp.ClientSession, people: People) -> None:
    url = f"/v1/services-at-locations/{ZUMMAR_AT}"
    provider = people.provider(ZUMMAR, "directory:read", "directory:write")
    async with http.get(url, headers=provider) as answer:
        etag = answer.headers["ETag"]
    for figure, opened in ((500, True), (10, False)):
        async with http.put(f"{url}/capacity", json={"figure": figure}, headers=provider | {"If-Match": etag}) as answer:
            assert ((await answer.json())["capacity"]["free"], answer.status) == (figure, 200)
            etag = answer.headers["ETag"]
        assert only(await world.said(), ServiceChanged).places_opened is opened
    async with http.put(f"{url}/capacity", json={"figure": -1}, headers=provider | {"If-Match": etag}) as answer:
        assert await slug(answer, 422) == "malformed-request"


@pytest.mark.parametrize(
    "away",
    [
        "UPDATE organization SET status = 'suspended', suspended_for = 'conduct', suspended_at = now()",
        "UPDATE service SET status = 'paused'",
        "UPDATE service_at_location SET status = 'closed'",
    ],
)
async def test_a_figure_of_what_is_not_offered_opens_nothing(world: World, http: aiohttp.ClientSession, people: People, away: str) -> None:
    """Else all who wait for such a service would be placed anew, in vain, with every figure."""
    await world.rows(f"{away} RETURNING id")
    url = f"/v1/services-at-locations/{ZUMMAR_AT}/capacity"
    async with http.put(url, json={"figure": 500}, headers=people.provider(ZUMMAR) | match(1)) as answer:
        assert (answer.status, (await answer.json())["capacity"]["figure"]) == (200, 500)
    assert not only(await world.said(), ServiceChanged).places_opened


async def test_a_confirmed_figure_opens_what_a_decline_closed(world: World, http: aiohttp.ClientSession, people: People) -> None:
    await world.rows("UPDATE service_at_location SET figure = 0, confirmed = false WHERE id = :id RETURNING id", id=ZUMMAR_AT)
    url, provider = f"/v1/services-at-locations/{ZUMMAR_AT}/capacity", people.provider(ZUMMAR)
    async with http.put(url, json={"figure": 2}, headers=provider | match(1)) as answer:
        assert (await answer.json())["capacity"]["confirmed"] is True
    assert only(await world.said(), ServiceChanged).places_opened


async def test_a_household_is_as_large_here_as_at_the_desk(http: aiohttp.ClientSession, people: People) -> None:
    """A fact of a need that intake takes is asked here, too; no document says another limit."""
    officer = people.coordinator()
    for size, status in ((LARGEST_HOUSEHOLD, 200), (LARGEST_HOUSEHOLD + 1, 422)):
        async with http.post("/v1/matches", json=MATCH | {"facts": {"household_size": size}}, headers=officer) as answer:
            assert answer.status == status, await answer.text()
    limit = re.compile(r'"household_size": \{\s*"anyOf": \[\s*\{\s*"type": "integer",\s*"maximum": ([0-9.]+)')
    documents = {path.stem: {float(one) for one in limit.findall(path.read_text())} for path in DOCUMENTS.glob("*.json")}
    assert {name: found for name, found in documents.items() if found} == {
        f"{name}.v1": {LARGEST_HOUSEHOLD} for name in ("intake", "referral", "directory")
    }


async def test_matches_explain_themselves(http: aiohttp.ClientSession, people: People) -> None:
    body = MATCH | {"facts": {"status": "group.host", "languages": ["ar"]}}
    async with http.post("/v1/matches", json=body, headers=people.coordinator()) as answer:
        items = (await answer.json())["items"]
    assert [one["rank"] for one in items] == [1, 2, 3, 4]
    assert [one["serves"] for one in items] == [True, False, False, False]  # the centre asks for no status
    criteria = {one["code"]: one for one in items[-1]["criteria"]}
    assert criteria["status"] == {"code": "status", "result": "fail", "rule_version": 1}
    async with http.post("/v1/matches", json=MATCH | {"need_code": "health.disability"}, headers=people.coordinator()) as answer:
        nobody = await answer.json()
    assert (nobody["items"], nobody["failing"]) == ([], [{"code": "need", "result": "fail", "rule_version": 1}])


async def test_services_by_need_and_area_page_by_page(http: aiohttp.ClientSession, people: People) -> None:
    async with http.get("/v1/services?need=housing.hlp&area=IQG15Q08N01", headers=people.stranger()) as answer:
        assert {one["organization"]["kind"] for one in (await answer.json())["items"]} == {"hlp", "nngo", "ingo", "state"}
    async with http.get("/v1/services?need=education.enrolment&area=IQG15", headers=people.stranger()) as answer:
        assert len((await answer.json())["items"]) == 3  # those of the governorate and of its districts
    seen: list[str] = []
    url: str | None = "/v1/services?limit=5"
    while url:
        async with http.get(url, headers=people.stranger()) as answer:
            seen += [one["id"] for one in (await answer.json())["items"]]
            url = next_page(answer)
    shown = [service["id"] for one in SEED["organizations"] if not one["hidden"] for service in one["services"]]
    assert seen == sorted(shown)


async def test_an_organisation_and_its_service_enter_change_and_are_matched(
    world: World, http: aiohttp.ClientSession, people: People
) -> None:
    headers = people.coordinator()
    async with http.post("/v1/organizations", json=ORGANIZATION, headers=headers | key()) as answer:
        organization = await answer.json()
        assert (answer.status, organization["operator_id"], organization["cleared"]) == (201, str(OPERATOR), False)
    only(await world.said(), OrganizationJoined)
    body = SERVICE | {"organization_id": organization["id"], "rules": {"sex": ["female"]}}
    async with http.post("/v1/services", json=body, headers=headers | key()) as answer:
        service = await answer.json()
        assert answer.status == 201, service
    assert only(await world.said(), ServiceChanged).places_opened
    async with http.post("/v1/matches", json=MATCH | {"need_code": "housing.repair"}, headers=headers) as answer:
        assert service["id"] in {one["service_id"] for one in (await answer.json())["items"]}
    at = service["at"][0]
    change = SERVICE | {"need_codes": ["housing.allowance"], "at": [SERVICE["at"][0] | {"id": at["id"], "areas": ["IQG15"]}]}
    async with http.put(f"/v1/services/{service['id']}", json=change, headers=headers | match(1)) as answer:
        changed = await answer.json()
        assert (changed["version"], changed["at"][0]["areas"], changed["rules"]["sex"]) == (2, ["IQG15"], [])
    only(await world.said(), ServiceChanged)
    async with http.put(f"/v1/services/{service['id']}", json=change, headers=headers | match(2)) as answer:
        assert (await answer.json())["version"] == 2  # nothing differs, nothing happens
    assert await world.said() == []
    async with http.post("/v1/matches", json=MATCH | {"need_code": "housing.repair"}, headers=headers) as answer:
        assert service["id"] not in {one["service_id"] for one in (await answer.json())["items"]}
    async with http.post("/v1/organizations", json=ORGANIZATION | {"id": organization["id"]}, headers=headers | key()) as answer:
        assert await slug(answer, 409) == "already-exists"
    async with http.post("/v1/services", json=body | {"id": service["id"]}, headers=headers | key()) as answer:
        assert await slug(answer, 409) == "already-exists"


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"rules": {"statuses": ["group.returnee_abroad"]}}, "/rules/statuses"),
        ({"need_codes": ["work.job", "reintegration.plan"]}, "/need_codes/1"),
    ],
)
async def test_an_employers_service_is_for_nobody_because_they_fled_or_came_back(
    world: World, http: aiohttp.ClientSession, people: People, more: dict[str, Any], pointer: str
) -> None:
    await world.rows("UPDATE organization SET kind = 'private' WHERE id = :id RETURNING id", id=ZUMMAR)
    officer, provider = people.coordinator(), people.provider()
    draft = SERVICE | {"need_codes": ["work.job"]}
    async with http.post("/v1/services", json=draft | more | {"organization_id": str(ZUMMAR)}, headers=officer | key()) as answer:
        assert (await slug(answer, 422), (await answer.json())["pointer"]) == ("not-for-employers", f"#{pointer}")
    proposal = {"about": {"kind": "service"}, "change": draft | more}
    async with http.post("/v1/proposals", json=proposal, headers=provider | key()) as answer:
        assert (await slug(answer, 422), (await answer.json())["pointer"]) == ("not-for-employers", f"#/change{pointer}")
    assert await world.said() == []
    async with http.post("/v1/services", json=draft | {"organization_id": str(ZUMMAR)}, headers=officer | key()) as answer:
        assert answer.status == 201


async def test_who_serves_a_part_of_a_district_is_found_for_a_need_in_it_and_told_apart(
    world: World, http: aiohttp.ClientSession, people: People
) -> None:
    """A need says no more than its district, and a sheet that names no areas serves the sub-district where it is."""
    officer = people.coordinator()
    at = SERVICE["at"][0] | {"areas": ["IQG15Q08N01"]}
    body = SERVICE | {"need_codes": ["health.disability"], "at": [at], "organization_id": str(ZUMMAR)}
    async with http.post("/v1/services", json=body, headers=officer | key()) as answer:
        service = await answer.json()
    found = {}
    for place in ("IQG15Q08", "IQG15Q08N01", "IQG15Q08N02", "IQG15Q05", "IQG15"):
        asked = {"need_code": "health.disability", "governorate": "IQG15", "district": place}
        async with http.post("/v1/matches", json=asked, headers=officer) as answer:
            items = (await answer.json())["items"]
        found[place] = [one["result"] for item in items for one in item["criteria"] if one["code"] == "area"]
    assert found == {"IQG15Q08": ["unknown"], "IQG15Q08N01": ["pass"], "IQG15Q08N02": [], "IQG15Q05": [], "IQG15": ["unknown"]}
    await world.said()
    reserved = only(await world.tell(Case(need_code="health.disability").request()), PlaceReserved)
    assert (str(reserved.service_at_location_id), reserved.district) == (service["at"][0]["id"], "IQG15Q08")
    whole = only(await world.tell(Case(need_code="health.disability", district=None).request()), NoPlaceFound)
    assert [one.code for one in whole.failing] == ["area"]


async def test_an_edit_says_what_it_opened_to_those_who_wait(world: World, http: aiohttp.ClientSession, people: People) -> None:
    headers = people.coordinator()
    async with http.put(f"/v1/services/{TELAFAR_SERVICE}", json=SERVICE, headers=headers | match(1)) as answer:
        at = next(one for one in (await answer.json())["at"] if one["status"] == "open")
    await world.said()
    here = SERVICE["at"][0] | {"id": at["id"]}
    there = here["location"] | {"id": at["location"]["id"], "accessibility": ["ramp"]}
    for version, (edit, opened, terms) in enumerate((
        ({"at": [here], "description": {"en": "other words"}}, False, False),
        ({"at": [here], "rules": {"sex": ["female"]}}, False, True),
        ({"at": [here | {"location": there}]}, False, True),
        ({"at": [here, SERVICE["at"][0]]}, True, True),
        ({"at": [here], "status": "paused"}, False, False),
        ({"at": [here]}, True, True),
    ), 2):  # fmt: skip
        async with http.put(f"/v1/services/{TELAFAR_SERVICE}", json=SERVICE | edit, headers=headers | match(version)) as answer:
            assert answer.status == 200, await answer.text()
        said = only(await world.said(), ServiceChanged)
        assert (said.places_opened, said.terms_changed) == (opened, terms), edit


async def test_a_location_that_is_no_longer_named_is_closed(world: World, http: aiohttp.ClientSession, people: People) -> None:
    async with http.put(f"/v1/services/{TELAFAR_SERVICE}", json=SERVICE, headers=people.coordinator() | match(1)) as answer:
        body = await answer.json()
    assert {one["id"]: one["status"] for one in body["at"]}[str(TELAFAR_AT)] == "closed"
    assert await world.value("SELECT count(*) FROM due_work WHERE key = :id", id=TELAFAR_AT) == 1


async def test_another_operators_organisations_are_not_there_to_be_changed(http: aiohttp.ClientSession, people: People) -> None:
    other = people.coordinator(operator=OTHER_OPERATOR)
    for method, path, body in (
        ("PUT", f"/v1/organizations/{TELAFAR}", ORGANIZATION),
        ("POST", f"/v1/organizations/{TELAFAR}/suspension", {"reason": "conduct"}),
        ("DELETE", f"/v1/organizations/{TELAFAR}/suspension", None),
        ("PUT", f"/v1/services/{TELAFAR_SERVICE}", SERVICE),
        ("POST", "/v1/services", SERVICE | {"organization_id": str(TELAFAR)}),
        ("PUT", f"/v1/services-at-locations/{TELAFAR_AT}/capacity", {"figure": 1}),
    ):
        async with http.request(method, path, json=body, headers=other | key() | match(1)) as answer:
            assert (await slug(answer, 404)).endswith("-not-found"), path
