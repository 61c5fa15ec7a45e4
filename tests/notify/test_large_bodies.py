"""A body of a megabyte, to every route of notify that takes one: whole or in pieces, as JSON or not, it is refused and costs nothing."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import aiohttp
from ihala_kit.http import openapi_document
from ihala_kit.testing import Mint
from ihala_notify.app import Notify

from tests.notify.world import World

MEGABYTE = 2**20
WRITES = ("post", "put", "patch")
REFUSED = range(400, 500)


def targets(service: Notify) -> list[tuple[str, str, frozenset[str], bool]]:
    """Return method, path and scopes of each route to which a body may be sent, and whether it reads one."""
    found = []
    for path, item in openapi_document(service)["paths"].items():
        for method in sorted(item.keys() & set(WRITES)):
            scopes = {scope for one in item[method].get("security", []) for each in one.values() for scope in each}
            found.append((method, path, frozenset(scopes), "requestBody" in item[method]))
    return found


def filled(path: str) -> str:
    """Return the path with an id in each of its places."""
    parts = (str(uuid4()) if part.startswith("{") else part for part in path.split("/"))
    return "/".join(parts)


async def in_pieces(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 2**16 + 1):
        yield b" " * 2**16


async def test_every_route_refuses_a_megabyte(service: Notify, world: World, http: aiohttp.ClientSession, mint: Mint) -> None:
    found = targets(service)
    assert len(found) >= 20
    for method, path, scopes, reads in found:
        headers = mint.headers("notify", scopes) | {"Idempotency-Key": str(uuid4()), "If-Match": '"1"', "Content-Type": "application/json"}
        just = b'{"x": "' + b"y" * (MEGABYTE - 9) + b'"}'  # what may still be read: it must be refused for what it says, not with a 500
        deep = b"[" * (MEGABYTE - 1)
        sent: list[tuple[Any, Any]] = [(b" " * (MEGABYTE + 1), {413})]
        sent += [(in_pieces(MEGABYTE), {413}), (just, REFUSED), (deep, REFUSED)] if reads else []  # of others nobody reads it
        for body, expected in sent:
            async with http.request(method, filled(path), data=body, headers=headers) as answer:
                said = await answer.read()
                assert answer.status in expected, f"{method} {path}: {answer.status}"
                assert len(said) < 20_000 and b"yyyy" not in said, "nothing is echoed"
    assert await world.rows("SELECT id FROM message") == await world.rows("SELECT seq FROM outbox") == []
