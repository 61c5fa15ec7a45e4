"""An organisation keeps its own entries: what it proposes takes effect when approved, at once where it is trusted, and not when stale."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from ihala_contracts.directory_v1 import OrganizationJoined, ProposalDecided, ProposalMade, ServiceChanged
from ihala_directory.models.drafts import ServiceAtLocationDraft

from tests.directory.bodies import SERVICE
from tests.directory.world import (
    GBV_SERVICE,
    OTHER_OPERATOR,
    TELAFAR,
    TELAFAR_AT,
    TELAFAR_SERVICE,
    WLCO,
    ZUMMAR,
    ZUMMAR_AT,
    ZUMMAR_SERVICE,
    People,
    World,
    key,
    match,
    next_page,
    only,
    slug,
)

ABOUT_SERVICE = {"kind": "service", "id": str(TELAFAR_SERVICE), "version": 1}
ABOUT_ITSELF = {"kind": "organization", "id": str(TELAFAR), "version": 1}
HOURS = {"opening_hours": {"ar": "من الأحد إلى الخميس", "en": "Sunday to Thursday, 8 to 14"}}
SERVICE_URL = f"/v1/services/{TELAFAR_SERVICE}"


async def propose(http: aiohttp.ClientSession, headers: dict[str, str], about: Any, change: Any, status: int = 201) -> dict[str, Any]:
    async with http.post("/v1/proposals", json={"about": about, "change": change}, headers=headers | key()) as answer:
        found: dict[str, Any] = await answer.json()
        assert answer.status == status, found
        return found


async def decide(
    http: aiohttp.ClientSession, headers: dict[str, str], row: dict[str, Any], status: int = 200, **body: Any
) -> dict[str, Any]:
    sent = {"outcome": "approved"} | body
    async with http.post(f"/v1/proposals/{row['id']}/decision", json=sent, headers=headers | key() | match(row["version"])) as answer:
        found: dict[str, Any] = await answer.json()
        assert answer.status == status, found
        return found


async def read(http: aiohttp.ClientSession, headers: dict[str, str], url: str = SERVICE_URL) -> dict[str, Any]:
    async with http.get(url, headers=headers) as answer:
        found: dict[str, Any] = await answer.json()
        assert answer.status == 200, found
        return found


MORNING = {"days": ["SU"], "opens_at": "08:00", "closes_at": "12:00"}


@pytest.fixture
async def trusted(world: World) -> AsyncIterator[None]:
    await world.rows("UPDATE organization SET trusted = true WHERE id = :id RETURNING id", id=TELAFAR)
    yield


async def test_approved_it_takes_effect_and_nothing_else_changes(world: World, http: aiohttp.ClientSession, people: People) -> None:
    provider, officer = people.provider(TELAFAR, "directory:read", "directory:write"), people.coordinator()
    before = await read(http, provider)
    row = await propose(http, provider, ABOUT_SERVICE, HOURS | {"languages": [*before["languages"], *before["languages"]]})
    change = HOURS | {"languages": before["languages"]}  # each once, as all lists of codes
    assert (row["status"], row["change"], row["stale"]) == ("open", change, False)
    assert only(await world.said(), ProposalMade).entry_id == TELAFAR_SERVICE
    assert await read(http, provider) == before
    row = await decide(http, officer, row)
    assert (row["status"], row["version"], row["stale"]) == ("approved", 2, False)
    said = await world.said()
    assert only(said, ProposalDecided).outcome == "approved"
    assert only(said, ServiceChanged).opening_hours == HOURS["opening_hours"]
    after = await read(http, provider)
    assert after == before | HOURS | {"version": 2}
    async with http.post(f"/v1/proposals/{row['id']}/decision", json={"outcome": "approved"}, headers=officer | key() | match(2)) as answer:
        assert await slug(answer, 409) == "proposal-not-open"


async def test_returned_with_words_and_withdrawn(world: World, http: aiohttp.ClientSession, people: People) -> None:
    provider = people.provider(TELAFAR)
    row = await propose(http, provider, ABOUT_ITSELF, {"phone": "+964 770 000 0001", "website": "https://example.org"})
    async with http.post(
        f"/v1/proposals/{row['id']}/decision", json={"outcome": "returned"}, headers=people.coordinator() | key() | match(1)
    ) as answer:
        assert await slug(answer, 422) == "malformed-request"
        [error] = (await answer.json())["errors"]
        assert (error["pointer"], error["code"]) == ("#", "words_with_return_only") and error["title"].startswith("What is returned")
    row = await decide(http, people.coordinator(), row, outcome="returned", words={"ar": "الرقم خاطئ"})
    assert (row["status"], row["words"]) == ("returned", {"ar": "الرقم خاطئ"})
    assert only(await world.said(), ProposalDecided).outcome == "returned"
    row = await propose(http, provider, ABOUT_ITSELF, {"phone": "+964 770 000 0002"})
    async with http.delete(f"/v1/proposals/{row['id']}", headers=people.coordinator() | match(1)) as answer:
        assert await slug(answer, 404) == "proposal-not-found"  # the operator returns it, and does not withdraw it
    async with http.delete(f"/v1/proposals/{row['id']}", headers=provider | match(1)) as answer:
        assert (await answer.json())["status"] == "withdrawn"
    assert (await read(http, provider, f"/v1/organizations/{TELAFAR}"))["version"] == 1


@pytest.mark.usefixtures("trusted")
async def test_of_a_trusted_organisation_it_takes_effect_at_once_and_is_recorded(
    world: World, http: aiohttp.ClientSession, people: People
) -> None:
    provider = people.provider(TELAFAR)
    row = await propose(http, provider, ABOUT_ITSELF, {"names": {"ar": "اسم جديد", "en": "A new name"}})
    assert row["status"] == "approved"
    said = await world.said()
    assert only(said, OrganizationJoined).names == {"ar": "اسم جديد", "en": "A new name"}
    assert (only(said, ProposalMade).proposal_id, only(said, ProposalDecided).outcome) == (
        only(said, ProposalDecided).proposal_id,
        "approved",
    )
    before = await read(http, provider)
    await propose(http, provider, ABOUT_SERVICE, {"at": before_at(before, areas=["IQG15"])})
    assert (await read(http, provider))["at"][0]["areas"] == ["IQG15"]
    assert (await read(http, provider))["version"] == 2
    async with http.get("/v1/proposals?status=approved", headers=people.coordinator()) as answer:
        assert len((await answer.json())["items"]) == 2
    await world.rows(
        "UPDATE organization SET status = 'suspended', suspended_for = 'conduct', suspended_at = now() WHERE id = :id RETURNING id",
        id=TELAFAR,
    )
    row = await propose(http, provider, ABOUT_SERVICE | {"version": 2}, HOURS)
    assert row["status"] == "open"  # a suspension ends the trust


def before_at(service: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    """Return where a service is offered as it is sent, from what was answered."""
    [at] = service["at"]
    sent = {name: value for name, value in at.items() if name in ServiceAtLocationDraft.model_fields}
    return [sent | {"capacity": {"kind": at["capacity"]["kind"], "figure": 1}} | more]


async def test_a_new_service_is_proposed_and_approved(world: World, http: aiohttp.ClientSession, people: People) -> None:
    row = await propose(http, people.provider(TELAFAR), {"kind": "service"}, SERVICE)
    assert (row["base_version"], row["stale"]) == (0, False)
    async with http.get(f"/v1/services/{row['entry_id']}", headers=people.coordinator()) as answer:
        assert answer.status == 404
    await decide(http, people.coordinator(), row)
    found = await read(http, people.stranger(), f"/v1/services/{row['entry_id']}")
    assert (found["organization"]["id"], found["names"], found["version"]) == (str(TELAFAR), SERVICE["names"], 1)


async def test_a_stale_proposal_says_so_and_cannot_be_approved(world: World, http: aiohttp.ClientSession, people: People) -> None:
    provider, officer = people.provider(TELAFAR), people.coordinator()
    row = await propose(http, provider, ABOUT_SERVICE, HOURS)
    async with http.put(SERVICE_URL, json=SERVICE, headers=officer | match(1)) as answer:
        assert answer.status == 200
    async with http.get("/v1/proposals", headers=officer) as answer:
        [listed] = (await answer.json())["items"]
    assert (listed["id"], listed["stale"]) == (row["id"], True)
    refused = await decide(http, officer, row, 409)
    assert (refused["type"].split(":")[-1], refused["base_version"], refused["current_version"]) == ("proposal-stale", 1, 2)
    await decide(http, officer, row, outcome="returned", words={"en": "It was changed meanwhile"})
    refused = await propose(http, provider, ABOUT_SERVICE, HOURS, 409)  # written for what was read long ago
    assert refused["current_version"] == 2
    assert (await read(http, officer))["names"] == SERVICE["names"]


async def test_one_open_proposal_an_entry_also_at_once(world: World, http: aiohttp.ClientSession, people: People) -> None:
    async def one() -> int:
        body = {"about": ABOUT_SERVICE, "change": HOURS}
        async with http.post("/v1/proposals", json=body, headers=people.provider(TELAFAR) | key()) as answer:
            return answer.status

    assert sorted(await asyncio.gather(*(one() for _ in range(4)))) == [201, 409, 409, 409]
    assert await world.value("SELECT count(*) FROM proposal") == 1


async def test_approval_against_the_operators_own_edit(world: World, http: aiohttp.ClientSession, people: People) -> None:
    """One of them wins, the other is refused: nobody's edit is lost unseen."""
    provider, officer = people.provider(TELAFAR), people.coordinator()
    for current in range(1, 6):
        change = {"opening_hours": {"en": f"Round {current}"}}
        row = await propose(http, provider, ABOUT_SERVICE | {"version": current}, change)
        draft = SERVICE | {"names": {"en": f"Round {current}"}}

        async def approve(one: dict[str, Any] = row) -> int:
            url = f"/v1/proposals/{one['id']}/decision"
            async with http.post(url, json={"outcome": "approved"}, headers=officer | key() | match(1)) as answer:
                return answer.status

        async def edit(sent: dict[str, Any] = draft, version: int = current) -> int:
            async with http.put(SERVICE_URL, json=sent, headers=officer | match(version)) as answer:
                return answer.status

        statuses = await asyncio.gather(approve(), edit())
        assert statuses in ([200, 412], [409, 200])
        if statuses[0] == 409:
            await decide(http, officer, row, outcome="returned", words={"en": "stale"})
        assert (await read(http, officer))["version"] == current + 1


