"""A gateway and a notify as they run, for clients that are programs of their own and say what they found, a line at a time."""

import asyncio
import json
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from ihala_contracts import documents
from ihala_gateway.app import Gateway
from ihala_gateway.settings import Settings as GatewaySettings
from ihala_kit.db import Database
from ihala_kit.http import create_app
from ihala_kit.testing import serving
from ihala_kit.vault import new_master_key
from ihala_local.testing import ThrowAwayPostgres
from ihala_notify.app import create
from ihala_notify.settings import Settings
from joserfc.jwk import OKPKey
from pydantic import SecretStr

from tests.gateway import house
from tests.gateway.house import KEY, Upstream, free_port
from tests.notify.conftest import make_notify_database
from tests.notify.samples import ORIGIN
from tests.notify.world import World

CLIENT = "partner"
EDWARDS = OKPKey.generate_key("Ed25519", {"kid": "e1"})
SCOPES = ["events:read", "notify:subscribe"]
SERVICES = ("directory", "gateway", "intake", "notify", "referral")

Beside = Callable[[str], AbstractAsyncContextManager[dict[str, str]]]


@dataclass
class Standing:
    """Where the gateway answers, and how events come to pass."""

    address: str
    world: World
    gateway: house.House

    def told(self, **more: Any) -> str:
        """Return what a client's program is told: where, as whom, with which key."""
        return json.dumps({"baseUrl": self.address, "clientId": CLIENT, "key": KEY.as_dict(private=True)} | more)


@asynccontextmanager
async def standing(postgres: ThrowAwayPostgres, beside: Beside | None = None) -> AsyncIterator[Standing]:
    """Start both on fresh databases; `beside` starts more services for an issuer.

    CLIENT belongs to the origin of the tests' events, and must bind its tokens.
    """
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    async with postgres.scratch("gateway", house.migrated) as front, postgres.scratch("notify", make_notify_database) as behind:
        settings = Settings(
            database_url=behind.url, owner_database_url=behind.owner_url, master_key=SecretStr(new_master_key()), issuer=issuer,
            clock_may_move=True,
        )  # fmt: skip
        service, database = create(settings), Database(settings)
        await database.start()
        try:
            world = World(service, database)
            async with AsyncExitStack() as open_:
                await open_.enter_async_context(world.listening())
                services = await open_.enter_async_context(beside(issuer)) if beside else {}
                services |= {"notify": await open_.enter_async_context(serving(create_app(service, database)))}
                yield Standing(issuer, world, await open_.enter_async_context(_gateway(front, issuer, port, services)))
        finally:
            await database.stop()


@asynccontextmanager
async def _gateway(scratch: Any, issuer: str, port: int, services: dict[str, str]) -> AsyncIterator[house.House]:
    """Serve the gateway with the contracts' own documents before these services; nobody is behind the others."""
    found = {name: documents.openapi(name) for name in SERVICES if name != "gateway"}
    settings = GatewaySettings(
        database_url=scratch.url, owner_database_url=scratch.owner_url, master_key=new_master_key(), issuer=issuer, limit_factor=1000,
        upstreams=dict.fromkeys(found, "http://127.0.0.1:1") | services,
    )  # fmt: skip
    async with _opened(settings, port, found) as gateway:
        for client, key in ((CLIENT, KEY), ("edwards", EDWARDS)):
            keys = {"keys": [key.as_dict(private=False)]}
            await gateway.register(client, kind="live", scopes=SCOPES, organization_id=str(ORIGIN), jwks=keys)
        yield gateway


@asynccontextmanager
async def _opened(settings: GatewaySettings, port: int, found: dict[str, Any]) -> AsyncIterator[house.House]:
    database = Database(settings)
    await database.start()
    try:
        gateway = Gateway(settings, database, found)
        async with serving(gateway, port, "on"):
            yield house.House(settings, database, gateway, Upstream(), port, None)  # type: ignore[arg-type]
    finally:
        await database.stop()


@asynccontextmanager
async def program(*command: str) -> AsyncIterator["Program"]:
    """Run a client's program; it is gone when this is left."""
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE)
    try:
        yield Program(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@dataclass
class Program:
    """A program that speaks JSON, a line at a time."""

    process: asyncio.subprocess.Process

    async def says(self) -> dict[str, Any]:
        """Return its next line; fails with what it complains of when it ends instead."""
        assert self.process.stdout is not None and self.process.stderr is not None
        line = await self.process.stdout.readline()
        assert line, (await self.process.stderr.read()).decode()
        found: dict[str, Any] = json.loads(line)
        return found
