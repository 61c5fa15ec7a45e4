"""Services that are down, and what a route's document says of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import deepcopy
from typing import Any

import pytest
from ihala_gateway.edge import breaker as breaker_module
from ihala_gateway.edge import proxy as proxy_module
from ihala_gateway.edge.breaker import FAILURES, Breaker
from ihala_gateway.edge.routes import RouteTableError, compile_routes
from ihala_gateway.settings import Settings
from ihala_kit.problems import ServiceUnavailable
from ihala_kit.testing import serving

from tests.gateway import house as house_module
from tests.gateway.house import DOCUMENTS, House, Seen, Upstream, free_port, opened

PATH = "/referral/v1/referrals"


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
            assert [await gateway.status(PATH, headers) for _ in range(20)] == [503] * 20
        assert FAILURES + 1 <= accepted <= 2 * FAILURES  # the first was tried twice; without a breaker it would be more than 20
        async with serving(seen.upstream, port):
            await asyncio.sleep(0.12)
            assert [await gateway.status(PATH, headers) for _ in range(3)] == [200] * 3


async def test_a_read_is_tried_once_more_where_nobody_listened(seen: House, monkeypatch: pytest.MonkeyPatch) -> None:
    headers, port = await seen.signed_in(), free_port()
    monkeypatch.setattr(proxy_module, "TRY_AGAIN_SECONDS", 0.15)
    async with elsewhere(seen, port) as gateway:
        reading = asyncio.create_task(gateway.status(PATH, headers))
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
        seen.upstream.answer = with_link
        async with gateway.session.get(PATH, headers=headers) as answer:
            assert answer.headers.getall("Link") == ['</x>; rel="next"', '</referral/v2/referrals>; rel="successor-version"']
        seen.upstream.answer = silent
        assert await gateway.status(PATH, headers) == 504


async def with_link(at: Seen, receive: Any, send: Any) -> None:
    await Upstream.reply(send, b"{}", headers=[(b"link", b'</x>; rel="next"')])


async def silent(at: Seen, receive: Any, send: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


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
