"""The duty roster: kept by the operator, told to intake with its gaps, seen by its own people alone."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import ihala_local
import pytest
from ihala_contracts.referral_v1 import DutyRosterChanged
from ihala_referral.duty import coverage
from ihala_referral.duty.seed import Seed, load

from tests.referral.actors import COORDINATOR, FIRST, MOMD, OFFICER, STRANGER, Actor
from tests.referral.cast import OTHER_OPERATOR, READER
from tests.referral.rosters import all_on_duty, enter, full_hour, on_duty, shift
from tests.referral.world import World

ADMINISTRATOR = Actor("administrator", MOMD, "operator", "referral:read referral:coordinate", ("operator-administrator",), MOMD)
ROSTER, SHIFTS = "/v1/duty/rosters/IQG15", "/v1/duty/shifts?governorate=IQG15"


async def test_a_governorate_is_covered_while_coordinator_and_directorate_are_on_duty(world: World) -> None:
    first = await enter(world, shift(world, "coordinator", begins=-1, lasts=13))
    assert (first.status, first.body["roster"]["covered_until"]) == (201, None)
    assert first.body["roster"]["gaps"][-1]["role"] == "directorate"
    assert (await world.last(DutyRosterChanged)).covered_until is None
    await on_duty(world, "directorate", lasts=49)
    await on_duty(world, "coordinator", begins=12, lasts=12)
    told = await world.last(DutyRosterChanged)
    assert told.covered_until == full_hour(world) + timedelta(hours=24)
    assert [(one.starts_at, one.ends_at) for one in told.covered] == [
        (full_hour(world) - timedelta(hours=1), full_hour(world) + timedelta(hours=24))
    ]
    assert (told.operator_id, told.governorate) == (MOMD, "IQG15")


async def test_the_roster_shows_who_is_on_duty_and_when_nobody_is(world: World) -> None:
    await all_on_duty(world)
    await on_duty(world, "coordinator", begins=25, lasts=24)
    await on_duty(world, "provider", organization_id=str(FIRST.organization_id))
    roster = (await world.get(OFFICER, ROSTER)).body
    assert [one["role"] for one in roster["on_duty"]] == ["coordinator", "directorate", "provider"]
    begins = (full_hour(world) + timedelta(hours=23)).isoformat().replace("+00:00", "Z")
    coordinators = [gap for gap in roster["gaps"] if gap["role"] == "coordinator"]
    assert (len(coordinators), coordinators[0]["starts_at"]) == (2, begins)
    assert roster["covered_until"] == begins
    world.advance(hours=24)
    later = (await world.get(OFFICER, ROSTER)).body
    assert (later["on_duty"], later["covered_until"]) == ([], None)


async def test_a_shift_is_given_to_somebody_else_and_taken_back(world: World) -> None:
    ids = await all_on_duty(world)
    path = f"/v1/duty/shifts/{ids['coordinator']}"
    body = {name: shift(world, "coordinator", lasts=10)[name] for name in ("officer", "phone", "starts_at", "ends_at")}
    changed = await world.call(COORDINATOR, "PUT", path, body | {"officer": "desk:other"}, {"If-Match": '"1"'})
    assert (changed.status, changed.body["shift"]["officer"], changed.etag) == (200, "desk:other", '"2"')
    assert (await world.last(DutyRosterChanged)).covered_until == full_hour(world) + timedelta(hours=9)
    assert (await world.call(COORDINATOR, "DELETE", path, None, {"If-Match": '"1"'})).status == 412
    gone = await world.call(COORDINATOR, "DELETE", path, None, {"If-Match": '"2"'})
    assert (gone.status, gone.body["roster"]["covered_until"]) == (200, None)
    assert (await world.last(DutyRosterChanged)).covered == []
    assert (await world.call(COORDINATOR, "DELETE", path, None, {"If-Match": '"3"'})).problem == "shift-not-found"
    for actor, status in ((COORDINATOR, 200), (OTHER_OPERATOR, 404), (STRANGER, 404)):
        assert (await world.get(actor, path)).status == status
    still = await world.get(COORDINATOR, path)
    assert (still.body["officer"], still.body["taken_back_at"] is not None, still.etag) == ("desk:other", True, '"3"')


async def test_shifts_are_listed_in_order_page_by_page(world: World) -> None:
    ids = [await on_duty(world, "coordinator", begins=hours) for hours in (5, 1, 3)]
    first = await world.get(COORDINATOR, f"{SHIFTS}&limit=2")
    second = await world.get(COORDINATOR, first.headers["Link"].partition(">")[0].lstrip("<").removeprefix("/referral"))
    assert [one["id"] for one in first.body["items"] + second.body["items"]] == [str(ids[n]) for n in (1, 2, 0)]
    assert "Link" not in second.headers
    for at, status in (("0001-01-01T00:00:00Z", 200), ("0001-01-01T00:00:00%2B03:00", 422), ("9999-12-31T23:59:59-03:00", 422)):
        assert (await world.get(COORDINATOR, f"{SHIFTS}&since={at}")).status == status


async def test_two_who_write_at_once_leave_a_last_word_that_knows_both(world: World) -> None:
    roles = [shift(world, role, officer=f"{role}-{n}") for n in range(3) for role in ("coordinator", "directorate")]
    answers = await asyncio.gather(*(enter(world, one) for one in roles))
    assert [answer.status for answer in answers] == [201] * 6
    assert (await world.last(DutyRosterChanged)).covered_until == full_hour(world) + timedelta(hours=23)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"ends_at": "2026-11-22T00:00:00Z"}, "shift-not-allowed"),
        ({"ends_at": "2027-01-01T00:00:00Z"}, "shift-not-allowed"),
        ({"starts_at": "2028-01-01T00:00:00Z", "ends_at": "2028-01-02T00:00:00Z"}, "shift-not-allowed"),
        ({"role": "provider"}, "provider-of-shift-unknown"),
        ({"organization_id": str(FIRST.organization_id)}, "provider-of-shift-unknown"),
        ({"role": "provider", "organization_id": str(STRANGER.organization_id)}, "provider-of-shift-unknown"),
        ({"phone": "ask at the desk"}, "malformed-request"),
        ({"governorate": "IQG15Q08"}, "malformed-request"),
    ],
)
async def test_what_is_no_shift_is_refused(world: World, change: dict[str, str], problem: str) -> None:
    answer = await enter(world, shift(world, "coordinator") | change)
    assert (answer.status, answer.problem) == (422, problem)


async def test_only_those_who_keep_the_roster_write_it(world: World) -> None:
    body = shift(world, "coordinator")
    assert [(await enter(world, body, actor)).status for actor in (ADMINISTRATOR, OFFICER, STRANGER, FIRST, None)] == [
        201,
        403,
        403,
        403,
        401,
    ]
    assert [(await world.get(actor, ROSTER)).status for actor in (OFFICER, READER, STRANGER, None)] == [200, 403, 403, 401]


async def test_another_operator_sees_and_changes_nothing_of_it(world: World) -> None:
    ids = await all_on_duty(world)
    assert (await world.get(OTHER_OPERATOR, ROSTER)).body["on_duty"] == []
    assert (await world.get(OTHER_OPERATOR, SHIFTS)).body["items"] == []
    answer = await world.call(OTHER_OPERATOR, "DELETE", f"/v1/duty/shifts/{ids['coordinator']}", None, {"If-Match": '"1"'})
    assert (answer.status, answer.problem) == (404, "shift-not-found")


async def test_a_demonstration_fills_what_is_not_covered_once(world: World) -> None:
    seed = Seed.model_validate_json((Path(ihala_local.__file__).parent / "data" / "rosters.json").read_text("utf-8"))
    await on_duty(world, "directorate", lasts=25)
    assert await load(world.database, seed) == 4 * 13
    told = await world.last(DutyRosterChanged)
    assert told.covered_until == told.covered[-1].ends_at > world.now + timedelta(days=399)
    assert await load(world.database, seed) == 4  # the moments since


async def gaps_told(world: World) -> list[str]:
    return [one["detail"] for one in (await world.get(COORDINATOR, "/v1/work-items?kind=roster_gap")).body["items"]]


async def test_coordinators_are_told_two_days_before_nobody_is_on_duty(world: World) -> None:
    await on_duty(world, "coordinator", lasts=24 * 4)
    assert await gaps_told(world) == ["IQG15"]
    await on_duty(world, "directorate", lasts=24 * 5)
    assert await gaps_told(world) == []
    world.advance(hours=46)
    await world.tick()
    assert await gaps_told(world) == []
    world.advance(hours=2)
    await world.tick()
    assert await gaps_told(world) == ["IQG15"]
    await on_duty(world, "coordinator", begins=40, lasts=48)
    assert await gaps_told(world) == []


async def test_after_a_gap_that_nobody_filled_the_roster_is_looked_at_again(world: World) -> None:
    for begins, lasts in ((-1, 25), (48, 24 * 5)):
        for role in ("coordinator", "directorate"):
            await on_duty(world, role, begins=begins, lasts=lasts)
    assert await gaps_told(world) == ["IQG15"]
    world.advance(hours=49)
    await world.tick()
    assert await gaps_told(world) == []  # covered again
    world.advance(days=4)
    await world.tick()
    assert await gaps_told(world) == ["IQG15"]  # until it ends, too


async def test_halabja_has_a_roster(world: World) -> None:
    answer = await enter(world, shift(world, "coordinator", governorate="IQ-HALABJA"))
    assert (answer.status, answer.body.get("shift", {}).get("governorate")) == (201, "IQ-HALABJA")
    assert (await world.get(COORDINATOR, "/v1/duty/rosters/IQ-HALABJA")).status == 200


def test_what_both_cover_is_found_in_as_many_steps_as_there_are_spans() -> None:
    class Counting(datetime):
        compared = 0

        def __gt__(self, other: datetime) -> bool:
            Counting.compared += 1
            return super().__gt__(other)

        def __lt__(self, other: datetime) -> bool:
            Counting.compared += 1
            return super().__lt__(other)

    day = [Counting.fromtimestamp(86_400 * n, UTC) for n in range(202)]
    first = [(day[n], day[n + 1]) for n in range(0, 200, 2)]
    second = [(day[n], day[n + 2]) for n in range(0, 198, 3)]
    found = coverage.both(first, second)
    assert Counting.compared < 6 * (len(first) + len(second))
    apart = {(max(a, c), min(b, d)) for a, b in first for c, d in second if max(a, c) < min(b, d)}
    assert found == sorted(apart)


async def test_what_was_on_the_roster_stays_as_it_was(world: World) -> None:
    path = f"/v1/duty/shifts/{await on_duty(world, 'coordinator', lasts=3)}"
    world.advance(hours=3)
    answer = await world.call(COORDINATOR, "DELETE", path, None, {"If-Match": '"1"'})
    assert (answer.status, answer.problem) == (422, "shift-not-allowed")
