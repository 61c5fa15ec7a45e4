"""One directory with the demonstration's organisations for a file of tests that only read, behind a real socket."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from ihala_directory.app import build
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.testing import Mint, answering
from ihala_local.testing import ThrowAwayPostgres
from sqlalchemy import text

from tests.directory.conftest import make_seeded, settings
from tests.directory.world import People


@dataclass
class Feed:
    """The public feed as nobody reads it, and the full one as others do."""

    session: aiohttp.ClientSession
    people: People
    database: Database

    async def get(self, path: str, *, headers: dict[str, str] | None = None, signed_in: bool = False, **asked: Any) -> tuple[int, Any]:
        """Return status and body."""
        given = {"Authorization": (headers or self.people.nobody())["Authorization"]} | (headers or {})
        query = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in asked.items()}
        async with self.session.get(("/v1/hsds" if signed_in else "/hsds") + path, headers=given, params=query) as answer:
            return answer.status, await answer.json(content_type=None)

    async def all(self, path: str, **asked: Any) -> list[dict[str, Any]]:
        """Return the contents of a list that fits on one page."""
        status, body = await self.get(path, **{"per_page": 100} | asked)
        assert status == 200, body
        assert body["total_pages"] <= 1
        return list(body["contents"])

    async def run(self, *statements: str, **values: Any) -> None:
        """Change the database behind everybody's back."""
        async with self.database.transaction(Caller.system("test")) as tx:
            for statement in statements:
                await tx.execute(text(re.sub(r":(?=[ 0-9])", r"\\:", statement)), values)  # colons of JSON and of times are no parameters

    async def rows(self, query: str, **values: Any) -> list[Any]:
        """Ask the database as the system."""
        async with self.database.transaction(Caller.system("test")) as tx:
            return list((await tx.execute(text(query), values)).all())


@pytest.fixture(scope="module")
async def feed(postgres: ThrowAwayPostgres) -> AsyncIterator[Feed]:
    mint = Mint()
    async with postgres.scratch("directory", make_seeded) as scratch:
        service = build(settings(scratch.url, scratch.owner_url))
        database = Database(service.settings)
        async with answering(service, database, mint) as address, aiohttp.ClientSession(address) as session:
            yield Feed(session, People(mint), database)
        await database.engine.dispose()
