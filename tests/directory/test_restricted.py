"""What is restricted or hidden is shown to the cleared and to its own organisation: to nobody else, by no parameter."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest
from ihala_contracts.directory_v1 import ServiceChanged
from ihala_directory.seed import load

from tests.directory.bodies import SERVICE
from tests.directory.conftest import SEED
from tests.directory.world import GBV_AT, GBV_SERVICE, TELAFAR, WLCO, People, World, key, match, next_page, slug

HIDDEN = [one for one in SEED["organizations"] if one["hidden"]]
HIDDEN_IDS = {str(found) for one in HIDDEN for found in (one["id"], *(s["id"] for s in one["services"]))}
HIDDEN_IDS |= {
    at[name]["id"] if name else at["id"] for one in HIDDEN for s in one["services"] for at in s["at"] for name in ("", "location")
}
RESTRICTED_NEEDS = ["protection.gbv", "protection.crsv", "protection.trafficking", "protection.safe_talk", "legal.complaint"]


async def everything(http: aiohttp.ClientSession, headers: dict[str, str]) -> AsyncIterator[str]:
    """Yield all that a caller can get out of the lists, by every parameter."""
    queries = ["", "?limit=1", *(f"?need={need}" for need in (*RESTRICTED_NEEDS, "legal.advice", "legal.documents"))]
    queries += ["?area=IQG15", "?area=IQG15Q05", "?area=IQG15Q05N04", "?need=protection.gbv&area=IQG15"]
    for query in queries:
        url: str | None = f"/v1/services{query}"
        while url:
            async with http.get(url, headers=headers) as answer:
                assert answer.status == 200
                yield await answer.text()
                url = next_page(answer)
    for need in ("legal.advice", "legal.documents"):
        body = {"need_code": need, "governorate": "IQG15"}
        async with http.post("/v1/matches", json=body, headers=headers) as answer:
            yield await answer.text()


def test_the_demonstration_hides_what_the_sources_hide() -> None:
    assert {one["slug"] for one in HIDDEN} == {"rgc-mosul", "wlco-mosul", "protection-ninewa"}


@pytest.mark.parametrize("who", ["officer", "provider", "stranger"])
async def test_the_uncleared_see_nothing_of_it(http: aiohttp.ClientSession, people: People, who: str) -> None:
    headers = {"officer": people.coordinator(cleared=False), "provider": people.provider(TELAFAR), "stranger": people.stranger()}[who]
    async for text in everything(http, headers):
        assert not any(one in text for one in HIDDEN_IDS)
    for path in (f"services/{GBV_SERVICE}", f"services-at-locations/{GBV_AT}", f"organizations/{WLCO}"):
        async with http.get(f"/v1/{path}", headers=headers) as answer, http.get(f"/v1/{path[:-12]}{'0' * 12}", headers=headers) as other:
            known, unknown = await answer.json(content_type=None), await other.json(content_type=None)
            assert (answer.status, known["type"], known["title"]) == (404, unknown["type"], unknown["title"])


@pytest.mark.parametrize("need", RESTRICTED_NEEDS)
async def test_the_uncleared_get_no_matches_and_no_place(http: aiohttp.ClientSession, people: People, need: str) -> None:
    headers = people.coordinator(cleared=False)
    async with http.post("/v1/matches", json={"need_code": need, "governorate": "IQG15"}, headers=headers) as answer:
        assert await slug(answer, 403) == "clearance-needed"
    body = {"need_id": str(uuid4()), "service_at_location_id": str(GBV_AT)}
    async with http.post("/v1/reservations", json=body, headers=headers | key()) as answer:
        assert await slug(answer, 404) == "service-at-location-not-found"


async def test_an_uncleared_officer_does_not_see_a_cleared_ones_reservation(http: aiohttp.ClientSession, people: People) -> None:
    body = {"need_id": str(uuid4()), "service_at_location_id": str(GBV_AT)}
    async with http.post("/v1/reservations", json=body, headers=people.coordinator() | key()) as answer:
        url = f"/v1/reservations/{(await answer.json())['id']}"
    async with http.get(url, headers=people.coordinator(cleared=False)) as answer:
        assert await slug(answer, 404) == "reservation-not-found"


async def test_the_cleared_see_it_without_address_or_point(http: aiohttp.ClientSession, people: People) -> None:
    async with http.get("/v1/services?need=protection.gbv", headers=people.coordinator()) as answer:
        found = (await answer.json())["items"]
    assert len(found) == 2
    where = [at["location"] for one in found for at in one["at"]]
    assert all(one["latitude"] is None and one["address"] == {} for one in where)
    body = {"need_code": "protection.gbv", "governorate": "IQG15"}
    async with http.post("/v1/matches", json=body, headers=people.coordinator()) as answer:
        assert [one["serves"] for one in (await answer.json())["items"]] == [True, True]


async def test_an_organisation_sees_its_own(http: aiohttp.ClientSession, people: People) -> None:
    async with http.get(f"/v1/services/{GBV_SERVICE}", headers=people.provider(WLCO)) as answer:
        assert answer.status == 200
    async with http.put(
        f"/v1/services-at-locations/{GBV_AT}/capacity", json={"figure": 3}, headers=people.provider(WLCO) | match(1)
    ) as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    ("change", "status", "name"),
    [
        ({"need_codes": ["protection.gbv"]}, 409, "organization-not-cleared"),
        ({"restricted": True}, 409, "organization-not-cleared"),
    ],
)
async def test_a_restricted_service_needs_a_cleared_organisation(
    http: aiohttp.ClientSession, people: People, change: dict[str, Any], status: int, name: str
) -> None:
    body = SERVICE | change | {"organization_id": str(TELAFAR)}
    async with http.post("/v1/services", json=body, headers=people.coordinator() | key()) as answer:
        assert await slug(answer, status) == name


async def test_a_restricted_service_carries_no_point(http: aiohttp.ClientSession, people: People) -> None:
    body = SERVICE | {"need_codes": ["protection.gbv"], "organization_id": str(WLCO)}
    async with http.post("/v1/services", json=body, headers=people.coordinator() | key()) as answer:
        assert await slug(answer, 422) == "place-must-not-be-shown"


async def test_a_hidden_location_cannot_be_shown_by_a_public_service(http: aiohttp.ClientSession, people: People) -> None:
    where = {"id": str(uuid4()), "place": "IQG15", "names": {"en": "Here"}}
    body = SERVICE | {"at": [SERVICE["at"][0] | {"location": where}]}
    owner = {"kind": "cso", "names": {"en": "Both"}, "cleared": True}
    async with http.post("/v1/organizations", json=owner, headers=people.coordinator() | key()) as answer:
        organization = (await answer.json())["id"]
    hidden = body | {"organization_id": organization, "need_codes": ["protection.gbv"]}
    async with http.post("/v1/services", json=hidden, headers=people.coordinator() | key()) as answer:
        assert answer.status == 201
    public = body | {"organization_id": organization}
    async with http.post("/v1/services", json=public, headers=people.coordinator() | key()) as answer:
        assert await slug(answer, 422) == "place-must-not-be-shown"


async def test_only_the_cleared_may_clear_or_hide(http: aiohttp.ClientSession, people: People) -> None:
    for mark in ("cleared", "hidden"):
        body = {"kind": "cso", "names": {"en": "x"}, mark: True}
        async with http.post("/v1/organizations", json=body, headers=people.coordinator(cleared=False) | key()) as answer:
            assert await slug(answer, 403) == "clearance-needed"


async def test_events_of_restricted_services_say_protection_and_no_more(world: World) -> None:
    rows = await world.rows("SELECT data FROM outbox WHERE key = :id", id=GBV_SERVICE)
    [event] = [ServiceChanged.model_validate_json(row.data) for row in rows]
    assert (event.restricted, event.hidden, event.need_codes, event.address) == (True, True, ["protection"], {})
    assert "violence" not in json.dumps(event.names).lower()


async def test_loading_the_file_again_changes_nothing(world: World) -> None:
    before = await world.value("SELECT count(*) FROM service_reach")
    await world.rows("UPDATE service_at_location SET figure = 9 WHERE id = :id RETURNING id", id=UUID(str(GBV_AT)))
    assert await load(world.database, SEED) == len(SEED["organizations"])
    assert await world.said() == []
    assert await world.value("SELECT count(*) FROM service_reach") == before
    assert (await world.places(GBV_AT))[0] == 9
