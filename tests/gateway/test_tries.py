"""Guessing and spraying: pauses, budgets, many at the same time; and what is over is thrown away."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from ihala_gateway.staff import second_factor, store, tries
from ihala_kit.auth import Caller
from ihala_kit.vault import Vault
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

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


async def test_guessing_one_name_pauses_longer_and_longer_but_not_where_she_signed_in_before(home: House) -> None:
    name, _, _ = await account(home)
    async with browser(home) as hers, browser(home) as other:
        await hers.sign_in(name)
        assert [(await other.sign_in(name, "wrong")).status for _ in range(6)] == [401] * 5 + [429]
        assert 1 <= int(other.seen.headers["retry-after"]) <= 31
        assert (await other.sign_in(name)).status == 429, "the right password does not help either"
        assert (await hers.sign_in(name)).status == 200
        assert (await other.sign_in(name)).status == 429, "her success elsewhere gives a guesser nothing"


async def test_names_that_nobody_has_pause_like_others(home: House) -> None:
    async with browser(home) as at:
        assert [(await at.sign_in("nobody-at-all", "wrong")).status for _ in range(6)] == [401] * 5 + [429]


async def test_a_pause_doubles_up_to_a_quarter_of_an_hour_and_is_forgotten(home: House) -> None:
    now = datetime.now(UTC)
    vault = Vault.of(home.settings)
    pauses = []
    async with home.database.transaction(Caller.system("test")) as tx:
        for _ in range(13):
            one = tries.attempt(vault, "somebody", "192.0.2.7", None, now)
            assert await tries.take(tx, one, now) is None
            early = await tries.take(tx, one, now)
            while early is None:
                early = await tries.take(tx, one, now)
            pauses.append(round(early.total_seconds()))
            now += early
        assert pauses[:6] == [30, 60, 120, 240, 480, 900] and set(pauses[6:]) == {900}
        later = now + timedelta(hours=3)
        assert await tries.take(tx, tries.attempt(vault, "somebody", "192.0.2.7", None, later), later) is None
        assert await tries.take(tx, tries.attempt(vault, "somebody", "192.0.2.7", None, later), later) is None


async def test_spraying_many_names_from_one_address_ends_and_a_known_browser_goes_on(home: House) -> None:
    vault, now = Vault.of(home.settings), datetime.now(UTC)
    async with home.database.transaction(Caller.system("test")) as tx:
        taken = [await tries.take(tx, tries.attempt(vault, f"name-{n}", "2001:db8::1", None, now), now) for n in range(41)]
        assert taken[:40] == [None] * 40 and taken[40] is not None
        same_line = tries.attempt(vault, "name-99", "2001:db8::ffff:1", None, now)
        assert await tries.take(tx, same_line, now) is not None
        assert await tries.take(tx, tries.attempt(vault, "name-99", "2001:db8:1::1", None, now), now) is None
        assert await tries.take(tx, tries.attempt(vault, "name-98", "2001:db8::1", "known", now), now) is None
        later = now + timedelta(minutes=10)
        assert await tries.take(tx, tries.attempt(vault, "name-97", "2001:db8::1", None, later), later) is None


async def test_a_try_that_is_refused_uses_up_nothing_that_others_share(home: House) -> None:
    vault, now = Vault.of(home.settings), datetime.now(UTC)
    async with home.database.transaction(Caller.system("test")) as tx:
        for _ in range(60):
            one = tries.attempt(vault, "one-name", "192.0.2.9", None, now)
            await tries.take(tx, one, now)
        assert await _counted(tx, one) == [40, 5, 5], "the address, the name until its pause, everybody"
        for number in range(3):
            assert await tries.take(tx, tries.attempt(vault, f"more-{number}", "192.0.2.9", None, now), now) is not None
        other = tries.attempt(vault, "more-1", "192.0.2.10", None, now)
        assert await tries.take(tx, other, now) is None
        assert await _counted(tx, other) == [1, 1, 6]
        await tries.succeeded(tx, other)
        assert await _counted(tx, other) == [0, None, 5]


async def _counted(tx: AsyncSession, attempt: tries.Attempt) -> list[int | None]:
    asked = text("SELECT failures FROM staff_tries WHERE bucket = :bucket")
    return [(await tx.execute(asked, {"bucket": bucket})).scalar_one_or_none() for bucket, _ in attempt.counted]


async def test_spraying_from_everywhere_ends_too(home: House) -> None:
    vault, now = Vault.of(home.settings), datetime.now(UTC)
    async with home.database.transaction(Caller.system("test")) as tx:
        everywhere = [tries.attempt(vault, f"spray-{n}", f"198.51.{n // 250}.{n % 250}", None, now) for n in range(601)]
        taken = [await tries.take(tx, one, now) for one in everywhere]
    assert taken.index(next(each for each in taken if each is not None)) == 600
