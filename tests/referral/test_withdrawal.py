"""The person takes it back, narrows it, or the need is closed: that wins over everything, in whatever order it is heard."""

import asyncio
from uuid import uuid4

import pytest
from ihala_contracts import intake_v1
from ihala_contracts.referral_v1 import PlacementRequested

from tests.referral.actors import FIRST, MOMD, SECOND
from tests.referral.said import change, closed, disclosed, refused_disclosure, withdrawn
from tests.referral.world import World, kinds


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
    opened = disclosed(world, need_id, referral_id)
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


@pytest.mark.parametrize(("acts", "state"), [(["acceptance", "start"], "in_service"), (["acceptance"], "accepted"), ([], "failed")])
async def test_who_is_at_work_waits_with_a_child_for_the_decision_about_its_consent(world: World, acts: list[str], state: str) -> None:
    need_id, referral_id = await world.offered()
    for act in acts:
        assert (await world.move(FIRST, referral_id, act, {})).status == 200
    awaited = world.consent(revision=2).model_copy(update={"given": False})
    told = intake_v1.NeedConsentChanged(need_id=need_id, operator_id=MOMD, consent=awaited, changed_at=world.now)
    await world.deliver(told)
    assert (await world.states(need_id))[1] == [state]
    if state == "failed":  # whoever was only asked is asked no more, and a coordinator decides
        await world.deliver(world.reserved(await world.last(PlacementRequested, need_id), SECOND))
        assert (await world.states(need_id))[0] == "triage"
    agreed = world.consent(revision=3)
    await world.deliver(told.model_copy(update={"consent": agreed}))
    assert (await world.states(need_id))[1] == [state]
