"""What the moves of a referral do to its place. Every event is delivered twice."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest
from ihala_contracts.directory_v1 import NoPlaceFound, PlaceReleased, PlaceReserved, PlaceTaken, PlaceTakeRefused, ServiceChanged
from ihala_directory import store
from ihala_directory.commands import edits, services
from ihala_directory.models.drafts import ServiceDraft
from ihala_kit.auth import Caller

from tests.directory.world import ALLOWANCE_AT, OPERATOR, TELAFAR_AT, TELAFAR_SERVICE, ZUMMAR_AT, Case, People, World, match, only

OFFICE = Caller("office", OPERATOR, "operator", OPERATOR, cleared=True)


async def offered(world: World, case: Case, attempt: int = 1, **asked: Any) -> UUID:
    """Bring a case to its offer; return the reservation."""
    reservation = only(await world.tell(case.request(attempt, **asked)), PlaceReserved).reservation_id
    assert await world.tell(case.offered(reservation, attempt=attempt)) == []
    return reservation


async def accepted(world: World, case: Case, **asked: Any) -> UUID:
    """Bring a case to its acceptance; return the reservation."""
    reservation = await offered(world, case, **asked)
    taken = only(await world.tell(case.accepted(reservation)), PlaceTaken)
    assert (taken.reservation_id, taken.referral_id) == (reservation, case.referral_of(1))
    return reservation


async def test_reserved_at_offer_and_taken_at_acceptance(world: World) -> None:
    case = Case()
    reservation = await offered(world, case)
    assert await world.places(TELAFAR_AT) == (40, 1, 0)
    assert await world.value("SELECT referral_id FROM reservation") == case.referral_of(1)
    only(await world.tell(case.accepted(reservation)), PlaceTaken)
    assert await world.places(TELAFAR_AT) == (40, 0, 1)
    await world.balanced()


@pytest.mark.parametrize("how", ["expired", "withdrawn", "cancelled", "failed", "redacted"])
async def test_a_held_place_is_released_when_the_referral_ends(world: World, how: str) -> None:
    case = Case()
    reservation = await offered(world, case)
    released = only(await world.tell(case.ended(how, reservation)), PlaceReleased)
    assert (released.reservation_id, released.referral_id, released.reason) == (reservation, case.referral_of(1), how)
    assert await world.places(TELAFAR_AT) == (40, 0, 0)


@pytest.mark.parametrize("how", ["withdrawn", "failed", "completed", "cancelled"])
async def test_a_taken_slot_comes_back_when_the_referral_ends(world: World, how: str) -> None:
    case = Case()
    reservation = await accepted(world, case)
    assert await world.tell(case.started(reservation)) == []
    assert only(await world.tell(case.ended(how, reservation)), PlaceReleased).reason == how
    assert await world.places(TELAFAR_AT) == (40, 0, 0)
    assert await world.tell(case.ended(how, reservation)) == []  # once


async def test_a_stock_is_used_up_once_the_service_began(world: World) -> None:
    case = Case(need_code="housing.allowance")
    reservation = await accepted(world, case)
    await world.tell(case.started(reservation))
    assert await world.tell(case.ended("completed", reservation)) == []
    assert await world.places(ALLOWANCE_AT) == (500, 0, 1)
    assert await world.value("SELECT state FROM reservation") == "used"


async def test_a_stock_that_was_not_begun_comes_back(world: World) -> None:
    case = Case(need_code="housing.allowance")
    reservation = await accepted(world, case)
    only(await world.tell(case.ended("failed", reservation)), PlaceReleased)
    assert await world.places(ALLOWANCE_AT) == (500, 0, 0)


async def test_an_ending_without_a_reservation_is_overtaken(world: World) -> None:
    assert await world.tell(Case().ended("failed", None), Case().ended("expired", uuid4()), Case().waitlisted(uuid4())) == []
    assert await world.tell(Case().offered(uuid4()), Case().started(uuid4())) == []
    assert await world.value("SELECT count(*) FROM overtaken") == 5


async def test_a_place_that_opens_where_none_was_free_is_told(world: World) -> None:
    await world.set_places(ALLOWANCE_AT, 1)
    case = Case(need_code="housing.allowance")
    reservation = await offered(world, case)
    said = await world.tell(case.ended("expired", reservation))
    changed = only(said, ServiceChanged)
    assert changed.places_opened
    assert (changed.need_codes, changed.governorates) == (["housing.allowance"], ["IQG15"])
    only(said, PlaceReleased)


async def test_waiting_holds_no_place_and_acceptance_takes_one_anew(world: World) -> None:
    case = Case()
    reservation = await offered(world, case, excluded=[TELAFAR_AT])
    assert only(await world.tell(case.waitlisted(reservation)), PlaceReleased).reason == "waitlisted"
    assert await world.places(ZUMMAR_AT) == (400, 0, 0)
    taken = only(await world.tell(case.accepted(reservation)), PlaceTaken)
    assert taken.reservation_id != reservation
    assert await world.places(ZUMMAR_AT) == (400, 0, 1)
    released = only(await world.tell(case.ended("completed", reservation)), PlaceReleased)
    assert released.reservation_id == taken.reservation_id
    assert await world.places(ZUMMAR_AT) == (400, 0, 0)
    await world.balanced()


async def test_accepted_from_the_waiting_list_when_it_is_full(world: World) -> None:
    case = Case()
    reservation = await offered(world, case, excluded=[TELAFAR_AT])
    await world.tell(case.waitlisted(reservation))
    await world.set_places(ZUMMAR_AT, 0)
    refused = only(await world.tell(case.accepted(reservation)), PlaceTakeRefused)
    assert refused.reason == "full"
    assert await world.tell(case.ended("failed", reservation)) == []


async def test_waiting_then_declined(world: World) -> None:
    case = Case()
    reservation = await offered(world, case, excluded=[TELAFAR_AT])
    await world.tell(case.waitlisted(reservation))
    assert await world.tell(case.declined(reservation, ZUMMAR_AT, "not_eligible")) == []
    assert await world.places(ZUMMAR_AT) == (400, 0, 0)


@pytest.mark.parametrize(
    ("how", "reason"), [("never known", "released"), ("released", "released"), ("suspended", "suspended"), ("closed", "revoked")]
)
async def test_a_place_that_is_gone_is_refused(world: World, how: str, reason: str) -> None:
    case = Case()
    reservation = await offered(world, case)
    if how == "released":
        await world.tell(case.cancel())
    if how == "suspended":
        await world.rows(
            "UPDATE organization SET status = 'suspended', suspended_for = 'conduct', suspended_at = now() "
            "WHERE id = (SELECT organization_id FROM reservation) RETURNING id"
        )
    if how == "closed":
        await world.rows("UPDATE service SET status = 'closed' WHERE id = :id RETURNING id", id=TELAFAR_SERVICE)
    late = case if how != "never known" else Case()
    said = await world.tell(late.accepted(uuid4() if how == "never known" else reservation))
    refused = only(said, PlaceTakeRefused)
    assert (refused.reason, refused.referral_id) == (reason, late.referral_of(1))
    assert (await world.places(TELAFAR_AT))[1:] == ((1, 0) if how == "never known" else (0, 0))
    await world.tell(late.ended("failed", reservation if how != "never known" else None))  # referral's place_lost changes nothing more
    await world.balanced()


async def test_no_capacity_means_no_places_until_the_provider_confirms(world: World) -> None:
    case, other = Case(), Case()
    reservation = await offered(world, case)
    await offered(world, other)
    said = await world.tell(case.declined(reservation, TELAFAR_AT, "no_capacity"))
    assert not only(said, ServiceChanged).places_opened
    assert only(said, PlaceReleased).reason == "declined"
    following = only(await world.tell(case.request(attempt=2, excluded=[TELAFAR_AT])), PlaceReserved)
    assert following.service_at_location_id == ZUMMAR_AT
    assert only(await world.tell(Case().request()), PlaceReserved).service_at_location_id == ZUMMAR_AT
    assert await world.places(TELAFAR_AT) == (0, 1, 0)  # the other need's offer stays
    await world.balanced()


async def test_a_figure_given_after_the_decline_stays_when_the_decline_is_read_late(world: World) -> None:
    case, other = Case(), Case()
    reservation, second = await offered(world, case), await offered(world, other)
    given_at = "SELECT figure_at FROM service_at_location WHERE id = :id"
    before = await world.value(given_at, id=TELAFAR_AT) - timedelta(seconds=1)
    late = case.declined(reservation, TELAFAR_AT, "no_capacity").model_copy(update={"moved_at": before})
    assert only(await world.tell(late), PlaceReleased).reason == "declined"
    assert await world.places(TELAFAR_AT) == (40, 1, 0)
    assert await world.value("SELECT confirmed FROM service_at_location WHERE id = :id", id=TELAFAR_AT)
    await world.tell(other.declined(second, TELAFAR_AT, "no_capacity"))  # this one is newer than the figure
    assert await world.places(TELAFAR_AT) == (0, 0, 0)
    await world.balanced()


@pytest.mark.parametrize(("reason", "status"), [("funding_ended", "paused"), ("service_closed", "paused"), ("not_eligible", "active")])
async def test_a_decline_that_says_the_service_has_ended_pauses_it(world: World, reason: str, status: str) -> None:
    case = Case()
    reservation = await offered(world, case)
    await world.tell(case.declined(reservation, TELAFAR_AT, reason))
    assert await world.value("SELECT status FROM service WHERE id = :id", id=TELAFAR_SERVICE) == status


async def test_a_site_that_is_not_secure_is_closed(world: World) -> None:
    case = Case()
    reservation = await offered(world, case)
    assert only(await world.tell(case.declined(reservation, TELAFAR_AT, "site_insecure")), ServiceChanged).status == "active"
    assert await world.value("SELECT status FROM service_at_location WHERE id = :id", id=TELAFAR_AT) == "closed"
    none = only(await world.tell(Case(need_code="housing.hlp").request(excluded=[ZUMMAR_AT], recipients=[uuid4()])), NoPlaceFound)
    assert none.candidates == 4


@pytest.mark.parametrize(("reason", "table"), [("funding_ended", "service"), ("site_insecure", "service_at_location")])
@pytest.mark.parametrize("word", ["figure", "opened", None])
async def test_a_decline_that_is_read_late_closes_nothing_that_was_opened_since(
    world: World, http: aiohttp.ClientSession, people: People, reason: str, table: str, word: str | None
) -> None:
    case, officer = Case(), people.coordinator()
    reservation = await offered(world, case)
    declined = case.declined(reservation, TELAFAR_AT, reason)
    async with http.get(f"/v1/services/{TELAFAR_SERVICE}", headers=officer) as answer:
        known = await answer.json()
    at = next(one for one in known["at"] if one["id"] == str(TELAFAR_AT))
    if word == "figure":
        url = f"/v1/services-at-locations/{TELAFAR_AT}/capacity"
        async with http.put(url, json={"figure": 7}, headers=officer | match(at["version"])) as answer:
            assert answer.status == 200, await answer.text()
    elif word == "opened":
        async with world.database.transaction(OFFICE) as tx:
            for number, (status, open_) in enumerate((("paused", "closed"), ("active", "open"))):
                owner, row = await services.service_for(tx, OFFICE, TELAFAR_SERVICE, known["version"] + number)
                body = edits.service_draft(row, await store.locations_of(tx, row.id)).model_dump() | {"status": status}
                for one in body["at"]:
                    one["status"] = open_
                await services.change(tx, owner, row, ServiceDraft.model_validate(body))
    await world.tell(declined)
    good = {"service": ("active", "paused"), "service_at_location": ("open", "closed")}[table]
    id_ = TELAFAR_SERVICE if table == "service" else TELAFAR_AT
    assert await world.value(f"SELECT status FROM {table} WHERE id = :id", id=id_) == good[word is None]


async def test_two_offers_of_an_emergency_hold_two_places(world: World) -> None:
    case = Case()
    first = await offered(world, case)
    second = await offered(world, case, attempt=2, excluded=[TELAFAR_AT])
    only(await world.tell(case.accepted(second, attempt=2)), PlaceTaken)
    assert only(await world.tell(case.ended("cancelled", first)), PlaceReleased).reservation_id == first
    assert (await world.places(TELAFAR_AT), await world.places(ZUMMAR_AT)) == ((40, 0, 0), (400, 0, 1))


async def test_an_ending_that_comes_before_its_offer_was_read_in_one_batch(world: World) -> None:
    """One batch with the whole life of a referral: order holds within the need."""
    case = Case()
    reservation = only(await world.tell(case.request()), PlaceReserved).reservation_id
    said = await world.tell(
        case.offered(reservation), case.accepted(reservation), case.started(reservation), case.ended("completed", reservation)
    )
    only(said, PlaceTaken)
    only(said, PlaceReleased)
    assert await world.places(TELAFAR_AT) == (40, 0, 0)
