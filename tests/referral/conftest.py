"""One running referral for all tests, put back before each."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
from ihala_kit.db import Database
from ihala_kit.http import create_app
from ihala_kit.migrations import migrate_async
from ihala_kit.service import Service
from ihala_kit.testing import Mint, admit, serving
from ihala_kit.vault import new_master_key
from ihala_local.beginnings import Beginning, beginning
from ihala_local.testing import Scratch, ThrowAwayPostgres
from ihala_referral.app import migrations, service
from sqlalchemy import make_url

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
    begun: Beginning

    async def empty(self) -> None:
        await self.begun.put_back()

    def world(self) -> World:
        """The world around it, on a Sunday at nine."""
        found = World(self.service, self.database, self.session, self.mint)
        found.set_time(SUNDAY)
        return found


@dataclass
class Settled:
    """What a world with organisations begins with."""

    first: World
    begun: Beginning


async def migrate(owner_url: str, app_role: str) -> None:
    await migrate_async(migrations(), owner_url, app_role)


@pytest.fixture(scope="session")
async def scratch(postgres: ThrowAwayPostgres) -> AsyncIterator[Scratch]:
    async with postgres.scratch("referral", migrate) as made:
        yield made


def super_url(postgres: ThrowAwayPostgres, scratch: Scratch) -> str:
    return make_url(postgres.server.url).set(database=make_url(scratch.url).database).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
async def house(postgres: ThrowAwayPostgres, scratch: Scratch) -> AsyncIterator[House]:
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
    async with beginning(super_url(postgres, scratch)) as begun, serving(app) as address, aiohttp.ClientSession(address) as session:
        yield House(made, database, session, mint, scratch, begun)
    await database.stop()


@pytest.fixture(scope="session")
async def settled(postgres: ThrowAwayPostgres, scratch: Scratch, house: House) -> AsyncIterator[Settled]:
    """Let the organisations and directory's key be known, once, a moment before a test begins."""
    await house.empty()
    first = house.world()
    first.advance(minutes=-1)
    await first.join(HLP, NGO, FIRST, SECOND, THIRD, FOURTH)
    await first.learn_directory_key()
    async with beginning(super_url(postgres, scratch), "settled") as begun:
        yield Settled(first, begun)


@pytest.fixture
async def bare(house: House) -> World:
    """Referral before anybody else has said anything, on a Sunday at nine."""
    await house.empty()
    return house.world()


@pytest.fixture
async def world(house: House, settled: Settled) -> World:
    """Referral with the organisations and directory's key known."""
    await settled.begun.put_back()
    found = house.world()
    found.goes_on_from(settled.first)
    return found