async def test_others_entries_are_not_there(world: World, http: aiohttp.ClientSession, people: People) -> None:
    for headers in (people.provider(ZUMMAR), people.stranger(), people.coordinator(operator=OTHER_OPERATOR)):
        found = await propose(http, headers, ABOUT_SERVICE, HOURS, 404)
        assert found["type"].endswith("service-not-found")
        found = await propose(http, headers, ABOUT_ITSELF, {"phone": None}, 404)
        assert found["type"].endswith("organization-not-found")
    assert (await propose(http, people.stranger(), {"kind": "service"}, SERVICE, 404))["type"].endswith("organization-not-found")
    row = await propose(http, people.provider(TELAFAR), ABOUT_SERVICE, HOURS)
    await world.said()
    url = f"/v1/proposals/{row['id']}"
    for headers in (people.provider(ZUMMAR), people.stranger(), people.coordinator(operator=OTHER_OPERATOR)):
        async with http.get(url, headers=headers) as answer:
            assert await slug(answer, 404) == "proposal-not-found"
        async with http.delete(url, headers=headers | match(1)) as answer:
            assert await slug(answer, 404) == "proposal-not-found"
    assert (await decide(http, people.coordinator(operator=OTHER_OPERATOR), row, 404))["type"].endswith("proposal-not-found")
    assert (await decide(http, people.provider(TELAFAR), row, 403))["type"].endswith("officers-only")
    for headers, count in ((people.provider(ZUMMAR), 0), (people.stranger(), 0), (people.provider(TELAFAR), 1), (people.coordinator(), 1)):
        async with http.get("/v1/proposals", headers=headers) as answer:
            assert len((await answer.json())["items"]) == count
    assert await world.said() == []


