"""What was checked of an employer holds until an officer has looked at the other; what is found wanting lets its offers rest."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from ihala_contracts.directory_v1 import OrganizationChecked, OrganizationJoined, OrganizationReinstated, OrganizationSuspended

from tests.directory.bodies import SERVICE
from tests.directory.test_proposals import ABOUT_ITSELF, ABOUT_SERVICE, HOURS, decide, propose
from tests.directory.world import OTHER_OPERATOR, TELAFAR, TELAFAR_SERVICE, People, World, key, match, only, slug

URL = f"/v1/organizations/{TELAFAR}"
OLD, NEW = "NIN-4471", "NIN-9000"
FEE = [{"amount": "25000", "currency": "IQD"}]


@pytest.fixture(autouse=True)
async def employer(world: World) -> AsyncIterator[None]:
    """Make one of the demonstration an employer that was admitted with this registration, and is trusted."""
    query = "UPDATE organization SET kind = 'private', registration = :number, trusted = true WHERE id = :id RETURNING id"
    await world.rows(query, id=TELAFAR, number=OLD)
    await world.rows("UPDATE service SET rules = '{}', need_codes = '{work.job}' WHERE id = :id RETURNING id", id=TELAFAR_SERVICE)
    yield


async def own(http: aiohttp.ClientSession, headers: dict[str, str]) -> dict[str, Any]:
    async with http.get(URL, headers=headers) as answer:
        found: dict[str, Any] = await answer.json()
        return found


async def look(
    http: aiohttp.ClientSession, headers: dict[str, str], code: str = "registration", passed: bool = True, status: int = 201, **more: Any
) -> dict[str, Any]:
    version = (await own(http, headers))["version"]
    body = {"code": code, "passed": passed} | more
    async with http.post(f"{URL}/checks", json=body, headers=headers | key() | match(version)) as answer:
        found: dict[str, Any] = await answer.json()
        assert answer.status == status, found
        return found


async def change(http: aiohttp.ClientSession, headers: dict[str, str], **more: Any) -> aiohttp.ClientResponse:
    found = await own(http, headers)
    same = ("kind", "names", "phone", "agreement", "registration", "trusted", "description", "email", "website", "phones", "contacts")
    draft = {name: found[name] for name in (*same, "reporting_duty")} | more
    async with http.put(URL, json=draft, headers=headers | match(found["version"])) as answer:
        await answer.json()
        return answer


async def test_another_registration_is_taken_after_it_was_looked_at(world: World, http: aiohttp.ClientSession, people: People) -> None:
    officer = people.coordinator()
    for number in (NEW, None):
        refused = await change(http, officer, registration=number)
        assert await slug(refused, 409) == "checks-missing"
        said = await refused.json()
        assert (said["missing"], said["pointer"]) == (["registration"], "#/registration")
    assert (await change(http, officer, email="office@example.org")).status == 200  # nothing of what was checked
    await look(http, officer, passed=False, registration=NEW)
    assert (await own(http, officer))["status"] == "active"  # what was checked is another number, and holds
    assert (await change(http, officer, registration=NEW)).status == 409
    found = await look(http, officer, registration=NEW, note="seen")
    assert [(one["registration"], one["passed"], one["note"]) for one in found["checks"]] == [(NEW, False, None), (NEW, True, "seen")]
    assert [one.passed for one in await world.said() if isinstance(one, OrganizationChecked)] == [False, True]
    assert (await change(http, officer, registration=NEW)).status == 200
    assert only(await world.said(), OrganizationJoined).organization_id == TELAFAR
    async with http.get(f"{URL}/checks", headers=people.provider(TELAFAR)) as answer:
        assert (await answer.json()) == found


async def test_a_trusted_employers_wish_waits_until_it_is_looked_at(world: World, http: aiohttp.ClientSession, people: People) -> None:
    provider, officer = people.provider(TELAFAR), people.coordinator()
    row = await propose(http, provider, ABOUT_ITSELF, {"phone": "+964 770 000 0009"})
    assert row["status"] == "approved"  # trusted, and nothing of what was checked
    about = ABOUT_ITSELF | {"version": 2}
    row = await propose(http, provider, about, {"registration": NEW})
    assert (row["status"], (await own(http, officer))["registration"]) == ("open", OLD)
    refused = await decide(http, officer, row, 409)
    assert (refused["type"].split(":")[-1], refused["pointer"]) == ("checks-missing", "#/change/registration")
    await look(http, officer, registration=NEW)
    assert (await decide(http, officer, row))["status"] == "approved"
    assert (await own(http, officer))["registration"] == NEW


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (HOURS, "approved"),
        ({"names": {"en": "Another work"}}, "open"),
        ({"description": {"en": "Other terms"}}, "open"),
        ({"rules": {"age_min": 16}}, "open"),
        ({"costs": [{"option": {"en": "free"}}]}, "open"),
        ({"at": SERVICE["at"]}, "open"),
    ],
)
async def test_of_its_services_the_terms_wait(http: aiohttp.ClientSession, people: People, change: Any, status: str) -> None:
    provider = people.provider(TELAFAR)
    assert (await propose(http, provider, ABOUT_SERVICE, change))["status"] == status
    new = SERVICE | {"need_codes": ["work.job"]}
    assert (await propose(http, provider, {"kind": "service"}, new))["status"] == "open"  # its terms, whatever they are


async def test_no_fee_is_asked_of_a_worker(world: World, http: aiohttp.ClientSession, people: People) -> None:
    found = await propose(http, people.provider(TELAFAR), ABOUT_SERVICE, {"costs": [{"amount": "0.000"}, *FEE]}, 422)
    assert (found["type"].split(":")[-1], found["pointer"]) == ("fee-to-workers", "#/change/costs/1/amount")
    body = SERVICE | {"organization_id": str(TELAFAR), "need_codes": ["work.job"], "costs": FEE}
    async with http.post("/v1/services", json=body, headers=people.coordinator() | key()) as answer:
        assert await slug(answer, 422) == "fee-to-workers"
    assert await world.said() == []


async def test_what_is_found_wanting_lets_the_offers_rest_until_it_is_right(
    world: World, http: aiohttp.ClientSession, people: People
) -> None:
    officer = people.coordinator()
    found = await look(http, officer, "no_minors", False)
    assert found["failed"] == ["no_minors"]
    said = await world.said()
    assert (only(said, OrganizationChecked).code, only(said, OrganizationSuspended).reason) == ("no_minors", "under_review")

    async def reinstate() -> aiohttp.ClientResponse:
        version = (await own(http, officer))["version"]
        async with http.delete(f"{URL}/suspension", headers=officer | match(version)) as answer:
            await answer.json()
            return answer

    refused = await reinstate()
    assert (await slug(refused, 409), (await refused.json())["missing"]) == ("checks-missing", ["no_minors"])
    assert (await look(http, officer, "no_minors", True))["failed"] == []
    assert [type(one) for one in await world.said()] == [OrganizationChecked]  # reinstating is a step of its own
    assert (await reinstate()).status == 200
    only(await world.said(), OrganizationReinstated)


async def test_another_kind_becomes_an_employer_after_every_check(world: World, http: aiohttp.ClientSession, people: People) -> None:
    await world.rows("UPDATE organization SET kind = 'cso' WHERE id = :id RETURNING id", id=TELAFAR)
    officer = people.coordinator()
    for code in ("registration", "no_fee", "no_minors", "terms_stated"):
        refused = await change(http, officer, kind="private")
        assert (await slug(refused, 409), (await refused.json())["missing"][0]) == ("checks-missing", code)
        await look(http, officer, code)
    assert (await change(http, officer, kind="private")).status == 200


async def test_who_may_look_and_who_may_read(world: World, http: aiohttp.ClientSession, people: People) -> None:
    body = {"code": "no_fee", "passed": False}
    for headers, status, word in (
        (people.provider(TELAFAR), 403, "officers-only"),
        (people.coordinator(operator=OTHER_OPERATOR), 404, "organization-not-found"),
        (people.nobody(), 401, "unauthenticated"),
        (people.coordinator("directory:write"), 403, "insufficient-scope"),
    ):
        async with http.post(f"{URL}/checks", json=body, headers=headers | key() | match(1)) as answer:
            assert await slug(answer, status) == word
    for headers in (people.stranger(), people.coordinator(operator=OTHER_OPERATOR)):
        async with http.get(f"{URL}/checks", headers=headers) as answer:
            assert await slug(answer, 404) == "organization-not-found"
    officer = people.coordinator()
    async with http.post(f"{URL}/checks", json=body, headers=officer | key() | match(9)) as answer:
        assert await slug(answer, 412) == "stale"
    for more, pointer in (
        ({"registration": NEW}, "#"),
        ({"code": "x"}, "#/code"),
        ({"passed": None}, "#/passed"),
        ({"note": "<b>"}, "#/note"),
    ):
        async with http.post(f"{URL}/checks", json=body | more, headers=officer | key() | match(1)) as answer:
            assert await slug(answer, 422) == "malformed-request"
            assert (await answer.json())["errors"][0]["pointer"] == pointer
    async with http.post(f"/v1/organizations/{uuid4()}/checks", json=body, headers=officer | key() | match(1)) as answer:
        assert await slug(answer, 404) == "organization-not-found"
    assert await world.said() == []
