"""What is counted: each thing once, where and when it happened, whoever it was about; the sums equal what the tables tell."""

import asyncio
from collections import Counter
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from ihala_contracts import intake_v1, referral_v1
from ihala_referral.statistics import counting, measures
from ihala_referral.statistics.counting import EVERYBODY

from tests.referral.actors import CLEARED, FIRST, MOMD, NGO, NINEWA, SECOND
from tests.referral.recount import recount
from tests.referral.world import World

FACTS = {"age": 34, "sex": "female", "status": None, "household_size": 6, "languages": ["ar"], "requirements": [], "disability": True}
NOVEMBER = date(2026, 11, 1)


async def counted(world: World, breakdown: str = "total") -> dict[Any, int]:
    """Count what waits; return the sums of Ninewa in November by measure, and by category unless it is the total."""
    while await counting.count(world.database):
        pass
    rows = await world.rows(
        "SELECT * FROM statistic_count WHERE operator_id = :o AND month = :m AND governorate = :g AND breakdown = :b",
        o=MOMD, m=NOVEMBER, g=NINEWA, b=breakdown,
    )  # fmt: skip
    return {(row.measure, row.category) if breakdown != "total" else row.measure: row.n for row in rows}


async def known(world: World, **more: Any) -> tuple[UUID, UUID]:
    """Return a need whose person is known, offered to FIRST."""
    need = world.need(NGO, **more)
    facts = await world.sealed(need.need_id, FACTS)
    await world.deliver(need.model_copy(update={"facts": facts}))
    return need.need_id, await world.offer(need.need_id, FIRST)


async def answered(world: World, need_id: UUID, referral_id: UUID, result: str, state: str) -> None:
    await world.deliver(
        intake_v1.FollowUpRecorded(
            need_id=need_id, operator_id=MOMD, follow_up_id=referral_id, referral_id=referral_id, result=result, need_state=state,
            recorded_at=world.now,
        )
    )  # fmt: skip


async def completed(world: World, referral_id: UUID, *results: str) -> None:
    for act, body in (
        ("acceptance", {}), ("start", {}), ("completion", {"outcomes": [{"item": f"i{n}", "result": r} for n, r in enumerate(results)]}),
    ):  # fmt: skip
        assert (await world.move(FIRST, referral_id, act, body)).status == 200


async def test_a_journey_is_counted_step_by_step_and_only_once(world: World) -> None:
    need_id, referral_id = await known(world)
    assert (await world.move(FIRST, referral_id, "acknowledgement")).status == 200
    await completed(world, referral_id, "met", "not_met")
    await answered(world, need_id, referral_id, "unreached", "served")
    await answered(world, need_id, referral_id, "confirmed", "verified")
    once = dict.fromkeys(("identified", "offered", "acknowledged", "accepted", "placed", "started", "completed", "followed_up"), 1)
    assert await counted(world) == once
    assert await counted(world) == once, "nothing is counted again"
    assert await world.value("SELECT count(*) FROM statistic_event") == 0
    assert await counted(world, "result") == {("completed", "partly_met"): 1, ("followed_up", "confirmed"): 1}
    assert await counted(world, "sex") == {(measure, "female"): 1 for measure in once}
    assert await counted(world, "age_band") == {(measure, "26-59"): 1 for measure in once}
    assert await counted(world, "disability") == {(measure, "yes"): 1 for measure in once}
    assert await counted(world, "need") == {(measure, "housing.hlp"): 1 for measure in once}
    assert await counted(world, "provider_kind") == {(measure, "nngo"): 1 for measure in once if measure != "identified"}


async def test_a_need_that_is_offered_again_stays_one_need(world: World) -> None:
    need_id, first = await known(world)
    assert (await world.move(FIRST, first, "acceptance", {})).status == 200
    assert (await world.move(FIRST, first, "release", {"reason": "no_capacity"})).status == 200
    second = await world.offer(need_id, SECOND)
    assert (await world.move(SECOND, second, "acceptance", {})).status == 200
    assert await counted(world) == {"identified": 1, "offered": 2, "accepted": 2, "declined": 1, "placed": 1}
    assert await counted(world, "result") == {("declined", "no_capacity"): 1}


async def test_who_found_nobody_counts_once_and_once_more_when_somebody_is_found(world: World) -> None:
    need_id = await world.identified(NGO)
    for _ in range(2):
        asked = await world.last(referral_v1.PlacementRequested, need_id)
        await world.deliver(world.none(asked))
        world.advance(days=8)
        await world.tick()
    referral_id = await world.offer(need_id, FIRST)
    world.set_time(world.now - timedelta(days=14))
    assert (await world.move(FIRST, referral_id, "acceptance", {})).status == 200
    found = await counted(world)
    assert (found["identified"], found["unserved"], found["found_later"]) == (1, 1, 1)


async def test_who_was_placed_before_anybody_was_missing_is_not_found_later_however_late_it_is_counted(world: World) -> None:
    need_id, referral_id = await known(world)
    assert (await world.move(FIRST, referral_id, "acceptance", {})).status == 200
    assert (await world.move(FIRST, referral_id, "release", {"reason": "no_capacity"})).status == 200
    await world.deliver(world.none(await world.last(referral_v1.PlacementRequested, need_id)))
    found = await counted(world)
    assert (found["placed"], found["unserved"]) == (1, 1) and "found_later" not in found


