"""Events reach a receiver over real HTTP: signed, at least once, in order where that is asked for, and none is lost."""

import asyncio
import random
from typing import Any

import pytest
from aiohttp import web
from ihala_notify.webhooks import ledger, policy
from ihala_notify.webhooks.dispatcher import Dispatcher

from tests.notify.samples import RECEIVER
from tests.notify.webhooks.receiver import Receiver, receiving
from tests.notify.webhooks.rig import ALLOWED, Rig, until


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what failed be tried again after a moment instead of seconds to hours."""
    monkeypatch.setattr(policy, "PAUSES_SECONDS", (0.05,) * len(policy.PAUSES_SECONDS))


async def test_every_event_comes_once_signed_and_is_logged(rig: Rig, receiver: Receiver) -> None:
    await rig.happen(300, "a", "b", "c")
    hook = await rig.hook(receiver)
    async with rig.delivering():
        await until(lambda: len(receiver.taken) == 300)
        await rig.happen(1)
        await rig.kept(hook, 301)
    assert sorted(receiver.sequences()) == list(range(1, 302))
    rows = await rig.deliveries(hook)
    assert {(row["state"], row["attempts"], row["status"]) for row in rows} == {("delivered", 1, 204)}
    assert len(await rig.rows("SELECT * FROM attempt")) == len(rows) == 301


async def test_at_most_eight_are_under_way_and_order_within_a_subject_holds(rig: Rig, receiver: Receiver) -> None:
    async def answer(number: int, event: dict[str, Any]) -> int:
        await asyncio.sleep(random.random() / 100)
        return 200

    receiver.answer = answer
    subjects = [f"s{number}" for number in range(13)]
    await rig.happen(260, *subjects)
    await rig.hook(receiver, ordered=True)
    async with rig.delivering():
        await until(lambda: len(receiver.taken) == 260)
    assert receiver.most_at_once == 8
    assert all(receiver.sequences(subject) == sorted(receiver.sequences(subject)) for subject in subjects)
    assert receiver.sequences() != sorted(receiver.sequences())  # and subjects did overtake each other


@pytest.mark.usefixtures("soon")
async def test_what_fails_is_sent_again_and_only_its_own_subject_waits_for_it(rig: Rig, receiver: Receiver) -> None:
    await rig.happen(60, "a", "b", "c")
    refused = 0

    async def answer(number: int, event: dict[str, Any]) -> int:
        nonlocal refused
        if event["subject"] == "a" and event["sequence"] == 4 and refused < 3:
            refused += 1
            if refused == 3:
                await until(lambda: len(receiver.taken) > 30)  # meanwhile the others go on
            return 500
        return 200

    receiver.answer = answer
    hook = await rig.hook(receiver, ordered=True)
    async with rig.delivering():
        await until(lambda: rig.rows("SELECT url FROM webhook WHERE cursor = 60"))
        await until(lambda: len(receiver.taken) == 60)
        await until(lambda: rig.rows("SELECT id FROM delivery WHERE position = 4 AND state = 'delivered'"))
    assert all(receiver.sequences(subject) == sorted(receiver.sequences(subject)) for subject in "abc")
    assert receiver.taken.index(next(event for event in receiver.taken if event["sequence"] == 4)) > 30
    [row] = [row for row in await rig.deliveries(hook) if row["position"] == 4]
    assert (row["state"], row["attempts"]) == ("delivered", 4)
    assert await rig.cursor(hook) == 60
    assert len({event["id"] for event in receiver.came}) == 60  # again means under the same id


async def test_one_that_hangs_delays_no_other_and_holds_no_cursor(rig: Rig, receiver: Receiver) -> None:
    async with receiving() as hanging:
        never = asyncio.Event()

        async def hang(number: int, event: dict[str, Any]) -> int:
            await never.wait()
            return 200

        hanging.answer = hang
        await rig.happen(200, "a", "b")
        slow, fast = await rig.hook(hanging), await rig.hook(receiver)
        async with rig.delivering():
            await until(lambda: len(receiver.taken) == 200)
            assert len(hanging.came) == 8
            hanging.answer = lambda number, event: 200
            never.set()
            await until(lambda: len(hanging.taken) == 200)
            for hook in (slow, fast):
                await rig.kept(hook, 200)
    assert sorted(hanging.sequences()) == list(range(1, 201))


async def test_gone_pauses_with_notice_and_what_waits_stays(rig: Rig, receiver: Receiver) -> None:
    receiver.answer = lambda number, event: 410
    await rig.happen(1)
    hook = await rig.hook(receiver)
    async with rig.delivering():
        await until(lambda: _is(rig, hook, "paused"))
        await rig.happen(5)
        await asyncio.sleep(0.15)
        assert len(receiver.came) == 1
    [told] = await rig.rows("SELECT type, data FROM outbox")
    assert told["type"] == "org.ihala.notify.subscription-paused" and "receiver_gone" in told["data"]
    await rig.rows("UPDATE subscription SET state = 'active', version = 2 WHERE id = :id RETURNING id", id=hook)
    await rig.hurry(hook)
    receiver.answer = lambda number, event: 200
    async with rig.delivering():
        await until(lambda: len(receiver.taken) == 6)


async def test_a_receiver_that_refuses_some_for_good_gets_everything_else_at_once(rig: Rig, receiver: Receiver) -> None:
    """As most do that do not know a type: 400 to these, for ever."""
    receiver.answer = lambda number, event: 400 if event["sequence"] % 4 == 0 else 204
    await rig.happen(1200)
    hook = await rig.hook(receiver, organization_id=RECEIVER)
    async with rig.delivering():
        await until(lambda: len(receiver.taken) == 900, 60)
        await until(lambda: _is(rig, hook, "degraded"))
        await rig.kept(hook, 1200)
        rows = await rig.deliveries(hook)
        refused = [row for row in rows if row["state"] != "delivered"]
        assert {(row["state"], row["reason"], row["status"]) for row in refused} <= {
            ("waiting", "status_400", 400), ("failed", "status_400", 400),
        }  # fmt: skip
        assert len(refused) == 300 and sum(row["state"] == "waiting" for row in refused) == policy.MOST_REFUSED
    [told] = await rig.rows("SELECT type, data FROM outbox")
    assert told["type"] == "org.ihala.notify.subscription-degraded" and "too_many_refused" in told["data"]
    receiver.answer = lambda number, event: 204
    await rig.hurry(hook)
    await rig.happen(1)
    async with rig.delivering():  # another process knows that it is not held, and why the old ones wait
        await until(lambda: _is(rig, hook, "active"))
        await until(lambda: len(receiver.taken) == 1001)
    assert [row["type"].rpartition(".")[2] for row in await rig.rows("SELECT type FROM outbox ORDER BY seq")][1:] == [
        "subscription-resumed"
    ]


async def test_after_five_failures_only_the_oldest_is_tried_and_nothing_is_lost(rig: Rig, receiver: Receiver) -> None:
    receiver.answer = lambda number, event: 503
    await rig.happen(1500, *map(str, range(50)))
    hook = await rig.hook(receiver)
    async with rig.delivering():
        await until(lambda: _is(rig, hook, "degraded"))
        await until(lambda: rig.rows("SELECT url FROM webhook WHERE failures >= 5"))
        tried = len(receiver.came)
        assert 5 <= tried <= 12  # eight were under way
        await asyncio.sleep(0.15)
        assert len(receiver.came) == tried
        rows = await rig.deliveries(hook)
        assert len(rows) == tried and {row["state"] for row in rows} == {"waiting"}
    receiver.answer = lambda number, event: 200
    await rig.hurry(hook)
    async with rig.delivering():
        await until(lambda: len(receiver.taken) == 1500)
        await until(lambda: _is(rig, hook, "active"))
    assert sorted(receiver.sequences()) == list(range(1, 1501))
    types = [row["type"].rpartition(".")[2] for row in await rig.rows("SELECT type FROM outbox ORDER BY seq")]
    assert types == ["subscription-degraded", "subscription-resumed"]


async def test_three_days_of_failures_disable_it_and_it_goes_on_where_it_stood(rig: Rig, receiver: Receiver) -> None:
    receiver.answer = lambda number, event: 500
    await rig.happen(3)
    hook = await rig.hook(receiver)
    await rig.rows("UPDATE webhook SET failures = 4, failing_since = now() - interval '3 days' RETURNING url")
    async with rig.delivering():
        await until(lambda: _is(rig, hook, "disabled"))
    [told] = await rig.rows("SELECT type, data FROM outbox")
    assert told["type"] == "org.ihala.notify.subscription-disabled" and "failed_for_days" in told["data"]
    await rig.happen(40)
    receiver.answer = lambda number, event: 200
    await rig.rows("UPDATE subscription SET state = 'active', version = 2 WHERE id = :id RETURNING id", id=hook)
    async with rig.delivering():
        await until(lambda: len(receiver.taken) == 43)


async def test_no_more_wait_as_rows_than_there_is_room_for(rig: Rig, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "HELD_AFTER_FAILURES", 10**6)
    monkeypatch.setattr(ledger, "MOST_WAITING", 100)
    receiver.answer = lambda number, event: 500
    await rig.happen(900)
    hook = await rig.hook(receiver)
    async with rig.delivering():
        await until(lambda: rig.rows("SELECT 1 FROM delivery HAVING count(*) >= 100"))
        await asyncio.sleep(0.2)
    assert 100 <= len(await rig.deliveries(hook)) < 100 + 8  # what was under way
    assert await rig.cursor(hook) < 900


async def test_redirects_are_not_followed(rig: Rig, receiver: Receiver) -> None:
    async with receiving() as other:
        receiver.answer = lambda number, event: web.Response(status=307, headers={"Location": other.address})
        await rig.happen(1)
        hook = await rig.hook(receiver)
        async with rig.delivering():
            await until(lambda: rig.deliveries(hook))
        assert other.came == []
    [row] = await rig.deliveries(hook)
    assert (row["state"], row["reason"], row["status"]) == ("waiting", "redirected", 307)


async def test_a_name_that_leads_inside_is_not_called(rig: Rig, receiver: Receiver) -> None:
    port = receiver.address.rsplit(":", 1)[1].split("/")[0]
    await rig.happen(1)
    hook = await rig.hook(f"https://hooks.example:{port}/x")
    looked: list[str] = []

    def look(host: str, port: int) -> list[str]:
        looked.append(host)
        return ["93.184.216.34", "127.0.0.1"]

    async with rig.delivering(Dispatcher(frozenset(), look, 0.02)):
        await until(lambda: rig.deliveries(hook))
    assert looked == ["hooks.example"] and receiver.came == []
    assert [row["reason"] for row in await rig.deliveries(hook)] == ["address_refused"]


async def test_another_process_takes_over_what_a_dead_one_left(rig: Rig, receiver: Receiver) -> None:
    await rig.happen(5)
    await rig.hook(receiver)
    lease = "UPDATE webhook SET lease_owner = 'dead', lease_until = now() + :left * interval '1 second' RETURNING url"
    await rig.rows(lease, left=5)
    async with rig.delivering():
        await asyncio.sleep(0.1)
        assert receiver.came == []
        await rig.rows(lease, left=-1)
        await until(lambda: len(receiver.taken) == 5)


async def test_two_processes_share_the_webhooks_and_send_nothing_twice(rig: Rig, receiver: Receiver) -> None:
    async with receiving() as other:
        await rig.happen(100)
        await rig.hook(receiver)
        await rig.hook(other)
        async with rig.delivering(), rig.delivering(Dispatcher(ALLOWED, tick_seconds=0.02)):
            await until(lambda: len(receiver.came) >= 100 and len(other.came) >= 100)
        assert len(receiver.came) == len(other.came) == 100


async def test_nothing_is_sent_to_whom_the_directory_shut_out(rig: Rig, receiver: Receiver) -> None:
    await rig.happen(1)
    await rig.hook(receiver)
    await rig.rows("INSERT INTO standing SELECT organization_id, 'suspended', now() FROM webhook RETURNING state")
    async with rig.delivering():
        await asyncio.sleep(0.15)
        assert receiver.came == []
        await rig.rows("DELETE FROM standing RETURNING state")
        await until(lambda: len(receiver.taken) == 1)


async def _is(rig: Rig, hook: Any, state: str) -> bool:
    return await rig.state(hook) == state
