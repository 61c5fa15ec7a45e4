"""Helpers for tests of a service's HTTP side: tokens as the gateway makes them, and a real server on a free port."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Literal
from uuid import UUID

import uvicorn
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import ECKey

from ihala_kit.connection import Connection
from ihala_kit.db import Database
from ihala_kit.http import attach, create_app
from ihala_kit.ids import new_id
from ihala_kit.service import Service
from ihala_kit.tokens import ALGORITHM, TYPE, InternalTokens

GRACE_SECONDS = 2.0
ORGANIZATION = UUID("01940000-0000-7000-8000-000000000001")


class Mint:
    """Signs internal tokens as the gateway does, with a key of its own."""

    def __init__(self, issuer: str = "http://127.0.0.1:8080", key_id: str = "test") -> None:
        self.issuer = issuer
        self.key = ECKey.generate_key("P-256", {"kid": key_id})

    def key_set(self) -> dict[str, Any]:
        """Return the public key as the gateway publishes it."""
        return {"keys": [self.key.as_dict(private=False)]}

    def claims(self, audience: str, scopes: Iterable[str] = (), **more: Any) -> dict[str, Any]:
        """Return the claims of a good token; `more` replaces some, and None takes one out."""
        client, at = str(more.get("client_id", "client")), int(time.time())
        good = {
            "iss": self.issuer, "aud": audience, "iat": at, "exp": at + 60, "jti": str(new_id()), "sub": client, "client_id": client,
            "org": str(ORGANIZATION), "org_kind": "sandbox", "gov": [], "roles": [], "scope": " ".join(scopes), "cleared": False,
        }  # fmt: skip
        return {name: value for name, value in (good | more).items() if value is not None}

    def token(self, audience: str, scopes: Iterable[str] = (), *, header: dict[str, Any] | None = None, **more: Any) -> str:
        """Return a signed token; `header` and `more` replace what a good one has."""
        head = {"typ": TYPE, "alg": ALGORITHM, "kid": self.key.kid, **(header or {})}
        claims = self.claims(audience, scopes, **more)
        return jwt.encode(head, claims, self.key, algorithms=[str(head["alg"])])

    def headers(self, audience: str, scopes: Iterable[str] = (), **more: Any) -> dict[str, str]:
        """Return the Authorization header with a token."""
        return {"Authorization": f"Bearer {self.token(audience, scopes, **more)}"}


_free: dict[str, list[FastAPI]] = {}


def admit(app: FastAPI, mint: Mint) -> None:
    """Let the application take the mint's tokens without asking a gateway for keys."""
    tokens = InternalTokens(mint.issuer, app.state.service.name, app.state.service.refusals)
    tokens.keys.learn(mint.key_set())
    app.state.tokens = tokens


class _Server(uvicorn.Server):
    """uvicorn that begins and ends at once (its own loops look about every tenth of a second) and leaves the signals to the test."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready, self.told_to_stop = asyncio.Event(), asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        await self.told_to_stop.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE_SECONDS):
                while self.server_state.connections or self.server_state.tasks:
                    await asyncio.sleep(0.002)
        for task in self.server_state.tasks:
            task.cancel()
        await self.lifespan.shutdown()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(app: Any, port: int = 0, lifespan: Literal["on", "off"] = "off", **more: Any) -> AsyncIterator[str]:
    """Serve an ASGI application on this machine, on a free port unless one is given; gives its base address. `more` is uvicorn's."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # TCP by name: only so asyncio sends at once
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    told = {"date_header": False, "proxy_headers": False, "http": Connection, **more}  # as run.py has it
    config = uvicorn.Config(app, log_config=None, access_log=False, server_header=False, lifespan=lifespan, **told)
    server = _Server(config)
    running = asyncio.create_task(server.serve([listener]))
    try:
        ready = asyncio.create_task(server.ready.wait())
        await asyncio.wait([running, ready], return_when=asyncio.FIRST_COMPLETED)
        assert server.ready.is_set(), "the server did not start"
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.told_to_stop.set()
        await running
        listener.close()


@asynccontextmanager
async def answering(service: Service, database: Database, mint: Mint) -> AsyncIterator[str]:
    """Serve the service on this database to whom `mint` knows; gives its base address.

    Its routes, which take long to make, are used again by the next test.
    """
    free = _free.setdefault(service.name, [])
    app = free.pop() if free else create_app(service, database)
    attach(app, service, database)
    admit(app, mint)
    try:
        async with serving(app) as address:
            yield address
    finally:
        free.append(app)
