"""What a connection to a service takes for an answer, and after which one it is asked again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from ihala_gateway.edge import service_connection, service_pool
from ihala_gateway.edge.proxy import _head
from ihala_gateway.edge.service_connection import Failed, Gone, Request, Silent
from ihala_gateway.edge.service_pool import ServicePool
from ihala_kit.problems import BodyTooLarge, InternalError

HEAD = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Service:
    """Answers each request of a connection with the next bytes; `None` is silence, and no more is the end."""

    def __init__(self, *replies: bytes | None) -> None:
        self.replies, self.connections, self.got = replies, 0, b""

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        for reply in self.replies:
            self.got += await reader.readuntil(b"\r\n\r\n")
            if reply is None:
                self.got += await reader.read()
            else:
                writer.write(reply)
        writer.close()


@asynccontextmanager
async def pool_at(service: Service) -> AsyncIterator[ServicePool]:
    server = await asyncio.start_server(service.talk, "127.0.0.1", 0)
    async with server:
        pool = ServicePool(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        yield pool
        pool.close()


async def whole(pool: ServicePool, request: Request) -> tuple[int, bytes]:
    connection = await pool.asked(request)
    try:
        body = b""
        while piece := await connection.piece():
            body += piece
        return connection.status, body
    finally:
        pool.give_back(connection)


@pytest.mark.parametrize(
    ("method", "first", "found"),
    [
        ("GET", OK, (200, b"{}")),
        ("GET", b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + OK, (200, b"{}")),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n", (204, b"")),
        ("GET", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", (200, b"{}")),
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", (200, b"")),
    ],
)
async def test_after_a_whole_answer_the_connection_is_asked_again(method: str, first: bytes, found: tuple[int, bytes]) -> None:
    service = Service(first, OK)
    async with pool_at(service) as pool:
        assert await whole(pool, Request(method, HEAD)) == found
        assert await whole(pool, Request("GET", HEAD)) == (200, b"{}")
    assert service.connections == 1


@pytest.mark.parametrize(
    ("method", "first"),
    [
        ("GET", OK + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"),
        ("GET", OK + b"more"),
        ("HEAD", OK),
        ("GET", b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"),
        ("GET", b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
    ],
)
async def test_what_nobody_asked_for_answers_nobody(method: str, first: bytes) -> None:
    service = Service(first, OK)
    async with pool_at(service) as pool:
        assert await whole(pool, Request(method, HEAD)) == (200, b"" if method == "HEAD" else b"{}")
        service.replies = (OK,)
        assert await whole(pool, Request("GET", HEAD)) == (200, b"{}")
    assert service.connections == 2


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (b"", Gone),
        (b"HTTP/1.1 200 OK\r\nX: 1\r\n", Gone),
        (b"SSH-2.0\r\n\r\n", Failed),
        (b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", Failed),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", Failed),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000, Failed),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}", Failed),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", Failed),
    ],
)
async def test_what_is_no_whole_answer_fails(reply: bytes, why: type[Failed]) -> None:
    async with pool_at(Service(reply)) as pool:
        with pytest.raises(Failed) as raised:
            await whole(pool, Request("GET", HEAD))
        assert type(raised.value) is why and not pool.busy


async def test_the_end_of_the_connection_ends_an_answer_that_says_so() -> None:
    async with pool_at(Service(b"HTTP/1.1 200 OK\r\nX: 1\r\n\r\nall of it")) as pool:
        assert await whole(pool, Request("GET", HEAD)) == (200, b"all of it")


async def test_a_service_that_says_nothing_or_does_not_read_is_given_up() -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 65536

    async def look(pool: ServicePool) -> None:
        while True:
            pool.look(asyncio.get_running_loop().time())
            await asyncio.sleep(0.01)

    async with pool_at(Service(None)) as pool:
        looking = asyncio.create_task(look(pool))
        with pytest.raises(Silent):
            await pool.asked(Request("GET", HEAD, silence_seconds=0.02))
        looking.cancel()
    service = Service()
    service.talk = lambda reader, writer: asyncio.sleep(3600)  # type: ignore[method-assign]
    async with pool_at(service) as pool:
        looking = asyncio.create_task(look(pool))
        with pytest.raises(Silent):
            await pool.asked(Request("POST", HEAD, endless(), silence_seconds=0.05))
        looking.cancel()


async def test_a_body_that_breaks_off_is_never_whole_for_the_service() -> None:
    async def breaks() -> AsyncIterator[bytes]:
        yield b"begun"
        raise BodyTooLarge

    service = Service(None)
    async with pool_at(service) as pool:
        with pytest.raises(BodyTooLarge):
            await pool.asked(Request("POST", HEAD, breaks(), chunked=True))
        assert not pool.busy
    assert b"0\r\n" not in service.got


async def test_an_answer_that_nobody_reads_waits_at_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_connection, "READ_AHEAD", 1000)
    size = 30_000_000
    service = Service(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size, OK)
    async with pool_at(service) as pool:
        connection = await pool.asked(Request("GET", HEAD))
        await asyncio.sleep(0.05)
        found = len(await connection.piece())
        assert found < size // 10
        while piece := await connection.piece():
            found += len(piece)
        assert found == size
        pool.give_back(connection)
        assert await whole(pool, Request("GET", HEAD)) == (200, b"{}")


async def test_an_idle_connection_is_closed_before_the_service_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(OK, OK)
    async with pool_at(service) as pool:
        await whole(pool, Request("GET", HEAD))
        pool.look(asyncio.get_running_loop().time() + service_pool.KEPT_OPEN_SECONDS + 1)
        await whole(pool, Request("GET", HEAD))
    assert service.connections == 2


@pytest.mark.parametrize("evil", [b"a\r\nX: 1", b"a\nX: 1", b"a\r", b"a\0"])
def test_nothing_of_a_caller_becomes_a_line_of_its_own(evil: bytes) -> None:
    assert _head("GET", b"/x", [(b"host", b"x")]) == b"GET /x HTTP/1.1\r\nhost: x\r\n\r\n"
    for target, header in ((evil, b"x"), (b"/x", evil)):
        with pytest.raises(InternalError):
            _head("GET", target, [(b"host", header)])


async def test_nobody_listens() -> None:
    with pytest.raises(Gone):
        await ServicePool("http://127.0.0.1:1").asked(Request("GET", HEAD))
