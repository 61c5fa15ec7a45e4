"""Two offers at once, two acceptances at once: it settles to one in the same transaction."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

from ihala_contracts import referral_v1
from ihala_contracts.intake_v1 import NeedConsentChanged
from ihala_contracts.referral_v1 import PlacementRequested

from tests.referral.actors import COORDINATOR, FIRST, FOURTH, MOMD, NINEWA, SECOND
from tests.referral.said import change, suspended
from tests.referral.world import World, kinds


async def two_offers(world: World) -> tuple[UUID, UUID, UUID]:
    """Return an emergency with its two open offers."""
    need_id, first = await world.offered(FIRST, urgency="emergency")
    world.advance(hours=2, minutes=1)
    await world.tick()
    second = await world.offer(need_id, SECOND)
    return need_id, first, second


async def test_an_emergency_gets_a_second_offer_from_the_first_level_on(world: World) -> None:
    need_id, first = await world.offered(FIRST, urgency="emergency")
    world.advance(hours=1, minutes=59)
    await world.tick()
    assert len(await world.all(PlacementRequested)) == 1
    world.advance(minutes=2)
    await world.tick()
    asked = await world.last(PlacementRequested)
    assert (asked.attempt, await world.states(need_id)) == (2, ("offering", ["offered"]))
    assert asked.excluded == [FIRST.organization_id]  # who does not answer is not asked twice at once
    second = await world.offer(need_id, SECOND)
    assert ((await world.referral(first)).lane, (await world.referral(second)).lane) == (1, 2)
    assert (await world.referral(second)).replaces is None


async def test_no_second_place_leaves_the_first_offer_open(world: World) -> None:
    need_id, _ = await world.offered(FIRST, urgency="emergency")
    world.advance(hours=2, minutes=1)
    await world.tick()
    assert await world.deliver(world.none(await world.last(PlacementRequested))) == []
    assert await world.states(need_id) == ("offering", ["offered"])


async def test_two_acceptances_of_an_emergency_settle_to_one(world: World) -> None:
    for _ in range(6):
        need_id, first, second = await two_offers(world)
        answers = await asyncio.gather(world.move(FIRST, first, "acceptance", {}), world.move(SECOND, second, "acceptance", {}))
        assert sorted(answer.status for answer in answers) == [200, 409]
        state, states = await world.states(need_id)
        assert (state, sorted(states)) == ("placed", ["accepted", "cancelled"])
        assert (await world.last(referral_v1.ReferralCancelled, need_id)).reason == "placed_elsewhere"


async def test_the_loser_is_cancelled_in_the_same_transaction(world: World) -> None:
    _, first, second = await two_offers(world)
    before = await world.count()
    await world.move(SECOND, second, "acceptance", {})
    accepted, cancelled = await world.emitted(before)
    assert isinstance(accepted, referral_v1.ReferralAccepted) and isinstance(cancelled, referral_v1.ReferralCancelled)
    assert (accepted.referral_id, cancelled.referral_id) == (second, first)


async def test_an_acceptance_takes_back_the_second_question(world: World) -> None:
    need_id, first = await world.offered(FIRST, urgency="emergency")
    world.advance(hours=2, minutes=1)
    await world.tick()
    asked = await world.last(PlacementRequested)
    before = await world.count()
    await world.move(FIRST, first, "acceptance", {})
    assert kinds(await world.emitted(before)) == ["accepted", "placement-cancelled"]
    assert kinds(await world.deliver(world.reserved(asked, SECOND))) == ["placement-cancelled"]
    assert await world.states(need_id) == ("placed", ["accepted"])


async def test_a_decline_beside_another_open_offer_asks_for_one_more(world: World) -> None:
    need_id, first, second = await two_offers(world)
    await world.move(FIRST, first, "decline", {"reason": "no_capacity"})
    asked = await world.last(PlacementRequested)
    assert (asked.attempt, await world.states(need_id)) == (3, ("offering", ["declined", "offered"]))
    third = await world.offer(need_id, FOURTH)
    assert (await world.referral(third)).lane == 1
    await world.move(FOURTH, third, "decline", {"reason": "no_capacity"})
    assert len(await world.all(PlacementRequested)) == 3  # three offers: no more beside the open one
    await world.move(SECOND, second, "decline", {"reason": "no_capacity"})
    assert (await world.states(need_id))[0] == "triage"


async def test_nobody_more_is_asked_where_a_human_decides_beside_the_other_offer(world: World) -> None:
    need_id, first, _ = await two_offers(world)
    assert (await world.move(COORDINATOR, first, "cancellation", {"reason": "entered_by_mistake"})).status == 200
    assert await world.states(need_id) == ("offering", ["cancelled", "offered"])
    assert len(await world.all(PlacementRequested)) == 2


async def test_a_second_place_for_which_there_is_no_consent_is_given_back_and_not_sought_again(world: World) -> None:
    need_id, _ = await world.offered(FIRST, urgency="emergency", consent=world.consent(until=world.now + timedelta(hours=1)))
    world.advance(hours=2, minutes=1)
    await world.tick()
    asked = await world.last(PlacementRequested)
    assert kinds(await world.deliver(world.reserved(asked, SECOND))) == ["placement-cancelled"]
    assert await world.states(need_id) == ("offering", ["offered"])


async def test_a_decline_while_the_second_question_is_out_waits_for_its_answer(world: World) -> None:
    need_id, first = await world.offered(FIRST, urgency="emergency")
    world.advance(hours=2, minutes=1)
    await world.tick()
    await world.move(FIRST, first, "decline", {"reason": "no_capacity"})
    assert len(await world.all(PlacementRequested)) == 2
    assert await world.states(need_id) == ("placing", ["declined"])
    await world.offer(need_id, SECOND)
    assert await world.states(need_id) == ("offering", ["declined", "offered"])


async def test_who_was_parted_from_the_case_meanwhile_is_not_offered_it_elsewhere(world: World) -> None:
    need_id, first = await world.offered(FIRST, urgency="emergency")
    world.advance(hours=2, minutes=1)
    await world.tick()
    asked = await world.last(PlacementRequested)
    await world.move(FIRST, first, "decline", {"reason": "conflict_of_interest"})
    out = await world.deliver(world.reserved(asked, FIRST, service_at_location_id=uuid4()))
    assert kinds(out) == ["placement-cancelled", "placement-requested"]
    anew = await world.last(PlacementRequested)
    assert (anew.attempt, anew.objections) == (3, [FIRST.organization_id])
    await world.offer(need_id, SECOND)
    assert await world.states(need_id) == ("offering", ["declined", "offered"])


async def test_a_second_place_that_may_not_be_offered_is_sought_elsewhere(world: World) -> None:
    need_id, _ = await world.offered(FIRST, urgency="emergency")
    world.advance(hours=2, minutes=1)
    await world.tick()
    asked = await world.last(PlacementRequested)
    await world.deliver(suspended(world, SECOND))
    assert kinds(await world.deliver(world.reserved(asked, SECOND))) == ["placement-cancelled", "placement-requested"]
    anew = await world.last(PlacementRequested)
    assert (anew.attempt, anew.excluded) == (3, sorted([FIRST.organization_id, SECOND.organization_id]))
    await world.offer(need_id, FOURTH)
    assert await world.states(need_id) == ("offering", ["offered", "offered"])


async def test_a_second_question_is_asked_anew_under_a_consent_that_ends_the_first_offer(world: World) -> None:
    need_id, _ = await world.offered(FIRST, urgency="emergency")
    world.advance(hours=2, minutes=1)
    await world.tick()
    before = await world.last(PlacementRequested)
    refused = world.consent(revision=2, objections=[FIRST.organization_id, SECOND.organization_id])
    narrowed = NeedConsentChanged(need_id=need_id, operator_id=MOMD, consent=refused, changed_at=world.now)
    assert kinds(await world.deliver(narrowed)) == ["placement-cancelled", "placement-requested", "failed"]
    anew = await world.last(PlacementRequested)
    assert (anew.attempt, anew.objections) == (before.attempt + 1, sorted(refused.objections))
    await world.offer(need_id, FOURTH)
    assert await world.states(need_id) == ("offering", ["failed", "offered"])


async def test_the_first_contact_is_due_a_day_after_the_request_whatever_the_attempts(world: World) -> None:
    requested_at = world.now
    need_id, first = await world.offered(FIRST, urgency="emergency", requested_at=requested_at)
    world.advance(hours=5)
    await world.tick()
    await world.offer(need_id, SECOND)
    await world.move(FIRST, first, "decline", {"reason": "no_capacity"})
    third = await world.offer(need_id, FOURTH)
    world.advance(hours=2)
    accepted = await world.move(FOURTH, third, "acceptance", {})
    assert accepted.body["deadlines"]["first_contact_by"] == (requested_at + timedelta(days=1)).isoformat().replace("+00:00", "Z")


async def test_what_becomes_an_emergency_late_owes_its_first_contact_from_then_on(world: World) -> None:
    need_id, _ = await world.offered(FIRST, urgency="routine")
    world.advance(hours=40)
    risen = change(world, need_id, urgency="emergency", governorate=NINEWA)
    await world.deliver(risen)
    second = await world.offer(need_id, SECOND)
    world.advance(hours=3)
    accepted = await world.move(SECOND, second, "acceptance", {})
    assert accepted.body["deadlines"]["first_contact_by"] == (risen.changed_at + timedelta(days=1)).isoformat().replace("+00:00", "Z")
    await world.tick()
    assert "level_1" not in (await world.referral(second)).fired


async def test_an_emergency_on_a_waiting_list_is_offered_to_somebody_else_at_once(world: World) -> None:
    need_id = await world.identified(urgency="emergency")
    waits = await world.offer(need_id, FIRST, allows_waitlist=True)
    body = {"person_agreed": True, "review_at": (world.now + timedelta(days=9)).isoformat()}
    assert (await world.move(FIRST, waits, "waitlisting", body)).status == 200
    asked = await world.last(PlacementRequested)
    assert (asked.attempt, asked.excluded) == (2, [FIRST.organization_id])
    row = await world.placement(need_id)
    assert row.next_at == row.due_at < world.now + timedelta(minutes=16)
    taken = await world.offer(need_id, SECOND)
    await world.move(SECOND, taken, "acceptance", {})
    assert await world.states(need_id) == ("placed", ["cancelled", "accepted"])


async def test_an_emergency_on_a_waiting_list_that_nobody_else_can_take_is_put_before_the_coordinator(world: World) -> None:
    need_id = await world.identified(urgency="emergency")
    waits = await world.offer(need_id, FIRST, allows_waitlist=True)
    body = {"person_agreed": True, "review_at": (world.now + timedelta(days=9)).isoformat()}
    await world.move(FIRST, waits, "waitlisting", body)
    assert await about(world, need_id) == []  # somebody else is asked
    [told] = await world.deliver(world.none(await world.last(PlacementRequested)))
    assert isinstance(told, referral_v1.Escalated) and (told.to, told.referral_id) == (["coordinator"], waits)
    assert await about(world, need_id) == [("unserved", waits)]
    assert await world.states(need_id) == ("offering", ["waitlisted"])
    await world.move(FIRST, waits, "acceptance", {})
    assert await about(world, need_id) == []


async def test_a_coordinator_hears_of_a_waiting_list_once_it_is_all_that_an_emergency_has(world: World) -> None:
    """Nobody more is asked by itself after three offers, and never of what is restricted."""
    body = {"person_agreed": True, "review_at": (world.now + timedelta(days=9)).isoformat()}
    need_id = await world.identified()
    waits = await world.offer(need_id, FIRST, allows_waitlist=True)
    await world.move(FIRST, waits, "waitlisting", body)
    await world.deliver(change(world, need_id, urgency="emergency", governorate=NINEWA))
    for another in (SECOND, FOURTH):
        offered = await world.offer(need_id, another)
        assert await about(world, need_id) == []
        await world.move(another, offered, "decline", {"reason": "no_capacity"})
    assert await about(world, need_id) == [("unserved", waits)]


async def test_what_coordinators_were_told_of_one_offer_does_not_end_with_the_other(world: World) -> None:
    need_id, first, second = await two_offers(world)
    world.advance(hours=2)
    await world.tick()
    assert await about(world, need_id) == [("no_answer", first)]
    await world.move(SECOND, second, "decline", {"reason": "no_capacity"})
    assert await about(world, need_id) == [("no_answer", first)]


async def test_what_is_as_true_of_the_other_offer_is_about_that_once_the_first_has_ended(world: World) -> None:
    need_id, first, second = await two_offers(world)
    world.advance(hours=4, minutes=1)
    await world.tick()
    assert await about(world, need_id) == [("no_answer", first)]  # one item a need, though nobody answers the second either
    await world.move(FIRST, first, "decline", {"reason": "no_capacity"})
    assert await about(world, need_id) == [("no_answer", second)]
    await world.move(SECOND, second, "acceptance", {})
    assert await about(world, need_id) == []


async def about(world: World, need_id: UUID) -> list[tuple[str, UUID]]:
    """Return what coordinators must look at, and about which offer."""
    rows = await world.rows("SELECT kind, referral_id FROM work_item WHERE about_id = :id AND closed_at IS NULL ORDER BY kind", id=need_id)
    return [(row.kind, row.referral_id) for row in rows]
