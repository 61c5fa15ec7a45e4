"""/account: what its owner sees and changes of her account: sessions, and before they end a warning; password. Factors: factor_pages.py."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ihala_gateway.staff import forms, names, pages, passwords, relying_party, sessions, step_store, store, tries
from ihala_gateway.staff.forms import ACCOUNT, FormRefused
from ihala_gateway.staff.reception import Handler, Reception, address_of
from ihala_gateway.staff.second_factor import Factors
from ihala_gateway.staff.sessions import SignedIn
from ihala_gateway.staff.tables import Account

WARNED_SECONDS = 60  # before a session ends


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose page it is."""

    who: SignedIn
    account: Account


class AccountPages:
    """The pages of somebody who is signed in."""

    def __init__(self, reception: Reception) -> None:
        self._at = reception

    def handlers(self) -> Mapping[tuple[str, str], Handler]:
        """Return what answers which address."""
        return {
            ("GET", ACCOUNT): self.show,
            ("GET", f"{ACCOUNT}/ending"): self.ending,
            ("POST", f"{ACCOUNT}/stay"): self.stay,
            ("POST", f"{ACCOUNT}/sessions"): self.end_sessions,
            ("POST", f"{ACCOUNT}/password"): self.change_password,
        }

    async def show(self, request: Request) -> Response:
        """Show the account; from now on in the language that its owner chose here."""
        async with self._at.transaction() as tx:
            owner, chosen = await owner_of(tx, request), request.query_params.get("lang")
            if owner is None:
                return to_sign_in()
            if chosen in pages.NAMES:
                await store.speak(tx, owner.who.session_id, chosen)
                owner = replace(owner, who=replace(owner.who, language=chosen))
            return await self.overview(tx, owner)

    async def ending(self, request: Request) -> Response:
        """Warn that the session ends. The browser comes here by itself, so this is no use of the session."""
        now = datetime.now(UTC)
        async with self._at.transaction() as tx:
            who = await sessions.signed_in(tx, request.headers.get("cookie"), now, look_only=True)
        if who is None:
            gone = [("set-cookie", self._at.names.setting(self._at.names.session, "", 0))]
            language = self._at.language(request)
            return pages.page("notice", language, headers=gone, title="session_ended", text="session_ended_text", back="/sign-in")
        sessions.note(request, who)
        left = int((who.ends_at - now).total_seconds())
        again = left + 1 if left <= WARNED_SECONDS else left - WARNED_SECONDS  # another page used the session meanwhile
        return pages.page("ending", who.language, csrf=who.csrf, left=left, warned=left <= WARNED_SECONDS, ends_in=again)

    async def stay(self, request: Request) -> Response:
        """Go on with the session."""
        async with self._at.transaction() as tx:
            owner, _ = await owner_and_form(tx, request)
            return await self.overview(tx, owner)

    async def end_sessions(self, request: Request) -> Response:
        """End one session, or all but this one."""
        async with self._at.transaction() as tx:
            owner, fields = await owner_and_form(tx, request)
            one = _uuid(fields.get("session_id", ""))
            if one is not None:
                await store.end_sessions(tx, owner.who.account_id, only=one)
            elif fields.get("which") == "others":
                await store.end_sessions(tx, owner.who.account_id, but=owner.who.session_id)
            return to_sign_in() if one == owner.who.session_id else await self.overview(tx, owner, "sessions_ended")

    async def change_password(self, request: Request) -> Response:
        """Change the password; every other session ends, and tokens that were given before."""
        async with self._at.transaction() as tx:
            owner, fields = await owner_and_form(tx, request)
        wrong = await confirmed(self._at, request, owner, fields)
        if wrong is None:
            wrong = passwords.weakness(fields.get("password", ""), names.shown(self._at.vault, owner.account))
        if wrong is None and fields.get("password") != fields.get("again"):
            wrong = "passwords_differ"
        hashed = "" if wrong is not None else await passwords.hashed(fields["password"])
        async with self._at.transaction() as tx:
            account = await store.locked_account(tx, owner.account.account_id)
            if account is None or account.password_hash != owner.account.password_hash:
                return to_sign_in()  # it changed while this one was checked, which ended this session
            if wrong is None:
                account.password_hash, account.changed_at = hashed, datetime.now(UTC)
                account.version += 1
                await step_store.forget(tx, account.account_id)
                await store.end_sessions(tx, account.account_id, but=owner.who.session_id)
            return await self.overview(tx, owner, "password_changed" if wrong is None else None, wrong)

    async def overview(self, tx: AsyncSession, owner: Owner, done: str | None = None, wrong: str | None = None) -> Response:
        """Return the page with everything, and what has just been done or refused."""
        now, account = datetime.now(UTC), owner.account
        factors = Factors(*await store.factors(tx, account.account_id))
        rows = [each for each in await store.sessions_of(tx, account.account_id, now) if sessions.ends_at(each) > now]
        return own_page(
            "account", owner.who, status=200 if wrong is None else 422, done=done, wrong=wrong, account=account,
            name=names.shown(self._at.vault, account), sessions=rows, this=owner.who.session_id, factors=factors,
            passkeys=await store.passkeys(tx, account.account_id), passkeys_here=relying_party.party(self._at.settings.issuer) is not None,
            shortest=passwords.SHORTEST,
        )  # fmt: skip


def own_page(name: str, who: SignedIn, /, **values: Any) -> Response:
    """Return a page for somebody who is signed in; it leads to the warning by itself before the session ends."""
    left = int((who.ends_at - datetime.now(UTC)).total_seconds())
    return pages.page(name, who.language, csrf=who.csrf, ends_in=max(left - WARNED_SECONDS, 1), **values)


async def owner_of(tx: AsyncSession, request: Request) -> Owner | None:
    """Return who is signed in at a browser, with her account."""
    who = await sessions.signed_in(tx, request.headers.get("cookie"), datetime.now(UTC))
    account = None if who is None else await store.account(tx, who.account_id)
    if who is None or account is None:
        return None
    sessions.note(request, who)
    return Owner(who, account)


async def owner_and_form(tx: AsyncSession, request: Request) -> tuple[Owner, dict[str, str]]:
    """Return who sent which form. Raises FormRefused, also when nobody is signed in any more."""
    owner = await owner_of(tx, request)
    fields = await forms.read(request, owner.who.csrf if owner else None)
    assert owner is not None, "without a session no form is taken"
    return owner, fields


async def confirmed(reception: Reception, request: Request, owner: Owner, fields: Mapping[str, str]) -> str | None:
    """Return None when the form holds the password as it is now, or the word that says why not: a desk may have been left open.

    Raises FormRefused for an emergency account, which stays as it lies in its safe: no new password, no factor of whoever opened it.
    """
    if owner.account.kind == "emergency":
        raise FormRefused(forms.refusal(request))
    now, name_hash = datetime.now(UTC), owner.account.name_hash
    attempt = tries.attempt(reception.vault, name_hash.hex(), address_of(request), reception.device(request, name_hash), now)
    async with reception.transaction() as tx:
        if await tries.take(tx, attempt, now) is not None:
            return "too_many_tries"
    if not await passwords.fits(fields.get("current", ""), owner.account.password_hash):
        return "wrong_current"
    async with reception.transaction() as tx:
        await tries.succeeded(tx, attempt)
    return None


def to_sign_in() -> Response:
    """Send somebody to the sign-in."""
    return RedirectResponse("/sign-in", 303, {"Cache-Control": "no-store"})


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
