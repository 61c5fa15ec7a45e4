"""What the tests of intake share: a whole intake behind a real socket, on a fresh database for each test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from ihala_intake import app as intake_app
from ihala_intake.settings import Settings
from ihala_kit.db import Database
from ihala_kit.migrations import migrate_async
from ihala_kit.testing import Mint, answering
from ihala_kit.vault import new_master_key
from ihala_local.beginnings import Beginning, beginning
from ihala_local.testing import ThrowAwayPostgres
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from tests.intake.actors import MOMD
from tests.intake.house import House

NINEWA = "IQG15"
MIGRATIONS = Path(__file__).parents[2] / "services" / "intake" / "migrations"


@dataclass
class Settled:
    """A database that tests share one after the other, and what it holds when each begins."""

    first: House
    begun: Beginning


async def make(owner_url: str, app_role: str) -> None:
    await migrate_async(MIGRATIONS, owner_url, app_role)


@pytest.fixture(scope="session")
def intake_mint() -> Mint:
    return Mint()


@asynccontextmanager
async def settled(postgres: ThrowAwayPostgres, mint: Mint, *, knows_referral: bool) -> AsyncIterator[Settled]:
    """Give a database, and what it holds when a test begins: somebody on duty, and referral's sealing key if it is known."""
    async with postgres.scratch("intake", make) as scratch:
        key = SecretStr(new_master_key())
        settings = Settings(
            database_url=scratch.url, owner_database_url=scratch.owner_url, master_key=key, issuer=mint.issuer,
            quiet_hours=False,  # these tests run at any hour
        )  # fmt: skip
        super_url = make_url(postgres.server.url).set(database=make_url(scratch.url).database).render_as_string(hide_password=False)
        database = Database(settings)
        await database.start()
        async with aiohttp.ClientSession() as nowhere:
            first = House(intake_app.create_service(settings), database, nowhere, mint, super_url)
            await first.cover(MOMD, NINEWA)
            if knows_referral:
                await first.publish_referrals_key()
        async with beginning(super_url) as begun:
            yield Settled(first, begun)
        await database.stop()


@asynccontextmanager
async def opened(known: Settled) -> AsyncIterator[House]:
    """Give the intake that works on it, as at the beginning."""
    await known.begun.put_back()
    first = known.first
    first.database.clock.offset = timedelta()
    first.database.on_events.clear()
    first.database.listeners.clear()
    service = intake_app.create_service(first.database.settings)  # type: ignore[arg-type]
    async with answering(service, first.database, first.mint) as address, aiohttp.ClientSession(address) as session:
        house = House(service, first.database, session, first.mint, first.super_url)
        house.goes_on_from(first)
        yield house


@pytest.fixture(scope="session")
async def new_to_referral(postgres: ThrowAwayPostgres, intake_mint: Mint) -> AsyncIterator[Settled]:
    async with settled(postgres, intake_mint, knows_referral=False) as known:
        yield known


@pytest.fixture(scope="session")
async def known_to_referral(postgres: ThrowAwayPostgres, intake_mint: Mint) -> AsyncIterator[Settled]:
    async with settled(postgres, intake_mint, knows_referral=True) as known:
        yield known


@pytest.fixture
async def bare(new_to_referral: Settled) -> AsyncIterator[House]:
    """An intake that does not know referral's sealing key yet; its operator has somebody on duty."""
    async with opened(new_to_referral) as house:
        yield house


@pytest.fixture
async def house(known_to_referral: Settled) -> AsyncIterator[House]:
    """An intake that knows referral's sealing key, too, and is up to date with its events."""
    async with opened(known_to_referral) as house:
        await house.fresh()
        yield house
