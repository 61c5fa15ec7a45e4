"""What all pages of the sign-in need: the database, the browser's cookies, and how a session begins at one."""

import secrets
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Final, cast

from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.vault import Vault
from ihala_kit.words import Language
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from ihala_gateway.settings import Settings
from ihala_gateway.staff import cookies, emergency, forms, pages, sessions
from ihala_gateway.staff.outside_settings import Provider
from ihala_gateway.staff.tables import Account

Handler = Callable[[Request], Awaitable[Response]]
Headers = list[tuple[str, str]]
KEPT_SECONDS: Final = 180 * 86_400  # that a browser is known, and the language that was chosen there


class Reception:
    """Shared by the handlers of one gateway."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.vault = Vault.of(settings)
        self.names = cookies.names_for(settings.issuer)
        self.provider = None if settings.outside_provider is None else Provider.read(settings.outside_provider)
        self._database = database

    def transaction(self) -> AbstractAsyncContextManager[AsyncSession]:
        """Open a transaction of the system: who may do what is decided here, before anybody is known."""
        return self._database.transaction(Caller.system("staff"))

    def language(self, request: Request, account: Account | None = None) -> Language:
        """Return the language for somebody who is not signed in: the one chosen here, or the account's, if we know whose page it is."""
        if account is None:
            return forms.language(request, self.names)
        return forms.chosen_language(request, self.names) or cast(Language, account.language)

    def cookie(self, request: Request, name: str) -> str | None:
        """Return the value of one of our cookies."""
        return cookies.read(request.headers.get("cookie"), name)

    def page(self, request: Request, name: str, /, *, of: Account | None = None, headers: Headers | None = None, **values: Any) -> Response:
        """Return a page with a form for somebody who is not signed in, `of` an account if we know whose it is. A language that was just
        chosen is kept.
        """
        guest, language = forms.guest(request, self.names), self.language(request, of)
        chosen = [("set-cookie", self.names.setting(self.names.language, language, KEPT_SECONDS))]
        kept = chosen if request.query_params.get("lang") == language else []
        return pages.page(name, language, csrf=guest.csrf, headers=[*(headers or ()), *kept, *guest.headers(self.names)], **values)

    async def form(self, request: Request) -> dict[str, str]:
        """Return the fields of such a form. Raises FormRefused."""
        guest = forms.guest(request, self.names)
        return await forms.read(request, None if guest.fresh else guest.csrf)

    async def begin(
        self, tx: AsyncSession, request: Request, account: Account, methods: tuple[str, ...], now: datetime, *, shared_desk: bool
    ) -> Headers:
        """Sign somebody in at this browser; return the cookies that the answer must set. What the browser had before has ended."""
        if account.kind == "emergency":
            emergency.note(tx, account, "signed-in", now)
        names, old = self.names, self.cookie(request, self.names.session)
        secret = await sessions.begin(
            tx, account, methods, shared_desk=shared_desk, language=self.language(request, account), now=now, instead_of=old
        )  # fmt: skip
        sessions.note(request, account)
        return [
            ("set-cookie", names.setting(names.session, secret)),
            ("set-cookie", names.setting(names.ceremony, "", 0)),
            ("set-cookie", names.setting(names.device, self._device_mark(account.name_hash), KEPT_SECONDS)),
        ]

    def device(self, request: Request, name_hash: bytes) -> str | None:
        """Return the mark of a browser from which this account signed in before."""
        nonce, _, proof = (self.cookie(request, self.names.device) or "").partition(".")
        return nonce if proof and cookies.same(proof, self._proof(name_hash, nonce)) else None

    def _device_mark(self, name_hash: bytes) -> str:
        nonce = secrets.token_urlsafe(12)
        return f"{nonce}.{self._proof(name_hash, nonce)}"

    def _proof(self, name_hash: bytes, nonce: str) -> str:
        return self.vault.fingerprint(name_hash + nonce.encode(), "staff device").hex()


def address_of(request: Request) -> str:
    """Return the network address of the browser."""
    return request.client.host if request.client else ""


def go_on(path: str, language: Language, headers: Headers, title: str = "signed_in") -> Response:
    """Return the page that leads on. No redirect: browsers hold those that follow a form against the page's policy, wherever they end."""
    return pages.page("go_on", language, headers=headers, path=path, title=title)
