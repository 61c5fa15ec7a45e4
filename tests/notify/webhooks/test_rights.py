"""Who may see and steer webhooks: a stranger, a client without the scope, one that may read no more."""

import asyncio
from typing import Any
from uuid import UUID

from ihala_kit.db import Database
from ihala_notify.webhooks import clients

from tests.notify.samples import RECEIVER, SERVICE, STRANGER
from tests.notify.webhooks.calling import SCOPES, Call, opened
from tests.notify.webhooks.receiver import Receiver
from tests.notify.webhooks.rig import Rig, until


async def test_a_stranger_finds_nothing_of_it(rig: Rig, receiver: Receiver, call: Call) -> None:
    hook = await opened(call, receiver)
    await rig.happen(1)
    async with rig.delivering():
        await until(lambda: rig.deliveries(UUID(hook)))
    [row] = await rig.deliveries(UUID(hook))
    asked = [
        ("GET", f"/deliveries/{row['id']}", None), ("POST", f"/deliveries/{row['id']}/redeliver", None),
        ("GET", f"/deliveries?subscription_id={hook}", None), ("GET", f"/subscriptions/{hook}/keys", None),
        ("GET", f"/subscriptions/{hook}/webhook", None), ("POST", f"/subscriptions/{hook}/test", None),
        ("POST", f"/subscriptions/{hook}/replay", {"since": "2026-01-01T00:00:00Z"}), ("POST", f"/subscriptions/{hook}/keys/rotate", {}),
    ]  # fmt: skip
    for method, path, body in asked:
        status, _ = await call(method, path, body, by=STRANGER)
        assert status == 404, path
    status, _ = await call("PATCH", f"/subscriptions/{hook}/webhook", {"ordered": True}, by=STRANGER, **{"If-Match": '"1"'})
    assert status == 404
    assert (await call("GET", "/deliveries", by=STRANGER))[1]["items"] == []


async def test_who_may_not_read_events_has_none_sent_anew(rig: Rig, receiver: Receiver, call: Call) -> None:
    hook = await opened(call, receiver)
    await rig.happen(1)
    async with rig.delivering():
        await until(lambda: rig.deliveries(UUID(hook)))
    [row] = await rig.deliveries(UUID(hook))
    await call("POST", f"/subscriptions/{hook}/pause", **{"If-Match": '"1"'})
    asked = [
        (f"/deliveries/{row['id']}/redeliver", None), (f"/subscriptions/{hook}/replay", {"since": "2026-01-01T00:00:00Z"}),
        (f"/subscriptions/{hook}/keys/rotate", {}), (f"/subscriptions/{hook}/resume", None),
    ]  # fmt: skip
    for path, body in asked:
        status, problem = await call("POST", path, body, scopes=("notify:subscribe",), **{"If-Match": '"2"'})
        assert (status, problem["type"]) == (403, "urn:ihala:problem:insufficient-scope"), path
    for path in ("/deliveries", f"/deliveries?subscription_id={hook}", f"/deliveries/{row['id']}"):  # which say what the feed says
        status, problem = await call("GET", path, scopes=("notify:subscribe",))
        assert (status, problem["needed"]) == (403, ["events:read"]), path


