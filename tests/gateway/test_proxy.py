"""What passes through: exactly what was decided on, streaming both ways, with an identity that only we can give."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from ihala_gateway.edge import body as body_module
from ihala_gateway.settings import Settings
from ihala_kit.testing import serving

from tests.gateway.house import DOCUMENTS, OPERATOR, ORGANIZATION, House, Seen, free_port, opened

PATH = "/referral/v1/referrals"


async def test_service_sees_the_path_without_its_name_and_an_internal_token(seen: House) -> None:
    token = await seen.token()
    headers = {"Authorization": f"Bearer {token}", "X-Request-Id": "my-request-1", "Idempotency-Key": "k1", "Accept-Language": "ar"}
    async with seen.session.post(PATH + "?b=2&a=1", headers=headers, json={"x": 1}) as answer:
        assert (answer.status, await answer.json()) == (200, {"ok": True})
        assert answer.headers["X-Request-Id"] == "my-request-1"
        assert answer.headers["Cache-Control"] == "no-store"
    [at] = seen.upstream.seen
    assert (at.method, at.raw_path, at.query, at.body) == ("POST", b"/v1/referrals", b"b=2&a=1", b'{"x": 1}')
    assert at.all("x-request-id") == ["my-request-1"]
    assert at.all("idempotency-key") == ["k1"]
    assert at.all("accept-language") == ["ar"]
    assert token.encode() not in b"".join(value for _, value in at.headers)
    header, claims = at.internal()
    assert (header["typ"], header["alg"]) == ("ihala-internal+jwt", "ES256")
    assert claims.pop("exp") - claims.pop("iat") == 60
    assert len(claims.pop("jti")) == 32
    assert claims == {
        "iss": seen.settings.issuer, "aud": "referral", "sub": "centre", "client_id": "centre", "org": str(ORGANIZATION),
        "org_kind": "hlp", "operator": str(OPERATOR), "gov": ["IQG15"], "roles": ["officer"], "cleared": False,
        "scope": "directory:read intake:request referral:read referral:refer",
    }  # fmt: skip


async def test_the_same_token_serves_several_requests_and_each_service_its_own(seen: House) -> None:
    headers = await seen.signed_in()
    for path in (PATH, PATH, "/directory/v1/organizations"):
        async with seen.session.get(path, headers=headers) as answer:
            assert answer.status == 200
    first, second, other = (at.all("authorization")[0] for at in seen.upstream.seen)
    assert first == second != other
    assert seen.upstream.seen[2].internal()[1]["aud"] == "directory"


async def test_a_public_route_goes_on_as_nobody_whatever_token_comes_along(seen: House) -> None:
    for headers in ({}, await seen.signed_in(), {"Authorization": "Bearer nonsense"}):
        async with seen.session.get("/directory/v1/needs", headers=headers) as answer:
            assert answer.status == 200
    for at in seen.upstream.seen:
        _, claims = at.internal()
        assert (claims["client_id"], claims["scope"], claims["aud"]) == ("anonymous", "", "directory")


async def test_request_ids_and_traces_are_made_where_they_are_missing_or_malformed(seen: House) -> None:
    headers = await seen.signed_in()
    good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    for sent in ({}, {"X-Request-Id": "short", "traceparent": "00-zz"}, {"X-Request-Id": "x" * 65, "traceparent": good}):
        async with seen.session.get(PATH, headers=headers | sent) as answer:
            assert answer.headers["X-Request-Id"] == seen.upstream.seen[-1].all("x-request-id")[0] != sent.get("X-Request-Id")
    assert seen.upstream.seen[-1].all("traceparent") == [good]
    assert all(at.all("traceparent")[0].startswith("00-") for at in seen.upstream.seen)
    assert len({at.all("traceparent")[0] for at in seen.upstream.seen}) == 3


@pytest.mark.parametrize("part", [b"a%20b", b"%E2%82%AC", b"a:b@c", b"x'(y)", b"%e2%82%ac", b"a+b", b"~a.b", b"a=b,c"])
async def test_the_bytes_of_a_path_are_forwarded_as_they_came(seen: House, part: bytes) -> None:
    authorization = (await seen.signed_in())["Authorization"].encode()
    lines = b"GET /referral/v1/referrals/%s?q=%%zz&&x HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\n\r\n"
    status, _ = await seen.raw(lines % (part, authorization))
    assert status == 200
    assert seen.upstream.seen[0].raw_path == b"/v1/referrals/" + part
    assert seen.upstream.seen[0].query == b"q=%zz&&x"


async def test_a_request_body_streams(seen: House) -> None:
    arrived: asyncio.Queue[bytes] = asyncio.Queue()

    async def watch(at: Seen, receive: Any, send: Any) -> None:
        more = True
        while more:
            message = await receive()
            more = message.get("more_body", False)
            if message.get("body"):
                arrived.put_nowait(message["body"])
        await seen.upstream.reply(send, b"done")

    async def pieces() -> Any:
        yield b"first"
        assert await asyncio.wait_for(arrived.get(), 15) == b"first"  # it is there while the rest was not even sent
        yield b"second"

    seen.upstream.answer = watch
    async with seen.session.post(PATH, headers=await seen.signed_in(), data=pieces()) as answer:
        assert await answer.read() == b"done"
    assert arrived.get_nowait() == b"second"


async def test_an_answer_streams(seen: House) -> None:
    go_on = asyncio.Event()

    async def slowly(at: Seen, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        await send({"type": "http.response.body", "body": b"one", "more_body": True})
        await asyncio.wait_for(go_on.wait(), 15)
        await send({"type": "http.response.body", "body": b"two"})

    seen.upstream.answer = slowly
    async with seen.session.get(PATH, headers=await seen.signed_in()) as answer:
        assert await answer.content.readany() == b"one"
        go_on.set()
        assert await answer.content.read() == b"two"


async def test_a_body_over_one_mebibyte_is_refused_by_its_length_and_while_it_streams(seen: House) -> None:
    largest, headers = seen.settings.largest_body, await seen.signed_in()

    async def pieces(size: int) -> Any:
        for _ in range(size // 65536):
            yield b"x" * 65536
        yield b"x" * (size % 65536)

    for data in (b"x" * (largest + 1), pieces(largest + 1)):
        async with seen.session.post(PATH, headers=headers, data=data) as answer:
            assert (answer.status, answer.content_type) == (413, "application/problem+json")
            assert (await answer.json())["type"] == "urn:ihala:problem:body-too-large"
    assert not any(at.complete for at in seen.upstream.seen)
    for data in (b"x" * largest, pieces(largest)):
        async with seen.session.post(PATH, headers=headers, data=data) as answer:
            assert answer.status == 200
        assert len(seen.upstream.seen[-1].body) == largest


async def test_a_body_that_stops_is_refused(seen: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_module, "SILENCE_SECONDS", 0.2)
    authorization = (await seen.signed_in())["Authorization"].encode()
    for start in (b"", b"abc"):
        status, answer = await seen.raw(
            b"POST /referral/v1/referrals HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Length: 9\r\n\r\n%s" % (authorization, start)
        )
        assert status == 408 and b"urn:ihala:problem:body-too-slow" in answer
    assert not any(at.complete for at in seen.upstream.seen)


async def test_a_caller_that_leaves_ends_the_work_of_the_service(seen: House) -> None:
    started = asyncio.Event()

    async def wait(at: Seen, receive: Any, send: Any) -> None:
        await seen.upstream.read(at, receive)
        started.set()
        await seen.upstream.read(Seen("", b"", b"", []), receive)  # sets `left` when the connection goes

    seen.upstream.answer = wait
    headers = await seen.signed_in()
    for data in (None, b"x"):
        started.clear()
        seen.upstream.left.clear()
        call = asyncio.create_task(seen.session.request("POST" if data else "GET", PATH, headers=headers, data=data))
        await asyncio.wait_for(started.wait(), 15)
        call.cancel()
        await asyncio.wait_for(seen.upstream.left.wait(), 15)


async def test_a_caller_that_leaves_in_the_middle_of_its_body_leaves_no_whole_body(seen: House) -> None:
    authorization = (await seen.signed_in())["Authorization"].encode()
    _, writer = await asyncio.open_connection("127.0.0.1", seen.port)
    lines = b"POST /referral/v1/referrals HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
    writer.write(lines % authorization)
    while not seen.upstream.seen:
        await asyncio.sleep(0.01)
    writer.close()
    await asyncio.wait_for(seen.upstream.left.wait(), 15)
    assert not seen.upstream.seen[0].complete


async def test_an_answer_that_breaks_off_breaks_off_for_the_caller_too(seen: House) -> None:
    async def broken(at: Seen, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})

    seen.upstream.answer = broken
    authorization = (await seen.signed_in())["Authorization"].encode()
    status, answer = await seen.raw(b"GET /referral/v1/referrals HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\n\r\n" % authorization)
    assert status == 200 and b"half" in answer
    assert not answer.endswith(b"0\r\n\r\n")


async def test_an_offer_of_http_2_is_ignored_but_refused_with_a_body_that_would_be_lost(seen: House) -> None:
    authorization = (await seen.signed_in())["Authorization"].encode()
    lines = (
        b"Host: x\r\nAuthorization: %s\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAM\r\n" % authorization
    )
    status, answer = await seen.raw(b"GET /referral/v1/referrals HTTP/1.1\r\n" + lines + b"\r\n")  # as Java's client over plain HTTP
    assert status == 200 and b"connection: close" in answer
    assert not [name for name, _ in seen.upstream.seen[0].headers if name in (b"upgrade", b"http2-settings")]
    for body in (b"Content-Length: 3\r\n\r\nabc", b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"):
        status, answer = await seen.raw(b"POST /referral/v1/referrals HTTP/1.1\r\n" + lines + body)
        assert status == 400 and b"urn:ihala:problem:upgrade-refused" in answer and b"connection: close" in answer


async def test_an_early_answer_to_an_unfinished_body_comes_through(seen: House) -> None:
    async def refuse(at: Seen, receive: Any, send: Any) -> None:
        await seen.upstream.reply(send, b"no", 409)

    async def endless() -> Any:
        for _ in range(10):
            yield b"x" * 1000
            await asyncio.sleep(0.02)

    seen.upstream.answer = refuse
    async with seen.session.post(PATH, headers=await seen.signed_in(), data=endless()) as answer:
        assert (answer.status, await answer.read()) == (409, b"no")


async def test_statuses_headers_and_encodings_come_back_as_the_service_gave_them(seen: House) -> None:
    async def answer_all(at: Seen, receive: Any, send: Any) -> None:
        headers = [
            (b"etag", b'"7"'), (b"content-encoding", b"gzip"), (b"link", b"<a>"), (b"link", b"<b>"), (b"cache-control", b"max-age=9"),
            (b"connection", b"x-secret"), (b"x-secret", b"1"), (b"set-cookie", b"a=b"), (b"location", b"/referral/v1/referrals/1"),
        ]  # fmt: skip
        await seen.upstream.reply(send, b"not really gzip", 303, headers)

    seen.upstream.answer = answer_all
    async with seen.session.get(PATH, headers=await seen.signed_in(), allow_redirects=False, auto_decompress=False) as answer:
        assert (answer.status, await answer.read()) == (303, b"not really gzip")
        assert answer.headers["ETag"] == '"7"'
        assert answer.headers.getall("Link") == ["<a>", "<b>"]
        assert answer.headers.getall("Cache-Control") == ["max-age=9"]
        assert "X-Secret" not in answer.headers and "Set-Cookie" not in answer.headers


async def test_a_service_that_is_down_is_said_to_be_so(seen: House) -> None:
    headers = await seen.signed_in() | {"Accept-Language": "ckb"}
    async with seen.session.post("/intake/v1/requests", headers=headers, data=b"x") as answer:
        assert (answer.status, answer.content_type, answer.headers["Retry-After"]) == (503, "application/problem+json", "2")
        assert (await answer.json())["type"] == "urn:ihala:problem:service-unavailable"
        assert answer.headers["Content-Language"] == "ckb"


async def test_a_service_that_breaks_off_before_its_answer_is_down(seen: House) -> None:
    async with (
        serving_bytes(b"HTTP/1.1 ") as port,
        house_at(seen, port) as (session, headers),
        session.get(PATH, headers=headers) as answer,
    ):
        assert (answer.status, answer.headers["Retry-After"]) == (503, "2")


async def test_a_service_that_is_silent_is_given_up(seen: House) -> None:
    async with serving_bytes(None) as port, house_at(seen, port) as (session, headers), session.get(PATH, headers=headers) as answer:
        assert (answer.status, (await answer.json())["type"]) == (504, "urn:ihala:problem:service-timeout")


async def test_a_service_that_was_killed_and_came_back_is_reached_again(seen: House) -> None:
    port = free_port()
    async with house_at(seen, port) as (session, headers):
        for _ in range(2):
            async with serving(seen.upstream, port), session.get(PATH, headers=headers) as answer:
                assert answer.status == 200
            async with session.get(PATH, headers=headers) as answer:
                assert answer.status == 503


@asynccontextmanager
async def serving_bytes(reply: bytes | None) -> AsyncIterator[int]:
    """Answer any request with these bytes and the end of the connection, or with silence."""
    done = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if reply is None:
            await done.wait()
        else:
            writer.write(reply)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield int(server.sockets[0].getsockname()[1])
        done.set()


@asynccontextmanager
async def house_at(home: House, upstream_port: int) -> AsyncIterator[tuple[aiohttp.ClientSession, dict[str, str]]]:
    """Start a second process of the same gateway whose services are elsewhere; gives a session with it, and headers."""
    upstreams = dict.fromkeys(DOCUMENTS, f"http://127.0.0.1:{upstream_port}")
    settings = Settings.model_validate(home.settings.model_dump() | {"upstreams": upstreams, "upstream_silence_seconds": 0.3})
    async with opened(settings, home.upstream, 0) as other:
        yield other.session, await home.signed_in()
