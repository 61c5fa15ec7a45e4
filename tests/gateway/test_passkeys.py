"""Passkeys: added by their owner, signing in alone or as the second step; every answer that is not quite right is refused."""

import asyncio
import base64
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from html import unescape
from typing import Any

import cbor2
import pytest
from ihala_gateway.staff import accounts, relying_party, store, tries
from ihala_kit.auth import Caller
from ihala_kit.vault import Vault
from sqlalchemy import text

from tests.gateway.authenticator import PRESENT, Authenticator, b64
from tests.gateway.house import House, free_port, opened
from tests.gateway.staff import PASSWORD, Browser, account, browser, forget_tries, who


@pytest.fixture(scope="module")
async def named(home: House) -> AsyncIterator[House]:
    """A second process, whose address has a name: there are no passkeys for bare IP addresses."""
    port = free_port()
    settings = home.settings.model_copy(update={"issuer": f"http://localhost:{port}"})
    async with opened(settings, home.upstream, port) as found:
        yield found


@pytest.fixture
def device(named: House) -> Authenticator:
    return Authenticator(named.settings.issuer)


@pytest.fixture(autouse=True)
async def nothing_tried(named: House) -> None:
    await forget_tries(named)


def options(at: Browser) -> dict[str, Any]:
    found = re.search(r'data-options="([^"]*)"', at.seen.text)
    assert found is not None, at.seen.text
    loaded: dict[str, Any] = json.loads(unescape(found[1]))
    return loaded


async def added(home: House, at: Browser, device: Authenticator) -> str:
    """Sign in with a password and add the device's passkey; return the name."""
    name, _, _ = await account(home)
    await at.sign_in(name)
    await at.open("/account")
    await at.send("/account/passkeys", current=PASSWORD)
    await at.send("/account/passkeys/answer", passkey=device.create(options(at)))
    assert "The passkey was added" in at.seen.text
    return name


async def asked(at: Browser, next_path: str = "/oauth/x") -> dict[str, Any]:
    await at.open(f"/sign-in?next={next_path}")
    await at.send("/sign-in/passkey")
    return options(at)


async def test_a_passkey_signs_in_without_name_or_password(named: House, device: Authenticator) -> None:
    async with browser(named) as first, browser(named) as at:
        await added(named, first, device)
        wanted = await asked(at)
        assert (wanted["rpId"], wanted["userVerification"], wanted.get("allowCredentials", [])) == ("localhost", "required", [])
        policy = at.seen.headers["Content-Security-Policy"]
        assert "script-src 'sha256-" in policy and "unsafe" not in policy and "'self'" not in policy.split("form-action")[0]
        await at.send("/sign-in/passkey/answer", passkey=device.sign(wanted))
        found, hers = await who(named, at), await who(named, first)
        assert found is not None and hers is not None and found.account_id == hers.account_id
        assert found.methods == ("pop", "user", "mfa") and 'content="0; url=/oauth/x"' in at.seen.text


async def test_a_passkey_is_a_second_step_of_its_own_account_only(named: House, device: Authenticator) -> None:
    other = Authenticator(named.settings.issuer)
    async with browser(named) as first, browser(named) as second, browser(named) as at:
        name = await added(named, first, device)
        await added(named, second, other)
        await at.sign_in(name)
        assert await who(named, at) is None, "who has a passkey has a second factor, and is asked for it"
        wanted = options(at)
        assert [each["id"] for each in wanted["allowCredentials"]] == [json.loads(device.sign(wanted))["id"]]
        assert (await at.send("/sign-in/second", passkey=other.sign(wanted))).status == 401
        await at.sign_in(name)
        await at.send("/sign-in/second", passkey=device.sign(options(at)))
        found = await who(named, at)
        assert found is not None and found.methods == ("pwd", "pop", "mfa")


async def test_what_was_signed_is_worth_something_once_and_here(named: House, device: Authenticator) -> None:
    async with browser(named) as first, browser(named) as at:
        await added(named, first, device)
        wanted = await asked(at)
        answer = device.sign(wanted)
        await at.send("/sign-in/passkey/answer", passkey=answer)
        assert await who(named, at) is not None
    async with browser(named) as thief:
        for wrong in (
            lambda wanted: answer,  # of an older challenge
            lambda wanted: device.sign(wanted | {"challenge": "AAAA"}),
            lambda wanted: device.sign(wanted | {"rpId": "evil.example"}),
            lambda wanted: _elsewhere(device, "https://evil.example", wanted),
            lambda wanted: _without_finger(device, wanted),
            lambda wanted: Authenticator(device.origin, credential_id=device.credential_id).sign(wanted),  # another key
            lambda wanted: Authenticator(device.origin).sign(wanted),  # unknown
            lambda wanted: _copied(device, wanted),
            lambda wanted: "{}", lambda wanted: "no json", lambda wanted: "", lambda wanted: "[" * 2500,
            lambda wanted: '{"id":"","rawId":"","type":"public-key","response":{}}',
        ):  # fmt: skip
            wanted = await asked(thief)
            assert (await thief.send("/sign-in/passkey/answer", passkey=wrong(wanted))).status == 401
            assert await who(named, thief) is None
        assert (await thief.send("/sign-in/passkey/answer", passkey=device.sign(wanted))).status == 403, "one answer a challenge"


