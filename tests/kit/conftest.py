"""What the tests of the kit share: a mint of tokens, and the small service behind a real socket."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from ihala_kit.db import Database
from ihala_kit.schema import create_v1, create_v2, create_v3, create_v4, create_v5, create_v6
from ihala_kit.settings import KitSettings
from ihala_kit.testing import Mint, serving
from ihala_kit.vault import new_master_key
from ihala_local.testing import ThrowAwayPostgres
from pydantic import SecretStr
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from tests.kit.small import small_app


@pytest.fixture(scope="session")
def mint() -> Mint:
    return Mint()


@pytest.fixture
async def client(mint: Mint) -> AsyncIterator[aiohttp.ClientSession]:
    """A session with the small service, without a database."""
    async with serving(small_app(mint)) as address, aiohttp.ClientSession(address) as session:
        yield session


async def make_kit_database(owner_url: str, app_role: str) -> None:
    """Make a database that holds the kit's tables alone."""
    engine = create_async_engine(make_url(owner_url).set(drivername="postgresql+asyncpg"))
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: _create(SchemaOperations(sync), app_role))
    await engine.dispose()


@pytest.fixture
async def kit_settings(postgres: ThrowAwayPostgres) -> AsyncIterator[KitSettings]:
    """Settings with a fresh database."""
    async with postgres.scratch("kit", make_kit_database) as scratch:
        yield KitSettings(
            database_url=scratch.url, owner_database_url=scratch.owner_url, master_key=SecretStr(new_master_key()), clock_may_move=True
        )


@pytest.fixture
async def kit_db(kit_settings: KitSettings) -> AsyncIterator[Database]:
    """A started Database with the kit's tables alone."""
    database = Database(kit_settings)
    await database.start()
    yield database
    await database.stop()


class SchemaOperations:
    """What `create_v1` uses of Alembic's `op`."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def get_bind(self) -> Connection:
        return self.connection

    def execute(self, statement: str) -> None:
        self.connection.exec_driver_sql(statement)


def _create(op: SchemaOperations, app_role: str) -> None:
    create_v1(op, app_role)
    create_v2(op, app_role)
    create_v3(op)
    create_v4(op, app_role)
    create_v5(op, app_role)
    create_v6(op)
