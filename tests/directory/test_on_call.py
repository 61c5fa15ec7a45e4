"""A service that is open day and night tells its public phones, for emergencies; what is restricted or hidden never does."""

from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest
from ihala_contracts.directory_v1 import ServiceChanged
from ihala_directory import hours

from tests.directory.bodies import ORGANIZATION, SERVICE
from tests.directory.test_due import pass_time
from tests.directory.world import People, World, key, only

ALWAYS = [{"days": ["MO", "TU", "WE", "TH", "FR", "SA", "SU"], "opens_at": "00:00", "closes_at": "24:00"}]
PHONES = [{"number": "122", "type": "hotline"}, {"number": "+964 770 1", "type": "whatsapp"}, {"number": "+964 60 1"}]


async def told(
    world: World,
    http: aiohttp.ClientSession,
    people: People,
    at: dict[str, Any] | None = None,
    of: dict[str, Any] | None = None,
    **more: Any,
) -> ServiceChanged:
    """Enter a service of a new organisation; return what the others are told of it."""
    async with http.post("/v1/organizations", json=ORGANIZATION | (of or {}), headers=people.coordinator() | key()) as answer:
        organization_id = (await answer.json())["id"]
    body = (
        SERVICE | {"at": [SERVICE["at"][0] | (at or {})], "schedules": ALWAYS, "phones": PHONES, "organization_id": organization_id} | more
    )
    await world.said()
    async with http.post("/v1/services", json=body, headers=people.coordinator() | key()) as answer:
        assert answer.status == 201, await answer.text()
    return only(await world.said(), ServiceChanged)


async def test_what_is_always_open_tells_the_numbers_to_speak_to(world: World, http: aiohttp.ClientSession, people: People) -> None:
    found = await told(world, http, people, at={"phones": [{"number": "+964 60 2"}]})
    assert (found.always_open, found.phones) == (True, ["122", "+964 60 1", "+964 60 2"])


async def test_what_closes_at_one_of_its_places_does_not(world: World, http: aiohttp.ClientSession, people: People) -> None:
    found = await told(world, http, people, at={"schedules": [ALWAYS[0] | {"closes_at": "20:00"}]})
    assert (found.always_open, found.phones) == (False, [])


CLOSED = {"from": 3, "until": 8}  # days from today


def in_days(said: Any) -> Any:
    """Return the same with numbers of days as dates."""
    if isinstance(said, dict):
        return {name: in_days(value) for name, value in said.items()}
    if isinstance(said, list):
        return [in_days(one) for one in said]
    return (datetime.now(hours.ZONE).date() + timedelta(days=said)).isoformat() if isinstance(said, int) else said


@pytest.mark.parametrize(
    ("at", "more"),
    [
        ({}, {"closures": [CLOSED]}),
        ({"closures": [CLOSED]}, {"closures": [{"from": 3, "until": 4}]}),
        ({}, {"schedules": [ALWAYS[0] | {"valid_from": 9}]}),
    ],
)
async def test_it_is_told_again_when_a_closure_is_over_or_the_hours_begin(
    world: World, http: aiohttp.ClientSession, people: People, at: dict[str, Any], more: dict[str, Any]
) -> None:
    first = await told(world, http, people, in_days(at), **in_days(more))
    assert (first.always_open, first.phones) == (False, [])
    await pass_time(world, 60 * 24 * 7)
    assert await world.said() == []
    await pass_time(world, 60 * 24 * 2)
    again = only(await world.said(), ServiceChanged)
    assert (again.service_id, again.always_open, again.phones) == (first.service_id, True, ["122", "+964 60 1"])
    await pass_time(world, 60 * 24 * 20)
    assert await world.said() == []


async def test_what_is_restricted_or_hidden_tells_no_number(world: World, http: aiohttp.ClientSession, people: People) -> None:
    where = {"location": {"place": "IQG15Q08N01", "names": {"en": "Here"}}}
    restricted = await told(world, http, people, where, {"cleared": True}, need_codes=["protection.shelter"])
    hidden = await told(world, http, people, where, {"hidden": True})
    assert [(found.hidden, found.always_open, found.phones) for found in (restricted, hidden)] == [(True, False, [])] * 2
