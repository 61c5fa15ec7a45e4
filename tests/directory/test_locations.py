"""Where services are offered: a place that several share, several places of one, and a place of before."""

from typing import Any
from uuid import UUID, uuid4

import aiohttp
from ihala_contracts.directory_v1 import ServiceChanged

from tests.directory.bodies import ORGANIZATION, SERVICE
from tests.directory.world import People, World, key, match, slug

AT: dict[str, Any] = SERVICE["at"][0]


def at(location: UUID, address: str | None, **more: Any) -> dict[str, Any]:
    """The same service at a location; nothing of where it lies without an address."""
    where = {"id": str(location), "place": "IQG15Q08N01", "names": {"en": "Office"}}
    return AT | {"location": where | ({"address": {"en": address}, "latitude": 36.4, "longitude": 42.4} if address else {})} | more


async def send(http: aiohttp.ClientSession, headers: dict[str, str], path: str, body: dict[str, Any]) -> dict[str, Any]:
    """What is entered, or changed where a version is named."""
    async with http.request("PUT" if "If-Match" in headers else "POST", path, json=body, headers=headers | key()) as answer:
        found: dict[str, Any] = await answer.json()
        assert answer.ok, found
        return found


async def addresses(world: World) -> dict[str, dict[str, str]]:
    """What was told of services since the last look: their addresses."""
    return {str(one.service_id): one.address for one in await world.said() if isinstance(one, ServiceChanged)}


async def test_who_shares_a_location_moves_with_it(world: World, http: aiohttp.ClientSession, people: People) -> None:
    officer, where = people.coordinator(), uuid4()
    owner = {"organization_id": (await send(http, officer, "/v1/organizations", ORGANIZATION))["id"]}
    first, second = [await send(http, officer, "/v1/services", SERVICE | owner | {"at": [at(where, "1 Old Road")]}) for _ in range(2)]
    assert await addresses(world) == {one["id"]: {"en": "1 Old Road"} for one in (first, second)}
    moved = SERVICE | {"at": [at(where, "2 New Road", id=first["at"][0]["id"])]}
    await send(http, officer | match(1), f"/v1/services/{first['id']}", moved)
    assert await addresses(world) == {one["id"]: {"en": "2 New Road"} for one in (first, second)}
    for one in (first, second):
        async with http.get(f"/v1/services/{one['id']}/versions/2", headers=officer) as answer:
            assert (await answer.json())["entry"]["at"][0]["location"]["address"] == {"en": "2 New Road"}
    async with http.get("/v1/search?q=Repair&area=IQG15Q08N01", headers=officer) as answer:
        cards = {one["service"]["id"]: one["service"]["at"][0]["address"] for one in (await answer.json())["items"]}
    assert cards[second["id"]] == cards[first["id"]] == {"en": "2 New Road"}


async def test_who_goes_to_another_location_leaves_the_first_as_it_is(world: World, http: aiohttp.ClientSession, people: People) -> None:
    officer, old, new, elsewhere = people.coordinator(), uuid4(), uuid4(), uuid4()
    owner, stranger = [{"organization_id": (await send(http, officer, "/v1/organizations", ORGANIZATION))["id"]} for _ in range(2)]
    stays = await send(http, officer, "/v1/services", SERVICE | owner | {"at": [at(old, "1 Old Road")]})
    there = await send(http, officer, "/v1/services", SERVICE | owner | {"at": [at(new, "2 New Road")]})
    moves = await send(http, officer, "/v1/services", SERVICE | owner | {"at": [at(old, "1 Old Road")]})
    await send(http, officer, "/v1/services", SERVICE | stranger | {"at": [at(elsewhere, "9 Their Road")]})
    await addresses(world)
    url, id_ = f"/v1/services/{moves['id']}", moves["at"][0]["id"]
    moved = await send(http, officer | match(1), url, SERVICE | {"at": [at(new, "2 New Road", id=id_)]})
    assert (moved["at"][0]["id"], moved["at"][0]["location"]["id"]) == (id_, str(new))
    assert await addresses(world) == {moves["id"]: {"en": "2 New Road"}}
    first = await send(http, officer | match(2), url, SERVICE | {"at": [at(uuid4(), "3 First Road", id=id_)]})
    assert first["at"][0]["location"]["address"] == {"en": "3 First Road"}
    assert await world.value("SELECT latitude FROM service_reach WHERE service_at_location_id = :id LIMIT 1", id=id_) == 36.4
    for one, street in ((stays, "1 Old Road"), (there, "2 New Road")):
        async with http.get(f"/v1/services/{one['id']}", headers=officer) as answer:
            assert (await answer.json())["at"][0]["location"]["address"] == {"en": street}
    theirs = SERVICE | {"at": [at(elsewhere, "4 Our Road", id=id_)]}
    async with http.put(url, json=theirs, headers=officer | match(3)) as answer:
        assert await slug(answer, 409) == "already-exists"
    hidden = SERVICE | {"restricted": True, "at": [at(uuid4(), None, id=id_)]}
    await send(http, officer | match(1), f"/v1/organizations/{owner['organization_id']}", ORGANIZATION | {"cleared": True})
    await send(http, officer | match(3), url, hidden)  # it alone was at the first road
    where = "SELECT hidden, address FROM location WHERE id = :id"
    assert [tuple(row) for row in await world.rows(where, id=first["at"][0]["location"]["id"])] == [(True, {})]
    assert [tuple(row) for row in await world.rows(where, id=new)] == [(False, {"en": "2 New Road"})]


async def test_an_address_is_told_where_there_is_one_to_go_to(world: World, http: aiohttp.ClientSession, people: People) -> None:
    officer = people.coordinator()
    owner = {"organization_id": (await send(http, officer, "/v1/organizations", ORGANIZATION))["id"]}
    both = {"at": [at(uuid4(), "1 Near"), at(uuid4(), "2 Far")]}
    known = await send(http, officer, "/v1/services", SERVICE | owner | both)
    [told] = [one for one in await world.said() if isinstance(one, ServiceChanged)]
    assert told.address == {}
    assert told.addresses == {UUID(one["id"]): one["location"]["address"] for one in known["at"]}
    for number, open_one in enumerate(known["at"], 1):
        where = open_one["location"]
        ats = [at(where["id"], where["address"]["en"], id=open_one["id"])]
        await send(http, officer | match(number), f"/v1/services/{known['id']}", SERVICE | {"at": ats})
        assert await addresses(world) == {known["id"]: where["address"]}


async def test_what_is_restricted_from_now_on_hides_where_it_was_before(world: World, http: aiohttp.ClientSession, people: People) -> None:
    officer, left, here = people.coordinator(), uuid4(), uuid4()
    owner = {"organization_id": (await send(http, officer, "/v1/organizations", ORGANIZATION | {"cleared": True}))["id"]}
    known = await send(http, officer, "/v1/services", SERVICE | owner | {"at": [at(left, "1 House"), at(here, "2 House")]})
    [old, new] = sorted(known["at"], key=lambda one: str(one["location"]["id"]) == str(here))
    restricted = SERVICE | {"need_codes": ["protection.gbv"], "at": [at(here, None, id=new["id"])]}
    await send(http, officer | match(1), f"/v1/services/{known['id']}", restricted)
    for one in (old, new):
        for path in (f"/v1/services-at-locations/{one['id']}", f"/v1/services-at-locations/{one['id']}/openings"):
            async with http.get(path, headers=people.stranger()) as answer:
                assert answer.status == 404
    [row] = await world.rows("SELECT hidden, address, latitude FROM location WHERE id = :id", id=left)
    assert tuple(row) == (True, {}, None)
