"""Invitations, the app's codes, recovery codes."""

from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from ihala_gateway.staff import accounts, passwords, second_factor, store
from ihala_kit.auth import Caller
from ihala_kit.vault import Vault
from sqlalchemy import text
from yarl import URL

from tests.gateway.house import House
from tests.gateway.staff import PASSWORD, account, browser, code, codes_of, enrolled, forget_tries, seed_of, who

LIVE = {"kind": "live", "password": None}


@pytest.fixture(autouse=True)
async def nothing_tried(home: House) -> None:
    await forget_tries(home)


async def test_an_invitation_makes_the_account_hers_and_is_used_up_then(home: House) -> None:
    name, row, invitation = await account(home, **LIVE)
    async with browser(home) as at, browser(home) as later:
        for _ in range(2):  # opening uses nothing up: previews open links too
            assert (await at.open(f"/invitation/{invitation}")).status == 200
            assert name in at.seen.text
        await at.send(f"/invitation/{invitation}", password=PASSWORD, again=PASSWORD)
        assert await who(home, at) is None
        assert (await at.send("/sign-in/app", code="000000")).status == 422
        seed = seed_of(at)
        await at.send("/sign-in/app", code=code(seed))
        assert len(codes_of(at)) == 10
        found = await who(home, at)
        assert found is not None and (found.account_id, found.methods) == (row.account_id, ("pwd", "otp", "mfa"))
        unknown = await later.open("/invitation/never-was-one-of-ours")
        assert (unknown.status, (await later.open(f"/invitation/{invitation}")).text) == (404, unknown.text)


async def test_pages_are_in_the_language_of_the_account_unless_another_was_chosen(home: House) -> None:
    browsers = {"Accept-Language": "en-US,en;q=0.9"}  # as most computers at desks say
    _, _, invitation = await account(home, language="ckb", kind="live", password=None)
    async with browser(home) as at:
        link = f"/invitation/{invitation}"
        assert '<html lang="ckb" dir="rtl">' in (await at.open(link, **browsers)).text
        assert '<html lang="ar" dir="rtl">' in (await at.open(link + "?lang=ar", **browsers)).text
        assert '<html lang="ar"' in (await at.open(link, **browsers)).text, "the choice is kept"
        at.session.cookie_jar.clear()
        await at.open(link, **browsers)
        assert '<html lang="ckb"' in (await at.send(link, browsers, password=PASSWORD, again=PASSWORD)).text
        assert '<html lang="ckb"' in (await at.send("/sign-in/app", browsers, code=code(seed_of(at)))).text
        assert '<html lang="ckb"' in (await at.open("/account", **browsers)).text
    async with browser(home) as at:
        await at.open("/sign-in?lang=en")
        plain, _, _ = await account(home, language="ckb")
        await at.send("/sign-in", name=plain, password=PASSWORD)
        assert '<html lang="en"' in (await at.open("/account")).text, "she chose it at this browser"


@pytest.mark.parametrize(
    ("password", "again", "wrong"),
    [("short", "short", "too short"), (PASSWORD, PASSWORD + "x", "differ"), ("aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaa", "easy"),
     ("Password1234", "Password1234", "easy"), ("x" * 300, "x" * 300, "too long")],
)  # fmt: skip
async def test_a_password_that_is_easy_to_guess_is_refused(home: House, password: str, again: str, wrong: str) -> None:
    _, _, invitation = await account(home, password=None)
    async with browser(home) as at:
        await at.open(f"/invitation/{invitation}")
        assert (await at.send(f"/invitation/{invitation}", password=password, again=again)).status == 422
        assert wrong in at.seen.text and await who(home, at) is None


async def test_an_invitation_ends_after_its_days(home: House) -> None:
    _, row, invitation = await account(home, **LIVE)
    async with home.database.transaction(Caller.system("test")) as tx:
        await tx.execute(
            text("UPDATE account SET invitation_until = :now WHERE account_id = :id"), {"now": datetime.now(UTC), "id": row.account_id}
        )
    async with browser(home) as at:
        assert (await at.open(f"/invitation/{invitation}")).status == 404


async def test_a_new_invitation_takes_away_what_was_begun_with_the_one_before(home: House) -> None:
    _, row, first = await account(home, **LIVE)
    async with browser(home) as thief:
        await thief.open(f"/invitation/{first}")
        await thief.send(f"/invitation/{first}", password=PASSWORD, again=PASSWORD)
        async with home.database.transaction(Caller.system("test")) as tx:
            found = await store.locked_account(tx, row.account_id)
            assert found is not None
            await accounts.reset(tx, found)
        assert (await thief.send("/sign-in/app", code=code(seed_of(thief)))).status == 403
        assert await who(home, thief) is None


async def test_two_who_use_one_link_do_not_both_go_on(home: House) -> None:
    _, _, invitation = await account(home, **LIVE)
    async with browser(home) as first, browser(home) as second:
        for at in (first, second):
            await at.open(f"/invitation/{invitation}")
            await at.send(f"/invitation/{invitation}", password=PASSWORD, again=PASSWORD)
        assert (await first.send("/sign-in/app", code=code(seed_of(first)))).status == 403, "another password was chosen since"
        assert (await second.send("/sign-in/app", code=code(seed_of(second)))).status == 200


