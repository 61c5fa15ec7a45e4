"""Where a request begins and ends, and whom it is for: what two servers could read differently goes no further."""

import asyncio
import re

import pytest

from tests.gateway.house import House, get, rest_of

OPEN = b"/directory/v1/needs"
HEAD = b"POST /referral/v1/referrals HTTP/1.1\r\nHost: x\r\n%AUTH%\r\n"


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
    answer = await asyncio.wait_for(rest_of(reader), 15)
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
        b"GET /directory/v1/needs HTTP/1.1\r\nHost: a b\r\n\r\n",
        b"GET /directory/v1/needs HTTP/1.1\r\nHost: a/../b\r\n\r\n",
        b"GET /directory/v1/needs HTTP/1.1\r\nHost: user@a\r\n\r\n",
        b"GET /directory/v1/needs HTTP/1.1\r\nHost: a:b\r\n\r\n",
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
    answer = await asyncio.wait_for(rest_of(reader), 15)
    assert re.findall(rb"HTTP/1.1 (\d+)", answer) == [b"200", b"404", b"200"]
    assert len(seen.upstream.seen) == 2
    writer.close()
