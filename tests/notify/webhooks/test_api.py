"""Webhooks over HTTP as their owner: opened, tested, replayed, their keys and their log."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.notify.webhooks.calling import Call, opened
from tests.notify.webhooks.receiver import Receiver
from tests.notify.webhooks.rig import Rig, until


async def test_open_and_receive_from_now_on(rig: Rig, receiver: Receiver, call: Call) -> None:
    await rig.happen(3)
    hook = await opened(call, receiver, ordered=True)
    await rig.happen(2)
    async with rig.delivering():
        await until(lambda: len(receiver.taken) == 2)
    assert receiver.sequences() == [4, 5]
    _, feed = await call("GET", "/events")
    assert receiver.taken == feed["events"][3:]  # the same event in both
    _, shown = await call("GET", f"/subscriptions/{hook}")
    assert (shown["way"], shown["state"]) == ("webhook", "active") and "secret" not in str(shown)
    _, details = await call("GET", f"/subscriptions/{hook}/webhook")
    assert details == {"url": receiver.address, "ordered": True, "failures": 0, "failing_since": None}


async def test_a_secret_is_told_once_and_kept_sealed(rig: Rig, call: Call) -> None:
    key, body = str(uuid4()), {"kind": "webhook", "url": "https://hooks.example/x"}
    _, made = await call("POST", "/subscriptions", body, **{"Idempotency-Key": key})
    _, again = await call("POST", "/subscriptions", body, **{"Idempotency-Key": key})
    assert made == again and made["key"]["secret"].startswith("whsec_")
    status, listed = await call("GET", f"/subscriptions/{made['id']}/keys")
    assert status == 200 and [each["kid"] for each in listed["items"]] == [made["key"]["kid"]]
    assert "secret" not in listed["items"][0]
    [row] = await rig.rows("SELECT secret FROM webhook_key")
    assert made["key"]["secret"].encode() not in row["secret"]


async def test_keys_rotate_with_an_overlap_in_which_both_sign(rig: Rig, receiver: Receiver, call: Call) -> None:
    hook = await opened(call, receiver)
    old = receiver.secrets[0]
    status, new = await call("POST", f"/subscriptions/{hook}/keys/rotate", {"overlap_hours": 1})
    assert status == 201 and new["secret"] != old
    receiver.secrets = [old, new["secret"]]  # the receiver checks with each of them
    status, public = await call("POST", f"/subscriptions/{hook}/keys/rotate", {"kind": "ed25519"})
    assert public["secret"] is None and public["public"].startswith("whpk_")
    await rig.happen(1)
    async with rig.delivering():
        await until(lambda: receiver.taken)
    assert [each.partition(",")[0] for each in receiver.headers[0]["webhook-signature"].split()] == ["v1", "v1", "v1a"]
    await rig.rows("UPDATE webhook_key SET valid_until = now() - interval '1 second' WHERE kind = 'hmac' RETURNING id")
    receiver.secrets = []
    await rig.happen(1)
    async with rig.delivering():
        await until(lambda: len(receiver.taken) > 1)
    assert receiver.headers[-1]["webhook-signature"].startswith("v1a,")


async def test_of_keys_that_are_rotated_at_once_only_the_newest_has_no_end(rig: Rig, call: Call) -> None:
    _, made = await call("POST", "/subscriptions", {"kind": "webhook", "url": "https://hooks.example/x"})
    answers = await asyncio.gather(*(call("POST", f"/subscriptions/{made['id']}/keys/rotate", {}) for _ in range(6)))
    assert {status for status, _ in answers} == {201}
    _, listed = await call("GET", f"/subscriptions/{made['id']}/keys")
    assert [key["valid_until"] is None for key in listed["items"]] == [True, False, False, False]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (None, "missing"), ("ftp://hooks.example/", "scheme"), ("http://hooks.example/", "scheme"),
        ("https://10.0.0.1/x", "private_address"),
        ("https://[::1]/", "private_address"), ("https://user:pass@hooks.example/", "malformed"), ("nonsense", "malformed"),
    ],
)  # fmt: skip
async def test_an_address_that_no_webhook_may_go_to_is_refused(rig: Rig, call: Call, url: str | None, reason: str) -> None:
    status, problem = await call("POST", "/subscriptions", {"kind": "webhook", "url": url})
    assert (status, problem["type"], problem["reason"]) == (422, "urn:ihala:problem:webhook-url-refused", reason)
    assert url is None or url not in str(problem)
    assert await rig.rows("SELECT id FROM subscription") == []


async def test_a_test_is_sent_once_also_while_the_subscription_rests(rig: Rig, receiver: Receiver, call: Call) -> None:
    hook = await opened(call, receiver)
    await call("POST", f"/subscriptions/{hook}/pause", **{"If-Match": '"1"'})
    await rig.happen(1)
    receiver.answer = lambda number, event: 500
    status, made = await call("POST", f"/subscriptions/{hook}/test")
    assert (status, made["state"], made["type"]) == (202, "waiting", "org.ihala.notify.test")
    async with rig.delivering():
        await until(lambda: rig.rows("SELECT id FROM delivery WHERE state = 'failed'"))
    assert len(receiver.came) == 1 and receiver.came[0]["data"] == {}
    _, shown = await call("GET", f"/deliveries/{made['id']}")
    assert (shown["state"], shown["reason"], len(shown["tries"])) == ("failed", "status_500", 1)
    assert await rig.rows("SELECT failures FROM webhook") == [{"failures": 0}]  # a test says nothing of the receiver


async def test_replay_sends_everything_since_again_behind_what_is_new(rig: Rig, receiver: Receiver, call: Call) -> None:
    hook = await opened(call, receiver)
    await rig.happen(10)
    async with rig.delivering():
        await until(lambda: len(receiver.taken) == 10)
    await rig.rows("UPDATE feed SET appended_at = appended_at - interval '1 hour' WHERE position <= 4 RETURNING position")
    since = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    status, answer = await call("POST", f"/subscriptions/{hook}/replay", {"since": since})
    assert (status, answer) == (202, {"events": 6})
    await rig.happen(2)
    async with rig.delivering():
        await until(lambda: len(receiver.taken) == 18)
        await until(lambda: rig.rows("SELECT url FROM webhook WHERE replay_cursor IS NULL"))
    again = [event for event in receiver.taken if event.get("ihalareplay")]
    assert sorted(event["sequence"] for event in again) == [5, 6, 7, 8, 9, 10]
    first = {event["id"]: event for event in receiver.taken[:10]}
    assert all({**event, "ihalareplay": None} == {**first[event["id"]], "ihalareplay": None} for event in again)
    assert sorted(receiver.sequences()[10:12]) == [11, 12]


async def test_a_replay_that_is_asked_for_during_another_takes_nothing_from_it(rig: Rig, receiver: Receiver, call: Call) -> None:
    hook = await opened(call, receiver)
    await rig.happen(10)
    await rig.rows("UPDATE feed SET appended_at = appended_at - interval '1 hour' WHERE position <= 4 RETURNING position")
    async with rig.delivering():
        await until(lambda: len(receiver.taken) == 10)
        await rig.kept(UUID(hook), 10)
    now = datetime.now(UTC)
    for since, events in ((now - timedelta(hours=2), 10), (now - timedelta(minutes=5), 6)):  # the first was not begun yet
        assert (await call("POST", f"/subscriptions/{hook}/replay", {"since": since.isoformat()}))[1] == {"events": events}
    held, first = asyncio.Event(), asyncio.Event()

    async def answer(number: int, event: dict[str, Any]) -> int:
        first.set()
        await held.wait()
        return 204

    receiver.answer = answer
    async with rig.delivering():
        await first.wait()
        await rig.happen(2)  # and one that is asked for while the other is sent goes further
        await call("POST", f"/subscriptions/{hook}/replay", {"since": (now - timedelta(minutes=5)).isoformat()})
        held.set()
        await until(lambda: rig.rows("SELECT url FROM webhook WHERE replay_cursor IS NULL AND replay_until IS NULL"))
    again = {event["sequence"] for event in receiver.taken if event.get("ihalareplay")}
    assert again == set(range(1, 13))


async def test_redeliver_one(rig: Rig, receiver: Receiver, call: Call) -> None:
    await opened(call, receiver)
    await rig.happen(1)
    async with rig.delivering():
        await until(lambda: rig.rows("SELECT id FROM delivery WHERE state = 'delivered'"))
        _, page = await call("GET", "/deliveries")
        status, made = await call("POST", f"/deliveries/{page['items'][0]['id']}/redeliver")
        assert (status, made["replay"], made["event_id"]) == (202, True, page["items"][0]["event_id"])
        await until(lambda: len(receiver.taken) == 2)
    assert receiver.taken[0]["id"] == receiver.taken[1]["id"]
    await rig.rows("DELETE FROM feed RETURNING position")
    status, problem = await call("POST", f"/deliveries/{page['items'][0]['id']}/redeliver")
    assert (status, problem["type"]) == (410, "urn:ihala:problem:event-not-kept")


async def test_the_log_shows_tries_and_masked_answers(rig: Rig, receiver: Receiver, call: Call) -> None:
    import aiohttp.web

    receiver.answer = lambda number, event: aiohttp.web.Response(
        status=400, text="no +964 770 123 4567 for a.b@example.org\x00\n" + "x" * 9000
    )
    hook = await opened(call, receiver)
    await rig.happen(1)
    async with rig.delivering():
        await until(lambda: rig.deliveries(UUID(hook)))
    _, page = await call("GET", f"/deliveries?subscription_id={hook}&state=waiting")
    [item] = page["items"]
    _, shown = await call("GET", f"/deliveries/{item['id']}")
    [tried] = shown["tries"]
    assert tried["head"].startswith("no +… for … xxx") and len(tried["head"]) == 200
    assert (tried["status"], tried["reason"], tried["number"]) == (400, "status_400", 1)


async def test_pages_and_filters_of_the_log(rig: Rig, receiver: Receiver, call: Call) -> None:
    receiver.answer = lambda number, event: 500 if event["sequence"] == 3 else 200
    hook = await opened(call, receiver)
    await rig.happen(7)
    async with rig.delivering():
        await until(lambda: rig.rows("SELECT url FROM webhook WHERE cursor = 7"))
    states: dict[str, list[int]] = {}
    for state in ("", "delivered", "waiting", "failed"):
        _, page = await call("GET", f"/deliveries?limit=200&state={state}" if state else "/deliveries")
        states[state] = [item["sequence"] for item in page["items"]]
    assert sorted(states[""]) == [1, 2, 3, 4, 5, 6, 7]
    assert (sorted(states["delivered"]), states["waiting"], states["failed"]) == ([1, 2, 4, 5, 6, 7], [3], [])
    _, first = await call("GET", f"/deliveries?limit=4&subscription_id={hook}")
    later = (datetime.now(UTC) + timedelta(minutes=1)).isoformat().replace("+", "%2B")
    _, none = await call("GET", f"/deliveries?since={later}")
    assert len(first["items"]) == 4 and none["items"] == []


async def test_a_subscription_that_is_read_has_no_key(call: Call) -> None:
    _, made = await call("POST", "/subscriptions", {"kind": "feed"})
    assert made["key"] is None
    status, problem = await call("GET", f"/subscriptions/{made['id']}/keys")
    assert (status, problem["type"]) == (409, "urn:ihala:problem:not-a-webhook")


async def test_the_log_since_before_time_began_is_all_of_it(rig: Rig, receiver: Receiver, call: Call) -> None:
    await opened(call, receiver)
    await rig.happen(1)
    async with rig.delivering():
        await until(lambda: rig.rows("SELECT id FROM delivery"))
    for since, many in (("1969-01-01T00:00:00Z", 1), ("0001-01-01T00:00:00Z", 1), ("9999-12-31T23:59:59Z", 0)):
        status, page = await call("GET", f"/deliveries?since={since}")
        assert (status, len(page["items"])) == (200, many)


async def test_of_a_subscription_that_was_taken_away_nothing_is_sent_again(rig: Rig, receiver: Receiver, call: Call) -> None:
    hook = await opened(call, receiver)
    await rig.happen(1)
    async with rig.delivering():
        await until(lambda: rig.deliveries(UUID(hook)))
    [row] = await rig.deliveries(UUID(hook))
    await rig.rows("UPDATE subscription SET ended_at = now() RETURNING id")
    status, problem = await call("POST", f"/deliveries/{row['id']}/redeliver")
    assert (status, problem["type"]) == (404, "urn:ihala:problem:subscription-not-found")
