"""The chain of domain section 4: from a need to an outcome, and every event and every refusal on the way."""

from uuid import uuid4

import pytest
from ihala_contracts import intake_v1, referral_v1
from ihala_referral.states import PlacementState

from tests.referral.actors import COORDINATOR, FIRST, FOURTH, HLP, NGO, SECOND, THIRD
from tests.referral.world import World, kinds


async def test_a_need_is_asked_offered_accepted_served_and_completed(world: World) -> None:
    out = await world.deliver(world.need())
    assert kinds(out) == ["placement-requested"]
    [asked] = out
    assert isinstance(asked, referral_v1.PlacementRequested)
    assert (asked.attempt, asked.excluded, asked.need_code) == (1, [], "housing.hlp")
    [offered] = await world.deliver(world.reserved(asked, FIRST))
    assert isinstance(offered, referral_v1.ReferralOffered)
    assert (offered.state, offered.organization_id, offered.replaces) == ("offered", FIRST.organization_id, None)
    before = await world.count()
    for act, body in {
        "acknowledgement": None,
        "acceptance": {},
        "start": {},
        "completion": {"outcomes": [{"item": "housing.hlp", "result": "met"}]},
    }.items():
        answer = await world.move(FIRST, offered.referral_id, act, body)
        assert answer.status == 200, answer.body
    assert kinds(await world.emitted(before)) == ["acknowledged", "accepted", "started", "completed"]
    assert await world.states(asked.need_id) == ("ended", ["completed"])
    assert (await world.placement(asked.need_id)).end_reason == "completed"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"need_code": "education.enrolment"}, "competence"),
        ({"match_settled": False}, "match"),
        ({"sensitivity": "restricted", "need_code": "protection"}, "restricted"),
    ],
)
async def test_what_may_not_go_by_itself_waits_in_triage(world: World, change: dict[str, object], reason: str) -> None:
    [triaged] = await world.deliver(world.need(HLP, **change))
    assert isinstance(triaged, referral_v1.PlacementTriaged)
    assert reason in triaged.reasons
    assert (await world.placement(triaged.need_id)).owner == "coordinator"


async def test_a_consent_that_is_over_or_refused_is_not_acted_on(world: World) -> None:
    for consent in (world.consent(until=world.now), world.consent(given=False)):
        [triaged] = await world.deliver(world.need(consent=consent))
        assert isinstance(triaged, referral_v1.PlacementTriaged) and triaged.reasons == ["consent"]


async def test_an_origin_without_agreement_goes_through_a_human(world: World) -> None:
    await world.join(NGO, agreement_until="2026-11-21")
    [triaged] = await world.deliver(world.need(NGO))
    assert isinstance(triaged, referral_v1.PlacementTriaged) and triaged.reasons == ["origin_agreement"]


async def test_the_coordinator_places_what_waits_in_triage(world: World) -> None:
    need_id = await world.identified(HLP, need_code="education.enrolment")
    answer = await world.decide(COORDINATOR, need_id, "placing", {})
    assert answer.status == 200 and answer.body["state"] == PlacementState.PLACING
    await world.offer(need_id, FIRST)
    assert await world.states(need_id) == ("offering", ["offered"])


async def test_what_is_outside_its_field_is_answered_with_the_right_route(world: World) -> None:
    need_id = await world.identified(HLP, need_code="health.psychosocial", sensitivity="protected")
    answer = await world.decide(COORDINATOR, need_id, "rejection", {"reason": "out_of_competence", "route": "provider.rgc"})
    assert answer.status == 200 and answer.body["state"] == "ended"
    ended = await world.last(referral_v1.PlacementEnded)
    assert (ended.reason, ended.route) == ("out_of_competence", "provider.rgc")


async def test_a_decline_brings_the_next_provider_with_exclusions_and_the_first_clock(world: World) -> None:
    need_id, first = await world.offered(FIRST)
    requested_at = (await world.placement(need_id)).requested_at
    world.advance(hours=3)
    before = await world.count()
    await world.move(FIRST, first, "decline", {"reason": "no_capacity"})
    declined, asked = await world.emitted(before)
    assert isinstance(declined, referral_v1.ReferralDeclined) and isinstance(asked, referral_v1.PlacementRequested)
    assert (declined.reason, declined.after_acceptance) == ("no_capacity", False)
    assert (asked.attempt, asked.excluded) == (2, [FIRST.organization_id])
    second = await world.offer(need_id, SECOND)
    assert (await world.referral(second)).replaces == first
    await world.move(SECOND, second, "decline", {"reason": "out_of_area"})
    asked = await world.last(referral_v1.PlacementRequested)
    assert asked.excluded == sorted([FIRST.organization_id, SECOND.organization_id])
    assert (await world.placement(need_id)).requested_at == requested_at


