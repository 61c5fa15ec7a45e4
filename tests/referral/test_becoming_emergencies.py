"""A need that becomes an emergency while it is asked for, or is triaged: its clocks are those of one from then on."""

from datetime import timedelta
from uuid import uuid4

from ihala_contracts import referral_v1
from ihala_contracts.referral_v1 import PlacementRequested

from tests.referral.actors import COORDINATOR, FIRST, MOMD, NINEWA, SECOND, Actor
from tests.referral.said import change
from tests.referral.test_emergencies import about
from tests.referral.world import World, kinds

ADMIN = Actor("operator-admin", MOMD, "operator", "referral:read referral:calendar", ("operator-administrator",), MOMD)


async def test_what_becomes_an_emergency_gets_a_second_offer_at_once_beside_the_slow_one(world: World) -> None:
    need_id, first = await world.offered(FIRST)
    out = await world.deliver(change(world, need_id, urgency="emergency", governorate=NINEWA))
    asked = out[-1]
    assert isinstance(asked, PlacementRequested) and (asked.attempt, asked.urgency) == (2, "emergency")
    second = await world.offer(need_id, SECOND)
    slow, fast = await world.referral(first), await world.referral(second)
    assert (slow.lane, fast.lane, fast.urgency) == (1, 2, "emergency")
    assert fast.expires_at - fast.offered_at == timedelta(hours=8) < slow.expires_at - slow.offered_at
    again = await world.deliver(change(world, need_id, urgency="emergency", governorate=NINEWA))
    assert not any(isinstance(event, PlacementRequested) for event in again)


async def test_an_offer_made_before_it_was_an_emergency_comes_before_the_coordinator_as_one(world: World) -> None:
    """There may be nobody else who could be asked: the slow offer's own levels lie days ahead."""
    need_id, slow = await world.offered(FIRST)
    told = (await world.referral(slow)).decide_by
    await world.deliver(change(world, need_id, urgency="emergency", governorate=NINEWA))
    await world.deliver(world.none(await world.last(PlacementRequested)))
    await world.move(FIRST, slow, "question", {"text": "How many are they?"})
    world.advance(hours=1)
    await world.move(COORDINATOR, slow, "answer", {"text": "Four.", "categories": []})
    world.advance(hours=4, seconds=1)
    await world.tick()
    assert await about(world, need_id) == [("no_answer", slow)]
    world.advance(hours=2)
    await world.tick()
    assert [event.to for event in await world.all(referral_v1.Escalated, need_id)][1:] == [["coordinator"], ["directorate"]]
    row = await world.referral(slow)
    assert (row.state, row.decide_by > told) == ("acknowledged", True)  # what its receiver was told of stays, less the rest


async def test_levels_that_an_emergency_brought_forward_stay_there_when_calendars_change(world: World) -> None:
    need_id, slow = await world.offered(FIRST)
    await world.deliver(change(world, need_id, urgency="emergency", governorate=NINEWA))
    before = await world.referral(slow)
    assert before.level_1_at <= world.now + timedelta(hours=2)
    today, later = (day.date().isoformat() for day in (world.now, world.now + timedelta(days=2)))
    closure = {"first_day": today, "last_day": later, "reason": "security"}
    assert (await world.post(ADMIN, "/v1/closures", closure, None)).status == 201
    await world.tick()
    after = await world.referral(slow)
    assert (after.level_1_at, after.level_2_at, after.level_3_at) == (before.level_1_at, before.level_2_at, before.level_3_at)
    assert after.decide_by > before.decide_by


async def test_whoever_accepts_what_became_an_emergency_owes_the_first_contact_as_of_one(world: World) -> None:
    need_id, slow = await world.offered(FIRST)
    risen = change(world, need_id, urgency="emergency", governorate=NINEWA)
    await world.deliver(risen)
    world.advance(hours=3)
    accepted = await world.move(FIRST, slow, "acceptance", {})  # it reads the offer anew before
    due = risen.changed_at + timedelta(days=1)
    assert accepted.body["deadlines"]["first_contact_by"] == due.isoformat().replace("+00:00", "Z")
    world.advance(hours=23, seconds=1)
    await world.tick()
    assert (await about(world, need_id), (await world.last(referral_v1.Escalated, need_id)).level) == ([("no_first_contact", slow)], 2)


async def test_the_triage_of_what_becomes_an_emergency_is_due_within_the_hour(world: World) -> None:
    need_id = await world.identified(match_settled=False)
    out = await world.deliver(change(world, need_id, urgency="emergency", match_settled=False))
    assert kinds(out) == ["placement-triaged"]
    row = await world.placement(need_id)
    assert row.due_at == row.next_at <= world.now + timedelta(hours=1)
    calmer = await world.deliver(change(world, need_id, urgency="routine", match_settled=False))
    assert calmer == []
    assert (await world.placement(need_id)).due_at == row.due_at


async def test_a_restricted_need_that_nobody_could_take_is_looked_at_within_the_hour_once_it_is_an_emergency(world: World) -> None:
    need_id = await world.identified(sensitivity="restricted", need_code="protection")
    await world.decide(COORDINATOR, need_id, "placing", {"preferred_reservation_id": str(uuid4())})
    await world.deliver(world.none(await world.last(PlacementRequested)))
    assert (await world.placement(need_id)).next_at > world.now + timedelta(days=6)
    assert await world.deliver(change(world, need_id, urgency="emergency")) == []
    assert (await world.placement(need_id)).next_at <= world.now + timedelta(hours=1)


async def test_what_becomes_urgent_but_no_emergency_has_one_offer_as_before(world: World) -> None:
    need_id, _ = await world.offered(FIRST)
    await world.deliver(change(world, need_id, urgency="urgent"))
    assert len(await world.all(PlacementRequested)) == 1
    assert await world.states(need_id) == ("offering", ["offered"])
