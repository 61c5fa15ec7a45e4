"""What the tests of notify share: a migrated database, the application behind a real socket, and events as Kafka brings them."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from ihala_kit.db import Database
from ihala_kit.migrations import migrate_async
from ihala_kit.testing import Mint, answering
from ihala_kit.vault import new_master_key
from ihala_local.testing import ThrowAwayPostgres
from ihala_notify.app import MIGRATIONS, Notify, create
from ihala_notify.settings import Settings
from pydantic import SecretStr

from tests.notify.peers import Peers, peers_serving
from tests.notify.world import World


async def make_notify_database(owner_url: str, app_role: str) -> None:
    await migrate_async(MIGRATIONS, owner_url, app_role)


@pytest.fixture
async def peers(tmp_path: Path) -> AsyncIterator[Peers]:
    """A gateway that gives tokens, intake's contacts, and an SMS aggregator: real HTTP, outside the service."""
    async with peers_serving(tmp_path / "notify.pem") as found:
        yield found


@pytest.fixture
async def service(postgres: ThrowAwayPostgres, peers: Peers) -> AsyncIterator[Notify]:
    """Notify with a fresh database and its peers."""
    async with postgres.scratch("notify", make_notify_database) as scratch:
        yield create(
            Settings(
                database_url=scratch.url, owner_database_url=scratch.owner_url, master_key=SecretStr(new_master_key()),
                issuer=peers.address, client_key_file=peers.key_file, sms_url=f"{peers.address}/sms", clock_may_move=True,
            )
        )  # fmt: skip


@pytest.fixture
async def database(service: Notify) -> AsyncIterator[Database]:
    found = Database(service.settings)
    await found.start()
    yield found
    await found.stop()


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