async def test_a_step_does_not_outlive_the_password_that_began_it(home: House) -> None:
    new = "nine slow camels at the well"
    async with browser(home) as hers, browser(home) as thief:
        name, seed, _ = await enrolled(home, hers)
        await thief.sign_in(name)
        await hers.open("/account")
        assert (await hers.send("/account/password", current=PASSWORD, password=new, again=new)).status == 200
        assert (await thief.send("/sign-in/second", code=code(seed))).status == 403


async def test_nothing_is_computed_for_a_link_that_is_none(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    computed: list[str] = []

    async def hashed(password: str) -> str:
        computed.append(password)
        return "x"

    monkeypatch.setattr(passwords, "hashed", hashed)
    async with browser(home) as at:
        await at.open("/sign-in")
        assert (await at.send("/invitation/never-was-one-of-ours", password=PASSWORD, again=PASSWORD)).status == 404
    assert computed == []


async def test_the_password_alone_is_not_enough(home: House) -> None:
    async with browser(home) as first, browser(home) as at:
        name, seed, _ = await enrolled(home, first)
        await at.sign_in(name, next_path="/oauth/x")
        assert await who(home, at) is None
        assert (await at.send("/sign-in/second", code="123")).status == 401
        assert await who(home, at) is None
        await at.send("/sign-in/second", code=code(seed))
        found = await who(home, at)
        assert found is not None and found.methods == ("pwd", "otp", "mfa")
        assert 'content="0; url=/oauth/x"' in at.seen.text


async def test_a_code_and_a_step_are_used_once(home: House) -> None:
    async with browser(home) as first, browser(home) as at, browser(home) as thief:
        name, seed, _ = await enrolled(home, first)
        await at.sign_in(name)
        step = at.cookie("ihala-step")
        await at.send("/sign-in/second", code=code(seed))
        assert await who(home, at) is not None
        await thief.sign_in(name)
        assert (await thief.send("/sign-in/second", code=code(seed))).status == 401, "seen over her shoulder"
        assert (await thief.send("/sign-in/second", code=code(seed, -1))).status == 401, "and no older one"
        thief.session.cookie_jar.update_cookies({"ihala-step": step or ""}, URL(home.address))
        assert (await thief.send("/sign-in/second", code=code(seed, 1))).status == 403


async def test_a_recovery_code_works_once(home: House) -> None:
    async with browser(home) as first, browser(home) as at:
        name, _, codes = await enrolled(home, first)
        await at.sign_in(name)
        await at.send("/sign-in/second", code=codes[3].lower().replace("-", " "))
        assert await who(home, at) is not None
        await at.sign_in(name)
        assert (await at.send("/sign-in/second", code=codes[3])).status == 401
        assert (await at.send("/sign-in/second", code=codes[4])).status == 200


async def test_digits_are_taken_as_keyboards_here_write_them() -> None:
    now, seed = datetime(2026, 11, 22, 12, tzinfo=UTC), second_factor.new_seed()
    plain = pyotp.TOTP(seed).at(now)
    arabic = plain.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert second_factor.step_of(seed, arabic, now) == second_factor.step_of(seed, f"{plain[:3]} {plain[3:]}", now) is not None
    assert second_factor.step_of(seed, plain, now + timedelta(seconds=90)) is None
    assert second_factor.step_of(seed, "", now) is None


async def test_guessing_the_second_factor_pauses(home: House) -> None:
    async with browser(home) as first, browser(home) as at:
        name, seed, _ = await enrolled(home, first)
        await at.sign_in(name)
        assert [(await at.send("/sign-in/second", code="000001")).status for _ in range(6)] == [401] * 5 + [429]
        assert (await at.send("/sign-in/second", code=code(seed))).status == 429


async def test_a_live_account_without_a_second_factor_does_not_come_in(home: House) -> None:
    async with browser(home) as first, browser(home) as at:
        name, _, _ = await enrolled(home, first)
        async with home.database.transaction(Caller.system("test")) as tx:
            await tx.execute(text("DELETE FROM staff_totp"))
        assert (await at.sign_in(name)).status == 403
        assert await who(home, at) is None


async def test_the_seed_is_sealed_and_the_qr_code_names_the_account(home: House) -> None:
    async with browser(home) as at:
        name, row, invitation = await account(home, **LIVE)
        await at.open(f"/invitation/{invitation}")
        await at.send(f"/invitation/{invitation}", password=PASSWORD, again=PASSWORD)
        seed = seed_of(at)
        assert "<svg" in at.seen.text and "style=" not in at.seen.text.split("<main>")[1]
        parts = urlsplit(second_factor.address(seed, name))
        assert parse_qs(parts.query)["secret"] == [seed] and unescape(parts.path).endswith(name)
        await at.send("/sign-in/app", code=code(seed))
        async with home.database.transaction(Caller.system("test")) as tx:
            stored = await store.totp(tx, row.account_id)
            assert stored is not None and seed.encode() not in stored.sealed_seed
            assert Vault.of(home.settings).open_direct(stored.sealed_seed, f"staff_totp.sealed_seed.{row.account_id}") == seed.encode()
