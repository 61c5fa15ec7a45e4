"""A connection from the open net: slow, endless, ambiguous and two-faced callers, and what is believed of whom."""

import asyncio
import base64
import re
import time
from ipaddress import ip_network

import pytest
from ihala_gateway.edge.connection import CERTIFICATE, Connection
from ihala_gateway.edge.front import Front
from ihala_gateway.errors import HeadersRefused

from tests.gateway.house import House, get

OPEN = b"/directory/v1/needs"
HEAD = b"POST /referral/v1/referrals HTTP/1.1\r\nHost: x\r\n%AUTH%\r\n"


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Connection, "HEAD_WITHIN", 0.1)
    monkeypatch.setattr(Connection, "LOOK_EVERY", 0.03)


@pytest.mark.parametrize("sent", [b"", b"\r\n", b"GET /dir", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "])
@pytest.mark.usefixtures("hasty")
async def test_a_head_that_comes_too_slowly_ends_the_connection(seen: House, sent: bytes) -> None:
    status, answer = await seen.raw(sent)
    assert status == 408 and b"connection: close" in answer


@pytest.mark.usefixtures("hasty")
async def test_a_further_head_has_its_own_time(seen: House) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", seen.port)
    writer.write(get(OPEN))
    await reader.readuntil(b'{"ok":true}')
    await asyncio.sleep(0.15)
    writer.write(get(OPEN))  # an idle connection was not closed for it
    await reader.readuntil(b'{"ok":true}')
    writer.write(b"GET /slow")
    assert (await asyncio.wait_for(reader.read(), 2)).startswith(b"HTTP/1.1 408")
    writer.close()


@pytest.mark.parametrize("piece", [b"X-A: 1\r\n", b"x" * 1000])
async def test_an_endless_head_is_cut_off(seen: House, piece: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", seen.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: ")
    sent = 0
    while sent < 3_000_000 and not writer.is_closing():
        writer.write(piece * 100)
        sent += len(piece) * 100
        await asyncio.sleep(0)
    answer = await asyncio.wait_for(_rest(reader), 2)  # what we sent unread may take the answer with it
    assert answer.startswith((b"HTTP/1.1 431", b"HTTP/1.1 400")) or not answer
    assert sent < 3_000_000 and seen.upstream.seen == []
    writer.close()


@pytest.mark.usefixtures("hasty")
async def test_a_body_that_nobody_waits_for_any_more_ends_the_connection(seen: House) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", seen.port)
    writer.write(b"POST /referral/v1/referrals HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n")
    assert b"401" in await reader.readline()
    began = time.monotonic()
    while not reader.at_eof() and time.monotonic() - began < 2:
        writer.write(b"x")  # a byte at a time, for ever
        await asyncio.sleep(0.01)
        await reader.read(4096)
    assert time.monotonic() - began < 1
    writer.close()


async def test_who_does_not_read_its_answer_is_let_go(seen: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Connection, "READ_WITHIN", 0.1)
    monkeypatch.setattr(Connection, "LOOK_EVERY", 0.03)
    ended = asyncio.Event()

    async def endless(at: object, receive: object, send: object) -> None:
        try:
            await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]
            while not ended.is_set():
                await send({"type": "http.response.body", "body": b"x" * 65536, "more_body": True})  # type: ignore[operator]
                await asyncio.sleep(0)
        finally:
            ended.set()

    seen.upstream.answer = endless
    _, writer = await asyncio.open_connection("127.0.0.1", seen.port, limit=1024)
    writer.write(get(OPEN))
    try:
        async with asyncio.timeout(5):
            while seen.gateway._proxy._session.connector._acquired or not seen.upstream.seen:  # type: ignore[union-attr]
                await asyncio.sleep(0.02)
    finally:
        ended.set()
        writer.close()


@pytest.mark.parametrize(
    "lines",
    [
        b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde",
        b"Content-Length: 5, 5\r\n\r\nabcde",
        b"Content-Length: +5\r\n\r\nabcde",
        b"Content-Length: 0x5\r\n\r\nabcde",
        b"Content-Length: 5 5\r\n\r\nabcde",
        b"Content-Length:\r\n\r\nabcde",
        b"Content-Length: 99999999999999999999999\r\n\r\nabcde",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: identity\r\n\r\nabc",
        b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: Chunked \x0b\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding:\tchunked;q=1\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n",
        b"Transfer_Encoding: chunked\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n",
        b"\tTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"X: y\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"X: y\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"X: y\nContent-Length: 5\r\n\r\nabcde",
        b"X: y\x00\r\n\r\n",
        b"X\x00: y\r\n\r\n",
        b": y\r\n\r\n",
        b"no colon\r\n\r\n",
        b"Host: y\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n 3\r\nabc\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n3\nabc\n0\n\n",
        b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabc\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n3;a\nb\r\nabc\r\n0\r\n\r\n",
    ],
)  # fmt: skip
async def test_framing_that_two_servers_could_read_differently_reaches_no_service(seen: House, lines: bytes) -> None:
    """Each is refused, or breaks off; none arrives whole, and what is smuggled behind it is never answered."""
    head = HEAD.replace(b"%AUTH%", b"Authorization: " + (await seen.signed_in())["Authorization"].encode())
    smuggled = get(b"/directory/v1/needs")
    reader, writer = await asyncio.open_connection("127.0.0.1", seen.port)
    writer.write(head + lines + smuggled)
    writer.write_eof()
    answer = await asyncio.wait_for(_rest(reader), 3)
    writer.close()
    assert answer.count(b"HTTP/1.1 ") <= 1 and not answer.startswith(b"HTTP/1.1 2"), answer
    assert not any(at.complete for at in seen.upstream.seen)
    assert not any(at.raw_path == b"/v1/needs" for at in seen.upstream.seen)


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /directory/v1/needs HTTP/1.1\r\n\r\n",
        b"GET /directory/v1/needs HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
        b"GET /directory/v1/needs HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /directory/v1/needs HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /directory/v1/needs HTTP/0.9\r\nHost: a\r\n\r\n",
        b"GET /directory/v1/needs\r\n\r\n",
        b"GET /directory/v1/needs HTTP/2.0\r\nHost: a\r\n\r\n",
        b"GET /directory/v1/needs HTTP/1.9\r\nHost: a\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /directory/v1/needs HTTPS/1.1\r\nHost: a\r\n\r\n",
        b"GET\t/directory/v1/needs HTTP/1.1\r\nHost: a\r\n\r\n",
        b" GET /directory/v1/needs HTTP/1.1\r\nHost: a\r\n\r\n",
        b"get /directory/v1/needs HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GE\x00T /directory/v1/needs HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /directory/v1/needs HTTP/1.1\nHost: a\n\n",
        b"GET * HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET http://x HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
async def test_a_first_line_or_host_that_is_not_plain_is_refused(seen: House, request_bytes: bytes) -> None:
    status, answer = await seen.raw(request_bytes)
    assert status == 400, answer
    assert seen.upstream.seen == []


async def test_pipelined_requests_are_answered_in_their_order(seen: House) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", seen.port)
    writer.write(get(OPEN) + get(b"/nothing") + get(OPEN, b"Connection: close") + get(OPEN))
    answer = await asyncio.wait_for(_rest(reader), 3)
    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"200", b"404", b"200"]
    assert len(seen.upstream.seen) == 2
    writer.close()


