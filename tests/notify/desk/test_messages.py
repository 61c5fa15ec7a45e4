"""What an operator finds among its messages, and sending one again: only what failed, and only while it is still so."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_contracts.directory_v1 import OrganizationJoined
from ihala_contracts.envelope import Event
from ihala_contracts.intake_v1 import ConsentWithdrawn, NeedChanged, NeedClosed
from ihala_contracts.referral_v1 import (
    ReferralAccepted,
    ReferralCancelled,
    ReferralCompleted,
    ReferralOffered,
    ReferralRedacted,
    ReferralWithdrawn,
)
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_notify.control import store
from sqlalchemy import text

from tests.notify.desk.conftest import OWN, Desk, Staff, told, unwritten
from tests.notify.peers import Peers
from tests.notify.samples import OPERATOR, RECEIVER, STRANGER, sample
from tests.notify.world import World


async def failed(world: World, peers: Peers, staff: Staff, template: str = "referral-accepted") -> tuple[Desk, UUID, str]:
    """Return the desk, a need, and the message about it that was taken by a route and never heard of again."""
    need = await unwritten(world, peers, OWN)
    [row] = await world.rows(
        "UPDATE message SET state = 'failed', failure = 'temporary', reason = 'no_receipt' WHERE need_id = :id AND template = :template "
        "RETURNING id", id=need, template=template,
    )  # fmt: skip
    return staff(), need, f"/messages/{row['id']}"


async def version(desk: Desk, path: str) -> int:
    async with desk.http.get(f"/v1{path}", headers=desk.headers) as answer:
        return int(answer.headers["ETag"].strip('"'))


async def test_sent_again_to_whatever_the_contact_is_now(world: World, peers: Peers, staff: Staff) -> None:
    desk, need, path = await failed(world, peers, staff)
    peers.contact["number"] = "+964 700 000 0055"
    etag = await version(desk, path)
    assert (await desk.post(f"{path}/resend", None))[0] == 428
    assert (await desk.post(f"{path}/resend", etag + 1))[0] == 412
    status, again = await desk.post(f"{path}/resend", etag)
    assert (status, again["state"], again["reason"]) == (202, "waiting", "resent")
    assert (await desk.post(f"{path}/resend", etag))[0] == 412
    await world.send()
    assert [each["to"] for each in peers.sent] == ["+9647000000099", "+9647000000099", "+9647000000055"]
    assert len({each["id"] for each in peers.sent}) == 3  # a route would know the same id again
    assert (await desk.get(path))[1]["state"] == "delivered"
    assert "message-resent" in await told(world)
    assert {each["need_id"] for each in (await desk.get("/messages"))[1]["items"]} == {str(need)}


async def test_what_arrived_is_not_sent_again(world: World, peers: Peers, staff: Staff) -> None:
    desk, need, _ = await failed(world, peers, staff)
    _, page = await desk.get("/messages", need_id=str(need), state="delivered")
    path = f"/messages/{page['items'][0]['id']}"
    status, refused = await desk.post(f"{path}/resend", await version(desk, path))
    assert (status, refused["type"], refused["state"]) == (409, "urn:ihala:problem:message-not-failed", "delivered")


@pytest.mark.parametrize("overtaken_by", ["later", "closed", "withdrawn"])
async def test_what_is_no_longer_so_is_not_sent_again(world: World, peers: Peers, staff: Staff, overtaken_by: str) -> None:
    desk, need, path = await failed(world, peers, staff)
    [row] = await world.rows("SELECT referral_id FROM message WHERE need_id = :id AND referral_id IS NOT NULL", id=need)
    await world.deliver({
        "later": sample(ReferralCompleted, need_id=need, referral_id=row["referral_id"]),
        "closed": sample(NeedClosed, need_id=need),
        "withdrawn": sample(ConsentWithdrawn, need_id=need, referral_id=row["referral_id"]),
    }[overtaken_by])  # fmt: skip
    status, refused = await desk.post(f"{path}/resend", await version(desk, path))
    assert (status, refused["type"]) == (409, "urn:ihala:problem:message-overtaken")
    assert (await desk.get(path))[1]["state"] == "failed"


@pytest.mark.parametrize("ending", [ReferralCancelled, ReferralWithdrawn, ReferralRedacted])
async def test_nobody_is_sent_to_a_referral_that_is_over_though_no_message_says_so(
    world: World, peers: Peers, staff: Staff, ending: type[Event]
) -> None:
    desk, need, path = await failed(world, peers, staff)
    [row] = await world.rows("SELECT referral_id FROM message WHERE need_id = :id AND referral_id IS NOT NULL", id=need)
    about = {"need_id": need, "referral_id": row["referral_id"]}
    await world.deliver(sample(ReferralOffered, **about), sample(ending, **about))
    await world.rows("UPDATE message SET state = 'dropped' WHERE template = 'referral-offered' RETURNING id")
    status, refused = await desk.post(f"{path}/resend", await version(desk, path))
    assert (status, refused["type"]) == (409, "urn:ihala:problem:message-overtaken")


@pytest.mark.parametrize("ending", [ReferralCancelled, ReferralWithdrawn, ReferralRedacted])
async def test_nor_by_what_waits_for_the_morning(world: World, peers: Peers, ending: type[Event]) -> None:
    need, other, referral = uuid4(), uuid4(), uuid4()
    await world.identify(need)
    await world.deliver(*(sample(ReferralAccepted, need_id=need, referral_id=each) for each in (referral, other)))
    await world.deliver(sample(ending, need_id=need, referral_id=referral))
    assert await world.messages(need) == [
        ("request-received", "waiting"),
        ("referral-accepted", "dropped"),
        ("referral-accepted", "waiting"),
    ]


async def test_after_a_hand_over_the_former_operator_sends_nothing(world: World, peers: Peers, staff: Staff) -> None:
    desk, need, path = await failed(world, peers, staff)
    await world.deliver(sample(NeedChanged, need_id=need, operator_id=STRANGER))
    status, refused = await desk.post(f"{path}/resend", await version(desk, path))
    assert (status, refused["type"]) == (409, "urn:ihala:problem:message-overtaken")


async def test_nor_what_another_operator_has_overtaken_once_it_is_back(world: World, peers: Peers, staff: Staff) -> None:
    desk, need, path = await failed(world, peers, staff)
    await world.deliver(sample(OrganizationJoined, organization_id=STRANGER, kind="operator", operator_id=None))
    for operator in (STRANGER, OPERATOR):
        await world.deliver(sample(NeedChanged, need_id=need, operator_id=operator))
        if operator == STRANGER:
            await world.deliver(sample(ReferralCompleted, need_id=need, operator_id=STRANGER))
    assert (await desk.post(f"{path}/resend", await version(desk, path)))[0] == 409


@pytest.mark.parametrize("result", ["reached", "asked_not_to_call"])
async def test_what_was_said_in_a_call_is_not_sent_as_well(world: World, peers: Peers, staff: Staff, result: str) -> None:
    await unwritten(world, peers)
    desk = staff()
    [call] = await desk.calls()
    _, mine = await desk.post(f"/calls/{call['id']}/take", call["version"])
    await desk.post(f"/calls/{call['id']}/result", mine["version"], {"result": result})
    row = (await desk.get("/messages", state="failed"))[1]["items"][0]
    path = f"/messages/{row['id']}"
    assert (await desk.post(f"{path}/resend", await version(desk, path)))[0] == 409


async def test_that_a_need_was_closed_is_sent_again(world: World, peers: Peers, staff: Staff) -> None:
    need = await unwritten(world, peers, OWN)
    await world.deliver(sample(NeedClosed, need_id=need))
    await world.send()
    await world.rows("UPDATE message SET state = 'failed', failure = 'technical' WHERE template = 'need-closed' RETURNING id")
    desk = staff()
    [row] = (await desk.get("/messages", status="technical-failure"))[1]["items"]
    assert (await desk.post(f"/messages/{row['id']}/resend", await version(desk, f"/messages/{row['id']}")))[0] == 202


async def test_nobody_calls_about_what_is_sent_again(world: World, peers: Peers, staff: Staff) -> None:
    need, desk = await unwritten(world, peers), staff()
    [_, row] = (await desk.get("/messages", state="failed"))[1]["items"][::-1]
    assert (await desk.post(f"/messages/{row['id']}/resend", await version(desk, f"/messages/{row['id']}")))[0] == 202
    [call] = await desk.calls()
    assert len((await desk.get(f"/calls/{call['id']}"))[1]["items"]) == 1
    await world.send()
    assert [len((await desk.get(f"/calls/{one['id']}"))[1]["items"]) for one in await desk.calls()] == [2]
    assert call["need_id"] == str(need)


async def test_strangers_find_nothing_and_send_nothing(world: World, peers: Peers, staff: Staff, database: Database) -> None:
    desk, _, path = await failed(world, peers, staff)
    etag = await version(desk, path)
    for stranger in (staff(RECEIVER, "nngo"), staff(STRANGER, "operator", operator=str(STRANGER))):
        assert (await stranger.post(f"{path}/resend", etag))[0] == 404
        assert (await stranger.get("/messages"))[1]["items"] == []
        assert (await stranger.get("/messages/waiting"))[1]["count"] == 0
        assert (await stranger.get("/message-statistics"))[1]["items"] == []
    assert (await staff(scopes=("notify:read",)).post(f"{path}/resend", etag))[0] == 403
    assert (await staff(scopes=("notify:calls",)).get("/messages/waiting"))[0] == 403
    await world.rows("UPDATE message SET restricted = true RETURNING id")
    assert (await desk.get("/messages"))[1]["items"] == [] and (await desk.get(path))[0] == 404
    assert (await desk.post(f"{path}/resend", etag))[0] == 404
    assert len((await staff(cleared=True).get("/messages"))[1]["items"]) == 2
    async with database.transaction(Caller("x", OPERATOR, "operator", OPERATOR)) as tx:  # the second lock
        assert (await tx.execute(text("SELECT count(*) FROM message"))).scalar_one() == 0


FOUND: list[tuple[dict[str, str], int]] = [
    ({}, 2), ({"state": "failed"}, 1), ({"state": "delivered"}, 1), ({"state": "waiting"}, 0), ({"status": "temporary-failure"}, 1),
    ({"status": "permanent-failure"}, 0), ({"template": "request-received"}, 1), ({"channel": "sms"}, 2), ({"channel": "email"}, 0),
    ({"route": "sms", "status": "delivered"}, 1), ({"since": "2020-01-01T00:00:00Z"}, 2), ({"since": "2099-01-01T00:00:00Z"}, 0),
]  # fmt: skip


async def test_messages_are_found_and_what_makes_no_sense_is_refused(world: World, peers: Peers, staff: Staff) -> None:
    desk, _, _ = await failed(world, peers, staff)
    for query, found in FOUND:
        assert len((await desk.get("/messages", **query))[1]["items"]) == found, query
    for query in ({"state": "sent"}, {"status": "lost"}, {"template": "x'; --"}, {"since": "yesterday"}):
        status, problem = await desk.get("/messages", **query)
        assert (status, problem["type"]) == (422, "urn:ihala:problem:malformed-request")
        assert next(iter(query.values())) not in str(problem)


async def test_a_page_looks_at_so_many_and_says_where_the_next_begins(
    world: World, peers: Peers, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "WITHIN", 3)
    for _ in range(4):
        await unwritten(world, peers, OWN)
    desk, found, pages, query = staff(), list[Any](), 0, {"template": "request-received", "limit": "1"}
    while True:
        async with desk.http.get("/v1/messages", headers=desk.headers, params=query) as answer:
            found += (await answer.json())["items"]
            pages += 1
            if "Link" not in answer.headers:
                break
            query["cursor"] = answer.headers["Link"].split("cursor=")[1].split(">")[0]
    rows = await world.rows("SELECT id FROM message WHERE template = 'request-received' ORDER BY id DESC")
    assert [each["id"] for each in found] == [str(row["id"]) for row in rows]
    assert pages >= 4


SEARCHED: list[tuple[str, dict[str, str], bool]] = [  # all are in a state, and what is looked for is none of them
    ("delivered", {"state": "dropped"}, True), ("delivered", {"status": "cancelled"}, True),
    ("failed", {"status": "technical-failure"}, True), ("failed", {"state": "failed", "status": "permanent-failure"}, True),
    ("sent", {"state": "waiting"}, True), ("sent", {"status": "created"}, True), ("delivered", {"state": "failed"}, False),
]  # fmt: skip


@pytest.mark.parametrize(("state", "query", "bounded"), SEARCHED)
async def test_what_is_hardly_there_is_not_looked_for_in_all_of_them_at_once(
    world: World, peers: Peers, staff: Staff, monkeypatch: pytest.MonkeyPatch, state: str, query: dict[str, str], bounded: bool
) -> None:
    monkeypatch.setattr(store, "WITHIN", 1)
    await unwritten(world, peers, OWN)
    await world.rows(
        "UPDATE message SET state = CAST(:state AS text), next_at = CASE WHEN :state = 'sent' THEN now() END, "
        "settled_at = CASE WHEN :state <> 'sent' THEN now() END, failure = CASE WHEN :state = 'failed' THEN 'temporary' END RETURNING id",
        state=state,
    )
    desk = staff()
    async with desk.http.get("/v1/messages", headers=desk.headers, params=query) as answer:
        assert (await answer.json())["items"] == []
        assert ("Link" in answer.headers) is bounded


async def test_what_waits_is_summed_up(world: World, peers: Peers, staff: Staff) -> None:
    need = await unwritten(world, peers, OWN)
    await world.rows("UPDATE message SET state = 'sent', settled_at = NULL, next_at = now() WHERE need_id = :id RETURNING id", id=need)
    peers.sms_status = 503
    other = uuid4()
    await world.announce(other)
    await world.send()
    _, sums = await staff().get("/messages/waiting")
    assert [(one["state"], one["channel"], one["route"], one["count"]) for one in sums["items"]] == [
        ("awaiting_receipt", "sms", "sms", 2), ("waiting", "sms", None, 1),
    ]  # fmt: skip
    assert sums["count"] == 3
    assert datetime.now(UTC) - datetime.fromisoformat(sums["oldest_queued_at"]) < timedelta(minutes=1)
