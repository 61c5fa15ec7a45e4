"""Reservations of officers: repeated, given up, and claimed for too long."""

import aiohttp
from ihala_contracts.directory_v1 import PlaceReleased

from tests.directory.bodies import RESERVATION
from tests.directory.world import OTHER_OPERATOR, ZUMMAR_AT, Case, People, World, key, match, next_page, only, slug


async def test_a_repeated_reservation_is_the_same_one(world: World, http: aiohttp.ClientSession, people: People) -> None:
    headers = people.coordinator() | key()
    async with http.post("/v1/reservations", json=RESERVATION, headers=headers) as answer:
        first, where = await answer.json(), answer.headers["Location"]
    async with http.post("/v1/reservations", json=RESERVATION, headers=headers) as answer:
        assert (answer.status, answer.headers["Idempotent-Replayed"], await answer.json()) == (201, "true", first)
        assert answer.headers["Location"] == where
    assert where.startswith("/directory/v1/"), "as it stands behind the gateway"
    async with http.get(where.removeprefix("/directory"), headers=people.coordinator()) as answer:
        assert (answer.status, await answer.json()) == (200, first)
    async with http.post("/v1/reservations", json=RESERVATION, headers=people.coordinator() | key()) as answer:
        assert await slug(answer, 409) == "already-reserved"
        assert (await answer.json())["reservation_id"] == first["id"]
    assert (await world.places(ZUMMAR_AT))[1] == 1


async def test_an_officer_gives_a_reservation_up(world: World, http: aiohttp.ClientSession, people: People) -> None:
    async with http.post("/v1/reservations", json=RESERVATION, headers=people.coordinator() | key()) as answer:
        url = f"/v1/reservations/{(await answer.json())['id']}"
    other = people.coordinator(operator=OTHER_OPERATOR)
    async with http.get(url, headers=other) as answer:
        assert await slug(answer, 404) == "reservation-not-found"
    async with http.delete(url, headers=other | match(1)) as answer:
        assert await slug(answer, 404) == "reservation-not-found"
    async with http.delete(url, headers=people.coordinator() | match(1)) as answer:
        assert (await answer.json())["state"] == "released"
    only(await world.said(), PlaceReleased)
    async with http.delete(url, headers=people.coordinator() | match(2)) as answer:
        assert await slug(answer, 409) == "reservation-not-open"
    assert (await world.places(ZUMMAR_AT))[1] == 0


async def test_claimed_and_without_a_referral_for_too_long_is_listed(world: World, http: aiohttp.ClientSession, people: People) -> None:
    cases = [Case() for _ in range(3)]
    for case in cases:
        await world.tell(case.request())
    async with http.get("/v1/reservations", headers=people.coordinator()) as answer:
        assert (await answer.json())["items"] == []
    await world.rows("UPDATE reservation SET reserved_at = reserved_at - interval '16 minutes' RETURNING id")
    first = await world.value("SELECT id FROM reservation WHERE need_id = :need", need=cases[0].need_id)
    await world.tell(cases[0].offered(first))
    async with http.get("/v1/reservations?limit=1", headers=people.coordinator()) as answer:
        [one] = (await answer.json())["items"]
        link = next_page(answer) or ""
    async with http.get(link, headers=people.coordinator()) as answer:
        [two] = (await answer.json())["items"]
        assert "next" not in answer.links
    assert {one["need_id"], two["need_id"]} == {str(case.need_id) for case in cases[1:]}
    async with http.get("/v1/reservations", headers=people.coordinator(operator=OTHER_OPERATOR)) as answer:
        assert (await answer.json())["items"] == []
