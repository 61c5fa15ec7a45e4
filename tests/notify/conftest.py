"""What the tests of notify share: a migrated database, the application behind a real socket, and events as Kafka brings them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from ihala_kit.db import Database
from ihala_kit.migrations import migrate_async
from ihala_kit.testing import Mint, answering
from ihala_kit.vault import new_master_key
from ihala_local.beginnings import Beginning, beginning
from ihala_local.testing import ThrowAwayPostgres
from ihala_notify.app import MIGRATIONS, Notify, create
from ihala_notify.settings import Settings
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from tests.notify.peers import Peers, peers_serving
from tests.notify.world import World


async def make_notify_database(owner_url: str, app_role: str) -> None:
    await migrate_async(MIGRATIONS, owner_url, app_role)


@dataclass
class Shared:
    """A migrated database that tests share one after the other: its connections stay warm, and what was asked on them is known."""

    settings: Settings
    database: Database
    begun: Beginning

    async def begin(self, **told: Any) -> Settings:
        """Put everything back to how it began; return settings for one test."""
        await self.begun.put_back()
        self.database.clock.offset = timedelta()
        self.database.on_events.clear()
        self.database.listeners.clear()
        return self.settings.model_copy(update={"master_key": SecretStr(new_master_key()), **told})


@pytest.fixture(scope="session")
async def shared(postgres: ThrowAwayPostgres) -> AsyncIterator[Shared]:
    async with postgres.scratch("notify", make_notify_database) as scratch:
        settings = Settings(
            database_url=scratch.url, owner_database_url=scratch.owner_url, master_key=SecretStr(new_master_key()),
            sms_url="http://127.0.0.1:9/sms", clock_may_move=True,
        )  # fmt: skip
        super_url = make_url(postgres.server.url).set(database=make_url(scratch.url).database).render_as_string(hide_password=False)
        database = Database(settings)
        await database.start()
        async with beginning(super_url) as begun:
            yield Shared(settings, database, begun)
        await database.stop()


@pytest.fixture
async def peers(tmp_path: Path) -> AsyncIterator[Peers]:
    """A gateway that gives tokens, intake's contacts, and an SMS aggregator: real HTTP, outside the service."""
    async with peers_serving(tmp_path / "notify.pem") as found:
        yield found


@pytest.fixture
async def fresh(shared: Shared, peers: Peers) -> Settings:
    """Notify's settings with its peers, on a database without a row."""
    return await shared.begin(issuer=peers.address, client_key_file=peers.key_file, sms_url=f"{peers.address}/sms")


@pytest.fixture
def service(fresh: Settings) -> Notify:
    return create(fresh)


@pytest.fixture
async def database(shared: Shared, service: Notify) -> AsyncIterator[Database]:
    found = shared.database
    found.settings = service.settings
    yield found
    async with asyncio.timeout(30):  # what goes on would go on in the next test
        while found.engine.pool.checkedout():  # type: ignore[attr-defined]
            await asyncio.sleep(0.005)


@pytest.fixture
def world(service: Notify, database: Database) -> World:
    """Who there is, and their events: delivered twice each, as Kafka may."""
    return World(service, database)


@pytest.fixture
def mint(peers: Peers) -> Mint:
    return Mint(peers.address)


@pytest.fixture
async def http(service: Notify, database: Database, mint: Mint) -> AsyncIterator[aiohttp.ClientSession]:
    """A session with the service's API."""
    async with answering(service, database, mint) as address, aiohttp.ClientSession(address) as session:
        yield session
