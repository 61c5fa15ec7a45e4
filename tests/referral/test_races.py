"""What arrives late, twice, at once or in another order: everything ends as domain section 4 says, and nothing is parked."""

import asyncio
from uuid import UUID, uuid4

import pytest
from ihala_contracts import directory_v1, intake_v1, referral_v1
from ihala_contracts.referral_v1 import PlacementCancelled, PlacementRequested

from tests.referral.world import COORDINATOR, FIRST, FOURTH, MOMD, NGO, SECOND, STRANGER, Actor, World, kinds

ONLY = "SELECT count(*) FROM referral WHERE need_id = :need AND state IN ('accepted', 'in_service', 'on_hold')"


def withdrawn(world: World, need_id: UUID, referral_id: UUID | None = None) -> intake_v1.ConsentWithdrawn:
    return intake_v1.ConsentWithdrawn(
        need_id=need_id, operator_id=MOMD, referral_id=referral_id, consent_id=uuid4(), revision=2, withdrawn_at=world.now
    )


def closed(world: World, need_id: UUID) -> intake_v1.NeedClosed:
    return intake_v1.NeedClosed(need_id=need_id, operator_id=MOMD, reason="no_longer_needed", closed_at=world.now)


def refused_take(world: World, need_id: UUID, referral_id: UUID) -> directory_v1.PlaceTakeRefused:
    return directory_v1.PlaceTakeRefused(need_id=need_id, referral_id=referral_id, reason="full", refused_at=world.now)


def refused_disclosure(world: World, need_id: UUID, referral_id: UUID, reason: str) -> intake_v1.DisclosureRefused:
    return intake_v1.DisclosureRefused(
        need_id=need_id, operator_id=MOMD, referral_id=referral_id, organization_id=FIRST.organization_id, reason=reason,
        refused_at=world.now,
    )  # fmt: skip


def suspended(world: World, actor: Actor) -> directory_v1.OrganizationSuspended:
    return directory_v1.OrganizationSuspended(organization_id=actor.organization_id, reason="audit", suspended_at=world.now)


async def revoked(world: World, referral_id: UUID, reason: str = "suspended") -> directory_v1.ReservationRevoked:
    row = await world.referral(referral_id)
    return directory_v1.ReservationRevoked(
        need_id=row.need_id, reservation_id=row.reservation_id, placement_id=row.placement_id, attempt=row.attempt, reason=reason,
        revoked_at=world.now,
    )  # fmt: skip


# Answers of the directory that nobody waits for any more


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


def change(world: World, need_id: UUID, **more: object) -> intake_v1.NeedChanged:
    good = {"urgency": "routine", "governorate": "IQG13", "match_settled": True, "changed_at": world.now}
    return intake_v1.NeedChanged(need_id=need_id, operator_id=MOMD, **good | more)


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


async def test_a_receiver_that_the_person_refused_is_not_asked(world: World) -> None:
    need_id = await world.identified(consent=world.consent(objections=[FIRST.organization_id]))
    out = await world.deliver(world.reserved(await world.last(PlacementRequested), FIRST))
    assert kinds(out) == ["placement-cancelled", "placement-triaged"]
    assert await world.states(need_id) == ("triage", [])


# Withdrawal


@pytest.mark.parametrize("acts", [[], ["acknowledgement"], ["acceptance"], ["acceptance", "start"]])
async def test_withdrawal_wins_over_everything(world: World, acts: list[str]) -> None:
    need_id, referral_id = await world.offered()
    for act in acts:
        await world.move(FIRST, referral_id, act, {})
    assert kinds(await world.deliver(withdrawn(world, need_id))) == ["withdrawn", "placement-ended"]
    assert await world.states(need_id) == ("ended", ["withdrawn"])
    for act in ("acceptance", "start"):
        answer = await world.move(FIRST, referral_id, act, {})
        assert (answer.status, answer.problem, answer.body["moves"]) == (409, "move-not-allowed", [])


async def test_withdrawal_from_one_receiver_seeks_another(world: World) -> None:
    need_id, referral_id = await world.accepted()
    out = await world.deliver(withdrawn(world, need_id, referral_id))
    assert kinds(out) == ["withdrawn", "placement-requested"]
    asked = out[1]
    assert isinstance(asked, PlacementRequested)
    assert asked.objections == asked.excluded == [FIRST.organization_id]
    assert await world.deliver(withdrawn(world, need_id, referral_id)) == []
    assert await world.overtaken(need_id) == [("intake.consent-withdrawn", "referral_ended")]


