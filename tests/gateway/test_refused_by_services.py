"""What the gateway tells holds at a real service for tokens that had passed the gateway: a proxy keeps decisions for a while."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import aiohttp
import pytest
from fastapi import APIRouter, Security
from ihala_contracts.catalogue import BY_TYPE
from ihala_gateway.clients import standing
from ihala_kit.auth import Caller, caller
from ihala_kit.db import Database
from ihala_kit.http import create_app
from ihala_kit.service import Service
from ihala_kit.settings import KitSettings
from ihala_kit.testing import serving
from ihala_kit.vault import new_master_key
from ihala_local.testing import ThrowAwayPostgres
from sqlalchemy import text

from tests.gateway.house import ASSERTION_TYPE, House
from tests.kit.conftest import make_kit_database

router = APIRouter(prefix="/v1")


@router.get("/referrals")
async def who(caller: Annotated[Caller, Security(caller, scopes=["referral:read"])]) -> str:
    return caller.client_id


@dataclass
class Behind:
    """A service with a database of its own, and the way to it that a proxy has."""

    home: House
    service: Service
    database: Database
    address: str
    read: int = 0

    async def inside(self, client_id: str) -> str:
        """Return the internal header that a proxy would keep for a client."""
        return self.made_from(await self.home.token(client_id))

    def made_from(self, token: str) -> str:
        """Return the internal header that the gateway makes from an access token."""
        grant = self.home.gateway._door._gatekeeper.tokens.check(f"Bearer {token}".encode())
        return self.home.gateway._door._administration._tokens.header("referral", grant).decode()

    async def status(self, header: str) -> int:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{self.address}/v1/referrals", headers={"Authorization": header}) as answer,
        ):
            return answer.status

    async def hear(self) -> None:
        """Apply what the gateway told since the last time, and let the process look into its table as it does twice a second."""
        async with self.home.database.transaction(Caller.system("test")) as tx:
            told = (
                await tx.execute(text("SELECT seq, type, version, data FROM outbox WHERE seq > :read ORDER BY seq"), {"read": self.read})
            ).all()
        handlers = self.service.handlers()
        for self.read, name, version, data in told:
            if (name, version) in handlers:
                async with self.database.transaction(Caller.system("consume")) as tx:
                    await handlers[name, version](tx, BY_TYPE[name, version].model_validate_json(data))
        await self.service.refusals.read(self.database)


@pytest.fixture(scope="module")
async def behind(home: House, postgres: ThrowAwayPostgres) -> AsyncIterator[Behind]:
    async with _behind(home, postgres) as found:
        yield found


@asynccontextmanager
async def _behind(home: House, postgres: ThrowAwayPostgres) -> AsyncIterator[Behind]:
    async with postgres.scratch("behind", make_kit_database) as scratch:
        settings = KitSettings(database_url=scratch.url, master_key=new_master_key(), issuer=home.settings.issuer)
        service, database = Service("referral", "referral", "1", settings, Path("none"), routers=[router]), Database(settings)
        try:
            async with serving(create_app(service, database)) as address:
                yield Behind(home, service, database, address)
        finally:
            await database.stop()


async def test_a_suspended_clients_kept_token_is_refused_and_a_new_one_is_taken_when_it_is_back(behind: Behind) -> None:
    await behind.home.register("kept")
    header, others = await behind.inside("kept"), await behind.inside("centre")
    assert [await behind.status(header), await behind.status(others)] == [200, 200]
    await _change(behind.home, "suspend", "kept")
    await behind.hear()
    assert [await behind.status(header), await behind.status(others)] == [401, 200]
    await _change(behind.home, "activate", "kept")
    await behind.hear()
    assert await behind.status(await behind.inside("kept")) == 200


async def test_a_revoked_token_is_refused_by_its_id_and_the_clients_others_go_on(behind: Behind) -> None:
    token = await behind.home.token()
    header, other = behind.made_from(token), await behind.inside("centre")
    form = {"token": token, "client_assertion_type": ASSERTION_TYPE, "client_assertion": behind.home.assertion()}
    assert await behind.status(header) == 200
    async with behind.home.session.post("/oauth/revoke", data=form) as answer:
        assert answer.status == 200
    await behind.hear()
    assert [await behind.status(one) for one in (header, other)] == [401, 200]


async def test_what_came_while_the_service_was_down_holds_when_it_is_back(behind: Behind) -> None:
    await behind.home.register("late")
    header = await behind.inside("late")
    await _change(behind.home, "end", "late")
    behind.service.refusals.known = {}  # a new process, before it has read anything
    assert await behind.status(header) == 200
    await behind.hear()
    assert await behind.status(header) == 401


async def _change(home: House, act: str, client_id: str) -> None:
    async with home.database.transaction(Caller.system("test")) as tx:
        assert await getattr(standing, act)(tx, client_id)
