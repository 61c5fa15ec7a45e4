"""What referral repeats for readers that begin late, and what it makes of what others repeat."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from ihala_contracts import directory_v1, intake_v1, referral_v1
from ihala_contracts.envelope import Event
from ihala_kit.cli import app
from ihala_kit.republish import republish, republish_key
from typer.testing import CliRunner

from tests.referral.actors import FIRST, SECOND, THIRD
from tests.referral.rosters import all_on_duty
from tests.referral.world import World, kinds


async def repeated(world: World, key: UUID | None = None) -> list[Event]:
    """Repeat everything, or one key; return the events. All of them are marked."""
    before = await world.count()
    snapshots = world.service.all_snapshots()
    if key is None:
        assert [line async for line in republish(world.database, snapshots)]
    else:
        await republish_key(world.database, snapshots, key)
    assert await world.value("SELECT bool_and(snapshot) FROM outbox WHERE seq > :before", before=before) in (True, None)
    return await world.emitted(before)


def of(events: list[Event], need_id: UUID) -> list[str]:
    return kinds(event for event in events if getattr(event, "need_id", None) == need_id)


async def test_each_open_need_is_repeated_as_it_stands_and_ended_ones_are_not(world: World) -> None:
    asked = await world.identified()
    offered, _ = await world.offered(FIRST)
    seen, seen_referral = await world.offered(FIRST)
    assert (await world.move(FIRST, seen_referral, "acknowledgement")).status == 200
    accepted, _ = await world.accepted(SECOND)
    serving, referral_id = await world.in_service(THIRD)
    unserved = await world.identified()
    await world.deliver(world.none(await world.last(referral_v1.PlacementRequested, unserved)))
    triaged = await world.identified(match_settled=False)
    ended = await world.identified()
    await world.deliver(intake_v1.NeedClosed(need_id=ended, operator_id=world.need().operator_id, reason="solved", closed_at=world.now))
    told = await repeated(world)
    assert {need: of(told, need) for need in (asked, offered, seen, accepted, serving, unserved, triaged, ended)} == {
        asked: ["placement-requested"],
        offered: ["offered"],
        seen: ["offered", "acknowledged"],
        accepted: ["offered", "accepted"],
        serving: ["offered", "accepted", "started"],
        unserved: ["need-unserved"],
        triaged: ["placement-triaged"],
        ended: [],
    }
    row = await world.referral(referral_id)
    started = next(event for event in told if isinstance(event, referral_v1.ReferralStarted))
    assert (started.referral_version, started.moved_at, started.state) == (row.version, row.first_contact_at, "in_service")
    [offer] = [event for event in told if isinstance(event, referral_v1.ReferralOffered) and event.need_id == offered]
    first = await world.last(referral_v1.ReferralOffered, offered)
    assert offer.deadlines == (await world.all(referral_v1.ReferralOffered, offered))[0].deadlines == first.deadlines


async def test_a_question_that_is_repeated_is_the_same_question(world: World) -> None:
    need_id = uuid4()
    await world.identified(need_id=need_id, facts=await world.sealed(need_id, {"age": 30, "disability": True}))
    first = await world.last(referral_v1.PlacementRequested, need_id)
    [again] = [event for event in await repeated(world) if isinstance(event, referral_v1.PlacementRequested)]
    assert again.model_dump(exclude={"facts"}) == first.model_dump(exclude={"facts"})
    assert again.facts is not None and world.unsealed(again.facts) == {"age": 30, "about": str(need_id)}


async def test_what_waits_rests_or_is_held_is_repeated_so(world: World) -> None:
    waiting, resting = await world.identified(), await world.identified()
    waits = await world.offer(waiting, FIRST, allows_waitlist=True)
    body = {"person_agreed": True, "review_at": (world.now + timedelta(days=9)).isoformat()}
    assert (await world.move(FIRST, waits, "waitlisting", body)).status == 200
    asks = await world.offer(resting, SECOND)
    assert (await world.move(SECOND, asks, "acknowledgement")).status == 200
    assert (await world.move(SECOND, asks, "question", {"text": "?"})).status == 200
    serving, held = await world.in_service(THIRD)
    hold = {"reason": "provider_pause", "resume_by": (world.now + timedelta(days=5)).isoformat()}
    assert (answer := await world.move(THIRD, held, "hold", hold)).status == 200, answer.body
    told = await repeated(world)
    assert (of(told, waiting), of(told, resting)) == (["offered", "waitlisted"], ["offered", "information-requested"])
    assert of(told, serving) == ["offered", "accepted", "started", "held"]
    asked = next(event for event in told if isinstance(event, referral_v1.ReferralInformationRequested))
    row = await world.referral(asks)
    assert (asked.round, asked.answer_by, asked.moved_at) == (1, row.answer_by, row.rested_at)


async def test_of_one_key_also_what_has_ended_is_repeated(world: World) -> None:
    need_id, referral_id = await world.offered(FIRST)
    declined = {"reason": "no_capacity"}
    assert (answer := await world.move(FIRST, referral_id, "decline", declined)).status == 200, answer.body
    assert of(await repeated(world), need_id) == ["placement-requested"]
    first, *others = await repeated(world, need_id)
    assert (kinds([first, *others])) == ["declined", "placement-requested"]
    assert isinstance(first, referral_v1.ReferralDeclined)
    original = (await world.all(referral_v1.ReferralDeclined, need_id))[0]
    assert first.model_dump(exclude={"moved_at"}) == original.model_dump(exclude={"moved_at"})
    await world.deliver(intake_v1.NeedClosed(need_id=need_id, operator_id=world.need().operator_id, reason="solved", closed_at=world.now))
    assert kinds(await repeated(world, need_id)) == ["declined", "placement-ended"]
    assert await repeated(world, uuid4()) == []


async def test_a_placement_that_ended_by_a_completed_referral_is_repeated_by_that_alone(world: World) -> None:
    """As it was told: intake would close a need that a person has disputed meanwhile."""
    need_id, referral_id = await world.in_service(FIRST)
    done = {"outcomes": [{"item": "documents", "result": "met"}]}
    assert (answer := await world.move(FIRST, referral_id, "completion", done)).status == 200, answer.body
    assert kinds(await world.emitted(0))[-1:] == ["completed"]
    assert kinds(await repeated(world, need_id)) == ["completed"]


async def test_rosters_are_repeated(world: World) -> None:
    await all_on_duty(world)
    before = await world.last(referral_v1.DutyRosterChanged)
    [again] = [event for event in await repeated(world) if isinstance(event, referral_v1.DutyRosterChanged)]
    assert (again.covered, again.roster_id) == (before.covered, before.roster_id)
    assert kinds(await repeated(world, before.roster_id)) == ["duty-roster-changed"]


# What others repeat


async def test_a_need_that_is_repeated_is_placed_once(world: World) -> None:
    need = world.need()
    assert kinds(await world.deliver(need, snapshot=True)) == ["placement-requested"]
    assert await world.deliver(need, snapshot=True) == []
    assert await world.overtaken(need.need_id) == []


async def test_what_was_missed_is_caught_up_with_by_a_repeated_need(world: World) -> None:
    need = world.need()
    await world.deliver(need)
    await world.offer(need.need_id, FIRST)
    narrower = need.consent.model_copy(update={"revision": 2, "objections": [FIRST.organization_id]})
    told = await world.deliver(need.model_copy(update={"urgency": intake_v1.Urgency.URGENT, "consent": narrower}), snapshot=True)
    assert kinds(told)[-2:] == ["failed", "placement-requested"]
    row = await world.placement(need.need_id)
    assert (row.urgency, row.consent_revision, row.objections) == ("urgent", 2, [FIRST.organization_id])


async def test_a_repeated_need_does_not_open_what_has_ended(world: World) -> None:
    need = world.need()
    closed = intake_v1.NeedClosed(need_id=need.need_id, operator_id=need.operator_id, reason="solved", closed_at=world.now)
    await world.deliver(need, closed)
    assert await world.deliver(need.model_copy(update={"urgency": intake_v1.Urgency.URGENT}), snapshot=True) == []
    assert (await world.states(need.need_id))[0] == "ended"


async def test_answers_and_disclosures_that_are_repeated_change_nothing(world: World) -> None:
    need_id = await world.identified()
    answer = world.reserved(await world.last(referral_v1.PlacementRequested, need_id), FIRST)
    assert kinds(await world.deliver(answer)) == ["offered"]
    assert await world.deliver(answer, snapshot=True) == []
    [referral] = await world.rows("SELECT id FROM referral WHERE need_id = :need", need=need_id)
    assert (await world.move(FIRST, referral.id, "acceptance")).status == 200
    opened = intake_v1.DisclosureOpened(
        need_id=need_id, operator_id=world.need().operator_id, disclosure_id=uuid4(), referral_id=referral.id,
        organization_id=FIRST.organization_id, consent_id=uuid4(), revision=1, categories=["identity"], opened_at=world.now,
    )  # fmt: skip
    taken = directory_v1.PlaceTaken(need_id=need_id, referral_id=referral.id, reservation_id=answer.reservation_id, taken_at=world.now)
    for snapshot in (False, True):
        assert await world.deliver(opened, taken, snapshot=snapshot) == []
    row = await world.referral(referral.id)
    assert (row.disclosed_at, row.place_taken_at, row.state) == (opened.opened_at, taken.taken_at, "accepted")
    assert await world.overtaken(need_id) == []


async def test_a_place_held_for_an_attempt_that_nobody_knows_is_given_back_when_it_is_repeated(world: World) -> None:
    need_id = await world.identified()
    answer = world.reserved(await world.last(referral_v1.PlacementRequested, need_id), FIRST, attempt=9)
    [cancelled] = await world.deliver(answer, snapshot=True)
    assert isinstance(cancelled, referral_v1.PlacementCancelled) and cancelled.reservation_id == answer.reservation_id


@pytest.mark.parametrize("suspended", [False, True])
async def test_an_organisation_that_takes_part_again_is_known_so_from_its_snapshot(world: World, suspended: bool) -> None:
    whose, at = {"organization_id": FIRST.organization_id}, world.now
    if suspended:
        await world.deliver(directory_v1.OrganizationSuspended(**whose, reason="audit", suspended_at=at))
    before = await world.value("SELECT count(*) FROM due_work")
    await world.deliver(directory_v1.OrganizationReinstated(**whose, reinstated_at=at), snapshot=True)
    row = (await world.rows("SELECT suspended FROM organization WHERE id = :id", id=FIRST.organization_id))[0]
    assert row.suspended is False
    if not suspended:
        assert await world.value("SELECT count(*) FROM due_work") == before


async def test_an_operator_repeats_by_command(world: World) -> None:
    need_id, _ = await world.accepted(FIRST)
    settings = world.service.settings
    environment = {
        "REFERRAL_DATABASE_URL": settings.database_url, "REFERRAL_MASTER_KEY": settings.master_key.get_secret_value(),
    }  # fmt: skip
    before = await world.count()
    for words, said, code in (
        ([], "needs: 1 keys, 2 events", 0), (["--key", str(need_id)], "2 events", 0), (["--key", str(uuid4())], "repeats nothing", 1),
    ):  # fmt: skip
        done = await asyncio.to_thread(CliRunner().invoke, app, ["republish", "referral", *words], env=environment)
        assert done.exit_code == code, done.output
        assert said in done.output
    assert kinds(await world.emitted(before)) == ["offered", "accepted"] * 2