async def test_what_one_service_is_sent_is_for_who_may_read_referrals(rig: Rig, receiver: Receiver, call: Call) -> None:
    """It tells what kind of need it is: nobody else reads its log, has it sent elsewhere or again, or learns its secret."""
    plain, narrow = await opened(call, receiver), await opened(call, receiver)
    receiver.secrets = []
    await rig.happen(1)
    async with rig.delivering():
        await rig.kept(UUID(plain), 1)
        await rig.kept(UUID(narrow), 1)
    await rig.rows("UPDATE subscription SET services = :ids WHERE id = :id RETURNING id", ids=[SERVICE], id=UUID(narrow))
    [row] = await rig.deliveries(UUID(narrow))
    asked: list[tuple[str, str, Any]] = [
        ("GET", f"/deliveries?subscription_id={narrow}", None), ("GET", f"/deliveries/{row['id']}", None),
        ("POST", f"/deliveries/{row['id']}/redeliver", None), ("POST", f"/subscriptions/{narrow}/keys/rotate", {}),
        ("POST", f"/subscriptions/{narrow}/replay", {"since": "2026-01-01T00:00:00Z"}), ("POST", f"/subscriptions/{narrow}/resume", None),
        ("PATCH", f"/subscriptions/{narrow}/webhook", {"url": receiver.address + "/mine"}),
        ("PATCH", f"/subscriptions/{narrow}", {"types": None}), ("PATCH", f"/subscriptions/{narrow}", {"services": None}),
    ]  # fmt: skip
    for method, path, body in asked:
        status, problem = await call(method, path, body, **{"If-Match": '"1"'})
        assert (status, problem.get("needed")) == (403, ["referral:read"]), path
    for scopes, shown in ((SCOPES, {plain}), ((*SCOPES, "referral:read"), {plain, narrow})):
        _, page = await call("GET", "/deliveries", scopes=scopes)
        assert {item["subscription_id"] for item in page["items"]} == shown
    status, _ = await call("GET", f"/deliveries/{row['id']}", scopes=(*SCOPES, "referral:read"))
    assert status == 200


async def test_a_webhook_whose_client_may_read_no_more_says_so_and_another_takes_it_over(
    rig: Rig, receiver: Receiver, call: Call, database: Database
) -> None:
    hook = await opened(call, receiver)
    other = await opened(call, receiver)
    receiver.secrets = []
    await rig.rows("INSERT INTO kafka_client VALUES ('client', :org, false, false, now()) RETURNING client_id", org=RECEIVER)
    assert await clients.follow_clients(database) == 2 and await clients.follow_clients(database) == 0
    _, page = await call("GET", "/subscriptions", client="other")
    assert {(each["state"], each["reason"]) for each in page["items"]} == {("paused", "client_may_not_read")}
    told = await rig.rows("SELECT type, data FROM outbox ORDER BY seq")
    assert [row["type"].rpartition(".")[2] for row in told[2:]] == ["subscription-paused"] * 2 and "client_may_not_read" in told[2]["data"]
    _, tested = await call("POST", f"/subscriptions/{hook}/test", client="other")
    assert (tested["state"], tested["reason"]) == ("failed", "client_may_not_read")
    await rig.happen(2)
    status, shown = await call("POST", f"/subscriptions/{hook}/resume", client="other", **{"If-Match": '"1"'})
    assert (status, shown["state"]) == (200, "active")
    moved = await call("PATCH", f"/subscriptions/{other}/webhook", {"ordered": True}, client="other", **{"If-Match": '"1"'})
    assert moved[0] == 200
    assert await clients.follow_clients(database) == 1, "the one that was moved goes on by itself"
    async with rig.delivering():
        await until(lambda: sorted(receiver.sequences()) == [1, 1, 2, 2])


async def test_it_goes_on_by_itself_when_its_client_may_read_again(rig: Rig, receiver: Receiver, call: Call, database: Database) -> None:
    hook, rests = await opened(call, receiver), await opened(call, receiver)
    receiver.secrets = []
    await call("POST", f"/subscriptions/{rests}/pause", **{"If-Match": '"1"'})
    await rig.rows("INSERT INTO refusal (kind, subject) VALUES ('client', 'client') RETURNING kind")
    assert await clients.follow_clients(database) == 1, "what its owner paused stays as it is"
    await rig.happen(1)
    await rig.rows("UPDATE webhook SET failures = 4, failing_since = now() - interval '4 days' RETURNING url")
    async with rig.delivering():
        await asyncio.sleep(0.1)
        assert receiver.came == []
        await rig.rows("UPDATE refusal SET before = now() RETURNING kind")
        assert await clients.follow_clients(database) == 1 and await clients.follow_clients(database) == 0
        await until(lambda: receiver.taken)
    assert (await rig.state(UUID(hook)), await rig.state(UUID(rests))) == ("active", "paused")
    assert (await rig.rows("SELECT type FROM outbox ORDER BY seq DESC LIMIT 1"))[0]["type"].endswith("subscription-resumed")
