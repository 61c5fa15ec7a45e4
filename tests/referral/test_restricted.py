"""Restricted needs: a cleared human each time, cleared providers, named by the consent; masked everywhere."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from ihala_contracts.intake_v1 import NeedConsentChanged
from ihala_contracts.referral_v1 import Escalated, PlacementCancelled, PlacementRequested, PlacementTriaged, ReferralOffered

from tests.referral.actors import CLEARED, COORDINATOR, FIRST, MOMD, NGO, NINEWA, Actor
from tests.referral.said import change
from tests.referral.world import World, kinds

UNCLEARED = Actor("coordinator-2", MOMD, "operator", "referral:read referral:refer referral:coordinate", ("coordinator",), MOMD)


async def restricted(world: World, *named: Actor, origin: Actor = NGO) -> UUID:
    await world.join(CLEARED)
    consent = world.consent(recipients=[actor.organization_id for actor in named])
    return await world.identified(origin, sensitivity="restricted", need_code="protection", consent=consent, urgency="urgent")


async def picked(world: World, need_id: UUID) -> PlacementRequested:
    """Let a cleared coordinator pick a reserved place."""
    answer = await world.decide(COORDINATOR, need_id, "placing", {"preferred_reservation_id": str(uuid4())})
    assert answer.status == 200, answer.body
    return await world.last(PlacementRequested, need_id)


async def test_it_waits_in_triage_and_is_placed_only_at_a_place_that_was_picked(world: World) -> None:
    need_id = await restricted(world, CLEARED)
    assert "restricted" in (await world.last(PlacementTriaged)).reasons
    answer = await world.decide(COORDINATOR, need_id, "placing", {})
    assert (answer.status, answer.problem) == (409, "preferred-reservation-missing")
    asked = await picked(world, need_id)
    assert (asked.need_code, asked.facts) == ("protection", None) and asked.preferred_reservation_id is not None
    [offered] = await world.deliver(world.reserved(asked, CLEARED))
    assert isinstance(offered, ReferralOffered) and offered.restricted


async def test_its_kind_is_not_named_here(world: World) -> None:
    need_id = await restricted(world, CLEARED)
    body = {"preferred_reservation_id": str(uuid4()), "need_code": "protection.gbv"}
    assert (await world.decide(COORDINATOR, need_id, "placing", body)).problem == "need-code-restricted"
    standard = await world.identified(NGO, match_settled=False)
    assert (await world.decide(COORDINATOR, standard, "placing", {"need_code": "protection.gbv"})).status == 409


async def test_who_is_not_cleared_does_not_see_it(world: World) -> None:
    need_id = await restricted(world, CLEARED)
    row = await world.placement(need_id)
    assert (await world.get(UNCLEARED, f"/v1/placements/{row.id}")).status == 404
    assert (await world.get(UNCLEARED, "/v1/placements")).body["items"] == []
    assert len((await world.get(COORDINATOR, "/v1/placements")).body["items"]) == 1
    assert (await world.decide(UNCLEARED, need_id, "placing", {"preferred_reservation_id": str(uuid4())})).status == 404
    world.advance(days=5)
    await world.tick()
    assert (await world.get(UNCLEARED, "/v1/work-items")).body["items"] == []
    assert len((await world.get(COORDINATOR, "/v1/work-items")).body["items"]) == 1


async def test_an_answer_that_the_consent_does_not_name_goes_back_to_the_human(world: World) -> None:
    for named in ((FIRST,), ()):
        need_id = await restricted(world, *named)
        cancelled, triaged = await world.deliver(world.reserved(await picked(world, need_id), CLEARED))
        assert isinstance(cancelled, PlacementCancelled) and cancelled.reason == "consent"
        assert isinstance(triaged, PlacementTriaged) and triaged.reasons == ["consent"]
        consent = world.consent(recipients=[CLEARED.organization_id], revision=2)
        await world.deliver(NeedConsentChanged(need_id=need_id, operator_id=MOMD, consent=consent, changed_at=world.now))
        asked = await picked(world, need_id)  # she names her now: the same shelter is not lost to her
        assert asked.excluded == []
        assert kinds(await world.deliver(world.reserved(asked, CLEARED))) == ["offered"]


async def test_a_provider_that_is_not_cleared_is_never_asked(world: World) -> None:
    need_id = await restricted(world, FIRST)
    out = await world.deliver(world.reserved(await picked(world, need_id), FIRST))
    assert kinds(out) == ["placement-cancelled", "placement-triaged"]
    assert isinstance(out[0], PlacementCancelled) and out[0].reason == "organization_not_cleared"


async def test_after_a_decline_a_human_decides_again(world: World) -> None:
    need_id = await restricted(world, CLEARED)
    referral_id = (await world.deliver(world.reserved(await picked(world, need_id), CLEARED)))[0].referral_id  # type: ignore[attr-defined]
    await world.move(CLEARED, referral_id, "decline", {"reason": "no_capacity"})
    assert await world.states(need_id) == ("triage", ["declined"])


async def test_the_receiver_sees_service_and_urgency_and_no_more(world: World) -> None:
    need_id = await restricted(world, CLEARED)
    offered = (await world.deliver(world.reserved(await picked(world, need_id), CLEARED, disclosed_attributes=["sex"])))[0]
    shown = (await world.get(CLEARED, f"/v1/referrals/{offered.referral_id}")).body  # type: ignore[attr-defined]
    assert (shown["need_code"], shown["urgency"]) == ("protection", "urgent")
    assert (shown["governorate"], shown["district"], shown["age_band"], shown["attributes"]) == (None, None, None, {})


async def test_a_restricted_emergency_gets_no_second_offer_by_itself(world: World) -> None:
    await world.join(CLEARED)
    consent = world.consent(recipients=[CLEARED.organization_id])
    need_id = await world.identified(NGO, sensitivity="restricted", need_code="protection", urgency="emergency", consent=consent)
    await world.deliver(world.reserved(await picked(world, need_id), CLEARED))
    world.advance(hours=3)
    await world.tick()
    assert len(await world.all(PlacementRequested)) == 1


@pytest.mark.parametrize("begins", ["emergency", "urgent"])
async def test_a_coordinator_hears_of_an_emergency_on_a_list_since_nobody_else_is_asked_by_itself(world: World, begins: str) -> None:
    await world.join(CLEARED)
    consent = world.consent(recipients=[CLEARED.organization_id])
    need_id = await world.identified(NGO, sensitivity="restricted", need_code="protection", urgency=begins, consent=consent)
    await picked(world, need_id)
    waits = await world.offer(need_id, CLEARED, allows_waitlist=True)
    body = {"person_agreed": True, "review_at": (world.now + timedelta(days=9)).isoformat()}
    assert (await world.move(CLEARED, waits, "waitlisting", body)).status == 200
    assert await world.work_items(need_id) == ({"unserved"} if begins == "emergency" else set())
    await world.deliver(change(world, need_id, urgency="emergency", governorate=NINEWA))
    assert await world.work_items(need_id) == {"unserved"}
    assert [one.level for one in await world.all(Escalated, need_id)] == [2]
