"""Levels, expiry, questions and first contact as time passes: each fires once, never early, also after a day without a clock."""

from datetime import timedelta

import pytest
from ihala_contracts.referral_v1 import (
    PlacementRequested,
    ReferralAnswered,
    ReferralExpired,
    ReferralFailed,
)

from tests.referral.actors import FIRST, HLP, NGO, OFFICER, SUNDAY
from tests.referral.ticks import EPSILON, MONDAY, TUESDAY, WEDNESDAY, at, levels, missed
from tests.referral.world import World, kinds


async def test_an_urgent_offer_climbs_level_by_level_and_expires(world: World) -> None:
    need_id, referral_id = await world.offered(FIRST, NGO, urgency="urgent")
    steps = {
        MONDAY - EPSILON: [],
        MONDAY + EPSILON: [(1, ["provider", "origin"])],
        TUESDAY - EPSILON: [(1, ["provider", "origin"])],
        TUESDAY + EPSILON: [(1, ["provider", "origin"]), (2, ["coordinator"])],
        WEDNESDAY + EPSILON: [(1, ["provider", "origin"]), (2, ["coordinator"]), (3, ["directorate"])],
    }
    for when, expected in steps.items():
        await at(world, when)
        assert await levels(world, need_id) == expected
    assert await missed(world, need_id) == ["acknowledge", "decide"]
    assert "no_answer" in await world.work_items(need_id)
    await at(world, SUNDAY + timedelta(days=4) - EPSILON)
    assert await world.states(need_id) == ("offering", ["offered"])
    before = await world.count()
    await at(world, SUNDAY + timedelta(days=4) + EPSILON)
    assert kinds(await world.emitted(before)) == ["expired", "placement-requested"]
    assert await world.states(need_id) == ("placing", ["expired"])
    assert (await world.last(PlacementRequested)).excluded == [FIRST.organization_id]
    assert await world.work_items(need_id) == set()
    assert (await world.move(FIRST, referral_id, "acceptance", {})).body["moves"] == []


@pytest.mark.parametrize("urgency", ["emergency", "urgent", "routine"])
async def test_a_clock_that_was_down_fires_each_level_once_and_in_order(world: World, urgency: str) -> None:
    need_id, _ = await world.offered(urgency=urgency, consent=world.consent())
    world.advance(days=40)
    await world.tick()
    await world.tick()
    assert [level for level, _ in await levels(world, need_id)] == [1, 2, 3]
    order = [kind for kind in kinds(await world.emitted()) if kind in {"escalated", "expired"}]
    assert order == ["escalated"] * 3 + ["expired"]
    assert len(await world.all(ReferralExpired, need_id)) == 1


async def test_acknowledging_does_not_stop_the_decision_clock(world: World) -> None:
    need_id, referral_id = await world.offered()
    await world.move(FIRST, referral_id, "acknowledgement")
    world.advance(days=40)
    await world.tick()
    assert "acknowledge" not in await missed(world, need_id)
    assert await world.states(need_id) == ("placing", ["expired"])


async def test_the_owning_office_hears_the_first_level_for_a_centre_of_the_ministry(world: World) -> None:
    need_id, _ = await world.offered(FIRST, HLP)
    world.advance(days=4)
    await world.tick()
    assert (await levels(world, need_id))[0] == (1, ["provider", "office"])
    assert await world.work_items(need_id) == {"no_answer"}


async def test_a_question_rests_the_clock_until_the_answer(world: World) -> None:
    need_id, referral_id = await world.offered(FIRST, HLP, urgency="urgent")
    await at(world, SUNDAY + timedelta(hours=1))
    asked = await world.move(FIRST, referral_id, "question", {"text": "كم غرفة؟"})
    assert asked.body["deadlines"]["answer_by"] is not None
    await at(world, SUNDAY + timedelta(hours=3))
    assert (await world.move(OFFICER, referral_id, "answer", {"text": "غرفتان"})).status == 200
    row = await world.referral(referral_id)
    assert abs(row.level_1_at - (MONDAY + timedelta(hours=2))) < EPSILON
    assert abs(row.expires_at - (SUNDAY + timedelta(days=4, hours=2))) < EPSILON
    assert await levels(world, need_id) == []


async def test_a_question_that_nobody_answers_lets_the_clock_run_on_and_tells_the_coordinator(world: World) -> None:
    need_id, referral_id = await world.offered(FIRST, HLP, urgency="emergency")
    for round_number in (1, 2):
        asked = await world.move(FIRST, referral_id, "question", {"text": "?"})
        assert asked.status == 200, asked.body
        world.advance(hours=1, minutes=59)
        await world.tick()
        assert (await world.referral(referral_id)).state == "info_requested"
        world.advance(minutes=2)
        await world.tick()
        assert (await world.referral(referral_id)).state == "acknowledged"
        assert len(await world.all(ReferralAnswered, need_id)) == round_number
    assert (await world.last(ReferralAnswered)).by_clock
    assert await missed(world, need_id) == ["answer", "answer"]
    assert "question_unanswered" in await world.work_items(need_id)
    third = await world.move(FIRST, referral_id, "question", {"text": "?"})
    assert third.status == 409 and "ask" not in third.body["moves"] and "accept" in third.body["moves"]


async def test_no_first_contact_climbs_and_fails(world: World) -> None:
    need_id, _ = await world.accepted(FIRST, NGO, urgency="urgent")
    await at(world, WEDNESDAY - EPSILON)
    assert await levels(world, need_id) == []
    await at(world, WEDNESDAY + EPSILON)
    assert await missed(world, need_id) == ["first_contact"]
    assert await levels(world, need_id) == [(1, ["provider", "origin"])]
    world.advance(days=30)
    await world.tick()
    assert [level for level, _ in await levels(world, need_id)] == [1, 2, 3]
    assert (await world.last(ReferralFailed)).reason == "no_first_contact"
    assert await world.states(need_id) == ("placing", ["failed"])


async def test_levels_begin_anew_with_the_acceptance(world: World) -> None:
    need_id, referral_id = await world.offered(FIRST, NGO, urgency="urgent")
    await at(world, MONDAY + EPSILON)
    await world.move(FIRST, referral_id, "acceptance", {})
    world.advance(days=30)
    await world.tick()
    assert [level for level, _ in await levels(world, need_id)] == [1, 1, 2, 3]
