"""One running referral for all tests, emptied before each."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import asyncpg
import pytest
from ihala_kit.db import Database, plain_dsn
from ihala_kit.http import create_app
from ihala_kit.migrations import migrate_async
from ihala_kit.service import Service
from ihala_kit.testing import Mint, admit, serving
from ihala_kit.vault import new_master_key
from ihala_local.testing import Scratch, ThrowAwayPostgres
from ihala_referral.app import migrations, service

from tests.referral.actors import FIRST, FOURTH, HLP, NGO, SECOND, SUNDAY, THIRD
from tests.referral.world import World


@dataclass
class House:
    """The service, its database and its HTTP side."""

    service: Service
    database: Database
    session: aiohttp.ClientSession
    mint: Mint
    scratch: Scratch

    async def empty(self) -> None:
        owner = await asyncpg.connect(plain_dsn(self.scratch.owner_url))
        kept = "('alembic_version', 'stream_epoch', 'clock_offset')"
        names = await owner.fetch(f"SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN {kept}")
        await owner.execute(f"TRUNCATE {', '.join(row['tablename'] for row in names)} RESTART IDENTITY CASCADE")
        await owner.close()


async def migrate(owner_url: str, app_role: str) -> None:
    await migrate_async(migrations(), owner_url, app_role)


@pytest.fixture(scope="session")
async def scratch(postgres: ThrowAwayPostgres) -> AsyncIterator[Scratch]:
    async with postgres.scratch("referral", migrate) as made:
        yield made


@pytest.fixture(scope="session")
async def house(scratch: Scratch) -> AsyncIterator[House]:
    mint = Mint()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("REFERRAL_DATABASE_URL", scratch.url)
        environment.setenv("REFERRAL_OWNER_DATABASE_URL", scratch.owner_url)
        environment.setenv("REFERRAL_MASTER_KEY", new_master_key())
        made = service()
    database = Database(made.settings)
    await database.start()
    app = create_app(made, database)
    admit(app, mint)
    async with serving(app) as address, aiohttp.ClientSession(address) as session:
        yield House(made, database, session, mint, scratch)
    await database.stop()


@pytest.fixture
async def bare(house: House) -> World:
    """Referral before anybody else has said anything, on a Sunday at nine."""
    await house.empty()
    world = World(house.service, house.database, house.session, house.mint)
    world.set_time(SUNDAY)
    return world


@pytest.fixture
async def world(bare: World) -> World:
    """Referral with the organisations and directory's key known."""
    await bare.join(HLP, NGO, FIRST, SECOND, THIRD, FOURTH)
    await bare.learn_directory_key()
    return bare