async def test_withdrawal_against_acceptance_at_the_same_time(world: World) -> None:
    """Whatever comes first: in the end it is withdrawn, and never two things at once."""
    for _ in range(8):
        need_id, referral_id = await world.offered()
        version = (await world.referral(referral_id)).version
        answer, _ = await asyncio.gather(world.move(FIRST, referral_id, "acceptance", {}, version), world.apply(withdrawn(world, need_id)))
        assert answer.status in {200, 409}
        assert await world.states(need_id) == ("ended", ["withdrawn"])
        events = [kind for kind in kinds(await world.emitted()) if kind in {"accepted", "withdrawn"}]
        assert events[-1] == "withdrawn"


async def test_withdrawal_ends_both_offers_of_an_emergency_and_the_question_under_way(world: World) -> None:
    need_id, _ = await world.offered(FIRST, urgency="emergency")
    world.advance(hours=2, minutes=1)
    await world.tick()
    await world.offer(need_id, SECOND)
    await world.deliver(withdrawn(world, need_id))
    assert await world.states(need_id) == ("ended", ["withdrawn", "withdrawn"])
    other, _ = await world.offered(FIRST, urgency="emergency")
    world.advance(hours=2, minutes=1)
    await world.tick()
    assert kinds(await world.deliver(withdrawn(world, other))) == ["withdrawn", "placement-cancelled", "placement-ended"]


async def test_closing_a_need_cancels_what_is_open(world: World) -> None:
    need_id, _ = await world.in_service()
    out = await world.deliver(closed(world, need_id))
    assert kinds(out) == ["cancelled", "placement-ended"]
    assert await world.states(need_id) == ("ended", ["cancelled"])
    assert await world.deliver(closed(world, need_id), withdrawn(world, need_id)) == []


@pytest.mark.parametrize("event", [withdrawn, closed, change])
async def test_what_intake_says_of_a_need_that_was_never_announced_is_recorded(world: World, event: object) -> None:
    need_id = uuid4()
    assert await world.deliver(event(world, need_id)) == []  # type: ignore[operator]
    assert [why for _, why in await world.overtaken(need_id)] == ["unknown"]


async def test_a_need_announced_twice_is_placed_once(world: World) -> None:
    need = world.need()
    await world.deliver(need)
    assert await world.deliver(need) == []
    assert await world.value("SELECT count(*) FROM placement") == 1


# Disclosure


@pytest.mark.parametrize(
    ("reason", "events", "states"),
    [
        ("consent_too_narrow", ["failed", "placement-triaged"], ("triage", ["failed"])),
        ("withdrawn", ["withdrawn", "placement-requested"], ("placing", ["withdrawn"])),
        ("need_closed", ["cancelled", "placement-ended"], ("ended", ["cancelled"])),
    ],
)
async def test_a_refused_disclosure_ends_the_acceptance(
    world: World, reason: str, events: list[str], states: tuple[str, list[str]]
) -> None:
    need_id, referral_id = await world.accepted()
    assert kinds(await world.deliver(refused_disclosure(world, need_id, referral_id, reason))) == events
    assert await world.states(need_id) == states
    assert await world.deliver(refused_disclosure(world, need_id, referral_id, reason)) == []


async def test_a_refusal_after_withdrawal_is_overtaken(world: World) -> None:
    need_id, referral_id = await world.accepted()
    await world.deliver(withdrawn(world, need_id))
    assert await world.deliver(refused_disclosure(world, need_id, referral_id, "withdrawn")) == []
    assert await world.overtaken(need_id) == [("intake.disclosure-refused", "ended")]


async def test_the_receiver_sees_when_the_identity_is_open(world: World) -> None:
    need_id, referral_id = await world.accepted()
    assert not (await world.get(FIRST, f"/v1/referrals/{referral_id}")).body["disclosed"]
    opened = intake_v1.DisclosureOpened(
        need_id=need_id, operator_id=MOMD, disclosure_id=uuid4(), referral_id=referral_id, organization_id=FIRST.organization_id,
        consent_id=uuid4(), revision=1, categories=["identity"], opened_at=world.now,
    )  # fmt: skip
    await world.deliver(opened)
    assert (await world.get(FIRST, f"/v1/referrals/{referral_id}")).body["disclosed"]
    await world.deliver(withdrawn(world, need_id))
    assert await world.deliver(opened) == []


