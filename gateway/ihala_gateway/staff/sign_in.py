"""/sign-in and /sign-out: a name and a password, and for all but trials a second factor."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.vault import Vault
from ihala_kit.words import Language
from starlette.requests import Request
from starlette.responses import Response

from ihala_gateway.settings import Settings
from ihala_gateway.staff import cookies, forms, names, pages, passwords, sessions, store, tries
from ihala_gateway.staff.forms import FormRefused
from ihala_gateway.staff.tables import Account

PATH = "/sign-in"
DEVICE_DAYS = 180
Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One try to sign in, as it was counted."""

    account: Account | None
    attempt: tries.Attempt
    early: timedelta | None
    known_device: bool


class SignIn:
    """The pages at which somebody signs in and out."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._database = database
        self._vault = Vault.of(settings)
        self._names = cookies.names_for(settings.issuer)

    def handlers(self) -> Mapping[tuple[str, str], Handler]:
        """Return what answers which address."""
        return {("GET", PATH): self.show, ("POST", PATH): self.answer, ("POST", "/sign-out"): self.leave}

    async def show(self, request: Request) -> Response:
        """Show the form; also to who is signed in: whoever sends people here wants it proven anew."""
        return self._form(request, forms.next_of(request.query_params))

    async def answer(self, request: Request) -> Response:
        """Take the form: sign in, or show it again with a reason that tells nobody whether the name exists."""
        guest = forms.guest(request, self._names)
        try:
            fields = await forms.read(request, None if guest.fresh else guest.csrf)
        except FormRefused as refused:
            return refused.answer
        now, next_path = datetime.now(UTC), forms.next_of(fields)
        asked = await self._ask(request, fields.get("name", ""), now)
        if asked.early is not None:
            return self._too_early(request, next_path, asked.early)
        stored = asked.account.password_hash if asked.account is not None and asked.account.status == "active" else None
        if not await passwords.fits(fields.get("password", ""), stored) or asked.account is None:
            return self._form(request, next_path, wrong="wrong_name_or_password", status=401)
        return await self._signed_in(request, asked.account, asked.attempt, ("pwd",), fields)

    async def leave(self, request: Request) -> Response:
        """Sign out at this browser."""
        header = request.headers.get("cookie")
        async with self._database.transaction(Caller.system("staff")) as tx:
            who = await sessions.signed_in(tx, header, datetime.now(UTC), look_only=True)
            try:
                await forms.read(request, who.csrf if who else None)
            except FormRefused as refused:
                return refused.answer
            await sessions.end(tx, header)
        gone = [("set-cookie", self._names.setting(self._names.session, "", 0))]
        language = forms.language(request, self._names)
        return pages.page("notice", language, title="signed_out", text="signed_out_text", back=PATH, headers=gone)

    async def _ask(self, request: Request, name: str, now: datetime) -> Asked:
        """Count the try and look the account up; committed before any secret is looked at."""
        name_hash = names.hashed(self._vault, name)
        device = self._device(request, name_hash)
        attempt = tries.attempt(self._vault, name_hash.hex(), _address(request), device, now)
        async with self._database.transaction(Caller.system("staff")) as tx:
            early = await tries.take(tx, attempt, now)
            return Asked(await store.account_named(tx, name_hash), attempt, early, device is not None)

    async def _signed_in(
        self, request: Request, account: Account, attempt: tries.Attempt, methods: tuple[str, ...], fields: Mapping[str, str]
    ) -> Response:
        now, language = datetime.now(UTC), forms.language(request, self._names)
        async with self._database.transaction(Caller.system("staff")) as tx:
            await tries.succeeded(tx, attempt)
            secret = await sessions.begin(
                tx, account, methods, shared_desk="own" not in fields, language=language, now=now,
                instead_of=cookies.read(request.headers.get("cookie"), self._names.session),
            )  # fmt: skip
        set_ = self._names.setting
        headers = [
            ("set-cookie", set_(self._names.session, secret)),
            ("set-cookie", set_(self._names.device, self._device_mark(account.name_hash), DEVICE_DAYS * 86_400)),
        ]
        return go_on(forms.next_of(fields), language, headers)

    def _form(self, request: Request, next_path: str, wrong: str | None = None, status: int = 200, **more: object) -> Response:
        guest, language = forms.guest(request, self._names), forms.language(request, self._names)
        headers = guest.headers(self._names)
        if request.query_params.get("lang") == language:
            headers.append(("set-cookie", self._names.setting(self._names.language, language, DEVICE_DAYS * 86_400)))
        return pages.page(
            "sign_in", language, status=status, headers=headers, csrf=guest.csrf, next=next_path, wrong=wrong, minutes=more.get("minutes")
        )

    def _too_early(self, request: Request, next_path: str, early: timedelta) -> Response:
        seconds = int(early.total_seconds()) + 1
        answer = self._form(request, next_path, wrong="too_many_tries", status=429, minutes=(seconds + 59) // 60)
        answer.headers["retry-after"] = str(seconds)
        return answer

    def _device(self, request: Request, name_hash: bytes) -> str | None:
        """Return the mark of a browser from which this account signed in before."""
        mark = cookies.read(request.headers.get("cookie"), self._names.device)
        nonce, _, proof = (mark or "").partition(".")
        return nonce if proof and cookies.same(proof, self._device_proof(name_hash, nonce)) else None

    def _device_mark(self, name_hash: bytes) -> str:
        nonce = secrets.token_urlsafe(12)
        return f"{nonce}.{self._device_proof(name_hash, nonce)}"

    def _device_proof(self, name_hash: bytes, nonce: str) -> str:
        return self._vault.fingerprint(name_hash + nonce.encode(), "staff device").hex()


def go_on(path: str, language: Language, headers: list[tuple[str, str]]) -> Response:
    """Return the page that leads on. No redirect: browsers hold those that follow a form against the page's policy, wherever they end."""
    return pages.page("go_on", language, headers=headers, path=path)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
