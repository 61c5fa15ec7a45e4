"""What the tests of intake share: a whole intake behind a real socket, on a fresh database for each test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from ihala_intake import app as intake_app
from ihala_intake.settings import Settings
from ihala_kit.db import Database
from ihala_kit.migrations import migrate_async
from ihala_kit.testing import Mint, answering
from ihala_kit.vault import new_master_key
from ihala_local.testing import Scratch, ThrowAwayPostgres
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from tests.intake.actors import MOMD
from tests.intake.house import House

NINEWA = "IQG15"
MIGRATIONS = Path(__file__).parents[2] / "services" / "intake" / "migrations"

_told: list[House] = []  # who told the template what it knows


async def make(owner_url: str, app_role: str) -> None:
    await migrate_async(MIGRATIONS, owner_url, app_role)


@pytest.fixture(scope="session")
def intake_mint() -> Mint:
    return Mint()


@asynccontextmanager
async def opened(postgres: ThrowAwayPostgres, scratch: Scratch, mint: Mint) -> AsyncIterator[House]:
    """Give the intake that works on a database."""
    key = SecretStr(new_master_key())
    settings = Settings(database_url=scratch.url, owner_database_url=scratch.owner_url, master_key=key, issuer=mint.issuer)
    service, database = intake_app.create_service(settings), Database(settings)
    await database.start()
    super_url = make_url(postgres.server.url).set(database=make_url(scratch.url).database).render_as_string(hide_password=False)
    async with answering(service, database, mint) as address, aiohttp.ClientSession(address) as session:
        yield House(service, database, session, mint, super_url)
    await database.stop()


@pytest.fixture
async def bare(postgres: ThrowAwayPostgres, intake_mint: Mint) -> AsyncIterator[House]:
    """An intake that does not know referral's sealing key yet; its operator has somebody on duty."""
    async with postgres.scratch("intake", make) as scratch, opened(postgres, scratch, intake_mint) as house:
        await house.cover(MOMD, NINEWA)
        yield house


@pytest.fixture
async def house(postgres: ThrowAwayPostgres, intake_mint: Mint) -> AsyncIterator[House]:
    """An intake that knows referral's sealing key, too, and is up to date with its events. A copy: all tests begin with the same."""

    async def make_ready(owner_url: str, app_role: str) -> None:
        await make(owner_url, app_role)
        async with opened(postgres, Scratch(owner_url, owner_url, app_role), intake_mint) as first:
            await first.cover(MOMD, NINEWA)
            await first.publish_referrals_key()
            _told.append(first)

    async with postgres.scratch("intake_ready", make_ready) as scratch, opened(postgres, scratch, intake_mint) as house:
        house.goes_on_from(_told[0])
        await house.fresh()
        yield house
