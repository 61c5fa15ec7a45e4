"""An SMSC, and a notify that sends by it: two real ends of SMPP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from ihala_kit.db import Database
from ihala_local.sink.kept import Messages
from ihala_local.sink.script import ARRIVES, Fate
from ihala_local.sink.smsc import Smsc
from ihala_notify.app import Notify, create
from ihala_notify.settings import SmsRoute

from tests.notify.peers import Peers
from tests.notify.world import World

HOST = "127.0.0.1"


class Network(Smsc):
    """An SMSC whose numbers do what a test says, and which can go away and come back on its port."""

    port: int = 0
    server: asyncio.Server | None = None

    async def up(self) -> None:
        self.server = await self.start(HOST, self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    async def down(self) -> None:
        assert self.server is not None
        self.server.close()
        for writer in list(self.connections):
            writer.transport.abort()
        await asyncio.sleep(0)

    def route(self, name: str = "one", weight: float = 1, *, tells_id: bool = True) -> SmsRoute:
        return SmsRoute.model_validate({
            "name": name, "kind": "smpp", "url": f"smpp://{HOST}:{self.port}", "system_id": "ihala", "password": "secret",
            "weight": weight, "tells_id": tells_id,
        })  # fmt: skip

    def all_are(self, fate: Fate) -> None:
        self.fate = lambda _: fate


async def network(folder: Path) -> Network:
    found = Network(Messages(folder / "messages.jsonl"), password="secret", fate=lambda _: ARRIVES)
    await found.up()
    return found


@pytest.fixture
async def smsc(tmp_path: Path) -> AsyncIterator[Network]:
    found = await network(tmp_path / "one")
    yield found
    await found.down()


@pytest.fixture
async def second(tmp_path: Path) -> AsyncIterator[Network]:
    found = await network(tmp_path / "two")
    yield found
    await found.down()


@asynccontextmanager
async def sending_by(service: Notify, database: Database, *routes: SmsRoute, port: int | None = None) -> AsyncIterator[World]:
    """Give a notify with these routes, which it holds."""
    other = create(service.settings.model_copy(update={"sms_routes": routes, "receipts_port": port}))  # type: ignore[arg-type]
    hold = next(job for job in other.jobs if job.name == "hold SMS routes")
    task = asyncio.ensure_future(hold.run(database))
    try:
        yield World(other, database)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def by_smpp(service: Notify, database: Database, smsc: Network) -> AsyncIterator[World]:
    async with sending_by(service, database, smsc.route()) as world:
        yield world


@pytest.fixture(autouse=True)
def own_phone(peers: Peers) -> None:
    peers.contact = {"language": "ar", "channel": "sms", "number": "+964 700 000 0099", "own": True, "safe_to_message": True}
