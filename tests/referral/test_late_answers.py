"""Answers of the directory that nobody waits for any more, or that come before what they depend on: given back, never parked."""

from datetime import timedelta
from uuid import uuid4

import pytest
from ihala_contracts import directory_v1
from ihala_contracts.intake_v1 import NeedConsentChanged
from ihala_contracts.referral_v1 import PlacementCancelled, PlacementRequested

from tests.referral.actors import COORDINATOR, FIRST, MOMD, SECOND, STRANGER, Actor
from tests.referral.said import change, suspended, withdrawn
from tests.referral.world import World, kinds


async def test_a_place_that_comes_after_withdrawal_is_given_back(world: World) -> None:
    need_id = await world.identified()
    asked = await world.last(PlacementRequested)
    assert kinds(await world.deliver(withdrawn(world, need_id))) == ["placement-cancelled", "placement-ended"]
    reserved = world.reserved(asked, FIRST)
    [cancelled] = await world.deliver(reserved)
    assert isinstance(cancelled, PlacementCancelled)
    assert (cancelled.attempt, cancelled.reservation_id) == (1, reserved.reservation_id)
    assert await world.states(need_id) == ("ended", [])
    assert await world.overtaken(need_id) == [("directory.place-reserved", "attempt_over")]


async def test_no_place_after_withdrawal_changes_nothing(world: World) -> None:
    need_id = await world.identified()
    asked = await world.last(PlacementRequested)
    await world.deliver(withdrawn(world, need_id))
    assert await world.deliver(world.none(asked)) == []
    assert await world.states(need_id) == ("ended", [])


async def test_two_answers_for_different_attempts_make_one_offer(world: World) -> None:
    need_id = await world.identified()
    first = await world.last(PlacementRequested)
    await world.deliver(change(world, need_id))
    second = await world.last(PlacementRequested)
    assert (first.attempt, second.attempt, second.governorate) == (1, 2, "IQG13")
    late = world.reserved(first, FIRST)
    out = await world.deliver(late, world.reserved(second, SECOND))
    assert kinds(out) == ["placement-cancelled", "offered"]
    assert isinstance(out[0], PlacementCancelled) and out[0].reservation_id == late.reservation_id
    assert await world.states(need_id) == ("offering", ["offered"])


async def test_a_second_answer_for_the_same_attempt_is_given_back_but_the_same_one_is_not(world: World) -> None:
    need_id = await world.identified()
    asked = await world.last(PlacementRequested)
    reserved = world.reserved(asked, FIRST)
    assert kinds(await world.deliver(reserved)) == ["offered"]
    assert await world.deliver(reserved) == []  # another event with the same answer
    other = world.reserved(asked, SECOND)
    [cancelled] = await world.deliver(other)
    assert isinstance(cancelled, PlacementCancelled) and cancelled.reservation_id == other.reservation_id
    assert await world.states(need_id) == ("offering", ["offered"])


async def test_an_answer_about_nothing_we_know_is_given_back(world: World) -> None:
    asked = PlacementRequested(
        need_id=uuid4(), placement_id=uuid4(), attempt=1, operator_id=MOMD, origin_id=uuid4(), need_code="work.job",
        sensitivity="standard", urgency="routine", governorate="IQG15", requested_at=world.now,
    )  # fmt: skip
    assert kinds(await world.deliver(world.reserved(asked, FIRST))) == ["placement-cancelled"]
    assert await world.deliver(world.none(asked)) == []


async def test_an_answer_that_comes_before_its_organisation_waits_for_it(world: World) -> None:
    need_id = await world.identified()
    asked = await world.last(PlacementRequested)
    assert await world.deliver(world.reserved(asked, STRANGER)) == []
    await world.join(STRANGER)
    await world.tick()
    assert await world.states(need_id) == ("offering", ["offered"])


async def test_an_answer_that_waits_for_its_organisation_may_be_revoked_or_withdrawn(world: World) -> None:
    one, two = await world.identified(), await world.identified()
    answers = [world.reserved(await world.last(PlacementRequested, need_id), STRANGER) for need_id in (one, two)]
    await world.deliver(*answers)
    back = directory_v1.ReservationRevoked(
        need_id=one, reservation_id=answers[0].reservation_id, placement_id=answers[0].placement_id, attempt=1, reason="suspended",
        revoked_at=world.now,
    )  # fmt: skip
    assert kinds(await world.deliver(back)) == ["placement-requested"]
    [cancelled, _] = await world.deliver(withdrawn(world, two))
    assert isinstance(cancelled, PlacementCancelled) and cancelled.reservation_id == answers[1].reservation_id
    await world.join(STRANGER)
    await world.tick()
    assert [await world.states(need) for need in (one, two)] == [("placing", []), ("ended", [])]


@pytest.mark.parametrize(
    ("actor", "joined", "why"),
    [
        (FIRST, {"agreement_until": "2026-11-21"}, "agreement_ended"),
        (FIRST, {}, "organization_suspended"),
    ],
)
async def test_who_may_not_be_asked_is_not_asked_and_the_next_one_is(
    world: World, actor: Actor, joined: dict[str, object], why: str
) -> None:
    await world.join(actor, **joined)
    if not joined:
        await world.deliver(suspended(world, actor))
    await world.identified()
    cancelled, asked = await world.deliver(world.reserved(await world.last(PlacementRequested), actor))
    assert isinstance(cancelled, PlacementCancelled) and cancelled.reason == why
    assert isinstance(asked, PlacementRequested) and asked.excluded == [actor.organization_id]
    await world.deliver(world.none(asked))
    world.advance(days=8)
    await world.tick()  # tried again: it may take part by now
    assert (await world.last(PlacementRequested)).excluded == []


async def test_who_could_not_be_asked_for_want_of_a_consent_may_be_asked_under_the_next(world: World) -> None:
    lapsing = world.consent(until=world.now + timedelta(days=1))
    need_id = await world.identified(consent=lapsing)
    world.advance(days=2)
    out = await world.deliver(world.reserved(await world.last(PlacementRequested), FIRST))
    assert kinds(out) == ["placement-cancelled", "placement-triaged"]
    refused = await world.decide(COORDINATOR, need_id, "placing", {})
    assert (refused.status, refused.problem) == (409, "consent-not-given")
    asked_anew = world.consent(consent_id=lapsing.consent_id, revision=2)
    await world.deliver(NeedConsentChanged(need_id=need_id, operator_id=MOMD, consent=asked_anew, changed_at=world.now))
    assert (await world.decide(COORDINATOR, need_id, "placing", {})).status == 200
    assert (await world.last(PlacementRequested)).excluded == []
    await world.offer(need_id, FIRST)


async def test_a_receiver_that_the_person_refused_is_not_asked(world: World) -> None:
    need_id = await world.identified(consent=world.consent(objections=[FIRST.organization_id]))
    out = await world.deliver(world.reserved(await world.last(PlacementRequested), FIRST))
    assert kinds(out) == ["placement-cancelled", "placement-triaged"]
    assert await world.states(need_id) == ("triage", [])
