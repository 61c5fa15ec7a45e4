"""Who leaves gets no offers ever again: its services are closed, what it holds is taken back one need at a time. Agreements that end."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest
from ihala_contracts.directory_v1 import (
    AgreementExpired,
    AgreementExpiring,
    NoPlaceFound,
    OrganizationJoined,
    OrganizationLeft,
    PlaceReleased,
    PlaceReserved,
    PlaceTaken,
    PlaceTakeRefused,
    ReservationRevoked,
    ServiceChanged,
)
from ihala_directory import hours
from ihala_directory.commands import organizations, reservations
from ihala_directory.errors import NoPlace
from ihala_kit.db import now

from tests.directory.test_due import pass_time
from tests.directory.test_placing import OFFICER, reserve
from tests.directory.test_referrals import offered
from tests.directory.test_suspension import ADMIN, suspend, version, work_off
from tests.directory.world import (
    OTHER_OPERATOR,
    TELAFAR,
    TELAFAR_AT,
    TELAFAR_SERVICE,
    ZUMMAR,
    ZUMMAR_AT,
    Case,
    People,
    World,
    key,
    match,
    only,
    slug,
)

URL = f"/v1/organizations/{TELAFAR}"
DRAFT: dict[str, Any] = {
    "kind": "nngo", "names": {"en": "Telafar"}, "reporting_duty": {"en": "x"}, "agreement": {"version": "2", "until": "2040-01-01"},
}  # fmt: skip


async def leave(world: World) -> None:
    current = await version(world)
    async with world.database.transaction(ADMIN) as tx:
        await organizations.leave(tx, ADMIN, TELAFAR, current, "own_request")


async def come_back(world: World) -> None:
    """What nobody can do in earnest: for the next round of a race."""
    await world.rows("UPDATE organization SET status = 'active', left_at = NULL, left_for = NULL WHERE id = :id RETURNING id", id=TELAFAR)
    await world.rows("UPDATE service SET status = 'active' WHERE organization_id = :id RETURNING id", id=TELAFAR)


@pytest.mark.parametrize("suspended_before", [False, True])
async def test_what_is_held_is_taken_back_and_services_are_closed(
    world: World, http: aiohttp.ClientSession, people: People, suspended_before: bool
) -> None:
    cases = [Case() for _ in range(3)]
    held = {case.need_id: await offered(world, case) for case in cases}
    own = await reserve(world, Case().need_id, TELAFAR_AT)
    if suspended_before:
        await suspend(world)
    await world.said()
    known = await version(world)
    headers = people.coordinator()
    async with http.post(f"{URL}/departure", json={"reason": "dissolved"}, headers=headers | key() | match(known)) as answer:
        body = await answer.json()
        assert (answer.status, body["status"], body["left_for"], body["suspended_for"]) == (200, "left", "dissolved", None)
    assert only(await world.said(), OrganizationLeft).reason == "dissolved"
    assert only(await world.tell(Case().request()), PlaceReserved).service_at_location_id == ZUMMAR_AT
    await work_off(world)
    said = await world.said()
    assert {one.need_id: one.reservation_id for one in said if isinstance(one, ReservationRevoked)} == held
    assert only(said, PlaceReleased).reservation_id == own
    assert only(said, ServiceChanged).status == "closed"
    assert (await world.places(TELAFAR_AT))[1:] == (0, 0)
    await world.balanced()


async def test_nothing_of_it_can_be_changed_any_more(world: World, http: aiohttp.ClientSession, people: People) -> None:
    await leave(world)
    await work_off(world)
    await world.said()
    headers = people.coordinator() | match(await version(world))
    service = await world.value("SELECT version FROM service WHERE id = :id", id=TELAFAR_SERVICE)
    async with http.get(f"/v1/services/{TELAFAR_SERVICE}", headers=people.coordinator()) as answer:
        assert (await answer.json())["organization"]["status"] == "left"  # it stays readable
    body = {"names": {"en": "x"}, "need_codes": ["housing.repair"], "at": [
        {"location": {"place": "IQG15Q08", "names": {"en": "x"}}, "areas": ["IQG15Q08"], "capacity": {"kind": "slot", "figure": 1}}
    ]}  # fmt: skip
    for method, path, sent, more in (
        ("PUT", URL, DRAFT, {}),
        ("POST", f"{URL}/suspension", {"reason": "conduct"}, key()),
        ("POST", f"{URL}/departure", {"reason": "conduct"}, key()),
        ("POST", "/v1/services", body | {"organization_id": str(TELAFAR)}, key()),
        ("PUT", f"/v1/services/{TELAFAR_SERVICE}", body, match(service)),
    ):
        async with http.request(method, path, json=sent, headers=headers | more) as answer:
            assert await slug(answer, 409) == "organization-has-left", path
    async with http.delete(f"{URL}/suspension", headers=headers) as answer:
        assert await slug(answer, 409) == "not-suspended"
    assert await world.said() == []


async def test_only_its_operator_lets_it_leave(http: aiohttp.ClientSession, people: People) -> None:
    for headers, status, name in (
        (people.coordinator(operator=OTHER_OPERATOR), 404, "organization-not-found"),
        (people.provider(TELAFAR), 403, "officers-only"),
        (people.stranger(), 403, "officers-only"),
    ):
        async with http.post(f"{URL}/departure", json={"reason": "conduct"}, headers=headers | key() | match(1)) as answer:
            assert await slug(answer, status) == name
    async with http.post(f"{URL}/departure", json={"reason": "conduct"}, headers=people.coordinator() | key() | match(9)) as answer:
        assert await slug(answer, 412) == "stale"


async def test_leaving_against_acceptance(world: World) -> None:
    """Whichever comes first: the place is taken or refused, once."""
    outcomes: Counter[str] = Counter()
    for _ in range(12):
        case = Case()
        reservation = await offered(world, case)
        await asyncio.gather(world.inbox.apply([world.record(case.accepted(reservation))]), leave(world), work_off(world))
        await work_off(world)
        said = [one for one in await world.said() if getattr(one, "need_id", None) == case.need_id]
        [outcome] = [one for one in said if isinstance(one, PlaceTaken | PlaceTakeRefused)]
        gone = [one for one in said if isinstance(one, ReservationRevoked | PlaceReleased)]
        assert len(gone) == int(isinstance(outcome, PlaceTakeRefused))
        outcomes[type(outcome).__name__] += 1
        await world.tell(case.ended("failed", reservation))
        assert (await world.places(TELAFAR_AT))[1:] == (0, 0)
        await come_back(world)
        await world.said()
    assert sum(outcomes.values()) == 12
    await world.balanced()


async def test_leaving_against_reservation(world: World) -> None:
    """An officer's reservation and a departure at once: after the due work nothing is held there, and nothing can be."""
    for _ in range(10):
        need = Case().need_id
        await asyncio.gather(reserve(world, need, TELAFAR_AT), leave(world), return_exceptions=True)
        await work_off(world)
        assert (await world.places(TELAFAR_AT))[1] == 0
        with pytest.raises(NoPlace):
            await reserve(world, need, TELAFAR_AT)
        await come_back(world)
    async with world.database.transaction(OFFICER) as tx:
        await reservations.reserve(tx, OFFICER, Case().need_id, TELAFAR_AT)
    await world.balanced()