async def test_a_narrower_consent_takes_back_what_it_no_longer_covers(world: World) -> None:
    need_id, _ = await world.offered(FIRST)
    narrowed = world.consent(revision=2, recipients=[SECOND.organization_id])
    out = await world.deliver(intake_v1.NeedConsentChanged(need_id=need_id, operator_id=MOMD, consent=narrowed, changed_at=world.now))
    assert kinds(out) == ["failed", "placement-requested"]
    assert isinstance(out[1], PlacementRequested) and out[1].recipients == [SECOND.organization_id]
    wider = world.consent(revision=3)
    out = await world.deliver(intake_v1.NeedConsentChanged(need_id=need_id, operator_id=MOMD, consent=wider, changed_at=world.now))
    assert kinds(out) == ["placement-cancelled", "placement-requested"]


# Places lost


@pytest.mark.parametrize("started", [False, True])
async def test_a_place_lost_at_acceptance_is_nobodys_fault_also_after_the_start(world: World, started: bool) -> None:
    need_id, referral_id = await (world.in_service() if started else world.accepted())
    failed, asked = await world.deliver(refused_take(world, need_id, referral_id))
    assert isinstance(failed, referral_v1.ReferralFailed) and failed.reason == "place_lost"
    assert isinstance(asked, PlacementRequested)
    assert await world.states(need_id) == ("placing", ["failed"])
    assert await world.deliver(refused_take(world, need_id, referral_id)) == []


async def test_answers_about_the_place_after_withdrawal_are_overtaken(world: World) -> None:
    need_id, referral_id = await world.accepted()
    await world.deliver(withdrawn(world, need_id))
    taken = directory_v1.PlaceTaken(need_id=need_id, referral_id=referral_id, reservation_id=uuid4(), taken_at=world.now)
    assert await world.deliver(taken, refused_take(world, need_id, referral_id)) == []
    assert [why for _, why in await world.overtaken(need_id)] == ["ended", "ended"]


async def test_a_revoked_reservation_ends_the_offer_and_not_the_acceptance(world: World) -> None:
    need_id, referral_id = await world.offered()
    out = await world.deliver(await revoked(world, referral_id))
    assert kinds(out) == ["failed", "placement-requested"]
    assert isinstance(out[0], referral_v1.ReferralFailed) and out[0].reason == "reservation_revoked"
    other, accepted = await world.accepted()
    assert await world.deliver(await revoked(world, accepted)) == []
    assert await world.states(other) == ("placed", ["accepted"])
    assert await world.overtaken(other) == [("directory.reservation-revoked", "accepted")]
    assert await world.states(need_id) == ("placing", ["failed"])


# Suspension


async def test_a_suspended_provider_loses_what_is_open_one_need_at_a_time(world: World) -> None:
    needs = [(await world.offered(FIRST))[0], (await world.accepted(FIRST))[0], (await world.in_service(FIRST))[0]]
    kept, _ = await world.accepted(SECOND)
    assert await world.deliver(suspended(world, FIRST)) == []
    await world.tick()
    assert [await world.states(need) for need in needs] == [("placing", ["failed"])] * 3
    assert {event.reason for event in await world.all(referral_v1.ReferralFailed)} == {"provider_closed"}
    assert await world.states(kept) == ("placed", ["accepted"])


async def test_suspension_against_acceptance_in_either_order(world: World) -> None:
    need_id, referral_id = await world.offered(FIRST)
    await world.deliver(suspended(world, FIRST))
    answer = await world.move(FIRST, referral_id, "acceptance", {})  # before the due work has come to it
    assert answer.status == 409 and "accept" not in answer.body["moves"] and "decline" in answer.body["moves"]
    await world.tick()
    assert await world.states(need_id) == ("placing", ["failed"])
    late = await world.move(FIRST, referral_id, "acceptance", {})
    assert (late.status, late.body["moves"]) == (409, [])


