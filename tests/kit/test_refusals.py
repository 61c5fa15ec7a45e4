"""Tokens that were good when they were made: refused within two seconds once the gateway tells that they are not, cached or not."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from unittest.mock import Mock
from uuid import UUID

import asyncpg
import pytest
from ihala_contracts.envelope import Event
from ihala_contracts.gateway_v1 import AccountSuspended, ClientApproved, ClientSuspended, TokenRevoked
from ihala_kit import refusals
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.ids import new_id
from ihala_kit.inbox import handlers_in
from ihala_kit.problems import Unauthenticated
from ihala_kit.refusals import Refusals, purge_refusals
from ihala_kit.service import Service
from ihala_kit.settings import KitSettings
from ihala_kit.testing import Mint
from ihala_kit.tokens import InternalTokens
from sqlalchemy import text

ORGANIZATION = UUID("01940000-0000-7000-8000-000000000001")
NAME = "small"


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def house(kit_settings: KitSettings, mint: Mint) -> AsyncIterator["House"]:
    database = Database(kit_settings)
    try:
        yield House(database, mint)
    finally:
        await database.stop()


class House:
    """A process that answers calls, and the service's reader of events."""

    def __init__(self, database: Database, mint: Mint) -> None:
        self.database, self.mint, self.refusals = database, mint, Refusals()
        self.tokens = InternalTokens(mint.issuer, NAME, self.refusals)
        self.tokens.keys.learn(mint.key_set())

    async def told(self, *events: Event) -> None:
        """Apply the events, and let the process learn of them."""
        readers = handlers_in([refusals])
        for event in events:
            async with self.database.transaction(Caller.system("consume")) as tx:
                await next(run for (name, _), run in readers.items() if name == event.type)(tx, event)  # type: ignore[attr-defined]
        await self.refusals.read(self.database)

    async def taken(self, token: str) -> bool:
        try:
            await self.tokens.caller_of(token)
        except Unauthenticated:
            return False
        return True


def suspended(client_id: str = "client") -> ClientSuspended:
    return ClientSuspended(organization_id=ORGANIZATION, client_id=client_id, suspended_at=now())


def approved(at: datetime, client_id: str = "client") -> ClientApproved:
    return ClientApproved(
        organization_id=ORGANIZATION, client_id=client_id, organization_kind="provider", kind="live", scopes=[], approved_at=at
    )


async def test_a_suspended_client_is_refused_also_where_its_token_was_known(house: House) -> None:
    known, other = house.mint.token(NAME), house.mint.token(NAME, client_id="other")
    assert await house.taken(known) and await house.taken(other)
    await house.told(suspended())
    assert [await house.taken(token) for token in (known, house.mint.token(NAME), other)] == [False, False, True]


async def test_a_client_that_may_call_again_does_so_with_new_tokens_only(house: House) -> None:
    made = int(time.time()) - 20
    before = house.mint.token(NAME, iat=made)
    await house.told(suspended(), approved(now()))
    assert [await house.taken(token) for token in (before, house.mint.token(NAME))] == [False, True], "in the very second too"
    await house.told(suspended())
    assert not await house.taken(house.mint.token(NAME)), "suspended once more"


async def test_an_approval_of_somebody_who_was_not_suspended_refuses_nothing(house: House) -> None:
    await house.told(approved(now() + timedelta(seconds=30)))
    assert await house.taken(house.mint.token(NAME)) and house.refusals.known == {}


async def test_one_token_is_refused_by_its_id(house: House) -> None:
    one, other = house.mint.token(NAME, jti="a" * 32), house.mint.token(NAME)
    assert await house.taken(one)
    revoked = TokenRevoked(organization_id=ORGANIZATION, client_id="client", jti="a" * 32, expires_at=now(), revoked_at=now())
    await house.told(revoked)
    assert [await house.taken(token) for token in (one, other)] == [False, True]


async def test_a_suspended_person_is_refused_through_every_client(house: House) -> None:
    account = new_id()
    person = {"sub": str(account), "acting_officer": str(account)}
    tokens = [house.mint.token(NAME, client_id=client, **person) for client in ("desk", "phone")]
    machine = house.mint.token(NAME, client_id="desk")
    assert [await house.taken(token) for token in tokens] == [True, True]
    await house.told(AccountSuspended(organization_id=ORGANIZATION, account_id=account, suspended_at=now()))
    assert [await house.taken(token) for token in (*tokens, machine)] == [False, False, True]


async def test_a_suspension_heard_of_late_refuses_what_was_made_until_it(house: House) -> None:
    account, at = new_id(), now() - timedelta(seconds=20)
    made = {"sub": str(account), "acting_officer": str(account)}
    before, back = (house.mint.token(NAME, iat=int(at.timestamp()) + seconds, **made) for seconds in (-1, 19))
    await house.told(AccountSuspended(organization_id=ORGANIZATION, account_id=account, suspended_at=at))
    assert [await house.taken(token) for token in (before, back)] == [False, True]


async def test_another_process_learns_it_by_itself_and_a_database_that_is_away_forgets_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, behind = house.mint.token(NAME), Refusals()
    monkeypatch.setattr(refusals, "POLL_SECONDS", 0.02)
    following = asyncio.create_task(behind.follow(house.database))
    await house.told(suspended())
    async with asyncio.timeout(2):
        while not behind.known:
            await asyncio.sleep(0.01)
    for gone in (ConnectionRefusedError(), asyncpg.InterfaceError("closed"), asyncpg.AdminShutdownError("ended")):
        monkeypatch.setattr(house.database, "transaction", Mock(side_effect=gone))
        await asyncio.sleep(0.1)
        assert not following.done() and ("client", "client") in behind.known
    following.cancel()
    assert not await house.taken(token)


async def test_what_refuses_nothing_any_more_is_forgotten(house: House) -> None:
    gone = TokenRevoked(organization_id=ORGANIZATION, client_id="client", jti="x", expires_at=now() - timedelta(hours=1), revoked_at=now())
    await house.told(gone, suspended(), suspended("restored"), approved(now(), "restored"))
    assert await purge_refusals(house.database) == 1
    async with house.database.transaction(Caller.system("test")) as tx:
        await tx.execute(text("UPDATE refusal SET forget_at = forget_at - interval '11 minutes'"))
    assert await purge_refusals(house.database) == 1
    await house.refusals.read(house.database)
    assert house.refusals.known == {("client", "client"): None}, "who is suspended stays so"


def test_every_service_reads_them_but_the_gateway_which_knows_first(kit_settings: KitSettings, tmp_path: object) -> None:
    from pathlib import Path

    plain = Service(NAME, NAME, "1", kit_settings, Path("none"))
    own = Service("gateway", "gateway", "1", kit_settings, Path("none"), asgi=lambda _: None)  # type: ignore[arg-type, return-value]
    assert ("org.ihala.gateway.client-suspended", 1) in plain.handlers() and own.handlers() == {}
