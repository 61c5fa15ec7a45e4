"""A webhook that goes elsewhere, or goes on, begins anew."""

import asyncio
from typing import Any
from uuid import UUID

from aiohttp import web

from tests.notify.webhooks.calling import Call, opened
from tests.notify.webhooks.receiver import Receiver
from tests.notify.webhooks.rig import Rig, until


async def test_a_new_address_takes_over_what_was_held(rig: Rig, receiver: Receiver, call: Call) -> None:
    hook = await opened(call, receiver)
    status, shown = await call("PATCH", f"/subscriptions/{hook}/webhook", {"url": receiver.address + "/new"}, **{"If-Match": '"1"'})
    assert (status, shown["url"]) == (200, receiver.address + "/new")
    status, _ = await call("PATCH", f"/subscriptions/{hook}/webhook", {"ordered": True}, **{"If-Match": '"1"'})
    assert status == 412


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


async def test_a_new_address_waits_for_nothing_that_the_old_one_put_off(rig: Rig, receiver: Receiver, call: Call) -> None:
    hook, go = await opened(call, receiver), asyncio.Event()

    async def answer(number: int, event: dict[str, Any]) -> web.Response:
        if number > 1:
            return web.Response(status=204)
        await go.wait()
        return web.Response(status=503, headers={"Retry-After": "3600"})

    receiver.answer = answer
    await rig.happen(1)
    async with rig.delivering():
        await until(lambda: receiver.came)
        await call("PATCH", f"/subscriptions/{hook}/webhook", {"url": receiver.address + "/new"}, **{"If-Match": '"1"'})
        go.set()
        await until(lambda: receiver.taken)
    assert [row["status"] for row in await rig.rows("SELECT status FROM attempt ORDER BY number")] == [503, 204]


async def test_what_waits_is_not_given_up_by_a_receiver_that_is_away_still_when_its_owner_resumes(
    rig: Rig, receiver: Receiver, call: Call
) -> None:
    hook = await opened(call, receiver)
    receiver.answer = lambda number, event: 503
    await rig.happen(1)
    async with rig.delivering():
        await until(lambda: rig.rows("SELECT id FROM delivery WHERE attempts = 1"))
    await rig.rows("UPDATE delivery SET attempts = 20, begun_at = now() - interval '4 days' RETURNING id")
    await rig.rows("UPDATE attempt SET number = 20 RETURNING number")
    await rig.rows("UPDATE subscription SET state = 'disabled', reason = 'failed_for_days' RETURNING id")
    await rig.rows("UPDATE webhook SET failing_since = now() - interval '4 days' RETURNING url")
    await call("POST", f"/subscriptions/{hook}/resume", **{"If-Match": '"1"'})
    async with rig.delivering():
        await until(lambda: rig.rows("SELECT id FROM delivery WHERE attempts = 21"))
    assert [row["state"] for row in await rig.rows("SELECT state FROM delivery")] == ["waiting"]


async def test_days_in_which_nothing_was_sent_are_no_days_of_failure(rig: Rig, receiver: Receiver, call: Call) -> None:
    hook = await opened(call, receiver)
    receiver.answer = lambda number, event: 503
    await rig.happen(1)
    async with rig.delivering():
        await until(lambda: rig.rows("SELECT id FROM delivery WHERE attempts = 1"))
    # Its organisation was suspended a moment later, and is active again after four days.
    await rig.rows("UPDATE delivery SET next_at = now() - interval '4 days', begun_at = now() - interval '4 days' RETURNING id")
    await rig.rows("UPDATE webhook SET failing_since = now() - interval '4 days' RETURNING url")
    async with rig.delivering():
        await until(lambda: rig.rows("SELECT id FROM delivery WHERE attempts = 2"))
    assert await rig.state(UUID(hook)) == "active"
