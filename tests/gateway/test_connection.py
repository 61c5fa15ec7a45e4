"""A connection from the open net: slow and endless callers, and those that do not read."""

import asyncio
import logging
import time

import pytest
from ihala_gateway.edge import body as body_module
from ihala_gateway.edge.body import Body
from ihala_gateway.edge.connection import Connection, OnceAMinute
from ihala_gateway.errors import BodyTooSlow

from tests.gateway.house import House, get, rest_of

OPEN = b"/directory/v1/needs"


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
    assert (await asyncio.wait_for(reader.read(), 15)).startswith(b"HTTP/1.1 408")
    writer.close()


async def test_what_is_no_http_is_logged_once_a_minute(seen: House, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(4):
        assert (await seen.raw(b"nonsense\r\n\r\n"))[0] == 400
    assert len([record for record in caplog.records if record.name == "uvicorn.error"]) <= 1
    once = OnceAMinute()
    record = logging.LogRecord("uvicorn.error", logging.WARNING, "", 0, OnceAMinute.SAID, None, None)
    assert [once.filter(record), once.filter(record)] == [True, False]
    record.msg = "Exception in ASGI application"
    assert once.filter(record) and once.filter(record)


@pytest.mark.parametrize("piece", [b"X-A: 1\r\n", b"x" * 1000])
async def test_an_endless_head_is_cut_off(seen: House, piece: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", seen.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: ")
    sent = 0
    while sent < 3_000_000 and not writer.is_closing():
        writer.write(piece * 100)
        sent += len(piece) * 100
        await asyncio.sleep(0)
    answer = await asyncio.wait_for(rest_of(reader), 15)  # what we sent unread may take the answer with it
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


@pytest.mark.parametrize("more", [b"", b"G"])  # with a further request begun, its head is too slow first
async def test_who_does_not_read_its_answer_is_let_go(seen: House, monkeypatch: pytest.MonkeyPatch, more: bytes) -> None:
    monkeypatch.setattr(Connection, "READ_WITHIN", 0.1)
    monkeypatch.setattr(Connection, "HEAD_WITHIN", 0.05)
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
    writer.write(get(OPEN) + more)
    try:
        async with asyncio.timeout(30):
            while seen.gateway._proxy.under_way or not seen.upstream.seen:
                await asyncio.sleep(0.02)
    finally:
        ended.set()
        writer.close()


async def test_a_body_that_comes_a_byte_now_and_then_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_module, "SILENCE_SECONDS", 0.1)
    sent = 0

    async def drip() -> body_module.Message:
        nonlocal sent
        sent += 1
        await asyncio.sleep(0.02)
        return {"type": "http.request", "body": b"x", "more_body": True}

    with pytest.raises(BodyTooSlow):
        await Body({b"transfer-encoding": b"chunked"}, drip, 1_000_000).whole()
    assert 2 <= sent <= 8

    async def steadily() -> body_module.Message:
        nonlocal sent
        sent += 1
        await asyncio.sleep(0.02)
        return {"type": "http.request", "body": b"x" * 500, "more_body": sent < 20}

    sent = 0
    assert len(await Body({b"transfer-encoding": b"chunked"}, steadily, 1_000_000).whole()) == 10_000


@pytest.mark.parametrize("beside", [b"X-Trailer: 1\r\n", b"x"])
async def test_an_endless_end_of_a_body_is_cut_off(seen: House, beside: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", seen.port)
    writer.write(b"POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n" % OPEN)
    sent = 0
    try:
        while sent < 3_000_000 and not reader.at_eof():
            writer.write(beside * 1000)
            sent += len(beside) * 1000
            await writer.drain()
            await asyncio.sleep(0.001)
    except ConnectionError:
        pass
    assert sent < 500_000
    writer.close()


async def test_what_comes_after_a_body_is_no_header(seen: House) -> None:
    authorization = (await seen.signed_in())["Authorization"].encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", seen.port)
    head = get(b"/referral/v1/referrals", b"Authorization: " + authorization, b"Transfer-Encoding: chunked", method=b"POST")
    writer.write(head + b"1\r\nx\r\n0\r\nX-Late: 1\r\n\r\n" + get(OPEN, b"X-Next: 1"))
    for _ in range(2):
        assert b" 200 " in await reader.readline()
        await reader.readuntil(b'{"ok":true}')
    assert [bool(at.all("x-late")) for at in seen.upstream.seen] == [False, False]
    assert seen.upstream.seen[0].body == b"x" and seen.upstream.seen[1].all("x-next") == ["1"]
    writer.close()
