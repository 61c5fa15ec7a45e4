"""A world of its own for every test of referral."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from ihala_kit.db import Database
from ihala_kit.http import create_app
from ihala_kit.migrations import migrate_async
from ihala_kit.testing import Mint, admit, serving
from ihala_kit.vault import new_master_key
from ihala_local.testing import Scratch, ThrowAwayPostgres
from ihala_referral.app import migrations, service

from tests.referral.world import FIRST, FOURTH, HLP, NGO, SECOND, SUNDAY, THIRD, World


async def migrate(owner_url: str, app_role: str) -> None:
    """Make the template that every test copies."""
    await migrate_async(migrations(), owner_url, app_role)


@pytest.fixture(scope="session")
def mint() -> Mint:
    return Mint()


@pytest.fixture
async def scratch(postgres: ThrowAwayPostgres) -> AsyncIterator[Scratch]:
    async with postgres.scratch("referral", migrate) as made:
        yield made


@pytest.fixture
async def bare(scratch: Scratch, mint: Mint, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """Referral before anybody else has said anything."""
    monkeypatch.setenv("REFERRAL_DATABASE_URL", scratch.url)
    monkeypatch.setenv("REFERRAL_OWNER_DATABASE_URL", scratch.owner_url)
    monkeypatch.setenv("REFERRAL_MASTER_KEY", new_master_key())
    made = service()
    database = Database(made.settings)
    await database.start()
    app = create_app(made, database)
    admit(app, mint)
    async with serving(app) as address, aiohttp.ClientSession(address) as session:
        world = World(made, database, session, mint)
        world.set_time(SUNDAY)
        yield world
    await database.stop()


@pytest.fixture
async def world(bare: World) -> World:
    """Referral with the organisations and directory's key known, on a Sunday at nine."""
    await bare.join(HLP, NGO, FIRST, SECOND, THIRD, FOURTH)
    await bare.learn_directory_key()
    return bare
