"""Reviews, holds, waiting lists, triage and silence: whatever is open comes back to somebody."""

from datetime import UTC, datetime, timedelta

import pytest
from ihala_contracts.referral_v1 import (
    NeedUnserved,
    PlacementRequested,
    PlacementTriaged,
    ReferralResumed,
)
from ihala_kit.auth import Caller
from ihala_referral.commands import ticking
from ihala_referral.guards import Situation

from tests.referral.actors import COORDINATOR, FIRST, HLP, NGO, SECOND
from tests.referral.ticks import EPSILON, MONDAY, TUESDAY, WEDNESDAY, at, levels, missed
from tests.referral.world import World, kinds


async def test_a_running_service_is_reviewed_each_30_days(world: World) -> None:
    need_id, referral_id = await world.in_service(FIRST, NGO)
    world.advance(days=29)
    await world.tick()
    assert (await world.move(FIRST, referral_id, "review", {})).status == 200
    for days, expected in ((29, []), (2, ["review"]), (31, ["review", "review"])):
        world.advance(days=days)
        await world.tick()
        assert await missed(world, need_id) == expected
    assert await levels(world, need_id) == [(2, ["coordinator"])]
    assert await world.work_items(need_id) == {"review_missed"}
    await world.move(FIRST, referral_id, "review", {})
    assert await world.work_items(need_id) == set()
    assert await world.states(need_id) == ("placed", ["in_service"])


async def test_a_hold_ends_at_its_date(world: World) -> None:
    need_id, referral_id = await world.in_service()
    until = (world.now + timedelta(days=10)).isoformat()
    held = await world.move(FIRST, referral_id, "hold", {"reason": "waiting_for_documents", "resume_by": until})
    assert held.status == 200 and held.body["deadlines"]["resume_by"] is not None
    world.advance(days=9)
    await world.tick()
    assert (await world.states(need_id))[1] == ["on_hold"]
    world.advance(days=1, minutes=1)
    await world.tick()
    assert (await world.states(need_id))[1] == ["in_service"]
    assert len(await world.all(ReferralResumed)) == 1
    again = (world.now + timedelta(days=5)).isoformat()
    await world.move(COORDINATOR, referral_id, "hold", {"reason": "provider_pause", "resume_by": again})
    world.advance(days=6)
    await world.tick()
    assert len(await world.all(ReferralResumed)) == 2


async def test_a_waiting_list_is_reviewed_and_expires_at_90_days(world: World) -> None:
    need_id = await world.identified(consent=world.consent())
    referral_id = await world.offer(need_id, FIRST, allows_waitlist=True)
    review_at = (world.now + timedelta(days=30)).isoformat()
    answer = await world.move(FIRST, referral_id, "waitlisting", {"person_agreed": True, "review_at": review_at})
    assert answer.status == 200 and (await world.referral(referral_id)).reservation_id is None
    world.advance(days=31)
    await world.tick()
    assert await missed(world, need_id) == ["waitlist_review"]
    assert (await world.move(FIRST, referral_id, "review", {})).status == 200
    world.advance(days=58)
    await world.tick()
    assert (await world.states(need_id))[1] == ["waitlisted"]
    world.advance(days=2)
    await world.tick()
    assert await world.states(need_id) == ("placing", ["expired"])


async def test_a_waiting_list_may_still_accept(world: World) -> None:
    need_id = await world.identified()
    referral_id = await world.offer(need_id, FIRST, allows_waitlist=True)
    review_at = (world.now + timedelta(days=20)).isoformat()
    assert (await world.move(FIRST, referral_id, "waitlisting", {"person_agreed": False, "review_at": review_at})).problem == (
        "agreement-missing"
    )
    await world.move(FIRST, referral_id, "waitlisting", {"person_agreed": True, "review_at": review_at})
    assert (await world.move(FIRST, referral_id, "acceptance", {})).status == 200
    assert await world.states(need_id) == ("placed", ["accepted"])


async def test_triage_missed_goes_to_the_coordinator_then_the_directorate_then_daily(world: World) -> None:
    need_id = await world.identified(HLP, need_code="work.job", urgency="urgent")
    assert abs((await world.last(PlacementTriaged)).triage_by - MONDAY) < EPSILON
    await at(world, MONDAY - EPSILON)
    assert await levels(world, need_id) == []
    await at(world, MONDAY + EPSILON)
    assert await levels(world, need_id) == [(1, ["coordinator"])]
    assert await world.work_items(need_id) == {"triage"}
    await at(world, TUESDAY + 2 * EPSILON)
    assert await levels(world, need_id) == [(1, ["coordinator"]), (2, ["directorate"])]
    await at(world, WEDNESDAY + 3 * EPSILON)
    assert len(await levels(world, need_id)) == 3
    await world.decide(COORDINATOR, need_id, "placing", {})
    assert await world.work_items(need_id) == set()