async def test_every_answer_tells_browsers_to_make_nothing_of_it(seen: House) -> None:
    guarding = {
        "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY", "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    }  # fmt: skip
    for path in ("/directory/v1/needs", "/referral/v1/referrals", "/nothing", "/health/live"):
        async with seen.session.get(path) as answer:
            assert guarding.items() <= dict(answer.headers).items() and "Strict-Transport-Security" not in answer.headers
            assert not {"Server", "Date", "X-Powered-By"} & answer.headers.keys()
    secure = dict(Front([], "https://gateway.example").on_every_answer)
    assert secure[b"strict-transport-security"] == b"max-age=31536000; includeSubDomains"


CERT = base64.b64encode(b"a certificate").join([b":", b":"])


@pytest.mark.parametrize(
    ("peer", "told", "address"),
    [
        ("10.0.0.1", b"203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", b"1.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", b"1.1.1.1, 203.0.113.9, 10.0.0.7", "203.0.113.9"),
        ("10.0.0.1", b"nonsense", "10.0.0.1"),
        ("10.0.0.1", b"10.0.0.7", "10.0.0.7"),
        ("192.0.2.1", b"203.0.113.9", "192.0.2.1"),
    ],
)
def test_an_address_is_believed_of_our_proxies_only_and_only_the_last_strange_one(peer: str, told: bytes, address: str) -> None:
    scope: dict[str, object] = {"client": (peer, 1234)}
    Front([ip_network("10.0.0.0/8")]).learn(scope, {b"x-forwarded-for": told, b"client-cert": CERT})
    assert scope["client"] == (address, 1234 if peer == address and peer == "192.0.2.1" else 0)
    assert scope.get(CERTIFICATE) == (None if peer == "192.0.2.1" else b"a certificate")


def test_without_proxies_nothing_is_believed() -> None:
    scope: dict[str, object] = {"client": ("127.0.0.1", 1)}
    Front([]).learn(scope, {b"x-forwarded-for": b"203.0.113.9", b"client-cert": CERT})
    assert scope == {"client": ("127.0.0.1", 1)}


@pytest.mark.parametrize("value", [b"", b"::", b"abc", b":abc", b"abc:", b":a b:", b":abc:", b":" + b"A" * 20000 + b":"])
def test_a_certificate_that_cannot_be_read_is_refused(value: bytes) -> None:
    with pytest.raises(HeadersRefused):
        Front([ip_network("10.0.0.0/8")]).learn({"client": ("10.0.0.1", 1)}, {b"client-cert": value})


async def _rest(reader: asyncio.StreamReader) -> bytes:
    """Return what still comes until the server closes, however it closes."""
    received = b""
    try:
        while piece := await reader.read(65536):
            received += piece
    except ConnectionError:
        pass
    return received
