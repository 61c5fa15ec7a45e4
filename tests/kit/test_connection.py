"""An answer goes out in one piece, whole, and no faster than it is read."""

import asyncio
import socket
import sys
from typing import Any
from urllib.parse import urlsplit

from ihala_kit.connection import MOST_HELD
from ihala_kit.testing import serving

ASK = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"
HEAD = {"type": "http.response.start", "status": 200}


class Caller(asyncio.Protocol):
    """Notes what comes, piece by piece."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.came = asyncio.Event()
        self.ended = asyncio.Event()
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.pieces.append(data)
        self.came.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended.set()


async def connected(address: str) -> Caller:
    _, caller = await asyncio.get_running_loop().create_connection(Caller, "127.0.0.1", urlsplit(address).port)
    return caller


def data_segments(connection: socket.socket) -> int:
    """Return how many segments with something in them came (tcp_info's tcpi_data_segs_in)."""
    told = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    return int.from_bytes(told[152:156], sys.byteorder)


async def small(scope: Any, receive: Any, send: Any) -> None:
    await send({**HEAD, "headers": [(b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": b"whole"})


async def test_head_and_body_come_in_one_piece() -> None:
    async with serving(small) as address:
        caller = await connected(address)
        for _ in range(20):
            caller.transport.write(ASK)
            async with asyncio.timeout(20):
                await caller.came.wait()
            caller.came.clear()
        assert len(caller.pieces) == 20 and all(piece.endswith(b"\r\n\r\nwhole") for piece in caller.pieces)
        assert data_segments(caller.transport.get_extra_info("socket")) == 20
        caller.transport.close()


async def test_an_answer_that_ends_its_connection_is_whole() -> None:
    async with serving(small) as address:
        caller = await connected(address)
        caller.transport.write(b"GET / HTTP/1.0\r\nhost: x\r\n\r\n")
        async with asyncio.timeout(20):
            await caller.ended.wait()
        assert b"".join(caller.pieces).endswith(b"\r\n\r\nwhole")


async def test_requests_that_come_together_are_answered_one_after_the_other() -> None:
    async with serving(small) as address:
        caller = await connected(address)
        caller.transport.write(ASK * 3 + b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        async with asyncio.timeout(20):
            await caller.ended.wait()
        assert b"".join(caller.pieces).count(b"\r\n\r\nwhole") == 4


async def test_who_does_not_read_is_not_written_to_without_end() -> None:
    sent, part, parts = 0, b"x" * 1024, 64 * 1024  # a part is less than what is held back

    async def endless(scope: Any, receive: Any, send: Any) -> None:
        nonlocal sent
        await send({**HEAD, "headers": []})
        for n in range(parts):
            await send({"type": "http.response.body", "body": part, "more_body": n < parts - 1})
            sent += len(part)

    assert len(part) < MOST_HELD
    async with serving(endless) as address:
        caller = await connected(address)
        caller.transport.pause_reading()
        caller.transport.write(ASK)
        before = -1
        while sent != before:  # until it waits for its reader
            before = sent
            await asyncio.sleep(0.2)
        assert 0 < sent < len(part) * parts / 2
        caller.transport.resume_reading()
        async with asyncio.timeout(60):
            while sent < len(part) * parts or b"0\r\n\r\n" not in caller.pieces[-1]:
                caller.came.clear()
                await caller.came.wait()
        assert b"".join(caller.pieces).count(b"x") >= len(part) * parts
        caller.transport.close()
