"""/invitation/{secret}: the one-time link with which somebody makes an account hers: a password, an app, recovery codes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

import segno
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from ihala_gateway.staff import forms, names, pages, passwords, second_factor, step_store, steps, store
from ihala_gateway.staff.reception import Handler, Headers, Reception, go_on
from ihala_gateway.staff.sessions import hash_of
from ihala_gateway.staff.steps import Plan, Purpose
from ihala_gateway.staff.tables import Account, Ceremony

PATH = "/invitation/{secret}"
CODE_PATH = "/sign-in/app"


class Invitations:
    """Opening the link uses nothing up; it ends when the account is complete, or after its days."""

    def __init__(self, reception: Reception) -> None:
        self._at = reception

    def handlers(self) -> Mapping[tuple[str, str], Handler]:
        """Return what answers which address."""
        return {("GET", PATH): self.show, ("POST", PATH): self.choose, ("POST", CODE_PATH): self.confirm}

    async def show(self, request: Request) -> Response:
        """Show the form for a password; one and the same page for a link that holds no more and one that never did."""
        async with self._at.transaction() as tx:
            account = await store.account_invited(tx, hash_of(_secret_of(request)), datetime.now(UTC))
        return self._gone(request) if account is None else self._form(request, account)

    async def choose(self, request: Request) -> Response:
        """Take the password; then, for all but trials, the app."""
        fields = await self._at.form(request)
        now, password = datetime.now(UTC), fields.get("password", "")
        async with self._at.transaction() as tx:  # nothing is computed for a stranger
            if await store.account_invited(tx, hash_of(_secret_of(request)), now) is None:
                return self._gone(request)
        hashed = await passwords.hashed(password) if len(password) <= passwords.LONGEST else ""  # before the row is locked: it takes long
        async with self._at.transaction() as tx:
            account = await store.account_invited(tx, hash_of(_secret_of(request)), now)
            if account is None:
                return self._gone(request)
            wrong = passwords.weakness(password, names.shown(self._at.vault, account))
            if wrong is None and password != fields.get("again"):
                wrong = "passwords_differ"
            if wrong is not None:
                return self._form(request, account, wrong)
            account.password_hash = hashed
            if account.kind != "sandbox":
                return await self._ask_for_app(tx, request, account, now)
            headers = await self._complete(tx, request, account, ("pwd",), now)
        return go_on(forms.ACCOUNT, self._at.language(request, account), headers)

    async def confirm(self, request: Request) -> Response:
        """Take the app's first code; show the recovery codes, once."""
        fields = await self._at.form(request)
        now = datetime.now(UTC)
        async with self._at.transaction() as tx:
            cookie = self._at.cookie(request, self._at.names.ceremony)
            account = await steps.locked_owner(tx, cookie)
            ceremony = await steps.find(tx, cookie, Purpose.INVITATION, now)
            if ceremony is None or account is None or not _awaits_app(account):
                return forms.refusal(request)
            seed = opened_seed(self._at, ceremony)
            step = second_factor.step_of(seed, fields.get("code", ""), now)
            if step is None:
                return self._app_page(request, account, seed, "wrong_code")
            codes = await second_factor.enrol(tx, self._at.vault, account.account_id, seed, step, now)
            await steps.finish(tx, ceremony)
            headers = await self._complete(tx, request, account, ("pwd", "otp", "mfa"), now)
        return pages.page("codes", self._at.language(request, account), codes=codes, back=forms.ACCOUNT, headers=headers)

    async def _ask_for_app(self, tx: AsyncSession, request: Request, account: Account, now: datetime) -> Response:
        await step_store.forget(tx, account.account_id)  # one for the password that holds now
        seed = second_factor.new_seed()
        secret = steps.start(tx, Purpose.INVITATION, Plan(account, sealed_seed(self._at, account.account_id, seed)), now)
        return self._app_page(request, account, seed, None, [("set-cookie", self._at.names.setting(self._at.names.ceremony, secret))])

    async def _complete(self, tx: AsyncSession, request: Request, account: Account, methods: tuple[str, ...], now: datetime) -> Headers:
        account.invitation_hash, account.invitation_until = None, None
        account.status, account.changed_at = "active", now
        account.version += 1
        return await self._at.begin(tx, request, account, methods, now, shared_desk=True)

    def _form(self, request: Request, account: Account, wrong: str | None = None) -> Response:
        name = names.shown(self._at.vault, account)
        return self._at.page(
            request, "invitation", of=account, status=200 if wrong is None else 422, name=name, wrong=wrong, shortest=passwords.SHORTEST
        )  # fmt: skip

    def _app_page(self, request: Request, account: Account, seed: str, wrong: str | None, headers: Headers | None = None) -> Response:
        name = names.shown(self._at.vault, account)
        return self._at.page(
            request, "app", of=account, headers=headers, status=200 if wrong is None else 422, wrong=wrong, action=CODE_PATH,
            **drawn(seed, name),
        )  # fmt: skip

    def _gone(self, request: Request) -> Response:
        return pages.page("notice", self._at.language(request), status=404, title="link_gone", text="link_gone_text", back="/sign-in")


def sealed_seed(reception: Reception, account_id: UUID, seed: str) -> bytes:
    """Return a seed as a step keeps it."""
    return reception.vault.seal_direct(seed.encode(), f"staff_ceremony.{account_id}")


def opened_seed(reception: Reception, ceremony: Ceremony) -> str:
    """Return the seed that a step keeps."""
    return reception.vault.open_direct(ceremony.challenge or b"", f"staff_ceremony.{ceremony.account_id}").decode()


def drawn(seed: str, name: str) -> dict[str, str]:
    """Return a seed for a page: as letters in fours, and as a QR code (SVG without styles, which the page's policy would refuse)."""
    code = segno.make_qr(second_factor.address(seed, name), error="m").svg_inline(border=2, omitsize=True, svgclass=None, lineclass=None)
    return {"qr": code, "seed": " ".join(seed[at : at + 4] for at in range(0, len(seed), 4))}


def _awaits_app(account: Account) -> bool:
    """Tell whether a password was chosen at the link that holds now: a newer invitation takes the one before it away."""
    return account.status == "invited" and account.invitation_hash is not None and account.password_hash is not None


def _secret_of(request: Request) -> str:
    return request.url.path.rpartition("/")[2]
