"""What was lost in the middle goes on, what others say again undoes nothing, and what no event holds is asked for again."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_contracts import intake_v1, referral_v1
from ihala_contracts.envelope import Event
from ihala_kit.cli import app
from ihala_kit.inbox import Inbox, handlers_in
from ihala_kit.reapplying import CALLER
from ihala_referral.restoring import RESTORING
from ihala_referral.restoring.ground import NeedMissing
from sqlalchemy import text
from typer.testing import CliRunner

from tests.referral.actors import COORDINATOR, FIRST, NGO, SECOND
from tests.referral.test_restoring import (
    Life,
    Restored,
    declined_and_offered_again,
    differences,
    given_back,
    ok,
    one_of_two,
    sent,
    standing,
)
from tests.referral.world import World, kinds


@pytest.fixture
def lost(world: World, house: Any) -> Restored:
    return Restored(world, house.empty)


async def settled(world: World, need_id: UUID) -> list[Event]:
    before = await world.count()
    async with world.database.transaction(CALLER) as tx:
        await RESTORING.settle(tx, need_id)
    return await world.emitted(before)


async def read_again(world: World, lost: Restored) -> list[Event]:
    """Read again what others said, with the readers of a restored service."""
    before = await world.count()
    inbox = Inbox(world.database, "referral", {**world.service.handlers(), **handlers_in(RESTORING.readers)})
    said = [event for events in list(lost.said.values()) for event in events]
    await inbox.apply([world.record(event, event.topic.split(".")[1]) for event in said if hasattr(event, "need_id")])
    assert await world.value("SELECT count(*) FROM parked") == 0
    return await world.emitted(before)


async def stood_when(world: World, lost: Restored, last: str) -> UUID:
    """Lose everything, and of the only need's events those behind the last one of a kind. Return the need."""
    records = await sent(world)
    [need_id] = {UUID(str(row.need_id)) for row in await world.rows("SELECT need_id FROM placement")}
    names = [record.headers["ce_type"].rpartition(".")[2] for record in records]
    end = len(names) - names[::-1].index(last)
    await lost.start_anew()
    await lost.apply(records[:end])
    return need_id


async def test_a_decline_whose_next_question_never_left_is_asked_on(world: World, lost: Restored) -> None:
    _, referral_id = await world.offered(FIRST)
    await ok(world.move(FIRST, referral_id, "decline", {"reason": "no_capacity"}))
    need_id = await stood_when(world, lost, "declined")
    [asked] = await settled(world, need_id)
    assert isinstance(asked, referral_v1.PlacementRequested)
    assert (asked.attempt, asked.excluded) == (2, [FIRST.organization_id])
    assert await settled(world, need_id) == []
    assert (await world.states(need_id))[0] == "placing"


async def test_an_answer_that_never_became_an_offer_becomes_one_when_it_is_read_again(world: World, lost: Restored) -> None:
    await world.offered(FIRST)
    need_id = await stood_when(world, lost, "placement-requested")
    assert kinds(await read_again(world, lost)) == ["offered"]
    assert await settled(world, need_id) == []


async def test_nothing_is_offered_twice_when_all_is_read_again(world: World, lost: Restored) -> None:
    await declined_and_offered_again(world)
    before = await standing(world)
    await lost.lose_and_restore()
    assert await read_again(world, lost) == []
    assert differences(before, await standing(world)) == []


async def test_an_acceptance_whose_other_offer_was_not_told_of_ends_that(world: World, lost: Restored) -> None:
    need_id, first = await world.offered(FIRST, urgency=intake_v1.Urgency.EMERGENCY)
    world.advance(hours=3)
    await world.tick()
    await world.offer(need_id, SECOND)
    await ok(world.move(FIRST, first, "acceptance"))
    await stood_when(world, lost, "accepted")
    told = await settled(world, need_id)
    assert kinds(told) == ["cancelled"]
    assert (await world.states(need_id))[1] == ["accepted", "cancelled"]


