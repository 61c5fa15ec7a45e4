"""A suspended organisation gets no offers, what it holds is taken back one need at a time, and an acceptance at the same moment settles."""

import asyncio
from collections import Counter

import aiohttp
import pytest
from ihala_contracts.directory_v1 import (
    OrganizationReinstated,
    OrganizationSuspended,
    PlaceReleased,
    PlaceReserved,
    PlaceTaken,
    PlaceTakeRefused,
    ReservationRevoked,
    ServiceChanged,
)
from ihala_directory import performers
from ihala_directory.commands import organizations, reservations
from ihala_kit.auth import Caller
from ihala_kit.due import perform_next, performers_in

from tests.directory.test_placing import OFFICER, reserve
from tests.directory.test_referrals import offered
from tests.directory.world import OPERATOR, TELAFAR, TELAFAR_AT, TELAFAR_SERVICE, ZUMMAR_AT, Case, People, World, key, match, only, slug

ADMIN = Caller("admin", OPERATOR, "operator", OPERATOR, cleared=True)


async def work_off(world: World) -> None:
    """Do all that is due."""
    while await perform_next(world.database, performers_in([performers])):
        pass


async def version(world: World) -> int:
    return int(await world.value("SELECT version FROM organization WHERE id = :id", id=TELAFAR))


async def suspend(world: World) -> None:
    current = await version(world)
    async with world.database.transaction(ADMIN) as tx:
        await organizations.suspend(tx, ADMIN, TELAFAR, current, "conduct")


async def reinstate(world: World) -> None:
    current = await version(world)
    async with world.database.transaction(ADMIN) as tx:
        await organizations.reinstate(tx, ADMIN, TELAFAR, current)


async def test_what_is_held_is_taken_back_and_nothing_new_is_offered(world: World, http: aiohttp.ClientSession, people: People) -> None:
    cases = [Case() for _ in range(7)]
    held = {case.need_id: await offered(world, case) for case in cases}
    own = await reserve(world, Case().need_id, TELAFAR_AT)
    url, headers = f"/v1/organizations/{TELAFAR}/suspension", people.coordinator()
    async with http.post(url, json={"reason": "under_review"}, headers=headers | key() | match(1)) as answer:
        assert (answer.status, (await answer.json())["status"], answer.headers["ETag"]) == (200, "suspended", '"2"')
    only(await world.said(), OrganizationSuspended)
    assert only(await world.tell(Case().request()), PlaceReserved).service_at_location_id == ZUMMAR_AT
    await work_off(world)
    said = await world.said()
    revoked = [one for one in said if isinstance(one, ReservationRevoked)]
    assert {one.need_id: one.reservation_id for one in revoked} == held
    assert {one.reason for one in revoked} == {"suspended"}
    assert only(said, PlaceReleased).reservation_id == own
    assert (await world.places(TELAFAR_AT))[1:] == (0, 0)
    for case in cases:  # referral fails them for its own reasons: nothing more happens here
        assert await world.tell(case.ended("failed", held[case.need_id])) == []
    await world.balanced()


async def test_reinstated_it_is_offered_again_and_the_unserved_hear_of_it(world: World) -> None:
    await suspend(world)
    await world.said()
    await reinstate(world)
    said = await world.said()
    only(said, OrganizationReinstated)
    assert only(said, ServiceChanged).places_opened
    assert only(await world.tell(Case().request()), PlaceReserved).service_at_location_id == TELAFAR_AT


async def test_reinstated_before_all_was_taken_back_the_rest_stays(world: World) -> None:
    for _ in range(3):
        await offered(world, Case())
    await suspend(world)
    assert await perform_next(world.database, performers_in([performers]))
    await reinstate(world)
    await work_off(world)
    assert (await world.places(TELAFAR_AT))[1] == 2
    await world.balanced()


async def test_a_closed_service_takes_its_places_back(world: World) -> None:
    case = Case()
    reservation = await offered(world, case)
    other = await offered(world, Case())
    await world.tell(case.declined(reservation, TELAFAR_AT, "funding_ended"))
    await work_off(world)
    revoked = only(await world.said(), ReservationRevoked)
    assert (revoked.reservation_id, revoked.reason) == (other, "service_closed")
    assert await world.value("SELECT status FROM service WHERE id = :id", id=TELAFAR_SERVICE) == "paused"


async def test_an_officer_cannot_reserve_at_a_suspended_organisation(world: World, http: aiohttp.ClientSession, people: People) -> None:
    await suspend(world)
    body = {"need_id": str(Case().need_id), "service_at_location_id": str(TELAFAR_AT)}
    async with http.post("/v1/reservations", json=body, headers=people.coordinator() | key()) as answer:
        assert await slug(answer, 409) == "no-place"
        assert (await answer.json())["failing"] == ["organization"]
    assert (await world.places(TELAFAR_AT))[1] == 0
    await world.balanced()


@pytest.mark.parametrize("part", range(2))
async def test_suspension_against_acceptance_fifty_times(world: World, part: int) -> None:
    """Whichever comes first: the place is taken or refused, never both, never neither, and it is given back once."""
    outcomes: Counter[str] = Counter()
    for _ in range(25):
        case = Case()
        reservation = await offered(world, case)
        records = [world.record(case.accepted(reservation))]
        await asyncio.gather(world.inbox.apply(records), suspend(world), work_off(world))
        await work_off(world)
        said = [one for one in await world.said() if getattr(one, "need_id", None) == case.need_id]
        answers = [one for one in said if isinstance(one, PlaceTaken | PlaceTakeRefused)]
        assert len(answers) == 1
        gone = [one for one in said if isinstance(one, ReservationRevoked | PlaceReleased)]
        assert len(gone) == int(isinstance(answers[0], PlaceTakeRefused))
        outcomes[type(answers[0]).__name__] += 1
        said = await world.tell(case.ended("failed", reservation))
        assert len(said) == int(isinstance(answers[0], PlaceTaken))
        assert (await world.places(TELAFAR_AT))[1:] == (0, 0)
        await reinstate(world)
        await world.said()
    assert await world.value("SELECT count(*) FROM parked") == 0
    assert sum(outcomes.values()) == 25
    await world.balanced()


async def test_suspension_against_reservation(world: World) -> None:
    """An officer's reservation and a suspension at once: after the due work nothing is held there."""
    for _ in range(20):
        need = Case().need_id

        async def hold(need_id: object = need) -> None:
            async with world.database.transaction(OFFICER) as tx:
                await reservations.reserve(tx, OFFICER, need_id, TELAFAR_AT)  # type: ignore[arg-type]

        await asyncio.gather(hold(), suspend(world), return_exceptions=True)
        await work_off(world)
        assert (await world.places(TELAFAR_AT))[1] == 0
        await reinstate(world)
    await world.balanced()
