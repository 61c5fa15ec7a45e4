"""Calls from end to end: opened by what cannot be written, once; taken, made, given up; ended by what happens meanwhile."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1 import ConsentWithdrawn, NeedChanged, NeedClosed, Sensitivity
from ihala_contracts.referral_v1 import (
    ReferralCancelled,
    ReferralCompleted,
    ReferralFailed,
    ReferralOffered,
    ReferralRedacted,
    ReferralWaitlisted,
    ReferralWithdrawn,
)
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_notify.calls import opening
from sqlalchemy import text

from tests.notify.desk.conftest import BY_CALL, OWN, Staff, told, unwritten
from tests.notify.peers import Peers
from tests.notify.samples import OPERATOR, ORIGIN, RECEIVER, STRANGER, sample
from tests.notify.world import World


async def test_what_a_person_wishes_to_hear_is_one_call(world: World, peers: Peers, staff: Staff) -> None:
    need, desk = await unwritten(world, peers), staff()
    [call] = await desk.calls()
    assert (call["need_id"], call["reason"], call["urgency"], call["state"]) == (str(need), "wishes_a_call", "emergency", "open")
    since = datetime.fromisoformat(call["due_at"]) - datetime.fromisoformat(call["opened_at"])
    assert since == timedelta(hours=2)
    assert (await told(world)).count("call-task-opened") == 1
    status, shown = await desk.get(f"/calls/{call['id']}")
    assert (status, shown["reference"], shown["person"]) == (200, "NIN-7K3F-92QX", f"/intake/v1/needs/{need}/person")
    assert [item["template"] for item in shown["items"]] == ["request-received", "referral-accepted"]
    assert "Housing Organisation" in shown["items"][1]["to_the_person"]["en"]
    assert "ڕێکخراوی خانوو" in shown["items"][1]["to_the_person"]["ckb"]
    assert shown["to_anybody"]["en"] == "You have news. Please call +964 700 000 0001."
    assert "0099" not in str(shown)


@pytest.mark.parametrize("about", [{"sensitivity": Sensitivity.PROTECTED}, {}])
async def test_only_what_may_be_written_in_full_is_read_aloud(
    world: World, peers: Peers, staff: Staff, about: dict[str, Sensitivity]
) -> None:
    await unwritten(world, peers, **about)
    if not about:
        await world.rows("UPDATE organization SET hidden = true WHERE organization_id = :id RETURNING 1", id=RECEIVER)
    [call] = await staff().calls()
    _, shown = await staff().get(f"/calls/{call['id']}")
    assert shown["items"][1]["to_the_person"] is None
    assert shown["to_anybody"] is not None


async def test_taken_and_made(world: World, peers: Peers, staff: Staff) -> None:
    await unwritten(world, peers)
    ann, bea = staff(acting_officer="ann"), staff(acting_officer="bea")
    [call] = await ann.calls()
    path, version = f"/calls/{call['id']}", call["version"]
    assert (await ann.post(f"{path}/take", None))[0] == 428
    assert (await ann.post(f"{path}/take", version + 1))[0] == 412
    status, mine = await ann.post(f"{path}/take", version)
    assert (status, mine["state"], mine["taken_by"]) == (200, "taken", "ann")
    status, refused = await bea.post(f"{path}/take", mine["version"])
    assert (status, refused["type"], refused["state"]) == (409, "urn:ihala:problem:call-move-not-allowed", "taken")
    assert (await bea.post(f"{path}/result", mine["version"], {"result": "reached"}))[0] == 409
    assert (await ann.post(f"{path}/result", mine["version"], {"result": "spoke to her sister"}))[0] == 422
    status, done = await ann.post(f"{path}/result", mine["version"], {"result": "reached"})
    assert (status, done["state"], done["due_at"]) == (200, "done", None)
    assert await ann.calls() == []
    assert [one["id"] for one in await ann.calls(state="done")] == [call["id"]]
    assert (await told(world))[-2:] == ["call-task-taken", "call-task-ended"]


async def test_three_times_nobody_is_for_the_coordinator(world: World, peers: Peers, staff: Staff) -> None:
    await unwritten(world, peers)
    desk = staff(acting_officer="ann")
    for _ in range(3):
        [call] = await desk.calls()
        _, mine = await desk.post(f"/calls/{call['id']}/take", call["version"])
        await desk.post(f"/calls/{call['id']}/result", mine["version"], {"result": "not_reached"})
    assert await desk.calls() == []
    [given_up] = await desk.calls(state="given_up")
    assert given_up["tries"] == 3
    events = await told(world)
    assert events.count("call-task-put-off") == 2 and events[-1] == "call-task-ended"


async def test_nobody_else_sees_a_call(world: World, peers: Peers, staff: Staff, database: Database) -> None:
    await unwritten(world, peers)
    [call] = await staff().calls()
    for stranger in (staff(RECEIVER, "nngo"), staff(STRANGER, "nngo"), staff(ORIGIN, "hlp")):
        assert await stranger.calls() == []
        assert (await stranger.get(f"/calls/{call['id']}"))[0] == 404
        assert (await stranger.post(f"/calls/{call['id']}/take", call["version"]))[0] == 404
    assert (await staff(scopes=("notify:read",)).get("/calls"))[0] == 403
    async with database.transaction(Caller("x", STRANGER, "operator", STRANGER, cleared=True)) as tx:  # the second lock
        assert (await tx.execute(text("SELECT (SELECT count(*) FROM call_task) + (SELECT count(*) FROM call_item)"))).scalar_one() == 0


async def test_of_a_restricted_need_only_the_cleared_see_a_call(world: World, peers: Peers, staff: Staff, database: Database) -> None:
    need = await unwritten(world, peers)
    await world.rows("UPDATE call_task SET restricted = true RETURNING id")
    assert await staff().calls() == []
    [call] = await staff(cleared=True).calls()
    assert (await staff().get(f"/calls/{call['id']}"))[0] == 404
    async with database.transaction(Caller("x", OPERATOR, "operator", OPERATOR)) as tx:
        assert (await tx.execute(text("SELECT (SELECT count(*) FROM call_task) + (SELECT count(*) FROM call_item)"))).scalar_one() == 0
    assert call["need_id"] == str(need)


async def test_a_message_that_never_arrived_is_called_about_once(world: World, peers: Peers, staff: Staff, database: Database) -> None:
    need = await unwritten(world, peers, OWN)
    assert await staff().calls() == []
    [row] = await world.rows(
        "UPDATE message SET state = 'failed', failure = 'temporary', reason = 'no_receipt' WHERE need_id = :id AND template = "
        "'referral-accepted' RETURNING id", id=need,
    )  # fmt: skip
    for _ in range(2):
        async with database.transaction(Caller.system("test")) as tx:
            await opening.call_about(tx, [row["id"], uuid4()])
    [call] = await staff().calls()
    assert call["reason"] == "no_receipt"
    assert len(await world.rows("SELECT * FROM call_item")) == 1


@pytest.mark.parametrize("ending", [ConsentWithdrawn, NeedClosed])
async def test_what_ends_the_need_ends_the_call_but_for_that_itself(
    world: World, peers: Peers, staff: Staff, ending: type[ConsentWithdrawn | NeedClosed]
) -> None:
    need = await unwritten(world, peers)
    [before] = await staff().calls()
    await world.deliver(sample(ending, need_id=need, **({"referral_id": None} if ending is ConsentWithdrawn else {})))
    assert await staff().calls() == []
    [dropped] = await staff().calls(state="dropped")
    assert (dropped["id"], dropped["result"]) == (before["id"], "overtaken")
    await world.send()
    [after] = await staff().calls()
    _, shown = await staff().get(f"/calls/{after['id']}")
    assert [item["template"] for item in shown["items"]] == ["consent-withdrawn" if ending is ConsentWithdrawn else "need-closed"]


async def test_of_a_withdrawn_referral_nothing_is_said_but_the_rest_is(world: World, peers: Peers, staff: Staff) -> None:
    need = await unwritten(world, peers)
    [row] = await world.rows("SELECT referral_id FROM message WHERE need_id = :id AND referral_id IS NOT NULL", id=need)
    await world.deliver(sample(ConsentWithdrawn, need_id=need, referral_id=row["referral_id"]))
    [call] = await staff().calls()
    _, shown = await staff().get(f"/calls/{call['id']}")
    assert [item["template"] for item in shown["items"]] == ["request-received"]


@pytest.mark.parametrize("ending", [ReferralCancelled, ReferralWithdrawn, ReferralRedacted, ReferralFailed, ReferralCompleted])
async def test_nobody_is_called_to_a_referral_that_is_over(world: World, peers: Peers, staff: Staff, ending: type[Event]) -> None:
    need = await unwritten(world, peers)
    [row] = await world.rows("SELECT id, referral_id FROM message WHERE need_id = :id AND referral_id IS NOT NULL", id=need)
    about = {"need_id": need, "referral_id": row["referral_id"]}
    await world.deliver(sample(ReferralOffered, **about), sample(ending, **about))
    [call] = await staff().calls()
    _, shown = await staff().get(f"/calls/{call['id']}")
    assert [item["template"] for item in shown["items"]] == ["request-received"]
    async with world.database.transaction(Caller.system("test")) as tx:  # it failed once more, later
        await opening.call_about(tx, [row["id"]])
    _, shown = await staff().get(f"/calls/{call['id']}")
    assert [item["template"] for item in shown["items"]] == ["request-received"]


async def test_who_asked_not_to_be_called_is_not_called_again(world: World, peers: Peers, staff: Staff) -> None:
    need, desk = await unwritten(world, peers), staff(acting_officer="ann")
    [call] = await desk.calls()
    _, mine = await desk.post(f"/calls/{call['id']}/take", call["version"])
    await desk.post(f"/calls/{call['id']}/result", mine["version"], {"result": "asked_not_to_call"})
    await world.deliver(sample(NeedClosed, need_id=need))
    await world.send()
    assert await desk.calls() == []


async def test_after_a_hand_over_the_new_operator_calls(world: World, peers: Peers, staff: Staff) -> None:
    need = await unwritten(world, peers)
    await world.deliver(sample(NeedChanged, need_id=need, operator_id=STRANGER))
    assert await staff().calls() == []
    [call] = await staff(STRANGER, operator=str(STRANGER)).calls()
    _, shown = await staff(STRANGER, operator=str(STRANGER)).get(f"/calls/{call['id']}")
    assert len(shown["items"]) == 2


async def test_a_call_that_was_taken_is_free_after_a_hand_over_and_told_anew(world: World, peers: Peers, staff: Staff) -> None:
    need, ann = await unwritten(world, peers), staff(acting_officer="ann")
    [call] = await ann.calls()
    await ann.post(f"/calls/{call['id']}/take", call["version"])
    await world.deliver(sample(NeedChanged, need_id=need, operator_id=STRANGER))
    bea = staff(STRANGER, operator=str(STRANGER), acting_officer="bea")
    [mine] = await bea.calls()
    assert (mine["state"], mine["taken_by"], mine["taken_at"]) == ("open", None, None)
    assert (await told(world))[-1] == "call-task-opened"
    assert (await bea.post(f"/calls/{call['id']}/take", mine["version"]))[0] == 200


@pytest.mark.parametrize("by", ["event", "message"])
async def test_what_becomes_an_emergency_is_called_about_at_once_and_what_becomes_less_no_later(
    world: World, peers: Peers, staff: Staff, by: str
) -> None:
    need = await unwritten(world, peers, urgency="routine")
    [before] = await staff().calls()
    if by == "event":
        await world.deliver(sample(NeedChanged, need_id=need, urgency="emergency"))
    else:
        await world.rows("UPDATE need SET urgency = 'emergency' WHERE need_id = :id RETURNING 1", id=need)
        await world.deliver(sample(ReferralWaitlisted, need_id=need))
        await world.send()
    [call] = await staff().calls()
    assert (before["urgency"], call["urgency"]) == ("routine", "emergency")
    assert datetime.fromisoformat(call["due_at"]) <= datetime.fromisoformat(before["due_at"]) - timedelta(days=2)
    await world.deliver(sample(NeedChanged, need_id=need, urgency="urgent"))
    [same] = await staff().calls()
    assert (same["urgency"], same["due_at"], same["version"]) == ("emergency", call["due_at"], call["version"])


async def test_the_most_urgent_and_oldest_first_page_by_page(world: World, peers: Peers, staff: Staff) -> None:
    for urgency in ("routine", "urgent", "emergency", "urgent"):
        await unwritten(world, peers, BY_CALL, urgency=urgency)
    desk, found, query = staff(), [], {}
    while True:
        async with desk.http.get("/v1/calls", headers=desk.headers, params={"limit": "1"} | query) as answer:
            found += (await answer.json())["items"]
            if "Link" not in answer.headers:
                break
            query = {"cursor": answer.headers["Link"].split("cursor=")[1].split(">")[0]}
    assert [call["urgency"] for call in found] == ["emergency", "urgent", "urgent", "routine"]
    assert found[1]["due_at"] < found[2]["due_at"]