async def test_suspension_against_acceptance_at_the_same_time(world: World) -> None:
    for _ in range(6):
        need_id, referral_id = await world.offered(FIRST)
        await asyncio.gather(world.move(FIRST, referral_id, "acceptance", {}), world.apply(suspended(world, FIRST)))
        await world.tick()
        assert await world.states(need_id) == ("placing", ["failed"])
        await world.deliver(
            directory_v1.OrganizationReinstated(organization_id=FIRST.organization_id, reinstated_at=world.now),
            withdrawn(world, need_id),
        )


async def test_suspension_and_revocation_in_any_order_end_the_offer_once(world: World) -> None:
    for first in ("suspension", "revocation"):
        need_id, referral_id = await world.offered(FIRST)
        revocation = await revoked(world, referral_id)
        await world.deliver(*([revocation] if first == "revocation" else []), suspended(world, FIRST))
        await world.tick()
        await world.deliver(*([revocation] if first == "suspension" else []))
        assert await world.states(need_id) == ("placing", ["failed"])
        assert len(await world.all(referral_v1.ReferralFailed, need_id)) == 1
        await world.deliver(directory_v1.OrganizationReinstated(organization_id=FIRST.organization_id, reinstated_at=world.now))


async def test_a_provider_that_is_reinstated_in_time_keeps_its_offers(world: World) -> None:
    need_id, _ = await world.offered(FIRST)
    await world.deliver(suspended(world, FIRST))
    await world.deliver(directory_v1.OrganizationReinstated(organization_id=FIRST.organization_id, reinstated_at=world.now))
    await world.tick()
    assert await world.states(need_id) == ("offering", ["offered"])


# Emergencies: two offers at once


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


async def test_a_decline_while_the_second_question_is_out_waits_for_its_answer(world: World) -> None:
    need_id, first = await world.offered(FIRST, urgency="emergency")
    world.advance(hours=2, minutes=1)
    await world.tick()
    await world.move(FIRST, first, "decline", {"reason": "no_capacity"})
    assert len(await world.all(PlacementRequested)) == 2
    assert await world.states(need_id) == ("placing", ["declined"])
    await world.offer(need_id, SECOND)
    assert await world.states(need_id) == ("offering", ["declined", "offered"])


# Versions


async def test_an_offer_that_a_correction_made_stale_is_read_again_before_it_is_accepted(world: World) -> None:
    need_id, referral_id = await world.offered(FIRST)
    version = (await world.referral(referral_id)).version
    await world.deliver(change(world, need_id))
    answer = await world.move(FIRST, referral_id, "acceptance", {}, version)
    assert (answer.status, answer.problem) == (412, "stale")
    shown = await world.get(FIRST, f"/v1/referrals/{referral_id}")
    assert shown.body["need_changed"]
    assert (await world.move(FIRST, referral_id, "acceptance", {}, shown.body["version"])).status == 200


async def test_who_comes_late_learns_what_is_still_open_rather_than_that_the_version_is_old(world: World) -> None:
    _, referral_id = await world.offered(FIRST, NGO)
    await world.move(NGO, referral_id, "cancellation", {"reason": "need_changed"})
    answer = await world.move(FIRST, referral_id, "acceptance", {}, 1)
    assert (answer.status, answer.problem, answer.body["moves"]) == (409, "move-not-allowed", [])


async def test_events_of_many_needs_in_one_batch(world: World) -> None:
    needs = [world.need() for _ in range(20)]
    await world.deliver(*needs)
    asked = {event.need_id: event for event in await world.all(PlacementRequested)}
    await world.deliver(*(world.reserved(asked[need.need_id], FIRST) for need in needs), *(closed(world, n.need_id) for n in needs[:5]))
    found = [await world.states(need.need_id) for need in needs]
    assert found[5:] == [("offering", ["offered"])] * 15
    assert all(state == ("ended", ["cancelled"]) or state == ("ended", []) for state in found[:5])


async def test_a_key_that_is_parked_is_on_the_coordinators_list(world: World) -> None:
    need_id, _ = await world.offered()
    record = world.record(withdrawn(world, need_id), "intake")
    broken = type(record)(record.topic, 0, record.position, record.headers, b"{}", record.envelope)
    await world.inbox.apply([broken])
    assert await world.work_items(need_id) == {"parked"}
    listed = await world.get(COORDINATOR, "/v1/work-items?kind=parked")
    assert [item["about_id"] for item in listed.body["items"]] == [str(need_id)]
