"""Fair shares: one client cannot take all of a service, and who waits gets the next place in turn."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from ihala_gateway.edge import shares as shares_module
from ihala_gateway.edge.shares import Share
from ihala_gateway.limits.errors import TooManyAtOnce
from ihala_gateway.settings import Settings
from ihala_kit.problems import ServiceUnavailable

from tests.gateway.house import House, Seen, opened

PATH = "/referral/v1/referrals"


async def test_a_client_has_its_share_of_a_service_and_others_theirs() -> None:
    share = Share(most=4, most_of_one=3)
    for _ in range(3):
        await share.enter("greedy")
    fourth = asyncio.create_task(share.enter("greedy"))
    await asyncio.sleep(0)
    await share.enter("modest")  # passes by the one who has its share
    assert not fourth.done()
    waiting = [asyncio.create_task(share.enter(who)) for who in ("greedy", "late", "late", "third")]
    await asyncio.sleep(0)
    order = []
    for leaving in ("greedy", "greedy", "greedy", "modest"):
        share.leave(leaving)
        await asyncio.sleep(0)
        order.append([task.done() for task in (fourth, *waiting)])
    assert order[0] == [True, False, False, False, False]
    assert order[1] == [True, False, True, False, False]  # in turn: `late` and `third` before `greedy` again
    assert order[3][4] and share.busy == 4
    for task in waiting:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_who_waits_too_long_is_told_whose_fault_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares_module, "WAIT_SECONDS", 0.02)
    share = Share(most=2, most_of_one=1)
    await share.enter("one")
    with pytest.raises(TooManyAtOnce):
        await share.enter("one")
    await share.enter("two")
    with pytest.raises(ServiceUnavailable):
        await share.enter("three")
    share.leave("one")
    share.leave("two")
    assert (share.busy, share.of, len(share._queues)) == (0, {}, 0)


async def test_a_place_of_one_who_left_meanwhile_is_the_next_ones() -> None:
    share = Share(most=1, most_of_one=1)
    await share.enter("one")
    gone, patient = (asyncio.create_task(share.enter(who)) for who in ("gone", "patient"))
    await asyncio.sleep(0)
    share.leave("one")  # gives the place to `gone`, whose task is cancelled before it runs
    gone.cancel()
    await asyncio.wait_for(patient, 1)
    assert share.of == {"patient": 1}


async def test_one_client_cannot_starve_another(seen: House) -> None:
    settings = Settings.model_validate(seen.settings.model_dump() | {"places": 4, "places_of_one": 3})
    go_on = asyncio.Event()

    async def slow(at: Seen, receive: Any, send: Any) -> None:
        await seen.upstream.read(at, receive)
        if b"x-slow" in dict(at.headers):
            await go_on.wait()
        await seen.upstream.reply(send, b"{}")

    seen.upstream.answer = slow
    await seen.register("greedy")
    greedy, modest = await seen.signed_in("greedy") | {"X-Slow": "1"}, await seen.signed_in()
    async with opened(settings, seen.upstream, 0) as gateway:
        calls = [asyncio.create_task(gateway.status(PATH, greedy)) for _ in range(10)]
        while len(seen.upstream.seen) < 3:
            await asyncio.sleep(0.005)
        assert [await gateway.status(PATH, modest) for _ in range(3)] == [200, 200, 200]
        go_on.set()
        assert await asyncio.gather(*calls) == [200] * 10


async def test_strangers_cannot_starve_those_with_tokens(seen: House) -> None:
    settings = Settings.model_validate(seen.settings.model_dump() | {"places": 1, "places_of_one": 1})
    go_on = asyncio.Event()

    async def slow(at: Seen, receive: Any, send: Any) -> None:
        await seen.upstream.read(at, receive)
        if at.raw_path == b"/v1/needs":
            await go_on.wait()
        await seen.upstream.reply(send, b"{}")

    seen.upstream.answer = slow
    headers = await seen.signed_in()
    async with opened(settings, seen.upstream, 0) as gateway:
        stranger = asyncio.create_task(gateway.status("/directory/v1/needs", {}))
        while not seen.upstream.seen:
            await asyncio.sleep(0.005)
        assert await asyncio.wait_for(gateway.status("/directory/v1/organizations", headers), 1) == 200
        go_on.set()
        assert await stranger == 200
