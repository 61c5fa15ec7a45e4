"""Two at the same instant, in either order: the placement's lock decides, the later one learns what has become of it. Domain, section 4."""

import asyncio
from uuid import UUID, uuid4

import pytest
from ihala_contracts import intake_v1, referral_v1
from ihala_contracts.referral_v1 import PlacementCancelled, PlacementRequested

from tests.referral.actors import COORDINATOR, FIRST, HLP, NGO, SECOND, Actor
from tests.referral.racing import race
from tests.referral.said import change, closed, refused_disclosure, refused_take, revoked, withdrawn
from tests.referral.world import Answer, World

FIRST_AGAIN = Actor("provider-1-night", FIRST.organization_id)  # another client of the same receiver
EITHER = pytest.mark.parametrize("late", [False, True], ids=["before", "after"])


async def accepts(world: World, referral_id: UUID, who: Actor = FIRST) -> Answer:
    return await world.move(who, referral_id, "acceptance", {}, 1)


async def against_acceptance(world: World, late: bool, other: object, need_id: UUID, referral_id: UUID) -> tuple[int, str]:
    """Race an acceptance with something else; return how it was answered and what became of the referral."""
    acceptance = accepts(world, referral_id)
    runners = (other, acceptance) if late else (acceptance, other)
    found = await race(world, need_id, *runners)
    return found[runners.index(acceptance)].status, (await world.states(need_id))[1][0]


@EITHER
async def test_acceptance_and_withdrawal(world: World, late: bool) -> None:
    need_id, referral_id = await world.offered(FIRST)
    found = await against_acceptance(world, late, world.apply(withdrawn(world, need_id)), need_id, referral_id)
    assert found == (409 if late else 200, "withdrawn")
    assert (await world.states(need_id))[0] == "ended"


@EITHER
async def test_acceptance_and_a_correction_of_the_need(world: World, late: bool) -> None:
    need_id, referral_id = await world.offered(FIRST)
    found = await against_acceptance(world, late, world.apply(change(world, need_id)), need_id, referral_id)
    assert found == ((409, "offered") if late else (200, "accepted"))
    assert (await world.referral(referral_id)).need_changed is late


@EITHER
async def test_acceptance_and_a_consent_that_no_longer_covers(world: World, late: bool) -> None:
    need_id, referral_id = await world.offered(FIRST)
    narrowed = intake_v1.NeedConsentChanged(
        need_id=need_id, operator_id=uuid4(), consent=world.consent(objections=[FIRST.organization_id]), changed_at=world.now
    )
    found = await against_acceptance(world, late, world.apply(narrowed), need_id, referral_id)
    assert found == (409 if late else 200, "failed")
    assert (await world.last(referral_v1.ReferralFailed)).reason == "consent_too_narrow"
    assert (await world.last(PlacementRequested, need_id)).attempt == 2


@EITHER
async def test_acceptance_and_a_revoked_reservation(world: World, late: bool) -> None:
    need_id, referral_id = await world.offered(FIRST)
    found = await against_acceptance(world, late, world.apply(await revoked(world, referral_id)), need_id, referral_id)
    assert found == ((409, "failed") if late else (200, "accepted"))
    assert (await world.states(need_id))[0] == ("placing" if late else "placed")


@EITHER
async def test_acceptance_and_the_origin_that_takes_it_back(world: World, late: bool) -> None:
    need_id, referral_id = await world.offered(FIRST, NGO)
    back = world.move(NGO, referral_id, "cancellation", {"reason": "need_changed"}, 1)
    found = await against_acceptance(world, late, back, need_id, referral_id)
    assert found == ((409, "cancelled") if late else (200, "accepted"))


@EITHER
async def test_acceptance_and_decline_of_two_people_of_one_receiver(world: World, late: bool) -> None:
    need_id, referral_id = await world.offered(FIRST)
    decline = world.move(FIRST_AGAIN, referral_id, "decline", {"reason": "no_capacity"}, 1)
    found = await against_acceptance(world, late, decline, need_id, referral_id)
    assert found == ((409, "declined") if late else (200, "accepted"))
    assert len(await world.all(referral_v1.ReferralDeclined)) == int(late)


@EITHER
async def test_acceptance_and_the_end_of_the_need(world: World, late: bool) -> None:
    need_id, referral_id = await world.offered(FIRST)
    found = await against_acceptance(world, late, world.apply(closed(world, need_id)), need_id, referral_id)
    assert found == (409 if late else 200, "cancelled")
    assert (await world.states(need_id))[0] == "ended"


