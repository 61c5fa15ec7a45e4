"""Holidays are declared by operators, and close the offices of their area."""

from datetime import date, timedelta
from uuid import uuid4

import aiohttp
from ihala_contracts.directory_v1 import NoPlaceFound, PlaceReserved
from ihala_contracts.intake_v1 import Urgency
from ihala_directory import hours
from ihala_directory.matching import LOOKS_AHEAD_DAYS

from tests.directory.world import OTHER_OPERATOR, TELAFAR, TELAFAR_AT, TELAFAR_SERVICE, Case, People, World, key, match, only, slug

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


async def test_of_a_suspended_organisation_nothing_is_open(world: World, http: aiohttp.ClientSession, people: People) -> None:
    away = "UPDATE organization SET status = 'suspended', suspended_for = 'conduct', suspended_at = now() WHERE id = :id RETURNING id"
    await world.rows(away, id=TELAFAR)
    assert await opening_days(http, people) == []


async def of_days_ahead(world: World, http: aiohttp.ClientSession, headers: dict[str, str], days: int, area: str) -> None:
    """Declare all days from today on, so many."""
    today = world.database.clock.now().astimezone(hours.ZONE).date()
    for number in range(days):
        assert (await declare(http, headers, today + timedelta(days=number), area)).status == 201


async def hours_of_telafar(http: aiohttp.ClientSession, people: People, urgency: str = "routine") -> str:
    """How the criterion `hours` comes out for the service in Telafar when an officer asks."""
    body = {"need_code": "housing.hlp", "governorate": "IQG15", "district": "IQG15Q08", "urgency": urgency}
    async with http.post("/v1/matches", json=body, headers=people.coordinator()) as answer:
        [one] = [item for item in (await answer.json())["items"] if item["service_at_location_id"] == str(TELAFAR_AT)]
    return str({each["code"]: each["result"] for each in one["criteria"]}["hours"])


async def test_matching_knows_the_holidays_of_the_asking_operator(world: World, http: aiohttp.ClientSession, people: People) -> None:
    other = people.coordinator(operator=OTHER_OPERATOR)
    await of_days_ahead(world, http, other, LOOKS_AHEAD_DAYS, "IQ")  # of other offices
    await of_days_ahead(world, http, people.coordinator(), LOOKS_AHEAD_DAYS, "IQG02")  # elsewhere
    assert await hours_of_telafar(http, people) == "pass"
    assert only(await world.tell(Case().request()), PlaceReserved).service_at_location_id == TELAFAR_AT
    await of_days_ahead(world, http, people.coordinator(), LOOKS_AHEAD_DAYS - 1, "IQG15")
    last = world.database.clock.now().astimezone(hours.ZONE).date() + timedelta(days=LOOKS_AHEAD_DAYS - 1)
    assert await hours_of_telafar(http, people) == ("pass" if hours.DAYS[last.weekday()] in ("SU", "MO", "TU", "WE", "TH") else "fail")
    assert (await declare(http, people.coordinator(), last, "IQG15Q08")).status == 201
    assert await hours_of_telafar(http, people) == "fail"
    none = only(await world.tell(Case().request()), NoPlaceFound)
    assert "hours" in {one.code for one in none.failing}


async def test_in_an_emergency_a_long_holiday_leaves_those_who_are_always_there(
    world: World, http: aiohttp.ClientSession, people: People
) -> None:
    await of_days_ahead(world, http, people.coordinator(), 6, "IQ")  # a feast and the days around it
    assert await hours_of_telafar(http, people, "emergency") == "fail"
    assert await hours_of_telafar(http, people) == "pass"
    always = '[{"days": ["SU", "MO", "TU", "WE", "TH", "FR", "SA"], "opens_at": "00:00", "closes_at": "24:00"}]'
    await world.rows("UPDATE service SET schedules = CAST(:always AS jsonb) WHERE id = :id RETURNING id", always=always, id=TELAFAR_SERVICE)
    assert await hours_of_telafar(http, people, "emergency") == "pass"
    assert only(await world.tell(Case(urgency=Urgency.EMERGENCY).request()), PlaceReserved).service_at_location_id == TELAFAR_AT
