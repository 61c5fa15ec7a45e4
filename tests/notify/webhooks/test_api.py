"""Webhooks over HTTP as their owner, a stranger and nobody: opened, changed, tested, replayed, their keys and their log."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest
from ihala_kit.db import Database
from ihala_kit.testing import Mint, answering
from ihala_notify.app import Notify
from ihala_notify.webhooks import clients

from tests.notify.samples import OPERATOR, RECEIVER, SERVICE, STRANGER
from tests.notify.webhooks.receiver import Receiver
from tests.notify.webhooks.rig import ALLOWED, Rig, until

Call = Callable[..., Awaitable[tuple[int, Any]]]
SCOPES = ("events:read", "notify:subscribe")


@pytest.fixture
async def call(service: Notify, database: Database, mint: Mint) -> AsyncIterator[Call]:
    """Call the API as a client of an organisation; every POST has an Idempotency-Key of its own."""
    service.settings.webhook_hosts = ALLOWED  # type: ignore[attr-defined]
    async with answering(service, database, mint) as address, aiohttp.ClientSession(address) as session:

        async def go(
            method: str,
            path: str,
            body: Any = None,
            *,
            by: UUID = RECEIVER,
            client: str = "client",
            scopes: tuple[str, ...] = SCOPES,
            **more: str,
        ) -> tuple[int, Any]:
            claims = {"org": str(by), "org_kind": "nngo", "operator": str(OPERATOR), "client_id": client}
            headers = mint.headers("notify", scopes, **claims) | {"Idempotency-Key": str(uuid4())} | more
            async with session.request(method, f"/v1{path}", json=body, headers=headers) as answer:
                return answer.status, await answer.json()

        yield go


async def opened(call: Call, receiver: Receiver, **more: Any) -> str:
    """Open a webhook at the receiver by the API; return its id."""
    status, made = await call("POST", "/subscriptions", {"kind": "webhook", "url": receiver.address, **more})
    assert status == 201, made
    receiver.secrets = [made["key"]["secret"]] if made["key"]["secret"] else []
    return str(made["id"])


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


async def test_a_new_address_takes_over_what_was_held(rig: Rig, receiver: Receiver, call: Call) -> None:
    hook = await opened(call, receiver)
    status, shown = await call("PATCH", f"/subscriptions/{hook}/webhook", {"url": receiver.address + "/new"}, **{"If-Match": '"1"'})
    assert (status, shown["url"]) == (200, receiver.address + "/new")
    status, _ = await call("PATCH", f"/subscriptions/{hook}/webhook", {"ordered": True}, **{"If-Match": '"1"'})
    assert status == 412


async def test_a_subscription_that_is_read_has_no_key(call: Call) -> None:
    _, made = await call("POST", "/subscriptions", {"kind": "feed"})
    assert made["key"] is None
    status, problem = await call("GET", f"/subscriptions/{made['id']}/keys")
    assert (status, problem["type"]) == (409, "urn:ihala:problem:not-a-webhook")


async def test_what_was_before_a_rest_is_held_against_nobody(rig: Rig, receiver: Receiver, call: Call) -> None:
    receiver.answer = lambda number, event: 503
    hook = await opened(call, receiver)
    await rig.happen(1)
    async with rig.delivering():
        await until(lambda: rig.deliveries(UUID(hook)))
    await rig.rows("UPDATE webhook SET failing_since = now() - interval '4 days' RETURNING url")
    await rig.rows("UPDATE delivery SET next_at = now() + interval '1 day' RETURNING id")
    await call("POST", f"/subscriptions/{hook}/pause", **{"If-Match": '"1"'})
    status, shown = await call("POST", f"/subscriptions/{hook}/resume", **{"If-Match": '"2"'})
    assert (status, shown["state"]) == (200, "active")
    async with rig.delivering():
        await until(lambda: rig.rows("SELECT number FROM attempt WHERE number = 2"))
        assert await rig.state(UUID(hook)) == "active"
        receiver.answer = lambda number, event: 200
        await rig.happen(1)
        await until(lambda: len(receiver.taken) == 1)


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


async def test_a_new_address_is_held_to_nothing_that_the_old_one_did(rig: Rig, receiver: Receiver, call: Call) -> None:
    hook = await opened(call, receiver)
    await rig.happen(3)
    receiver.answer = lambda number, event: 503
    async with rig.delivering():
        await until(lambda: len(receiver.came) == 3)
        await until(lambda: rig.rows("SELECT url FROM webhook WHERE failures = 3"))
    await rig.rows("UPDATE subscription SET state = 'degraded', reason = 'failing' RETURNING id")
    await rig.rows("UPDATE webhook SET failures = 90, failing_since = now() - interval '71 hours 59 minutes 59 seconds' RETURNING url")
    await rig.rows("UPDATE delivery SET next_at = now() + interval '1 hour' RETURNING id")
    async with rig.delivering():  # a lane that knows all this
        await until(lambda: rig.rows("SELECT url FROM webhook WHERE lease_owner IS NOT NULL"))
        receiver.answer = lambda number, event: 503 if number == 4 else 204  # while it is put there
        status, shown = await call("PATCH", f"/subscriptions/{hook}/webhook", {"url": receiver.address + "/new"}, **{"If-Match": '"1"'})
        assert (status, shown["failures"], shown["failing_since"]) == (200, 0, None)
        await until(lambda: len(receiver.taken) == 2)
        await until(lambda: rig.rows("SELECT id FROM delivery WHERE attempts = 2 AND state = 'waiting'"))
        assert await rig.state(UUID(hook)) == "active"
    told = [row["type"].rpartition(".")[2] for row in await rig.rows("SELECT type FROM outbox ORDER BY seq")]
    assert told == ["subscription-opened", "subscription-changed", "subscription-resumed"]


async def test_what_a_lane_learnt_of_the_old_address_is_not_written_over_the_new_one(rig: Rig, receiver: Receiver, call: Call) -> None:
    hook, go = await opened(call, receiver), asyncio.Event()

    async def answer(number: int, event: dict[str, Any]) -> int:
        await go.wait()
        return 410

    receiver.answer = answer
    await rig.happen(1)
    await rig.rows("UPDATE webhook SET failures = 2, failing_since = now() - interval '2 days' RETURNING url")
    async with rig.delivering():
        await until(lambda: receiver.came)
        await call("PATCH", f"/subscriptions/{hook}/webhook", {"url": "https://hooks.example/new"}, **{"If-Match": '"1"'})
        go.set()
        await until(lambda: rig.rows("SELECT id FROM delivery WHERE attempts = 1"))
    assert await rig.state(UUID(hook)) == "active"
    [row] = await rig.rows("SELECT failing_since > now() - interval '1 day' OR failing_since IS NULL AS anew FROM webhook")
    assert row["anew"]


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