async def clock_of(world: World) -> datetime:
    """Return the time as directory knows it."""
    async with world.database.transaction(ADMIN) as tx:
        return now(tx)


async def agree(world: World, http: aiohttp.ClientSession, people: People, days: int, organization: Any = TELAFAR) -> None:
    """Give an organisation an agreement that has this many days to go."""
    clock = await clock_of(world)
    url = f"/v1/organizations/{organization}"
    async with http.get(url, headers=people.coordinator()) as answer:
        known, etag = await answer.json(), answer.headers["ETag"]
    until = (hours.day_of(clock) + timedelta(days=days)).isoformat()
    body = DRAFT | {"kind": known["kind"], "agreement": {"version": "3", "until": until}}
    async with http.put(url, json=body, headers=people.coordinator() | {"If-Match": etag}) as answer:
        assert answer.status == 200, await answer.json()
    only(await world.said(), OrganizationJoined)


async def test_the_operator_is_told_before_an_agreement_ends_and_when_it_has(
    world: World, http: aiohttp.ClientSession, people: People
) -> None:
    await world.rows("DELETE FROM due_work WHERE kind = 'watch-agreement' AND key <> :id RETURNING key", id=TELAFAR)
    await agree(world, http, people, 40)
    await pass_time(world, 60 * 24 * 9)
    assert [one for one in await world.said() if isinstance(one, AgreementExpiring)] == []
    await pass_time(world, 60 * 24 * 2)
    told = only(await world.said(), AgreementExpiring)
    assert (told.organization_id, told.agreement_version, (told.until - hours.day_of(told.told_at)).days) == (TELAFAR, "3", 29)
    only(await world.tell(Case().request()), PlaceReserved)
    first_minute = hours.begins(told.until + timedelta(days=1)) + timedelta(minutes=1)
    await pass_time(world, (first_minute - await clock_of(world)) / timedelta(minutes=1))
    only(await world.said(), AgreementExpired)
    await pass_time(world, 60 * 24 * 30)
    assert [one for one in await world.said() if isinstance(one, AgreementExpired | AgreementExpiring)] == []
    excluded = [row.id for row in await world.rows("SELECT id FROM service_at_location WHERE id <> :at", at=TELAFAR_AT)]
    none = only(await world.tell(Case().request(excluded=excluded)), NoPlaceFound)
    assert none.candidates > 0  # no agreement, no offer
    await agree(world, http, people, 400)
    assert only(await world.tell(Case().request(excluded=excluded)), PlaceReserved).organization_id == TELAFAR


async def test_an_agreement_that_is_almost_over_is_told_at_once(world: World, http: aiohttp.ClientSession, people: People) -> None:
    await world.rows("DELETE FROM due_work WHERE kind = 'watch-agreement' RETURNING key")
    await agree(world, http, people, 10, ZUMMAR)
    await work_off(world)
    assert only(await world.said(), AgreementExpiring).organization_id == ZUMMAR
    await work_off(world)
    assert await world.said() == []
