"""People at the gateway's pages: accounts, and a browser without scripts that keeps cookies and fills in forms."""

import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pyotp
from ihala_gateway.staff import accounts, sessions
from ihala_gateway.staff.sessions import SignedIn
from ihala_gateway.staff.tables import Account
from ihala_kit.auth import Caller
from ihala_kit.vault import Vault
from sqlalchemy import text

from tests.gateway.house import OPERATOR, ORGANIZATION, House

PASSWORD = "seven quiet herons over the river"
_HIDDEN = re.compile(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"')


async def account(home: House, name: str | None = None, **more: Any) -> tuple[str, Account, str | None]:
    """Add an account, by default one of the sandbox with PASSWORD; return its name, its row and its invitation."""
    name = name or f"officer-{uuid4().hex[:12]}"
    wanted: dict[str, Any] = {
        "name": name, "organization_id": str(ORGANIZATION), "organization": "Centre", "organization_kind": "hlp",
        "operator_id": str(OPERATOR), "governorates": ["IQG15"], "roles": ["officer"], "kind": "sandbox", "language": "en",
        "trained_on": "2025-09-01", "code_signed_on": "2025-09-02", "password": PASSWORD,
    } | more  # fmt: skip
    new = accounts.NewAccount.model_validate({key: value for key, value in wanted.items() if value is not None})
    async with home.database.transaction(Caller.system("test")) as tx:
        added = await accounts.add(tx, Vault.of(home.settings), new)
    return name, added.account, added.invitation


@dataclass
class Seen:
    """A page as it was answered."""

    status: int
    text: str
    headers: Any

    @property
    def hidden(self) -> dict[str, str]:
        return {name: unescape(value) for name, value in _HIDDEN.findall(self.text)}


def sent_to(seen: Seen) -> str:
    """Return where a redirect leads, or a page that leads on by itself; nothing for any other page."""
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]*)"', seen.text)
    return unescape(found[1]) if found else str(seen.headers.get("Location", ""))


@dataclass
class Browser:
    """One browser. `seen` is the page it shows."""

    session: aiohttp.ClientSession
    seen: Seen = field(init=False)

    async def open(self, path: str, **headers: str) -> Seen:
        async with self.session.get(path, headers=headers, allow_redirects=False) as answer:
            self.seen = Seen(answer.status, await answer.text(), answer.headers)
            return self.seen

    async def send(self, path: str, headers: dict[str, str] | None = None, **fields: str | None) -> Seen:
        """Send a form of the page that is shown, with its hidden fields; None takes one out."""
        form = {name: value for name, value in (self.seen.hidden | fields).items() if value is not None}
        async with self.session.post(path, data=form, headers=headers, allow_redirects=False) as answer:
            self.seen = Seen(answer.status, await answer.text(), answer.headers)
            return self.seen

    async def sign_in(self, name: str, password: str = PASSWORD, next_path: str = "", **more: str) -> Seen:
        await self.open("/sign-in" + (f"?next={next_path}" if next_path else ""))
        return await self.send("/sign-in", name=name, password=password, **more)

    def cookie(self, name: str = "ihala") -> str | None:
        return next((each.value for each in self.session.cookie_jar if each.key == name), None)

    @property
    def cookie_header(self) -> str:
        return "; ".join(f"{each.key}={each.value}" for each in self.session.cookie_jar)


@asynccontextmanager
async def browser(home: House) -> AsyncIterator[Browser]:
    """Open a browser with no cookies."""
    async with aiohttp.ClientSession(home.address, cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield Browser(session)


async def who(home: House, at: Browser, *, look_only: bool = False) -> SignedIn | None:
    """Return who is signed in at a browser."""
    async with home.database.transaction(Caller.system("test")) as tx:
        return await sessions.signed_in(tx, at.cookie_header, datetime.now(UTC), look_only=look_only)


async def forget_tries(home: House) -> None:
    """Let everybody try again: tests share one network address."""
    async with home.database.transaction(Caller.system("test")) as tx:
        await tx.execute(text("DELETE FROM staff_tries"))


def code(seed: str, steps: int = 0) -> str:
    if (left := 30 - time.time() % 30) < 0.15:
        time.sleep(left)  # the code shall not become one of the step before while it is sent
    return pyotp.TOTP(seed).at(datetime.now(UTC), counter_offset=steps)


def seed_of(at: Browser) -> str:
    found = re.search(r'<p class="seed" translate="no">([A-Z2-7 ]+)</p>', at.seen.text)
    assert found is not None, at.seen.text
    return found[1].replace(" ", "")


def codes_of(at: Browser) -> list[str]:
    return re.findall(r"<li>([2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4})</li>", at.seen.text)


async def enrolled(home: House, at: Browser, name: str | None = None) -> tuple[str, str, list[str]]:
    """Take an invitation up; return name, seed and recovery codes. The code of the step before is used up."""
    name, _, invitation = await account(home, name, kind="live", password=None)
    await at.open(f"/invitation/{invitation}")
    await at.send(f"/invitation/{invitation}", password=PASSWORD, again=PASSWORD)
    seed = seed_of(at)
    await at.send("/sign-in/app", code=code(seed, -1))
    return name, seed, codes_of(at)


async def events_about(home: House, account_id: UUID) -> list[dict[str, Any]]:
    """Return what was told of an account, in order."""
    async with home.database.engine.connect() as connection:
        found = (await connection.execute(text("SELECT data FROM outbox ORDER BY seq"))).scalars().all()
    return [each for each in map(json.loads, found) if each.get("account_id") == str(account_id)]
