"""The gateway's own API: called like a service's, by the same rules, with no connection in between."""

import asyncio
import time
from types import SimpleNamespace

import pytest
from ihala_kit.problems import BodyTooLarge

from tests.gateway.house import House, get

CLIENTS = "/gateway/v1/clients"


async def test_its_routes_are_authorised_like_any_service(home: House) -> None:
    await home.register("administrator", scopes=["gateway:clients"])
    signed_in = await home.signed_in("administrator")
    async with home.session.get(CLIENTS) as answer:
        assert answer.status == 401
    async with home.session.get(CLIENTS, headers=await home.signed_in()) as answer:
        assert answer.status == 403 and (await answer.json())["needed"] == ["gateway:clients"]
    async with home.session.get(CLIENTS + "/administrator", headers=signed_in) as answer:
        assert answer.status == 200 and answer.headers["ETag"] == '"1"'
        assert (await answer.json())["client_id"] == "administrator"
    async with home.session.delete(CLIENTS, headers=signed_in) as answer:
        assert answer.status == 405 and answer.headers["Allow"] == "GET, HEAD, POST"
    assert home.upstream.seen == []


async def test_answers_and_refusals_have_each_header_once(home: House) -> None:
    await home.register("administrator", scopes=["gateway:clients"])
    token = await home.token("administrator")
    lines = (f"Authorization: Bearer {token}".encode(), b"X-Request-Id: abcdefgh12", b"Accept-Language: ckb")
    for path, expected in ((b"/gateway/v1/clients", 200), (b"/gateway/v1/clients/nobody", 404), (b"/gateway/v1/clients?limit=x", 422)):
        status, received = await home.raw(get(path, *lines))
        head = received.partition(b"\r\n\r\n")[0].lower().split(b"\r\n")[1:]
        names = [line.partition(b":")[0] for line in head]
        assert status == expected and len(names) == len(set(names)), names
        assert b"x-request-id: abcdefgh12" in head
    assert "سیستەمێکی" in (await home.raw(get(b"/gateway/v1/clients/nobody", *lines)))[1].decode()


async def test_pages_and_paths_reach_it_as_they_were_sent(home: House) -> None:
    for client_id in ("administrator", "b.1", "c_2"):
        await home.register(client_id, scopes=["gateway:clients"])
    signed_in = await home.signed_in("administrator")
    async with home.session.get(CLIENTS + "?limit=1", headers=signed_in) as answer:
        assert answer.links["next"]["url"].path == CLIENTS, "the address as the outside has it"
        first = await answer.json()
    async with home.session.get(answer.links["next"]["url"], headers=signed_in) as second:
        assert first["items"] and (await second.json())["items"][0]["client_id"] > first["items"][0]["client_id"]
    async with home.session.get(CLIENTS + "/b.1", headers=signed_in) as answer:
        assert (await answer.json())["client_id"] == "b.1"


async def test_its_document_is_served_and_its_internal_tokens_are_not_taken_from_outside(home: House) -> None:
    async with home.session.get("/openapi/gateway.v1.json") as answer:
        assert "/v1/clients" in (await answer.json())["paths"]
    grant = home.gateway._door._gatekeeper.tokens.check(f"Bearer {await home.token()}".encode())
    inside = home.gateway._door._administration._tokens.header("gateway", grant).decode()
    async with home.session.get(CLIENTS, headers={"Authorization": inside}) as answer:
        assert answer.status == 401


async def test_a_route_of_its_own_may_take_larger_or_smaller_bodies(home: House) -> None:
    visit = SimpleNamespace(fields={b"content-length": b"4"}, receive=None)
    for route in (SimpleNamespace(terms=SimpleNamespace(largest_body=3)), SimpleNamespace(terms=SimpleNamespace(largest_body=0))):
        with pytest.raises(BodyTooLarge):
            await home.gateway._door._administration.answer(visit, None, route)  # type: ignore[arg-type]


async def test_a_caller_who_leaves_in_the_middle_of_a_body_is_only_noted(home: House) -> None:
    await home.register("administrator", scopes=["gateway:clients"])
    token = await home.token("administrator")
    _, writer = await asyncio.open_connection("127.0.0.1", home.port)
    writer.write(get(b"/gateway/v1/clients", f"Authorization: Bearer {token}".encode(), b"Content-Length: 10") + b"half")
    await writer.drain()
    writer.close()
    began = time.monotonic()
    async with home.session.get(CLIENTS, headers={"Authorization": f"Bearer {token}"}) as answer:
        assert answer.status == 200 and time.monotonic() - began < 2
