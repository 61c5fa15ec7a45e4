"""A receiver that asks to be left alone for a while (Retry-After) is, by whoever delivers."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from aiohttp import web

from tests.notify.webhooks.receiver import Receiver, receiving
from tests.notify.webhooks.rig import SECONDS, Rig, until


@pytest.mark.parametrize(("asked", "waits"), [("300", 300), ("99999", 3600), ("Wed, 21 Oct 2015 07:28:00 GMT", None)])
async def test_retry_after_is_honoured_up_to_an_hour(rig: Rig, receiver: Receiver, asked: str, waits: int | None) -> None:
    receiver.answer = lambda number, event: web.Response(status=429, headers={"Retry-After": asked})
    await rig.happen(1)
    hook = await rig.hook(receiver)
    async with rig.delivering():
        await until(lambda: rig.deliveries(hook))
    [row] = await rig.rows(
        "SELECT d.reason, extract(epoch FROM next_at - a.at) AS pause FROM delivery d JOIN attempt a ON a.delivery_id = d.id"
    )
    assert row["reason"] == "status_429"
    assert waits <= row["pause"] < waits + 1 if waits else row["pause"] < 10


async def test_a_pause_that_was_asked_for_holds_for_whoever_delivers_next(rig: Rig, receiver: Receiver) -> None:
    receiver.answer = lambda number, event: web.Response(status=429, headers={"Retry-After": "300"})
    await rig.happen(1)
    hook = await rig.hook(receiver)
    async with rig.delivering():
        await until(lambda: rig.deliveries(hook))
    await rig.happen(1)
    async with rig.delivering(), receiving() as others:
        await until(lambda: rig.rows("SELECT url FROM webhook WHERE lease_owner IS NOT NULL"))
        await rig.kept(await rig.hook(others), 2)  # who came later has all of it
        assert len(receiver.came) == 1
    await rig.rows("UPDATE webhook SET rests_until = now() RETURNING url")
    receiver.answer = lambda number, event: 204
    async with rig.delivering():
        await until(lambda: receiver.sequences() == [2])


async def test_a_retry_after_that_is_a_date_is_honoured_too(rig: Rig, receiver: Receiver) -> None:
    def answer(number: int, event: dict[str, Any]) -> web.Response:
        until_then = datetime.now(UTC) + timedelta(minutes=20)
        return web.Response(status=503, headers={"Retry-After": format_datetime(until_then, usegmt=True)})

    receiver.answer = answer
    await rig.happen(1)
    hook = await rig.hook(receiver)
    async with rig.delivering():
        await until(lambda: rig.deliveries(hook))
    [row] = await rig.rows("SELECT extract(epoch FROM next_at - a.at) AS pause FROM delivery d JOIN attempt a ON a.delivery_id = d.id")
    assert 1190 < row["pause"] < 1201 + SECONDS
