"""The owner's page: sessions, password, app; and the warning before a session ends."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from ihala_gateway.staff import passwords
from ihala_gateway.staff.tables import Account
from ihala_kit.auth import Caller
from sqlalchemy import text

from tests.gateway.house import House
from tests.gateway.party import changed
from tests.gateway.staff import PASSWORD, account, browser, code, codes_of, enrolled, forget_tries, seed_of, who


@pytest.fixture(autouse=True)
async def nothing_tried(home: House) -> None:
    await forget_tries(home)


async def test_sessions_are_listed_and_ended_by_their_owner(home: House) -> None:
    name, _, _ = await account(home)
    stranger, _, _ = await account(home)
    async with browser(home) as here, browser(home) as there, browser(home) as third, browser(home) as other:
        for each in (here, there, third):
            await each.sign_in(name)
        await other.sign_in(stranger)
        theirs = await who(home, there)
        assert theirs is not None
        await other.open("/account")
        await other.send("/account/sessions", session_id=str(theirs.session_id))
        assert await who(home, there) is not None, "nobody ends what is not hers"
        await here.open("/account")
        assert here.seen.text.count('name="session_id"') == 3
        await here.send("/account/sessions", session_id=str(theirs.session_id))
        assert (await who(home, there), here.seen.text.count('name="session_id"')) == (None, 2)
        await here.send("/account/sessions", session_id="", which="others")
        assert await who(home, third) is None and await who(home, here) is not None
        assert (await third.open("/account")).status == 303


async def test_her_pages_are_in_her_language_to_the_last_and_she_may_choose_another(home: House) -> None:
    name, _, _ = await account(home, language="ckb")
    async with browser(home) as here:
        await here.sign_in(name)
        assert '<html lang="ckb" dir="rtl">' in (await here.open("/account")).text
        assert 'href="/account?lang=ar"' in here.seen.text and 'aria-describedby="session-1"' in here.seen.text
        assert '<html lang="ar" dir="rtl">' in (await here.open("/account?lang=ar")).text
        assert '<html lang="ar"' in (await here.open("/account?lang=fr")).text, "what she chose is kept"
        seen = await here.send("/sign-out")
        assert '<html lang="ar"' in seen.text and "تم تسجيل خروجك" in seen.text, "nobody else reads this page"


async def test_a_new_password_ends_other_sessions_and_needs_the_old_one(home: House) -> None:
    name, row, _ = await account(home)
    new = "nine slow camels at the well"
    async with browser(home) as here, browser(home) as there:
        await there.sign_in(name)
        await here.sign_in(name)
        await here.open("/account")
        assert (await here.send("/account/password", current="wrong", password=new, again=new)).status == 422
        assert (await here.send("/account/password", current=PASSWORD, password="short", again="short")).status == 422
        assert await who(home, there) is not None
        assert (await here.send("/account/password", current=PASSWORD, password=new, again=new)).status == 200
        found = await who(home, here)
        assert found is not None and found.account_version == row.version + 1
        assert await who(home, there) is None
        assert (await there.sign_in(name)).status == 401
        assert (await there.sign_in(name, new)).status == 200


async def test_a_password_that_was_changed_while_it_was_checked_opens_nothing(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    name, row, _ = await account(home)
    fits = passwords.fits

    async def changed_meanwhile(password: str, stored: str | None) -> bool:
        right = await fits(password, stored)
        await changed(home, Account, "account_id", row.account_id, password_hash="another's")
        return right

    async with browser(home) as here, browser(home) as thief:
        await here.sign_in(name)
        await here.open("/account")
        with monkeypatch.context() as slow:
            slow.setattr(passwords, "fits", changed_meanwhile)
            mine = "nine slow camels at the well"
            answer = await here.send("/account/password", current=PASSWORD, password=mine, again=mine)
            assert (answer.status, answer.headers.get("Location")) == (303, "/sign-in")
        await changed(home, Account, "account_id", row.account_id, password_hash=row.password_hash)
        with monkeypatch.context() as slow:
            slow.setattr(passwords, "fits", changed_meanwhile)
            assert (await thief.sign_in(name)).status == 401 and await who(home, thief) is None
        await changed(home, Account, "account_id", row.account_id, password_hash=row.password_hash)
        assert (await thief.sign_in(name)).status == 200


async def test_every_change_needs_the_page_of_the_session(home: House) -> None:
    name, _, _ = await account(home)
    paths = ("/sessions", "/password", "/app", "/app/code", "/codes", "/passkeys/removal", "/stay")
    async with browser(home) as at, browser(home) as nobody:
        await at.sign_in(name)
        await at.open("/account")
        for path in paths:
            for sent in (at.send(f"/account{path}", csrf="0" * 40, current=PASSWORD), at.send(f"/account{path}", csrf=None)):
                assert (await sent).status == 403, path
            await nobody.open("/sign-in")
            assert (await nobody.send(f"/account{path}", current=PASSWORD)).status == 403, path
            await at.open("/account")


async def test_a_new_app_replaces_the_old_one_when_its_code_was_right(home: House) -> None:
    async with browser(home) as at, browser(home) as there:
        name, old, codes = await enrolled(home, at)
        await at.open("/account")
        await at.send("/account/app", current="wrong")
        assert 'class="seed"' not in at.seen.text
        await at.send("/account/app", current=PASSWORD)
        new = seed_of(at)
        await there.sign_in(name)
        assert (await there.send("/sign-in/second", code=code(old))).status == 200, "until then the old one holds"
        await at.send("/account/app/code", code=code(new, -1))
        assert len(codes_of(at)) == 10
        await there.sign_in(name)
        for gone in (code(old, 1), codes[0]):
            assert (await there.send("/sign-in/second", code=gone)).status == 401
        assert (await there.send("/sign-in/second", code=code(new))).status == 200


async def test_the_warning_comes_before_the_end_and_does_not_put_it_off(home: House) -> None:
    name, row, _ = await account(home)
    async with browser(home) as at:
        await at.sign_in(name)
        first = await at.open("/account")
        refresh = re.search(r'content="(\d+); url=/account/ending"', first.text)
        assert refresh is not None and 500 < int(refresh[1]) <= 540
        await _idle(home, row.account_id, 570)
        await at.open("/account/ending")
        assert 'action="/account/stay"' in at.seen.text and 'role="alert"' in at.seen.text
        await at.open("/account/ending")
        found = await who(home, at, look_only=True)
        assert found is not None and (found.ends_at - datetime.now(UTC)).total_seconds() < 31
        await at.send("/account/stay")
        found = await who(home, at, look_only=True)
        assert found is not None and (found.ends_at - datetime.now(UTC)).total_seconds() > 590
        await _idle(home, row.account_id, 601)
        assert "Your session has ended" in (await at.open("/account/ending")).text


async def _idle(home: House, account_id: object, seconds: int) -> None:
    async with home.database.transaction(Caller.system("test")) as tx:
        seen = datetime.now(UTC) - timedelta(seconds=seconds)
        await tx.execute(text("UPDATE staff_session SET seen_at = :seen WHERE account_id = :id"), {"seen": seen, "id": account_id})
