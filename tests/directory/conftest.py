"""Directory on a real, migrated PostgreSQL with the demonstration's organisations, behind a real socket."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import ihala_local
import pytest
from ihala_directory.app import build
from ihala_directory.seed import load
from ihala_directory.settings import Settings
from ihala_kit.db import Database
from ihala_kit.inbox import Inbox
from ihala_kit.migrations import migrate_async
from ihala_kit.service import Service
from ihala_kit.testing import Mint, answering
from ihala_kit.vault import new_master_key
from ihala_local.beginnings import Beginning, beginning
from ihala_local.testing import ThrowAwayPostgres
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from tests.directory.world import People, World

MASTER_KEY = new_master_key()
SEED: dict[str, Any] = json.loads((Path(ihala_local.__file__).parent / "data" / "providers.json").read_text("utf-8"))


def settings(url: str, owner_url: str) -> Settings:
    return Settings(database_url=url, owner_database_url=owner_url, master_key=SecretStr(MASTER_KEY))


async def make(owner_url: str, app_role: str) -> None:
    await migrate_async(build(settings(owner_url, owner_url)).migrations, owner_url, app_role)


async def make_seeded(owner_url: str, app_role: str) -> None:
    await make(owner_url, app_role)
    database = Database(settings(owner_url, owner_url))  # the owner is held by the row policies too, and passes as the system
    await load(database, SEED)
    await database.engine.dispose()


@dataclass
class Seeded:
    """A database with the demonstration's organisations that tests share one after the other."""

    database: Database
    begun: Beginning


@pytest.fixture(scope="session")
async def seeded(postgres: ThrowAwayPostgres) -> AsyncIterator[Seeded]:
    async with postgres.scratch("directory", make_seeded) as scratch:
        database = Database(settings(scratch.url, scratch.owner_url))
        super_url = make_url(postgres.server.url).set(database=make_url(scratch.url).database).render_as_string(hide_password=False)
        await database.start()
        async with beginning(super_url) as begun:
            yield Seeded(database, begun)
        await database.stop()


@pytest.fixture
async def database(seeded: Seeded) -> Database:
    await seeded.begun.put_back()
    found = seeded.database
    found.clock.offset = timedelta()
    found.on_events.clear()
    found.listeners.clear()
    return found


@pytest.fixture
def service(database: Database) -> Service:
    return build(database.settings)  # type: ignore[arg-type]


@pytest.fixture
async def world(database: Database, service: Service) -> World:
    """The world, with what the seed said already read."""
    found = World(database, Inbox(database, "directory", service.handlers()))
    await found.goes_on_from_here()
    return found


@pytest.fixture
def mint() -> Mint:
    return Mint()


@pytest.fixture
def people(mint: Mint) -> People:
    return People(mint)


@pytest.fixture
async def http(service: Service, database: Database, mint: Mint) -> AsyncIterator[aiohttp.ClientSession]:
    async with answering(service, database, mint) as address, aiohttp.ClientSession(address) as session:
        yield session