async def test_a_silent_directory_brings_the_coordinator_after_15_minutes(world: World) -> None:
    need_id = await world.identified()
    refused = await world.decide(COORDINATOR, need_id, "placing", {})
    assert (refused.status, refused.body["moves"]) == (409, [])
    world.advance(minutes=14)
    await world.tick()
    assert await world.work_items(need_id) == set()
    world.advance(minutes=2)
    await world.tick()
    assert await missed(world, need_id) == ["placement_answer"]
    assert await world.work_items(need_id) == {"placement_unanswered"}
    assert (await world.placement(need_id)).owner == "coordinator"
    first = await world.last(PlacementRequested)
    before = await world.count()
    assert (await world.decide(COORDINATOR, need_id, "placing", {})).status == 200
    assert kinds(await world.emitted(before)) == ["placement-cancelled", "placement-requested"]
    assert kinds(await world.deliver(world.reserved(first, FIRST))) == ["placement-cancelled"]
    await world.offer(need_id, SECOND)


async def test_an_answer_within_the_hour_still_counts(world: World) -> None:
    need_id = await world.identified()
    world.advance(minutes=40)
    await world.tick()
    await world.offer(need_id, FIRST)
    assert await world.states(need_id) == ("offering", ["offered"])
    assert await world.work_items(need_id) == set()


async def test_an_offer_that_expires_while_the_second_question_is_unanswered_leaves_an_instant(world: World) -> None:
    need_id, _ = await world.offered(urgency="emergency")
    world.advance(hours=2, minutes=1)
    await world.tick()
    world.advance(hours=1)
    await world.tick()
    assert await world.work_items(need_id) >= {"placement_unanswered"}
    world.advance(hours=6)
    await world.tick()
    assert await world.states(need_id) == ("placing", ["expired"])
    row = await world.placement(need_id)
    assert (row.owner, len(await world.all(PlacementRequested))) == ("directory", 2) and row.next_at is not None


async def test_a_placement_whose_clock_fails_holds_up_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, _ = await world.offered()
    good, _ = await world.offered()
    whole = ticking.tick

    async def tick(tx: object, situation: Situation) -> int:
        if situation.placement.need_id == bad:
            raise RuntimeError("a fault of ours")
        return await whole(tx, situation)  # type: ignore[arg-type]

    monkeypatch.setattr(ticking, "tick", tick)
    world.advance(days=40)
    await world.tick()
    assert (await world.states(good))[1] == ["expired"]
    assert (await world.states(bad))[1] == ["offered"]
    assert await world.work_items(bad) == {"clock_failed"}
    monkeypatch.undo()
    world.advance(minutes=11)
    await world.tick()
    assert (await world.states(bad))[1] == ["expired"]


async def test_every_open_thing_has_an_owner_and_an_instant_that_the_clock_will_see(world: World) -> None:
    """The one that the whole service is about: over the needs of this file's kinds, nothing open is ever out of the clock's sight."""
    needs = [await world.identified(), await world.identified(HLP, need_code="work.job"), (await world.offered())[0]]
    needs += [(await world.accepted())[0], (await world.in_service())[0]]
    unserved = await world.identified()
    await world.deliver(world.none(await world.last(PlacementRequested, unserved)))
    assert len(await world.all(NeedUnserved)) == 1
    found = await world.rows(
        """SELECT p.state, p.owner, p.next_at, (SELECT min(r.next_at) FROM referral r WHERE r.placement_id = p.id AND r.ended_at IS NULL)
           AS of_referrals, p.due_at FROM placement p"""
    )
    for row in found:
        assert row.owner is not None and row.next_at == min(at for at in (row.of_referrals, row.due_at) if at is not None)
        assert row.next_at < datetime.now(UTC) + timedelta(days=200)
    assert len(found) == len(needs) + 1


async def test_nobody_but_the_system_ticks(world: World) -> None:
    """A caller's own connection sees no due placement but its own."""
    await world.offered()
    world.advance(days=40)
    async with world.database.transaction(Caller("x", FIRST.organization_id, "nngo")) as tx:
        from ihala_referral import store

        assert await store.due(tx, 10) == []
