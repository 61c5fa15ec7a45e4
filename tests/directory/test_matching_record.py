"""A place's record of answers and its waiting list follow the referral's events; and matching finds the nearest of thousands."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import aiohttp
import pytest
from ihala_contracts.directory_v1 import PlaceReserved, PlaceTaken
from ihala_contracts.referral_v1 import Deadlines, ReferralAnswered, ReferralInformationRequested
from ihala_directory import record
from ihala_directory.lifecycle import State
from ihala_directory.matching import SHIPPED, Sought, finding, store
from ihala_kit.auth import Caller
from sqlalchemy import text

from tests.directory.test_lifecycle import place, reservation
from tests.directory.world import STRANGER, TELAFAR, TELAFAR_AT, TELAFAR_SERVICE, Case, People, World, only

AT = datetime(2026, 1, 4, 9, tzinfo=UTC)
AREAS, POINT = ["IQG15Q08", "IQG15"], (36.379, 42.448)


async def offered(world: World, decide_in_days: int = 3) -> tuple[Case, UUID]:
    """An offer that must be decided by then."""
    case = Case()
    held = only(await world.tell(case.request()), PlaceReserved)
    event = case.offered(held.reservation_id, TELAFAR_AT)
    deadlines = Deadlines(decide_by=datetime.now(UTC) + timedelta(days=decide_in_days))
    await world.tell(event.model_copy(update={"deadlines": deadlines}))
    return case, held.reservation_id


async def recorded(world: World) -> tuple[float, float, int]:
    [row] = await world.rows("SELECT answers, answers_in_time, waiting FROM service_at_location WHERE id = :id", id=TELAFAR_AT)
    return round(row.answers, 3), round(row.answers_in_time, 3), row.waiting


async def test_a_decision_counts_once_and_in_time_or_late(world: World) -> None:
    case, held = await offered(world)
    await world.tell(case.accepted(held, TELAFAR_AT))
    assert await recorded(world) == (1.0, 1.0, 0)
    await world.tell(case.ended("completed", held))
    assert await recorded(world) == (1.0, 1.0, 0)
    case, held = await offered(world, decide_in_days=-1)
    await world.tell(case.declined(held, TELAFAR_AT, "not_eligible"))
    assert await recorded(world) == (2.0, 1.0, 0)
    case, held = await offered(world)
    await world.tell(case.ended("expired", held))
    assert await recorded(world) == (3.0, 1.0, 0)


@pytest.mark.parametrize("how", ["withdrawn", "cancelled", "failed"])
async def test_what_others_ended_says_nothing_of_the_receiver(world: World, how: str) -> None:
    case, held = await offered(world)
    await world.tell(case.ended(how, held))
    assert await recorded(world) == (0.0, 0.0, 0)


async def test_the_time_to_decide_rests_while_the_receiver_waits_for_an_answer(world: World) -> None:
    case, held = await offered(world, decide_in_days=1)
    base: dict[str, Any] = case._referral(1, held, TELAFAR_AT, "info_requested")
    asked_at, told_at = datetime.now(UTC), datetime.now(UTC) + timedelta(days=2)
    await world.tell(ReferralInformationRequested(**base | {"moved_at": asked_at}, round=1, answer_by=told_at))
    await world.tell(ReferralAnswered(**base | {"moved_at": told_at}))
    late = case.accepted(held, TELAFAR_AT).model_copy(update={"moved_at": told_at + timedelta(hours=1)})
    await world.tell(late)
    assert await recorded(world) == (1.0, 1.0, 0)


async def told_of_waiting(http: aiohttp.ClientSession, headers: dict[str, str]) -> tuple[int, float | None]:
    """What the bodies of the service and of the place say of the waiting list: the same."""
    async with http.get(f"/v1/services-at-locations/{TELAFAR_AT}", headers=headers) as answer:
        at = await answer.json()
    async with http.get(f"/v1/services/{TELAFAR_SERVICE}", headers=headers) as answer:
        assert at in (await answer.json())["at"]
    return at["waiting"], at["waited_days"]


async def test_the_waiting_list_is_counted_and_timed(world: World, http: aiohttp.ClientSession, people: People) -> None:
    assert await told_of_waiting(http, people.provider(TELAFAR)) == (0, None)
    cases = [await offered(world) for _ in range(2)]
    for case, held in cases:
        await world.tell(case.waitlisted(held))
    assert (await recorded(world))[2] == 2
    assert await told_of_waiting(http, people.provider(TELAFAR)) == (2, None)
    (first, held), (second, other) = cases
    taken = first.accepted(held, TELAFAR_AT).model_copy(update={"moved_at": datetime.now(UTC) + timedelta(days=10)})
    only(await world.tell(taken), PlaceTaken)
    await world.tell(second.ended("withdrawn", other))
    assert (await recorded(world))[2] == 0
    waited = await world.value("SELECT waited_days FROM service_at_location WHERE id = :id", id=TELAFAR_AT)
    assert waited == pytest.approx(10, abs=0.1)
    assert await told_of_waiting(http, people.provider(TELAFAR)) == (0, 10.0)
    assert (await recorded(world))[:2] == (2.0, 2.0)  # to put on the list was the decision
    await world.balanced()


def test_old_answers_fade() -> None:
    at = place()
    record.let_run_out(at, reservation(record_state()), AT)
    record.decided(at, reservation(record_state()), AT + record.HALF_LIFE)
    assert (at.answers, at.answers_in_time) == (1.5, 1.0)


def record_state() -> State:
    return State.CLAIMED


def test_events_out_of_order_never_count_backwards() -> None:
    at, one = place(), reservation(record_state())
    record.waits_no_longer(at, one, AT, accepted=True)
    record.waits(at, one, AT)
    record.waits(at, one, AT)
    record.waits_no_longer(at, one, AT - timedelta(days=1), accepted=True)
    assert (at.waiting, at.waited_days) == (0, 0.0)
    record.given_back(at, AT)
    record.given_back(at, AT - timedelta(days=90))
    assert (at.answers, at.answers_at) == (2.0, AT)


async def test_of_many_the_nearest_are_explained_and_the_others_counted(world: World) -> None:
    await many(world, 400, free=3)
    found = await find(world)
    assert (found.candidates, found.explained, found.remaining) == (404, store.FIRST_BATCH, 404 - store.FIRST_BATCH)
    assert found.matches[0].serves


async def test_when_the_nearest_cannot_help_the_others_are_asked(world: World) -> None:
    await many(world, 400, free=0)
    found = await find(world)
    assert (found.remaining, found.explained) == (0, 404)
    assert TELAFAR_AT in {one.candidate.service_at_location_id for one in found.matches if one.serves}
    await world.rows("UPDATE service_at_location SET figure = 0 RETURNING id")
    failing = (await find(world)).failed(SHIPPED)
    assert [one.code for one in failing] == ["capacity"]


async def test_what_matching_looks_up_follows_the_entries(world: World) -> None:
    query = (
        "SELECT count(*) FROM service_reach WHERE service_at_location_id = :id AND latitude IS NOT NULL AND NOT hidden AND NOT restricted"
    )
    assert await world.value(query, id=TELAFAR_AT) > 0
    await world.rows("UPDATE service_at_location SET hidden = true WHERE id = :id RETURNING id", id=TELAFAR_AT)
    assert await world.value(query, id=TELAFAR_AT) == 0
    async with world.database.transaction(Caller("other", STRANGER, "nngo")) as tx:
        rows = [one async for batch, _ in store.batches(tx, ["housing.hlp"], AREAS, sought()) for one in batch]
    assert TELAFAR_AT not in {one.service_at_location_id for one in rows}
    await world.rows("UPDATE location SET latitude = NULL, longitude = NULL WHERE organization_id = :id RETURNING id", id=TELAFAR)
    assert await world.value("SELECT count(latitude) FROM service_reach WHERE service_at_location_id = :id", id=TELAFAR_AT) == 0


def sought() -> Sought:
    return Sought(at=datetime.now(UTC), restricted=False, point=POINT)


async def find(world: World) -> finding.Found:
    async with world.database.transaction(Caller.system("test")) as tx:
        return await finding.find(tx, ["housing.hlp"], AREAS, sought(), SHIPPED)


async def many(world: World, count: int, free: int) -> None:
    """Offer the same service at so many more places beside the first."""
    async with world.database.transaction(Caller.system("test")) as tx:
        await tx.execute(text("""
            INSERT INTO service_at_location (id, service_id, location_id, organization_id, operator_id, areas, hidden, status,
                capacity_kind, figure, figure_at, confirmed, held, used, changed_at, version)
            SELECT gen_random_uuid(), service_id, location_id, organization_id, operator_id, areas, hidden, status, capacity_kind, :free,
                figure_at, true, 0, 0, changed_at, 77 FROM service_at_location, generate_series(1, :count) WHERE service_id = :service
        """), {"free": free, "count": count, "service": TELAFAR_SERVICE})  # fmt: skip
        await tx.execute(
            text("""
            INSERT INTO service_reach (need_code, area_code, service_at_location_id)
            SELECT 'housing.hlp', 'IQG15Q08', id FROM service_at_location WHERE version = 77
        """)
        )
