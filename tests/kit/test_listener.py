"""Several processes that play `api` share a port; nobody else gets it."""

import asyncio
import socket

import pytest
from ihala_kit.listening import listener


async def test_two_listeners_share_a_port_and_go_on_alone() -> None:
    first = listener("127.0.0.1", 0)
    port = first.getsockname()[1]
    second = listener("127.0.0.1", port)
    answered: set[int] = set()

    def server(number: int, on: socket.socket) -> asyncio.Task[asyncio.Server]:
        async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            answered.add(number)
            writer.close()

        return asyncio.create_task(asyncio.start_server(answer, sock=on))

    servers = [await server(1, first), await server(2, second)]
    for _ in range(64):
        await connect(port)
    assert answered == {1, 2}
    servers[0].close()
    await servers[0].wait_closed()
    answered.clear()
    for _ in range(8):
        await connect(port)
    assert answered == {2}
    servers[1].close()
    await servers[1].wait_closed()


def test_a_port_that_is_not_shared_is_refused() -> None:
    with socket.socket() as alone:
        alone.bind(("127.0.0.1", 0))
        alone.listen()
        with pytest.raises(OSError, match="in use"):
            listener("127.0.0.1", alone.getsockname()[1])


async def connect(port: int) -> None:
    """Connect, and wait until the other side is done."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await reader.read()
    writer.close()