async def test_a_revision_in_between_ends_nothing_and_the_newest_does(world: World, lost: Restored) -> None:
    need_id, _ = await world.offered(FIRST)
    consent, operator = lost.said[need_id][0].consent, world.need().operator_id  # type: ignore[attr-defined]
    for revision, objections in ((2, [FIRST.organization_id]), (3, [])):
        said = consent.model_copy(update={"revision": revision, "objections": objections})
        lost.said[need_id].append(intake_v1.NeedConsentChanged(need_id=need_id, operator_id=operator, consent=said, changed_at=world.now))
    await lost.lose_and_restore()
    await read_again(world, lost)
    assert await settled(world, need_id) == []
    assert (await world.states(need_id))[1] == ["offered"]
    last = consent.model_copy(update={"revision": 4, "objections": [FIRST.organization_id]})
    changed = intake_v1.NeedConsentChanged(need_id=need_id, operator_id=operator, consent=last, changed_at=world.now)
    lost.said = {need_id: [changed]}
    await read_again(world, lost)
    assert kinds(await settled(world, need_id)) == ["failed", "placement-requested"]


async def test_a_dispute_that_was_heard_is_not_heard_again(world: World, lost: Restored) -> None:
    need_id, referral_id = await world.in_service(FIRST)
    await ok(world.move(FIRST, referral_id, "completion", {"outcomes": [{"item": "documents", "result": "met"}]}))
    disputed = intake_v1.FollowUpRecorded(
        need_id=need_id, operator_id=world.need().operator_id, follow_up_id=referral_id, referral_id=referral_id, result="disputed",
        need_state=intake_v1.NeedState.OPEN, recorded_at=world.now,
    )  # fmt: skip
    assert kinds(await world.deliver(disputed)) == ["placement-triaged"]
    await ok(world.decide(COORDINATOR, need_id, "rejection", {"reason": "out_of_competence"}))
    assert (await world.states(need_id))[0] == "ended"
    await lost.lose_and_restore()
    assert await read_again(world, lost) == []
    assert (await world.states(need_id))[0] == "ended"


CUT: tuple[Life, ...] = (declined_and_offered_again, one_of_two, given_back)


@pytest.mark.parametrize("life", CUT, ids=lambda life: life.__name__)
async def test_wherever_the_topic_breaks_off_a_need_has_an_owner_an_instant_and_no_offer_too_many(
    world: World, lost: Restored, life: Life
) -> None:
    """What was committed and had not left is gone, also between two events of one transaction."""
    await life(world)
    records = await sent(world)
    first = [record.envelope is not None and record.envelope.key in lost.said for record in records].index(True)
    for end in range(first + 1, len(records)):
        await lost.start_anew()
        await lost.apply(records[:end])
        await read_again(world, lost)
        [row] = await world.rows("SELECT need_id, state, owner, next_at, urgency FROM placement")
        await settled(world, row.need_id)
        assert await settled(world, row.need_id) == [], "settled once, it is settled"
        [row] = await world.rows("SELECT state, owner, next_at, urgency, need_id FROM placement")
        assert (row.state == "ended") or (row.owner and row.next_at), (end, row)
        open_ones = await world.rows("SELECT state, owner, next_at FROM referral WHERE ended_at IS NULL")
        assert len(open_ones) <= (2 if row.urgency == "emergency" else 1), (end, open_ones)
        assert sum(one.state in ("accepted", "in_service", "on_hold") for one in open_ones) <= 1
        asked = await world.value("SELECT count(*) FROM attempt WHERE state IN ('waiting', 'requested', 'held')")
        assert open_ones or asked or row.state in ("ended", "triage", "unserved"), (end, row)


async def test_what_no_event_holds_is_asked_for_again(world: World, lost: Restored) -> None:
    need_id, referral_id = await world.offered(FIRST, NGO)
    await ok(world.move(FIRST, referral_id, "question", {"text": "?"}))
    await ok(world.move(NGO, referral_id, "answer", {"text": "!", "categories": []}))
    await lost.lose_and_restore()
    assert await world.work_items(need_id) == {"restored"}
    [item] = await world.rows("SELECT detail, operator_id FROM work_item WHERE kind = 'restored'")
    assert item.detail == "answer,question,reference"
    listed = (await world.get(COORDINATOR, "/v1/work-items?kind=restored")).body["items"]
    assert [one["detail"] for one in listed] == ["answer,question,reference"]


