"""What may be sent to a service twice, and what a service's refusal of our own token does."""

import asyncio
from typing import Any

import pytest
from ihala_gateway.edge import proxy as proxy_module

from tests.gateway.house import House, Seen
from tests.gateway.test_proxy import house_at

PATH = "/referral/v1/referrals"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@pytest.mark.parametrize(("method", "status", "times"), [("GET", 200, 2), ("PUT", 503, 1)])
async def test_only_a_read_is_sent_again_when_a_kept_connection_breaks(
    seen: House, monkeypatch: pytest.MonkeyPatch, method: str, status: int, times: int
) -> None:
    monkeypatch.setattr(proxy_module, "TRY_AGAIN_SECONDS", 0.0)
    taken: list[str] = []

    async def breaks_at_the_second(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for reply in (OK, b""):
            taken.append((await reader.readuntil(b"\r\n\r\n")).split(b" ")[0].decode())
            writer.write(reply)
        writer.close()

    await seen.register("writer", scopes=["referral:read", "referral:answer"])
    headers, server = await seen.signed_in("writer"), await asyncio.start_server(breaks_at_the_second, "127.0.0.1", 0)
    async with server, house_at(seen, server.sockets[0].getsockname()[1]) as (session, _):
        for how, at, wanted in (("GET", PATH, 200), (method, f"{PATH}/1", status)):
            async with session.request(how, at, headers=headers) as answer:
                assert answer.status == wanted
    assert taken == ["GET", *[method] * times]


async def test_a_token_that_a_service_refuses_is_not_shown_again(seen: House) -> None:
    async def refuse(at: Seen, receive: Any, send: Any) -> None:
        await seen.upstream.read(at, receive)
        await seen.upstream.reply(send, b"{}", status=401)

    headers = await seen.signed_in()
    assert await seen.status(PATH, headers) == 200
    seen.upstream.answer = refuse
    assert await seen.status(PATH, headers) == 401
    seen.upstream.answer = None
    assert await seen.status(PATH, headers) == 200
    first, second, third = (at.all("authorization")[0] for at in seen.upstream.seen)
    assert first == second != third