async def test_looking_at_the_sign_in_page_stores_nothing(named: House) -> None:
    async with named.database.transaction(Caller.system("test")) as tx:
        await tx.execute(text("DELETE FROM staff_ceremony"))
    async with browser(named) as at:
        await at.open("/sign-in")
    async with named.database.transaction(Caller.system("test")) as tx:
        assert (await tx.execute(text("SELECT count(*) FROM staff_ceremony"))).scalar_one() == 0


async def test_whoever_sprays_passwords_does_not_keep_passkeys_out(named: House, device: Authenticator) -> None:
    async with browser(named) as first, browser(named) as at:
        await added(named, first, device)
        async with named.database.transaction(Caller.system("test")) as tx:
            for n in range(41):
                now = datetime.now(UTC)
                await tries.take(tx, tries.attempt(Vault.of(named.settings), f"sprayed-{n}", "127.0.0.1", None, now), now)
        assert (await at.sign_in("anybody", "at all")).status == 429
        await at.send("/sign-in/passkey/answer", passkey=device.sign(await asked(at)))
        assert await who(named, at) is not None


async def test_a_browser_that_asks_and_asks_is_refused(named: House) -> None:
    async with browser(named) as at:
        await at.open("/sign-in")
        assert [(await at.send("/sign-in/passkey", csrf=at.seen.hidden["csrf"])).status for _ in range(41)] == [200] * 40 + [429]


async def test_a_passkey_is_removed_with_the_password(named: House, device: Authenticator) -> None:
    async with browser(named) as first, browser(named) as at:
        await added(named, first, device)
        found = re.search(r'name="passkey_id" value="([^"]+)"', first.seen.text)
        assert found is not None
        await first.send("/account/passkeys/removal", passkey_id=found[1], current="wrong")
        assert found[1] in first.seen.text
        await first.send("/account/passkeys/removal", passkey_id=found[1], current=PASSWORD)
        assert found[1] not in first.seen.text
        assert (await at.send("/sign-in/passkey/answer", passkey=device.sign(await asked(at)))).status == 401


async def test_a_key_that_is_none_is_not_taken(named: House, device: Authenticator) -> None:
    async with browser(named) as at:
        name, _, _ = await account(named)
        await at.sign_in(name)
        await at.open("/account")
        await at.send("/account/passkeys", current=PASSWORD)
        made = json.loads(device.create(options(at)))
        attestation = cbor2.loads(base64.urlsafe_b64decode(made["response"]["attestationObject"] + "=="))
        before_the_key = attestation["authData"][: 37 + 16 + 2 + len(device.credential_id)]
        made["response"]["attestationObject"] = b64(cbor2.dumps(attestation | {"authData": before_the_key + cbor2.dumps([])}))
        seen = await at.send("/account/passkeys/answer", passkey=json.dumps(made))
        assert (seen.status, "The passkey was not taken" in seen.text) == (422, True)


async def test_a_suspended_account_does_not_come_in_by_passkey(named: House, device: Authenticator) -> None:
    async with browser(named) as first, browser(named) as at:
        await added(named, first, device)
        async with named.database.transaction(Caller.system("test")) as tx:
            await tx.execute(text("UPDATE account SET status = 'suspended', suspended_by = '{administrator}'"))
        assert (await at.send("/sign-in/passkey/answer", passkey=device.sign(await asked(at)))).status == 401


async def test_who_is_suspended_while_she_signs_in_by_passkey_signs_in_anew_afterwards(named: House, device: Authenticator) -> None:
    async with browser(named) as first, browser(named) as at:
        await added(named, first, device)
        hers = await who(named, first)
        assert hers is not None
        wanted = await asked(at)
        async with named.database.transaction(Caller.system("test")) as tx:
            found = await store.locked_account(tx, hers.account_id)
            assert found is not None and await accounts.suspend(tx, found)
            signing_in = asyncio.create_task(at.send("/sign-in/passkey/answer", passkey=device.sign(wanted)))
            assert not (await asyncio.wait({signing_in}, timeout=0.3))[0], "it waits for what her suspension ends"
        assert (await signing_in).status == 401
        async with named.database.transaction(Caller.system("test")) as tx:
            found = await store.locked_account(tx, hers.account_id)
            assert found is not None and accounts.restore(found)
        assert await who(named, at) is None


@pytest.mark.parametrize(
    ("issuer", "host"),
    [("https://ihala.example", "ihala.example"), ("http://localhost:8080", "localhost"), ("http://ihala.example", None),
     ("http://127.0.0.1:8080", None), ("https://[::1]", None)],
)  # fmt: skip
def test_where_browsers_do_passkeys(issuer: str, host: str | None) -> None:
    party = relying_party.party(issuer)
    assert (party and party.host) == host


async def test_without_a_named_address_there_are_none(home: House) -> None:
    async with browser(home) as at:
        await at.open("/sign-in")
        assert "passkey" not in at.seen.text
        assert (await at.send("/sign-in/passkey")).status == 404


def _elsewhere(device: Authenticator, origin: str, wanted: dict[str, Any]) -> str:
    device.origin, kept = origin, device.origin
    try:
        return device.sign(wanted)
    finally:
        device.origin = kept


def _without_finger(device: Authenticator, wanted: dict[str, Any]) -> str:
    device.flags, kept = PRESENT, device.flags
    try:
        return device.sign(wanted)
    finally:
        device.flags = kept


def _copied(device: Authenticator, wanted: dict[str, Any]) -> str:
    """A copy of the device that has signed less often."""
    return Authenticator(device.origin, credential_id=device.credential_id, key=device.key).sign(wanted)
