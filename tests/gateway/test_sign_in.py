"""Signing in with a name and a password: cookies, forms, lock-out, and what a page tells a stranger."""

from datetime import UTC, datetime, timedelta

import pytest
from ihala_gateway.staff import sessions, store
from ihala_gateway.staff.sessions import SignedIn, hash_of
from ihala_gateway.staff.tables import Account, StaffSession
from ihala_kit.auth import Caller
from sqlalchemy import text
from yarl import URL

from tests.gateway.house import ORGANIZATION, House
from tests.gateway.staff import PASSWORD, Browser, account, browser

NEXT = "/oauth/authorize?client_id=x&state=y"


@pytest.fixture(autouse=True)
async def nothing_tried(home: House) -> None:
    async with home.database.transaction(Caller.system("test")) as tx:
        await tx.execute(text("DELETE FROM staff_tries"))


async def who(home: House, at: Browser, later: timedelta = timedelta(0), *, look_only: bool = False) -> SignedIn | None:
    async with home.database.transaction(Caller.system("test")) as tx:
        return await sessions.signed_in(tx, at.cookie_header, datetime.now(UTC) + later, look_only=look_only)


async def test_who_signed_in_is_known_with_rights_as_they_are_now(home: House) -> None:
    name, row, _ = await account(home, roles=["officer", "coordinator"], cleared=True)
    async with browser(home) as at:
        assert (await at.sign_in(name.upper(), next_path=NEXT.replace("&", "%26"))).status == 200
        assert f'content="0; url={NEXT}"'.replace("&", "&amp;") in at.seen.text
        found = await who(home, at)
        assert found is not None
        assert (found.account_id, found.organization_id, found.roles) == (row.account_id, ORGANIZATION, {"officer", "coordinator"})
        assert (found.cleared, found.trained, found.methods, found.account_version) == (True, True, ("pwd",), 1)
        async with home.database.transaction(Caller.system("test")) as tx:
            changed = await store.locked_account(tx, row.account_id)
            assert changed is not None
            changed.roles, changed.code_signed_on = ["officer"], None
        found = await who(home, at)
        assert found is not None and (found.roles, found.trained) == ({"officer"}, False)


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "/oauth/../../x", "/oauthx", "/oauth/a\\b", "/account", ""])
async def test_after_signing_in_nobody_is_sent_elsewhere(home: House, wanted: str) -> None:
    name, _, _ = await account(home)
    async with browser(home) as at:
        await at.open("/sign-in")
        await at.send("/sign-in", name=name, password=PASSWORD, next=wanted)
        assert 'content="0; url=/account"' in at.seen.text


async def test_text_and_status_do_not_tell_which_names_exist(home: House) -> None:
    name, _, _ = await account(home)
    invited, _, _ = await account(home, password=None)
    pages = []
    for tried in (name, "nobody-has-this-name", invited, "x", "x" * 5000):
        async with browser(home) as at:
            seen = await at.sign_in(tried, "not the right password")
            pages.append((seen.status, seen.text.replace(seen.hidden["csrf"], "")))
            assert await who(home, at) is None
    assert set(pages) == {pages[0]} and pages[0][0] == 401


async def test_the_hash_is_computed_for_names_that_nobody_has_too(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from ihala_gateway.staff import passwords

    computed: list[str] = []
    verify = passwords._fits
    monkeypatch.setattr(passwords, "_fits", lambda password, both: computed.append((both[0] or both[1])[:30]) or verify(password, both))
    name, _, _ = await account(home)
    for tried in (name, "nobody-has-this-name"):
        async with browser(home) as at:
            await at.sign_in(tried, "not the right password")
    assert len(computed) == 2 and computed[0] == computed[1], "the same algorithm with the same settings"


async def test_a_form_must_come_from_the_page_that_this_browser_shows(home: House) -> None:
    name, _, _ = await account(home)
    async with browser(home) as at, browser(home) as other:
        await other.open("/sign-in")
        await at.open("/sign-in")
        for fields in ({"csrf": None}, {"csrf": other.seen.hidden["csrf"]}, {"csrf": ""}):
            await at.open("/sign-in")
            assert (await at.send("/sign-in", name=name, password=PASSWORD, **fields)).status == 403
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}):
            await at.open("/sign-in")
            assert (await at.send("/sign-in", headers, name=name, password=PASSWORD)).status == 403
        assert await who(home, at) is None


async def test_signing_in_makes_a_new_session_and_ends_the_one_before(home: House) -> None:
    name, _, _ = await account(home)
    async with browser(home) as at:
        at.session.cookie_jar.update_cookies({"ihala": "planted-by-somebody-else"}, URL(home.address))
        await at.sign_in(name)
        first, first_header = at.cookie(), at.cookie_header
        assert first not in (None, "planted-by-somebody-else")
        await at.sign_in(name)
        assert at.cookie() != first
        async with home.database.transaction(Caller.system("test")) as tx:
            assert await sessions.signed_in(tx, first_header, datetime.now(UTC)) is None