async def test_what_was_there_before_the_loss_keeps_its_reference_and_texts(world: World, lost: Restored) -> None:
    """A backup that knows the offer: only what came later is applied."""
    need_id, referral_id = await world.offered(FIRST)
    known = len(await sent(world))
    reference = (await world.referral(referral_id)).reference
    await ok(world.move(FIRST, referral_id, "acknowledgement"))
    records = await sent(world)
    async with world.database.transaction(CALLER) as tx:  # back to the offer
        await tx.execute(text("UPDATE referral SET state = 'offered', version = 1"))
        await tx.execute(text("UPDATE stream SET n = n - 1 WHERE key = :key"), {"key": need_id})
    assert sum((await lost.apply(records)).values()) == len(records) - known == 1
    row = await world.referral(referral_id)
    assert (row.state, row.version, row.reference) == ("acknowledged", 2, reference)
    assert await world.work_items(need_id) == set()


async def test_a_redacted_referral_comes_back_empty(world: World, lost: Restored) -> None:
    need_id, referral_id = await world.offered(FIRST)
    records = await sent(world)
    row = await world.referral(referral_id)
    redacted = referral_v1.ReferralRedacted(
        need_id=need_id, placement_id=row.placement_id, referral_id=referral_id, organization_id=row.organization_id,
        origin_id=row.origin_id, operator_id=row.operator_id, restricted=False, attempt=1, state="entered_in_error", referral_version=2,
        moved_at=world.now, service_at_location_id=row.service_at_location_id, before="offered",
    )  # fmt: skip
    sequence = max(record.envelope.sequence for record in records if record.envelope and record.envelope.key == need_id)
    world.sequences["referral", need_id] = sequence
    await lost.apply([*records, world.record(redacted, "referral")])
    row = await world.referral(referral_id)
    assert (row.state, row.shown, row.attributes) == ("entered_in_error", None, [])


async def test_a_need_that_intake_does_not_say_any_more_fails_and_is_named(world: World, lost: Restored) -> None:
    await world.offered(FIRST)
    records = await sent(world)
    await lost.start_anew()
    lost.said = {}
    with pytest.raises(NeedMissing):
        await lost.apply(records)


async def test_an_erased_persons_need_is_restored_without_what_was_said(world: World, lost: Restored) -> None:
    need_id, _ = await world.offered(FIRST)
    erased = intake_v1.PersonErased(erasure_id=uuid4(), operator_id=world.need().operator_id, needs=[need_id], erased_at=world.now)
    await world.deliver(erased)
    await lost.lose_and_restore()
    await world.deliver(erased)
    assert await world.value("SELECT count(*) FROM need_key WHERE key IS NOT NULL") == 0


def environment(world: World) -> dict[str, str | None]:
    settings = world.service.settings
    return {
        "REFERRAL_DATABASE_URL": settings.database_url, "REFERRAL_OWNER_DATABASE_URL": settings.owner_database_url,
        "REFERRAL_MASTER_KEY": settings.master_key.get_secret_value(), "REFERRAL_KAFKA_SERVERS": "127.0.0.1:1",
    }  # fmt: skip


async def test_what_goes_wrong_leaves_it_closed_and_a_sentence_and_other_commands_do_nothing_on_it(world: World) -> None:
    done = await asyncio.to_thread(CliRunner().invoke, app, ["restore", "referral"], env=environment(world))
    assert (done.exit_code, done.stdout) == (1, "closed\n")
    assert "referral stays closed: " in done.stderr
    assert await world.value("SELECT why FROM closed") == "restore"
    done = await asyncio.to_thread(CliRunner().invoke, app, ["republish", "referral"], env=environment(world))
    assert (done.exit_code, done.stdout) == (1, "")
    assert "referral: the database is closed" in done.stderr


async def test_what_cannot_be_restored_is_not_said_to_be_closed(world: World) -> None:
    without_owner = environment(world) | {"REFERRAL_OWNER_DATABASE_URL": None}
    done = await asyncio.to_thread(CliRunner().invoke, app, ["restore", "referral"], env=without_owner)
    assert (done.exit_code, done.stdout, "closed" in done.stderr) == (1, "", False)
    assert await world.value("SELECT count(*) FROM closed") == 0