async def test_who_never_found_anybody_counts_when_it_ends_so(world: World) -> None:
    need_id = await world.identified(NGO)
    await world.deliver(world.none(await world.last(referral_v1.PlacementRequested, need_id)))
    await world.deliver(intake_v1.NeedClosed(need_id=need_id, operator_id=MOMD, reason="solved", closed_at=world.now))
    other, offered = await known(world)
    await world.deliver(intake_v1.NeedClosed(need_id=other, operator_id=MOMD, reason="solved", closed_at=world.now))
    assert await counted(world) == {"identified": 2, "unserved": 1, "never_found": 1, "offered": 1, "cancelled": 1}
    assert (await world.referral(offered)).state == "cancelled"


async def test_an_answer_that_never_came_is_no_answer_of_the_receiver(world: World) -> None:
    await known(world, urgency="emergency")
    world.advance(hours=9)
    await world.tick()
    found = await counted(world)
    assert found["expired"] >= 1
    assert "declined" not in found


async def test_of_a_restricted_need_nothing_is_kept_but_quarter_and_governorate(world: World) -> None:
    await world.join(CLEARED)
    await world.identified(NGO, sensitivity="restricted", need_code="protection")
    assert await counted(world) == {}
    assert await world.value("SELECT count(*) FROM statistic_count") == 0
    [row] = await world.rows("SELECT * FROM statistic_restricted")
    assert (row.operator_id, row.quarter, row.governorate, row.measure, row.n) == (MOMD, date(2026, 10, 1), NINEWA, "identified", 1)


async def test_of_an_erased_person_the_sums_stay_and_what_follows_counts_as_unknown(world: World) -> None:
    need_id, referral_id = await known(world)
    before = await counted(world, "sex")
    await world.deliver(intake_v1.PersonErased(erasure_id=need_id, operator_id=MOMD, needs=[need_id], erased_at=world.now))
    assert (await world.move(FIRST, referral_id, "acknowledgement")).status == 200
    assert await counted(world, "sex") == before | {("acknowledged", "unknown"): 1}


async def test_what_changed_meanwhile_counts_where_it_happens(world: World) -> None:
    need_id, referral_id = await known(world)
    changed = intake_v1.NeedChanged(
        need_id=need_id, operator_id=MOMD, urgency="routine", governorate="IQG09", match_settled=True, changed_at=world.now
    )  # fmt: skip
    await world.deliver(changed)
    assert (await world.move(FIRST, referral_id, "acceptance", {})).status == 200
    assert await counted(world) == {"identified": 1, "offered": 1}
    elsewhere = await world.rows("SELECT measure FROM statistic_count WHERE governorate = 'IQG09' AND breakdown = 'total'")
    assert {row.measure for row in elsewhere} == {"accepted", "placed"}


async def test_several_clock_processes_count_nothing_twice(world: World) -> None:
    for _ in range(4):
        await known(world)
    done = await asyncio.gather(*(counting.count(world.database) for _ in range(4)))
    assert sorted(done) == [0, 0, 0, 8]
    assert await counted(world) == {"identified": 4, "offered": 4}


async def test_the_directory_is_not_told_what_is_only_counted(world: World) -> None:
    need_id, _ = await known(world)
    asked = await world.last(referral_v1.PlacementRequested, need_id)
    told = world.unsealed(asked.facts or "")
    assert told["age"] == 34
    assert "disability" not in told


async def test_times_are_kept_as_histograms(world: World) -> None:
    _, referral_id = await known(world)
    world.advance(hours=5)
    assert (await world.move(FIRST, referral_id, "acknowledgement")).status == 200
    world.advance(hours=20)
    await completed(world, referral_id, "met")
    await counted(world)
    rows = await world.rows("SELECT clock, bucket FROM statistic_time WHERE breakdown = 'urgency' AND category = 'routine'")
    found = {row.clock: measures.HOURS[row.bucket] for row in rows}
    assert found == {
        "time_to_acknowledge": 6, "time_to_decide": 36, "time_from_request_to_acceptance": 36, "time_to_first_contact": 1,
        "time_from_request_to_first_contact": 36, "time_to_outcome": 1, "time_from_request_to_outcome": 36,
    }  # fmt: skip


@pytest.mark.parametrize("urgency", ["routine", "emergency"])
async def test_the_sums_equal_what_the_tables_tell(world: World, urgency: str) -> None:
    for n in range(4):
        need_id, referral_id = await known(world, urgency=urgency)
        if n % 2:
            assert (await world.move(FIRST, referral_id, "decline", {"reason": "no_capacity"})).status == 200
            referral_id = await world.offer(need_id, SECOND)
            await world.move(SECOND, referral_id, "acceptance", {})
        elif n:
            await completed(world, referral_id, "met")
    world.advance(hours=30)
    await world.tick()
    while await counting.count(world.database):
        pass
    sums = await world.rows("SELECT measure, category, sum(n) AS n FROM statistic_count WHERE breakdown = 'need' GROUP BY 1, 2")
    assert Counter({(row.measure, row.category): int(row.n) for row in sums}) == await recount(world)
    sheets = await world.rows("SELECT viewer_id FROM statistic_sheet")
    assert {row.viewer_id for row in sheets} == {MOMD, EVERYBODY}