@EITHER
async def test_two_acceptances_of_an_emergency_settle_to_one_in_one_transaction(world: World, late: bool) -> None:
    need_id, first = await world.offered(FIRST, urgency="emergency")
    world.advance(hours=2, minutes=1)
    await world.tick()
    second = await world.offer(need_id, SECOND)
    runners = [accepts(world, first), accepts(world, second, SECOND)]
    before = await world.count()
    found = await race(world, need_id, *(reversed(runners) if late else runners))
    assert [answer.status for answer in found] == [200, 409]
    assert await world.states(need_id) == ("placed", ["cancelled", "accepted"] if late else ["accepted", "cancelled"])
    accepted, cancelled = await world.emitted(before)
    assert isinstance(accepted, referral_v1.ReferralAccepted) and isinstance(cancelled, referral_v1.ReferralCancelled)
    assert found[1].body["moves"] == [] and cancelled.reason == "placed_elsewhere"


@EITHER
@pytest.mark.parametrize("reason", ["withdrawn", "consent_too_narrow", "need_closed"])
async def test_a_start_and_a_refused_disclosure(world: World, late: bool, reason: str) -> None:
    need_id, referral_id = await world.accepted()
    start = world.move(FIRST, referral_id, "start", {}, (await world.referral(referral_id)).version)
    refused = world.apply(refused_disclosure(world, need_id, referral_id, reason))
    found = await race(world, need_id, *([refused, start] if late else [start, refused]))
    assert found[int(late)].status == (409 if late else 200)
    ended = {"withdrawn": "withdrawn", "consent_too_narrow": "failed", "need_closed": "cancelled"}[reason]
    assert (await world.states(need_id))[1] == [ended]


@EITHER
async def test_a_start_and_a_lost_place(world: World, late: bool) -> None:
    need_id, referral_id = await world.accepted()
    start = world.move(FIRST, referral_id, "start", {}, (await world.referral(referral_id)).version)
    lost = world.apply(refused_take(world, need_id, referral_id))
    found = await race(world, need_id, *([lost, start] if late else [start, lost]))
    assert found[int(late)].status == (409 if late else 200)
    assert await world.states(need_id) == ("placing", ["failed"])


@EITHER
async def test_a_place_and_a_withdrawal(world: World, late: bool) -> None:
    need_id = await world.identified()
    reserved = world.reserved(await world.last(PlacementRequested), FIRST)
    place, back = world.apply(reserved), world.apply(withdrawn(world, need_id))
    await race(world, need_id, *([back, place] if late else [place, back]))
    assert await world.states(need_id) == ("ended", [] if late else ["withdrawn"])
    given_back = [event for event in await world.all(PlacementCancelled) if event.reservation_id == reserved.reservation_id]
    assert len(given_back) == int(late)  # an offer's own end frees it otherwise


@EITHER
async def test_a_place_and_a_correction_of_the_need(world: World, late: bool) -> None:
    need_id = await world.identified()
    place = world.apply(world.reserved(await world.last(PlacementRequested), FIRST))
    other = world.apply(change(world, need_id))
    await race(world, need_id, *([other, place] if late else [place, other]))
    assert await world.states(need_id) == (("placing", []) if late else ("offering", ["offered"]))
    assert len(await world.all(PlacementRequested)) == 1 + int(late)


async def test_two_coordinators_have_one_place_sought(world: World) -> None:
    need_id = await world.identified(HLP, need_code="education.enrolment")
    version = (await world.placement(need_id)).version
    runners = [world.decide(COORDINATOR, need_id, "placing", {}, version) for _ in range(2)]
    found = await race(world, need_id, *runners)
    assert sorted(answer.status for answer in found) == [200, 409]
    assert len(await world.all(PlacementRequested)) == 1


async def test_an_acceptance_in_the_last_moment_and_the_clock(world: World) -> None:
    for _ in range(4):
        need_id, referral_id = await world.offered(FIRST, NGO, urgency="emergency")
        world.advance(hours=8, seconds=1)
        answer, *_ = await asyncio.gather(accepts(world, referral_id), world.tick(), world.tick())
        state, [first, *_] = await world.states(need_id)
        assert (answer.status, state, first) in {(200, "placed", "accepted"), (409, "placing", "expired"), (409, "offering", "expired")}
        await world.deliver(withdrawn(world, need_id))
