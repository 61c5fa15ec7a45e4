"""Imports on a real PostgreSQL: a file goes in by HTTP, due work is done as the clock would."""

import json
from collections.abc import AsyncIterator
from functools import lru_cache
from typing import Any

import aiohttp
import pytest
from ihala_directory.app import build
from ihala_directory.imports import child
from ihala_kit.db import Database
from ihala_kit.due import perform_next
from ihala_kit.service import Service
from ihala_kit.testing import Mint, answering
from ihala_kit.untrusted import process
from ihala_local.testing import ThrowAwayPostgres

from tests.directory.conftest import make, settings
from tests.directory.imports.files import XLSX
from tests.directory.world import People, key, next_page

COUNT = "SELECT count(*) FROM service"
LEFT = "SELECT (SELECT count(*) FROM import_entry) + (SELECT count(*) FROM import_file WHERE content IS NOT NULL)"


class Office:
    """An officer's own way with imports."""

    def __init__(self, http: aiohttp.ClientSession, people: People, database: Database, service: Service) -> None:
        self.http, self.people, self.database, self.service = http, people, database, service

    async def send(self, data: bytes, kind: str = XLSX, *, cleared: bool = True, **query: str) -> dict[str, Any]:
        """Send a file; return the import as it stands when all is done."""
        headers = self.people.coordinator(cleared=cleared) | key() | {"Content-Type": kind}
        params = {"source": "partner", **query}
        async with self.http.post("/v1/imports", data=data, params=params, headers=headers) as answer:
            body = await answer.json(content_type=None)
            assert answer.status == 202, body
        await self.work()
        return await self.get(f"/v1/imports/{body['id']}", cleared=cleared)

    async def work(self, most: int = 1000) -> int:
        """Do what is due, at most so many pieces; return how many."""
        for number in range(most):
            if not await perform_next(self.database, self.service.performing()):
                return number
        return most

    async def get(self, path: str, *, cleared: bool = True, **headers: str) -> dict[str, Any]:
        async with self.http.get(path, headers=self.people.coordinator(cleared=cleared) | headers) as answer:
            assert answer.status == 200, await answer.text()
            body: dict[str, Any] = await answer.json()
            return body

    async def report(self, import_id: str, only: str = "all", **headers: str) -> list[dict[str, Any]]:
        """All lines of a report, page by page."""
        found: list[dict[str, Any]] = []
        path: str | None = f"/v1/imports/{import_id}/report?only={only}&limit=200"
        while path:
            async with self.http.get(path, headers=self.people.coordinator() | headers) as answer:
                assert answer.status == 200, await answer.text()
                found += (await answer.json())["items"]
                path = next_page(answer)
        return found


@lru_cache(maxsize=8)
def said(kind: str, data: bytes) -> bytes:
    """What the process that reads a file says of it."""
    return "".join(json.dumps(line) + "\n" for line in child.read(kind, data).dump()).encode()


@pytest.fixture
def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have files read in this process, and one file once: where a test is about what becomes of them, a process for each costs most.

    In test_routes, test_work and test_container they are read by a process of their own, as in a service.
    """

    async def run(_: str, kind: str, *, data: bytes) -> process.Ended:
        return process.Ended(0, said(kind, data))

    monkeypatch.setattr(process, "run", run)


@pytest.fixture
async def office(http: aiohttp.ClientSession, people: People, database: Database, service: Service) -> Office:
    return Office(http, people, database, service)


@pytest.fixture
async def elsewhere(postgres: ThrowAwayPostgres, mint: Mint, people: People) -> AsyncIterator[Office]:
    """An office with an empty database of its own."""
    async with postgres.scratch("directory_empty", make) as scratch:
        service = build(settings(scratch.url, scratch.owner_url))
        database = Database(service.settings)
        await database.start()
        async with answering(service, database, mint) as address, aiohttp.ClientSession(address) as session:
            yield Office(session, people, database, service)
        await database.stop()
