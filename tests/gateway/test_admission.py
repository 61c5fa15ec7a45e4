"""May an allowed call go on now: maintenance, fair shares, a service that is down, what a route's document says."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from copy import deepcopy
from typing import Any

import pytest
from ihala_gateway.cli import app
from ihala_gateway.edge import breaker as breaker_module
from ihala_gateway.edge import proxy as proxy_module
from ihala_gateway.edge import shares as shares_module
from ihala_gateway.edge.breaker import FAILURES, Breaker
from ihala_gateway.edge.routes import RouteTableError, compile_routes
from ihala_gateway.edge.shares import Share
from ihala_gateway.limits.errors import TooManyAtOnce
from ihala_gateway.settings import Settings
from ihala_kit.problems import ServiceUnavailable
from ihala_kit.testing import serving
from typer.testing import CliRunner

from tests.gateway import house as house_module
from tests.gateway.house import DOCUMENTS, House, Seen, free_port, opened

PATH = "/referral/v1/referrals"


async def command(home: House, monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str]:
    """Run `ihala-gateway` on the house's database; return its exit code and what it said."""
    for name, value in (("DATABASE_URL", home.settings.database_url), ("MASTER_KEY", home.settings.master_key.get_secret_value())):
        monkeypatch.setenv(f"GATEWAY_{name}", value)
    monkeypatch.setenv("GATEWAY_UPSTREAMS", '{"referral": "http://127.0.0.1:1", "directory": "http://127.0.0.1:1"}')
    result = await asyncio.to_thread(CliRunner().invoke, app, list(words))
    return result.exit_code, result.output


async def status_of(home: House, path: str, wanted: int, **more: Any) -> Any:
    """Ask until the answer has the wanted status, as it must within a second; return problem and headers."""
    async with asyncio.timeout(1.5):
        while True:
            async with home.session.get(path, **more) as answer:
                if answer.status == wanted:
                    return await answer.json(), answer.headers
            await asyncio.sleep(0.05)