async def test_lists_page_by_page(http: aiohttp.ClientSession, people: People) -> None:
    ids = [(await propose(http, people.provider(TELAFAR), {"kind": "service"}, SERVICE))["id"] for _ in range(5)]
    seen: list[str] = []
    url: str | None = "/v1/proposals?limit=2"
    while url:
        async with http.get(url, headers=people.coordinator()) as answer:
            seen += [one["id"] for one in (await answer.json())["items"]]
            url = next_page(answer)
    assert seen == ids


def at(**more: Any) -> dict[str, Any]:
    return SERVICE["at"][0] | more


@pytest.mark.parametrize(
    ("about", "change", "pointer"),
    [
        (ABOUT_SERVICE, {"names": {"en": "<script>alert(1)</script>"}}, "#/change/names"),
        (ABOUT_SERVICE, {"names": {"fr": "x"}}, "#/change/names"),
        (ABOUT_SERVICE, {"languages": ["Arabic"]}, "#/change/languages/0"),
        (ABOUT_SERVICE, {"need_codes": ["housing.nothing"]}, "#/change/need_codes/0"),
        (ABOUT_SERVICE, {"rules": {"statuses": ["group.x"]}}, "#/change/rules/statuses/0"),
        (ABOUT_SERVICE, {"rules": {"age_min": 9, "age_max": 8}}, "#/change/rules"),
        (ABOUT_SERVICE, {"wait_days": -1}, "#/change/wait_days"),
        (ABOUT_SERVICE, {"schedules": [MORNING, MORNING]}, "#/change/schedules"),
        (ABOUT_SERVICE, {"schedules": [MORNING | {"closes_at": "07:00"}]}, "#/change/schedules/0"),
        (ABOUT_SERVICE, {"at": [at(location=at()["location"] | {"longitude": None})]}, "#/change/at/0/location"),
        (ABOUT_SERVICE, {"restricted": False}, "#/change/restricted"),
        (ABOUT_SERVICE, {"at": [at(areas=["IQG99"])]}, "#/change/at/0/areas/0"),
        (ABOUT_SERVICE, {"at": [at(id=str(ZUMMAR_AT))]}, "#/change/at/0/id"),
        (ABOUT_SERVICE, {"at": [at(id=str(TELAFAR_AT)), at(id=str(TELAFAR_AT))]}, "#/change/at/1/id"),
        (ABOUT_SERVICE, {"at": [at(location=at()["location"] | {"id": str(uuid4())})]}, "#/change/at/0/location/id"),
        (ABOUT_SERVICE, {"secret words": 1}, "#/change"),
        (ABOUT_ITSELF, {"cleared": True}, "#/change/cleared"),
        (ABOUT_ITSELF, {"trusted": True}, "#/change/trusted"),
        (ABOUT_ITSELF, {"kind": "operator"}, "#/change/kind"),
        (ABOUT_ITSELF, {"names": {}}, "#/change/names"),
        (ABOUT_ITSELF, {"website": "javascript:alert(1)"}, "#/change/website"),
        ({"kind": "service"}, {"names": {"en": "x"}}, "#/change/need_codes"),
        ({"kind": "organization"}, {"phone": None}, "#/about"),
        ({"kind": "service", "id": str(TELAFAR_SERVICE)}, HOURS, "#/about"),
    ],
)
async def test_a_wrong_edit_is_refused_with_its_place(
    world: World, http: aiohttp.ClientSession, people: People, about: Any, change: Any, pointer: str
) -> None:
    found = await propose(http, people.provider(TELAFAR), about, change, 422)
    assert (found.get("pointer") or found["errors"][0]["pointer"]) == pointer, found
    assert "secret" not in str(found) and "value_error" not in str(found)  # says what is wrong, not only that something is
    bounded = [one for one in found.get("errors", []) if one["code"] in {"greater_than_equal", "literal_error"}]
    assert all("expected" in one for one in bounded)
    assert await world.said() == []
    assert await world.value("SELECT count(*) FROM proposal") == 0


async def test_a_restricted_services_proposal_is_for_the_cleared(http: aiohttp.ClientSession, people: People) -> None:
    row = await propose(http, people.provider(WLCO), {"kind": "service", "id": str(GBV_SERVICE), "version": 1}, HOURS)
    async with http.get("/v1/proposals", headers=people.coordinator(cleared=False)) as answer:
        assert (await answer.json())["items"] == []
    await decide(http, people.coordinator(cleared=False), row, 404)
    await decide(http, people.coordinator(), row)
    new = SERVICE | {"need_codes": ["protection.gbv"]}
    refused = await propose(http, people.provider(ZUMMAR), {"kind": "service"}, new, 409)
    assert refused["type"].endswith("organization-not-cleared")
    assert (await read(http, people.coordinator(), f"/v1/services/{ZUMMAR_SERVICE}"))["version"] == 1
