"""Holidays are declared by operators, and close the offices of their area."""

from datetime import date, timedelta
from uuid import uuid4

import aiohttp
from ihala_directory import hours

from tests.directory.world import OTHER_OPERATOR, TELAFAR_AT, People, World, key, match, slug

SUNDAY = date(2026, 11, 22)


async def opening_days(http: aiohttp.ClientSession, people: People) -> list[str]:
    params = {"from": SUNDAY.isoformat(), "days": 7}
    async with http.get(f"/v1/services-at-locations/{TELAFAR_AT}/openings", params=params, headers=people.stranger()) as answer:
        assert answer.status == 200
        return [one["opens_at"][:10] for one in (await answer.json())["items"]]


async def declare(http: aiohttp.ClientSession, headers: dict[str, str], day: date, area: str = "IQ") -> aiohttp.ClientResponse:
    body = {"day": day.isoformat(), "area": area, "names": {"en": "Holiday", "ar": "عطلة"}}
    answer = await http.post("/v1/holidays", json=body, headers=headers | key())
    await answer.read()
    return answer


async def test_a_week_without_holidays_has_five_days(http: aiohttp.ClientSession, people: People) -> None:
    assert await opening_days(http, people) == [(SUNDAY + timedelta(days=number)).isoformat() for number in range(5)]


async def test_holidays_of_the_area_close_and_can_be_taken_back(http: aiohttp.ClientSession, people: People) -> None:
    monday, tuesday, wednesday = (SUNDAY + timedelta(days=number) for number in (1, 2, 3))
    country = await declare(http, people.coordinator(), monday)
    assert country.status == 201
    assert (await declare(http, people.coordinator(), tuesday, "IQG15")).status == 201
    assert (await declare(http, people.coordinator(), wednesday, "IQG02")).status == 201  # not there
    assert (await declare(http, people.coordinator(operator=OTHER_OPERATOR), wednesday)).status == 201  # not of their office
    days = await opening_days(http, people)
    assert monday.isoformat() not in days and tuesday.isoformat() not in days and wednesday.isoformat() in days
    path = f"/v1/holidays/{(await country.json())['id']}"
    async with http.delete(path, headers=people.coordinator(operator=OTHER_OPERATOR) | match(1)) as answer:
        assert await slug(answer, 404) == "holiday-not-found"
    async with http.delete(path, headers=people.coordinator() | match(1)) as answer:
        assert answer.status == 200
    assert monday.isoformat() in await opening_days(http, people)
    listed = {"from": SUNDAY.isoformat(), "until": wednesday.isoformat()}
    async with http.get("/v1/holidays", params=listed, headers=people.stranger()) as answer:
        assert [one["day"] for one in (await answer.json())["items"]] == [tuesday.isoformat(), wednesday.isoformat(), wednesday.isoformat()]


async def test_what_is_no_holiday_is_refused(http: aiohttp.ClientSession, people: People) -> None:
    assert await slug(await declare(http, people.coordinator(), SUNDAY, "IQG99"), 422) == "unknown-place"
    assert await slug(await declare(http, people.provider(), SUNDAY), 403) == "officers-only"
    await declare(http, people.coordinator(), SUNDAY)
    assert await slug(await declare(http, people.coordinator(), SUNDAY), 409) == "already-exists"
    async with http.get(f"/v1/services-at-locations/{uuid4()}/openings", headers=people.stranger()) as answer:
        assert await slug(answer, 404) == "service-at-location-not-found"


async def test_open_now_follows_the_clock(world: World, http: aiohttp.ClientSession, people: People) -> None:
    async with http.get(f"/v1/services-at-locations/{TELAFAR_AT}/openings", headers=people.stranger()) as answer:
        said = await answer.json()
    at = world.database.clock.now().astimezone(hours.ZONE)
    expected = hours.DAYS[at.weekday()] in ("SU", "MO", "TU", "WE", "TH") and 8 <= at.hour < 15
    assert said["open_now"] is expected
