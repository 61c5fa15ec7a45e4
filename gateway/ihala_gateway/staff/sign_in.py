"""/sign-in and /sign-out: a name and a password; for all but trials a second factor follows (second_step.py)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from ihala_gateway.staff import emergency, forms, names, pages, passwords, relying_party, second_step, sessions, steps, store, tries
from ihala_gateway.staff.reception import Handler, Reception, address_of, go_on
from ihala_gateway.staff.second_factor import Factors
from ihala_gateway.staff.tables import Account

PATH = "/sign-in"


@dataclass(frozen=True, slots=True)
class Asked:
    """One try to sign in, as it was counted."""

    account: Account | None
    attempt: tries.Attempt
    early: timedelta | None
    known_device: bool


class SignIn:
    """The pages at which somebody signs in and out."""

    def __init__(self, reception: Reception) -> None:
        self._at = reception

    def handlers(self) -> Mapping[tuple[str, str], Handler]:
        """Return what answers which address."""
        return {("GET", PATH): self.show, ("POST", PATH): self.answer, ("POST", "/sign-out"): self.leave}

    async def show(self, request: Request) -> Response:
        """Show the form; also to who is signed in: whoever sends people here wants it proven anew."""
        return self._form(request, forms.next_of(request.query_params))

    async def answer(self, request: Request) -> Response:
        """Take the form: sign in, or show it again with a reason that tells nobody whether the name exists."""
        fields = await self._at.form(request)
        next_path = forms.next_of(fields)
        asked = await self._ask(request, fields.get("name", ""), datetime.now(UTC))
        if asked.early is not None:
            return self._too_early(request, next_path, asked.early)
        account = asked.account if asked.account is not None and sessions.may_sign_in(asked.account, datetime.now(UTC)) else None
        if not await passwords.fits(fields.get("password", ""), account.password_hash if account else None) or account is None:
            return self._form(request, next_path, wrong="wrong_name_or_password", status=401)
        return await self._password_was_right(request, account, asked, fields)

    async def leave(self, request: Request) -> Response:
        """Sign out at this browser."""
        header = request.headers.get("cookie")
        async with self._at.transaction() as tx:
            who = await sessions.signed_in(tx, header, datetime.now(UTC), look_only=True)
            await forms.read(request, who.csrf if who else None)
            if who is not None:
                sessions.note(request, who)
            await sessions.end(tx, header)
        gone = [("set-cookie", self._at.names.setting(self._at.names.session, "", 0))]
        language = who.language if who is not None else self._at.language(request)
        return pages.page("notice", language, title="signed_out", text="signed_out_text", back=PATH, headers=gone)

    async def _ask(self, request: Request, name: str, now: datetime) -> Asked:
        """Count the try and look the account up; committed before any secret is looked at."""
        name_hash = names.hashed(self._at.vault, name)
        device = self._at.device(request, name_hash)
        attempt = tries.attempt(self._at.vault, name_hash.hex(), address_of(request), device, now)
        async with self._at.transaction() as tx:
            early = await tries.take(tx, attempt, now)
            return Asked(await store.account_named(tx, name_hash), attempt, early, device is not None)

    async def _password_was_right(self, request: Request, before: Account, asked: Asked, fields: Mapping[str, str]) -> Response:
        now, shared, next_path = datetime.now(UTC), "own" not in fields, forms.next_of(fields)
        async with self._at.transaction() as tx:
            account = await store.locked_account(tx, before.account_id)
            if account is None or account.password_hash != before.password_hash or not sessions.may_sign_in(account, now):
                return self._form(request, next_path, wrong="wrong_name_or_password", status=401)  # changed meanwhile
            plan = steps.Plan(account, None, next_path, shared, asked.known_device)
            await tries.succeeded(tx, asked.attempt)
            factors = Factors(*await store.factors(tx, account.account_id))
            if factors.any:
                return await second_step.ask(self._at, tx, request, plan, factors, now)
            if account.kind == "live":
                return pages.page(
                    "notice", self._at.language(request), status=403, title="no_second_factor", text="no_second_factor_text", back=PATH
                )  # fmt: skip
            methods = emergency.METHODS if account.kind == "emergency" else ("pwd",)
            headers = await self._at.begin(tx, request, account, methods, now, shared_desk=shared)
        return go_on(plan.next_path, self._at.language(request, account), headers)

    def _form(
        self, request: Request, next_path: str, wrong: str | None = None, status: int = 200, minutes: int | None = None
    ) -> Response:  # fmt: skip
        with_passkeys = relying_party.party(self._at.settings.issuer) is not None
        return self._at.page(
            request, "sign_in", status=status, next=next_path, wrong=wrong, minutes=minutes, passkeys=with_passkeys,
            outside=self._at.provider.label if self._at.provider else None,
        )  # fmt: skip

    def _too_early(self, request: Request, next_path: str, early: timedelta) -> Response:
        seconds = int(early.total_seconds()) + 1
        answer = self._form(request, next_path, wrong="too_many_tries", status=429, minutes=(seconds + 59) // 60)
        answer.headers["retry-after"] = str(seconds)
        return answer
