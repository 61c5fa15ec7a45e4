"""Guessing in parallel helps nobody; what is over is thrown away."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from ihala_gateway.staff import second_factor, store
from ihala_kit.auth import Caller
from ihala_kit.vault import Vault
from sqlalchemy import text

from tests.gateway.house import House
from tests.gateway.staff import account, browser, code, forget_tries


@pytest.fixture(autouse=True)
async def nothing_tried(home: House) -> None:
    await forget_tries(home)


async def test_guesses_at_the_same_time_are_counted_before_they_are_looked_at(home: House) -> None:
    name, _, _ = await account(home)
    async with browser(home) as at:
        await at.open("/sign-in")
        form = at.seen.hidden | {"name": name, "password": "wrong"}

        async def guess() -> int:
            async with at.session.post("/sign-in", data=form) as answer:
                return answer.status

        statuses = await asyncio.gather(*(guess() for _ in range(12)))
    assert sorted(statuses) == [401] * 5 + [429] * 7


async def test_one_code_at_two_desks_at_the_same_time_lets_one_in(home: House) -> None:
    _, row, _ = await account(home)
    vault, seed = Vault.of(home.settings), second_factor.new_seed()
    async with home.database.transaction(Caller.system("test")) as tx:
        await second_factor.enrol(tx, vault, row.account_id, seed, 0, datetime.now(UTC))

    async def use(given: str) -> bool:
        async with home.database.transaction(Caller.system("test")) as tx:
            return await second_factor.use(tx, vault, row.account_id, given, datetime.now(UTC))

    given = code(seed)
    assert sorted(await asyncio.gather(*(use(given) for _ in range(6)))) == [False] * 5 + [True]


async def test_what_is_over_is_thrown_away_and_what_holds_stays(home: House) -> None:
    name, _, _ = await account(home)
    async with browser(home) as at:
        await at.sign_in(name)
        await at.open("/sign-in")
        await at.send("/sign-in", name="nobody-at-all", password="wrong")
    now = datetime.now(UTC)
    counts = "SELECT (SELECT count(*) FROM staff_session), (SELECT count(*) FROM staff_tries)"
    async with home.database.transaction(Caller.system("test")) as tx:
        before = (await tx.execute(text(counts))).one()
        assert await store.purge(tx, now) == 0
        await store.purge(tx, now + timedelta(hours=11))
        assert (await tx.execute(text(counts))).one() == before
        assert await store.purge(tx, now + timedelta(days=2)) >= 2
        assert tuple((await tx.execute(text(counts))).one()) == (0, 0)