async def test_a_shared_desk_is_left_after_ten_minutes_and_every_desk_after_twelve_hours(home: House) -> None:
    name, _, _ = await account(home)
    async with browser(home) as shared, browser(home) as own:
        await shared.sign_in(name)
        await own.sign_in(name, own="1")
        assert await who(home, shared, timedelta(minutes=9), look_only=True) is not None
        assert await who(home, shared, timedelta(minutes=9)) is not None  # used: ten minutes more
        assert await who(home, shared, timedelta(minutes=18)) is not None
        assert await who(home, shared, timedelta(minutes=29), look_only=True) is None
        for minutes in range(50, 12 * 60, 50):
            assert await who(home, own, timedelta(minutes=minutes)) is not None
        assert await who(home, own, timedelta(hours=12, seconds=1)) is None


async def test_who_signs_out_is_out(home: House) -> None:
    name, _, _ = await account(home)
    async with browser(home) as at:
        await at.sign_in(name)
        found, kept = await who(home, at), at.cookie_header
        assert found is not None
        assert (await at.send("/sign-out", csrf="0" * 40)).status == 403
        assert (await at.send("/sign-out", csrf=found.csrf)).status == 200
        assert at.cookie() in (None, "")
        async with home.database.transaction(Caller.system("test")) as tx:
            assert await sessions.signed_in(tx, kept, datetime.now(UTC)) is None


async def test_a_suspended_account_is_out_at_once_and_stays_out(home: House) -> None:
    name, row, _ = await account(home)
    async with browser(home) as at:
        await at.sign_in(name)
        async with home.database.transaction(Caller.system("test")) as tx:
            await tx.execute(
                text("UPDATE account SET status = 'suspended', suspended_by = '{administrator}' WHERE account_id = :id"),
                {"id": row.account_id},
            )
        assert await who(home, at) is None
        assert (await at.sign_in(name)).status == 401


async def test_a_person_reads_a_page_where_a_program_reads_a_document(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    person = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "ckb", "X-Request-Id": "quoted-by-her"}
    with monkeypatch.context() as patch:
        patch.setattr(home.database, "transaction", _away)
        asked = [("/account", 503), ("/oauth/authorize?client_id=x", 503), ("/account/nothing", 404), ("/sign-in?x=" + "x" * 9000, 414)]
        for path, status in asked:
            async with home.session.get(path, headers=person) as answer:
                text_ = await answer.text()
                assert (answer.status, answer.content_type) == (status, "text/html") and "quoted-by-her" in text_
                assert '<html lang="ckb" dir="rtl">' in text_ and "xxxx" not in text_
                assert (status == 503) == ("Retry-After" in answer.headers) == ("هەوڵ بدەرەوە" in text_)
            async with home.session.get(path, headers={"Accept": "*/*"}) as answer:
                assert (answer.status, answer.content_type) == (status, "application/problem+json")
    async with home.session.get("/referral/v1/referrals", headers=person) as answer:
        assert answer.content_type == "application/problem+json", "no page of ours"


def _away(_: Caller) -> None:
    raise ConnectionRefusedError


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl"), ("ckb", "rtl")])
async def test_pages_are_in_three_languages_with_a_policy_that_lets_nothing_in(home: House, language: str, direction: str) -> None:
    async with browser(home) as at:
        seen = await at.open("/sign-in", **{"Accept-Language": language})
        assert f'<html lang="{language}" dir="{direction}">' in seen.text
        policy = seen.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'") and "script-src" not in policy and "frame-ancestors 'none'" in policy
        assert (seen.headers["Cache-Control"], seen.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
        assert seen.headers["Content-Language"] == language
        other = "ar" if language != "ar" else "en"
        assert f'<html lang="{other}"' in (await at.open(f"/sign-in?lang={other}", **{"Accept-Language": language})).text
        assert f'<html lang="{other}"' in (await at.open("/sign-in", **{"Accept-Language": language})).text, "the choice is kept"


async def test_what_a_stranger_puts_into_the_address_is_escaped(home: House) -> None:
    async with browser(home) as at:
        seen = await at.open("/sign-in?next=/oauth/x%3Cscript%3E&lang=%22%3E%3Cscript%3E")
        assert "<script" not in seen.text


async def test_neither_cookies_nor_names_are_stored_as_they_are(home: House) -> None:
    name, row, _ = await account(home)
    async with browser(home) as at:
        await at.sign_in(name)
        secret = at.cookie()
    assert secret is not None
    async with home.database.transaction(Caller.system("test")) as tx:
        stored = await tx.get(StaffSession, hash_of(secret))
        assert stored is not None
        assert secret not in str(stored.model_dump())
        found = await tx.get(Account, row.account_id)
        assert found is not None and name.encode() not in found.sealed_name + found.name_hash
        assert found.password_hash is not None and found.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_over_https_cookies_belong_to_this_host_alone() -> None:
    from ihala_gateway.staff import cookies

    names = cookies.names_for("https://ihala.example")
    given = names.setting(names.session, "x")
    assert given == "__Host-ihala=x; Path=/; HttpOnly; SameSite=Lax; Secure"
    assert cookies.read("ihala=y; __Host-ihala=x", names.session) == "x"
    assert cookies.read("__Host-ihala=y; __Host-ihala=x", names.session) is None
    assert cookies.read("__Host-ihala=a b", names.session) is None