async def test_a_service_under_maintenance_is_refused_and_the_rest_goes_on(seen: House, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = await seen.signed_in()
    assert await command(seen, monkeypatch, "maintenance", "on", "referral", "--minutes", "90") == (0, ANY_UNTIL)
    try:
        titles = set()
        for language in ("en", "ar", "ckb"):
            problem, told = await status_of(seen, PATH, 503, headers=headers | {"Accept-Language": language})
            assert problem["type"] == "urn:ihala:problem:under-maintenance" and 5000 < int(told["Retry-After"]) <= 5400
            assert "until" in problem and told["Content-Language"] == language
            titles.add(problem["title"])
        assert len(titles) == 3
        seen.upstream.seen.clear()
        await status_of(seen, "/directory/v1/needs", 200)
        await status_of(seen, "/health/ready", 200)
        assert len(await seen.token()) > 100
        assert [at.raw_path for at in seen.upstream.seen] == [b"/v1/needs"]
        assert "referral  until about" in (await command(seen, monkeypatch, "maintenance", "list"))[1]
    finally:
        assert (await command(seen, monkeypatch, "maintenance", "off", "referral"))[1] == "referral answers again\n"
    await status_of(seen, PATH, 200, headers=headers)


async def test_everything_can_be_switched_off_for_nobody_knows_how_long(seen: House, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await command(seen, monkeypatch, "maintenance", "on", "*"))[0] == 0
    try:
        problem, told = await status_of(seen, "/directory/v1/needs", 503)
        assert told["Retry-After"] == "60" and "until" not in problem
        await status_of(seen, "/health/live", 200)
    finally:
        await command(seen, monkeypatch, "maintenance", "off", "*")
    await status_of(seen, "/directory/v1/needs", 200)
    assert (await command(seen, monkeypatch, "maintenance", "off", "*"))[1] == "* was not under maintenance\n"
    code, said = await command(seen, monkeypatch, "maintenance", "on", "unheard-of")
    assert code == 1 and "referral" in said


async def test_limits_of_particular_callers_are_set_by_command(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await command(home, monkeypatch, "limits", "set", "client:x", "read", "7"))[1] == "client:x read: 7 a minute\n"
    assert (await command(home, monkeypatch, "limits", "set", "client:x", "read", "8"))[0] == 0
    assert (await command(home, monkeypatch, "limits", "list"))[1] == "client:x  read  8 a minute\n"
    assert (await command(home, monkeypatch, "limits", "unset", "client:x", "read"))[1] == "the usual limit again\n"
    assert (await command(home, monkeypatch, "limits", "unset", "client:x", "read"))[1] == "had the usual limit already\n"
    for words in (("person:x", "read"), ("client:", "read"), ("client:x", "flight")):
        assert (await command(home, monkeypatch, "limits", "set", *words, "7"))[0] == 1


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
        calls = [asyncio.create_task(status(gateway, greedy)) for _ in range(10)]
        while len(seen.upstream.seen) < 3:
            await asyncio.sleep(0.005)
        assert [await status(gateway, modest) for _ in range(3)] == [200, 200, 200]
        go_on.set()
        assert await asyncio.gather(*calls) == [200] * 10


async def status(home: House, headers: dict[str, str]) -> int:
    async with home.session.get(PATH, headers=headers) as answer:
        await answer.read()
        return answer.status


def test_a_breaker_opens_after_failures_in_a_row_and_lets_one_try(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(breaker_module.time, "monotonic", lambda: now)
    breaker = Breaker()
    for _ in range(FAILURES - 1):
        breaker.failed()
    breaker.worked()
    for _ in range(FAILURES):
        breaker.ask()
        breaker.failed()
    with pytest.raises(ServiceUnavailable) as refused:
        breaker.ask()
    assert refused.value.headers["Retry-After"] == "2"
    now += 2
    breaker.ask()  # one tries
    with pytest.raises(ServiceUnavailable):
        breaker.ask()
    breaker.worked()
    breaker.ask()


@asynccontextmanager
async def elsewhere(home: House, port: int) -> AsyncIterator[House]:
    """Start a second process of the same gateway whose services are at another port."""
    upstreams = dict.fromkeys(DOCUMENTS, f"http://127.0.0.1:{port}")
    async with opened(Settings.model_validate(home.settings.model_dump() | {"upstreams": upstreams}), home.upstream, 0) as other:
        yield other


async def test_a_service_that_is_down_is_left_alone_and_found_again(seen: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaker_module, "PAUSE_SECONDS", 0.1)
    monkeypatch.setattr(proxy_module, "TRY_AGAIN_SECONDS", 0.0)
    headers, port, accepted = await seen.signed_in(), free_port(), 0

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal accepted
        accepted += 1
        writer.close()

    async with elsewhere(seen, port) as gateway:
        async with await asyncio.start_server(hang_up, "127.0.0.1", port):
            assert [await status(gateway, headers) for _ in range(20)] == [503] * 20
        assert 2 * FAILURES <= accepted <= 3 * FAILURES  # each was tried twice; without a breaker it would be 40
        async with serving(seen.upstream, port):
            await asyncio.sleep(0.12)
            assert [await status(gateway, headers) for _ in range(3)] == [200] * 3


async def test_a_read_is_tried_once_more_where_nobody_listened(seen: House, monkeypatch: pytest.MonkeyPatch) -> None:
    headers, port = await seen.signed_in(), free_port()
    monkeypatch.setattr(proxy_module, "TRY_AGAIN_SECONDS", 0.15)
    async with elsewhere(seen, port) as gateway:
        reading = asyncio.create_task(status(gateway, headers))
        writing = asyncio.create_task(gateway.session.post(PATH, headers=headers, data=b"x"))
        assert (await writing).status == 503
        async with serving(seen.upstream, port):
            assert await reading == 200
        assert [at.method for at in seen.upstream.seen] == ["GET"]


async def test_a_routes_document_says_what_holds_for_it(seen: House, monkeypatch: pytest.MonkeyPatch) -> None:
    documents = deepcopy(DOCUMENTS)
    documents["referral"]["paths"]["/v1/referrals"]["get"] |= {
        "deprecated": True, "x-deprecated-on": "2026-11-01", "x-sunset": "2027-05-01", "x-successor": "/referral/v2/referrals",
        "x-ihala": {"limit": "search", "silence_seconds": 0.05},
    }  # fmt: skip
    documents["referral"]["paths"]["/v1/referrals"]["post"]["x-ihala"] = {"largest_body": 2_000_000}
    documents["directory"]["paths"]["/v1/needs"]["get"]["x-ihala"] = {"limit": "search"}
    monkeypatch.setattr(house_module, "DOCUMENTS", documents)
    headers = await seen.signed_in()
    async with opened(seen.settings, seen.upstream, 0) as gateway:
        async with gateway.session.get(PATH, headers=headers) as answer:
            assert answer.headers["Deprecation"] == "@1793491200" and answer.headers["Sunset"] == "Sat, 01 May 2027 00:00:00 GMT"
            assert answer.headers["Link"] == '</referral/v2/referrals>; rel="successor-version"'
            assert answer.headers["RateLimit-Policy"].startswith('"client-search";')
        async with gateway.session.get("/directory/v1/needs") as answer:
            assert answer.headers["RateLimit-Policy"].startswith('"address-search";') and "Deprecation" not in answer.headers
        for size, wanted in ((2_000_000, 200), (2_000_001, 413)):
            async with gateway.session.post(PATH, headers=headers, data=b"x" * size) as answer:
                assert answer.status == wanted
        seen.upstream.answer = silent
        assert await status(gateway, headers) == 504


async def silent(at: Seen, receive: Any, send: Any) -> None:
    await asyncio.sleep(0.2)


@pytest.mark.parametrize(
    "said",
    [
        {"deprecated": True}, {"deprecated": True, "x-deprecated-on": "soon"},
        {"deprecated": True, "x-deprecated-on": "2026-11-01", "x-sunset": 5},
        {"x-ihala": {"limit": "Search!"}}, {"x-ihala": {"largest_body": -1}}, {"x-ihala": {"unheard_of": 1}}, {"x-ihala": 1},
    ],
)  # fmt: skip
def test_a_document_that_cannot_be_read_stops_the_start(said: dict[str, Any]) -> None:
    documents = deepcopy(DOCUMENTS)
    documents["referral"]["paths"]["/v1/referrals"]["get"] |= said
    with pytest.raises(RouteTableError, match="GET /v1/referrals of referral"):
        compile_routes(documents)


class _Until:
    """What `maintenance on --minutes` says, whatever the time."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and other.startswith("referral is under maintenance until about ")

    __hash__ = None  # type: ignore[assignment]


ANY_UNTIL = _Until()