async def test_after_three_offers_a_human_decides_and_may_begin_anew(world: World) -> None:
    need_id = await world.identified()
    for provider in (FIRST, SECOND, THIRD):
        await world.move(provider, await world.offer(need_id, provider), "decline", {"reason": "no_capacity"})
    assert await world.states(need_id) == ("triage", ["declined"] * 3)
    assert (await world.last(referral_v1.PlacementTriaged)).reasons == ["offers"]
    await world.decide(COORDINATOR, need_id, "placing", {})
    asked = await world.last(referral_v1.PlacementRequested)
    assert asked.attempt == 4 and len(asked.excluded) == 3
    await world.offer(need_id, FOURTH)
    assert (await world.placement(need_id)).offers == 1


async def test_a_conflict_of_interest_is_for_good_and_the_coordinator_hears_of_it(world: World) -> None:
    case_id = uuid4()
    need_id, referral_id = await world.offered(FIRST, case_id=case_id)
    await world.move(FIRST, referral_id, "decline", {"reason": "conflict_of_interest"})
    assert (await world.last(referral_v1.PlacementRequested)).objections == [FIRST.organization_id]
    assert await world.work_items(need_id) == {"provider_alert"}
    await world.identified(case_id=case_id, need_code="housing.repair")
    assert (await world.last(referral_v1.PlacementRequested)).objections == [FIRST.organization_id]
    world.advance(days=366)
    await world.identified(case_id=case_id, consent=world.consent())
    assert (await world.last(referral_v1.PlacementRequested)).objections == [FIRST.organization_id]  # until a coordinator has looked at it


async def test_a_contact_check_lets_the_same_provider_be_asked_once_more(world: World) -> None:
    need_id = await world.identified()
    for excluded in ([], [FIRST.organization_id]):
        await world.move(FIRST, await world.offer(need_id, FIRST), "decline", {"reason": "unable_to_contact"})
        assert (await world.placement(need_id)).state == "triage"
        assert "contact_check" in await world.work_items(need_id)
        await world.decide(COORDINATOR, need_id, "placing", {})
        assert (await world.last(referral_v1.PlacementRequested)).excluded == excluded


async def test_release_before_first_contact_is_a_decline_after_acceptance(world: World) -> None:
    need_id, referral_id = await world.accepted()
    assert (await world.move(FIRST, referral_id, "release", {"reason": "no_capacity"})).status == 200
    assert (await world.last(referral_v1.ReferralDeclined)).after_acceptance
    assert await world.states(need_id) == ("placing", ["declined"])


async def test_nothing_met_is_not_the_end(world: World) -> None:
    need_id, referral_id = await world.in_service()
    await world.move(FIRST, referral_id, "completion", {"outcomes": [{"item": "housing.hlp", "result": "not_met"}]})
    assert await world.states(need_id) == ("triage", ["completed"])
    assert await world.all(referral_v1.PlacementEnded) == []


async def test_a_dispute_reopens_what_had_ended(world: World) -> None:
    need_id, referral_id = await world.in_service()
    await world.move(FIRST, referral_id, "completion", {"outcomes": [{"item": "housing.hlp", "result": "met"}]})
    said = {"need_id": need_id, "operator_id": uuid4(), "follow_up_id": uuid4(), "referral_id": referral_id, "recorded_at": world.now}
    assert await world.deliver(intake_v1.FollowUpRecorded(**said, result="confirmed", need_state="verified")) == []
    out = await world.deliver(intake_v1.FollowUpRecorded(**said, result="disputed", need_state="open"))
    assert kinds(out) == ["placement-triaged"]
    assert await world.states(need_id) == ("triage", ["completed"])


async def test_an_officers_reservation_is_passed_on_and_only_once(world: World) -> None:
    reservation_id = uuid4()
    need_id = await world.identified(preferred_reservation_id=reservation_id)
    assert (await world.last(referral_v1.PlacementRequested)).preferred_reservation_id == reservation_id
    referral_id = await world.offer(need_id, FIRST, reservation_id=reservation_id)
    await world.move(FIRST, referral_id, "decline", {"reason": "no_capacity"})
    assert (await world.last(referral_v1.PlacementRequested)).preferred_reservation_id is None


async def test_a_service_that_ends_has_its_other_offers_placed_again(world: World) -> None:
    one, declined = await world.offered(FIRST)
    two, _ = await world.offered(FIRST)
    three, _ = await world.accepted(FIRST)
    await world.move(FIRST, declined, "decline", {"reason": "service_closed"})
    await world.tick()
    assert [await world.states(need) for need in (one, two, three)] == [
        ("placing", ["declined"]), ("placing", ["failed"]), ("placed", ["accepted"]),
    ]  # fmt: skip
    assert (await world.last(referral_v1.ReferralFailed)).reason == "provider_closed"
