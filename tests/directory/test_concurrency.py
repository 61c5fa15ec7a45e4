"""Places cannot be promised twice, however many ask at once."""

import asyncio
from uuid import uuid4

import aiohttp
from ihala_contracts.directory_v1 import NoPlaceFound, PlaceReserved
from ihala_directory.commands import placing
from ihala_directory.facts import Facts
from ihala_kit.auth import Caller

from tests.directory.world import ALLOWANCE_AT, TELAFAR_AT, Case, People, World, key


async def test_two_hundred_at_once_for_twenty_places(world: World, http: aiohttp.ClientSession, people: People) -> None:
    """Half of them officers by HTTP, half of them attempts of the chain."""
    await world.set_places(ALLOWANCE_AT, 20)
    headers = people.coordinator()

    async def officer() -> int:
        body = {"need_id": str(uuid4()), "service_at_location_id": str(ALLOWANCE_AT)}
        async with http.post("/v1/reservations", json=body, headers=headers | key()) as answer:
            return answer.status

    async def attempt() -> None:
        async with world.database.transaction(Caller.system("consume")) as tx:
            await placing.answer(tx, Case(need_code="housing.allowance").request(), Facts())

    statuses, _ = await asyncio.gather(asyncio.gather(*(officer() for _ in range(100))), asyncio.gather(*(attempt() for _ in range(100))))
    said = await world.said()
    won = statuses.count(201)
    assert statuses.count(409) == 100 - won
    reserved = [one for one in said if isinstance(one, PlaceReserved)]
    assert len(reserved) + won == 20
    assert len([one for one in said if isinstance(one, NoPlaceFound)]) == 100 - len(reserved)
    assert await world.places(ALLOWANCE_AT) == (20, 20, 0)
    await world.balanced()


async def test_one_place_and_two_officers(world: World, http: aiohttp.ClientSession, people: People) -> None:
    """One wins, the other gets 409 with alternatives (scenario 2)."""
    await world.set_places(TELAFAR_AT, 1)
    answers = []

    async def officer() -> None:
        body = {"need_id": str(uuid4()), "service_at_location_id": str(TELAFAR_AT)}
        async with http.post("/v1/reservations", json=body, headers=people.coordinator() | key()) as answer:
            answers.append((answer.status, await answer.json()))

    await asyncio.gather(officer(), officer())
    (_, won), (_, lost) = sorted(answers, key=lambda one: one[0])
    assert [status for status, _ in sorted(answers, key=lambda one: one[0])] == [201, 409]
    assert won["state"] == "reserved"
    assert lost["failing"] == ["capacity"]
    assert len(lost["alternatives"]) == 3
    assert str(TELAFAR_AT) not in {one["service_at_location_id"] for one in lost["alternatives"]}


async def test_two_consumers_with_batches_over_the_same_places(world: World) -> None:
    """Batches lock places in the order of their needs, so two may meet head on: nothing is lost, parked or counted twice."""
    needs = ("housing.hlp", "housing.repair", "education.enrolment", "housing.allowance")
    batches = [[world.record(Case(need_code=needs[n % 4]).request()) for n in range(60)] for _ in range(2)]
    await asyncio.gather(*(world.inbox.apply(batch) for batch in batches))
    assert await world.value("SELECT count(*) FROM parked") == 0
    said = await world.said()
    assert len([one for one in said if isinstance(one, PlaceReserved)]) == 120
    await world.balanced()
