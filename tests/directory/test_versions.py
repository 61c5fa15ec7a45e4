"""What was published before stays readable; what is hidden, or has become so, is not shown to more people by its history."""

from typing import Any

import aiohttp
from ihala_contracts.directory_v1 import PlaceReserved

from tests.directory.bodies import SERVICE
from tests.directory.test_leaving import DRAFT
from tests.directory.test_suspension import reinstate, suspend
from tests.directory.world import GBV_SERVICE, TELAFAR, TELAFAR_AT, TELAFAR_SERVICE, WLCO, Case, People, World, match, next_page, only, slug

SERVICE_URL, ORGANIZATION_URL = f"/v1/services/{TELAFAR_SERVICE}", f"/v1/organizations/{TELAFAR}"


async def read(http: aiohttp.ClientSession, headers: dict[str, str], url: str) -> dict[str, Any]:
    async with http.get(url, headers=headers) as answer:
        found: dict[str, Any] = await answer.json()
        assert answer.status == 200, found
        return found


async def numbers(http: aiohttp.ClientSession, headers: dict[str, str], url: str) -> list[int]:
    return [one["version"] for one in (await read(http, headers, f"{url}/versions"))["items"]]


async def test_each_change_of_a_service_is_a_version(world: World, http: aiohttp.ClientSession, people: People) -> None:
    officer, stranger = people.coordinator(), people.stranger()
    first = await read(http, stranger, SERVICE_URL)
    async with http.put(SERVICE_URL, json=SERVICE, headers=officer | match(1)) as answer:
        second = await answer.json()
    async with http.put(SERVICE_URL, json=SERVICE, headers=officer | match(2)) as answer:
        assert (await answer.json())["version"] == 3  # it named no id: the location is a new one again
    moved = SERVICE | {"at": [SERVICE["at"][0] | {"id": second["at"][-1]["id"], "areas": ["IQG15"]}]}
    async with http.put(SERVICE_URL, json=moved, headers=officer | match(3)) as answer:
        assert (await answer.json())["version"] == 4  # where it is offered is a part of it
    assert await numbers(http, stranger, SERVICE_URL) == [4, 3, 2, 1]
    before = await read(http, stranger, f"{SERVICE_URL}/versions/1")
    assert (before["entry"]["names"], before["entry"]["need_codes"]) == (first["names"], first["need_codes"])
    assert before["entry"]["at"][0]["location"] == first["at"][0]["location"]
    assert not {"capacity", "waiting", "waited_days"} & set(before["entry"]["at"][0])
    assert (before["published_by"], (await read(http, stranger, f"{SERVICE_URL}/versions/2"))["entry"]["names"]) == (
        "system",
        SERVICE["names"],
    )


async def test_a_place_closed_and_a_service_paused_by_a_decline_are_versions_too(
    world: World, http: aiohttp.ClientSession, people: People
) -> None:
    for reason, status in (("site_insecure", "active"), ("funding_ended", "paused")):
        await world.rows("UPDATE service_at_location SET status = 'open' WHERE id = :id RETURNING id", id=TELAFAR_AT)
        case = Case()
        reservation = only(await world.tell(case.request()), PlaceReserved).reservation_id
        await world.tell(case.offered(reservation), case.declined(reservation, TELAFAR_AT, reason))
        assert (await read(http, people.stranger(), SERVICE_URL))["status"] == status
    assert await numbers(http, people.stranger(), SERVICE_URL) == [3, 2, 1]
    closed = await read(http, people.stranger(), f"{SERVICE_URL}/versions/2")
    assert closed["entry"]["at"][0]["status"] == "closed"


async def test_each_state_of_an_organisation_is_a_version_page_by_page(world: World, http: aiohttp.ClientSession, people: People) -> None:
    await suspend(world)
    await reinstate(world)
    seen: list[int] = []
    url: str | None = f"{ORGANIZATION_URL}/versions?limit=2"
    while url:
        async with http.get(url, headers=people.stranger()) as answer:
            seen += [one["version"] for one in (await answer.json())["items"]]
            url = next_page(answer)
    assert seen == [3, 2, 1]
    entry = (await read(http, people.stranger(), f"{ORGANIZATION_URL}/versions/2"))["entry"]
    assert (entry["status"], entry["suspended_for"], entry["cleared"]) == ("suspended", None, None)  # its marks are nobody's


async def test_what_never_was_is_not_there(http: aiohttp.ClientSession, people: People) -> None:
    for url in (SERVICE_URL, ORGANIZATION_URL):
        async with http.get(f"{url}/versions/9", headers=people.stranger()) as answer:
            assert await slug(answer, 404) == "version-not-found"
        async with http.get(f"{url}/versions/0", headers=people.stranger()) as answer:
            assert await slug(answer, 422) == "malformed-request"


async def test_hidden_entries_have_hidden_histories(http: aiohttp.ClientSession, people: People) -> None:
    for url, name in ((f"/v1/services/{GBV_SERVICE}", "service-not-found"), (f"/v1/organizations/{WLCO}", "organization-not-found")):
        for path in (f"{url}/versions", f"{url}/versions/1"):
            for headers in (people.stranger(), people.coordinator(cleared=False), people.provider(TELAFAR)):
                async with http.get(path, headers=headers) as answer:
                    assert await slug(answer, 404) == name
        assert await numbers(http, people.coordinator(), url) == await numbers(http, people.provider(WLCO), url) == [1]


async def test_hidden_and_shown_again_what_was_before_stays_with_the_cleared(
    world: World, http: aiohttp.ClientSession, people: People
) -> None:
    officer = people.coordinator()
    for version, hidden in ((1, True), (2, False)):
        async with http.put(ORGANIZATION_URL, json=DRAFT | {"hidden": hidden}, headers=officer | match(version)) as answer:
            assert answer.status == 200
        if hidden:
            async with http.get(f"{SERVICE_URL}/versions/1", headers=people.stranger()) as answer:
                assert answer.status == 404
    for url in (SERVICE_URL, ORGANIZATION_URL):
        assert await numbers(http, people.stranger(), url) == [3]
        assert await numbers(http, officer, url) == [3, 2, 1]
        async with http.get(f"{url}/versions/1", headers=people.stranger()) as answer:
            assert await slug(answer, 404) == "version-not-found"
    assert await world.value("SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relname = 'entry_version'")
