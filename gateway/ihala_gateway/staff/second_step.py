"""/sign-in/second: the second factor, after a password that was right. The step lives five minutes and is used once."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from ihala_gateway.staff import forms, relying_party, second_factor, sessions, steps, store, tries
from ihala_gateway.staff.reception import Handler, Reception, address_of, go_on
from ihala_gateway.staff.second_factor import Factors
from ihala_gateway.staff.steps import Plan, Purpose
from ihala_gateway.staff.tables import Account, Ceremony

PATH = "/sign-in/second"
METHODS = {"code": ("pwd", "otp", "mfa"), "passkey": ("pwd", "pop", "mfa")}  # RFC 8176


async def ask(reception: Reception, tx: AsyncSession, request: Request, plan: Plan, factors: Factors, now: datetime) -> Response:
    """Remember that the password was right and show what is still needed."""
    assert plan.account is not None, "a password is somebody's"
    options, challenge = None, None
    party = relying_party.party(reception.settings.issuer)
    if party is not None and factors.passkeys:
        from ihala_gateway.staff import passkeys  # see there why not above

        options, challenge = passkeys.to_sign_in(party, await store.passkeys(tx, plan.account.account_id))
    planned = Plan(plan.account, challenge, plan.next_path, plan.shared_desk, plan.device_known)
    secret = steps.start(tx, Purpose.SECOND_FACTOR, planned, now)
    cookie = [("set-cookie", reception.names.setting(reception.names.ceremony, secret))]
    return _page(reception, request, options=options, code=factors.totp or factors.codes > 0, headers=cookie)


class SecondStep:
    """Takes the second factor."""

    def __init__(self, reception: Reception) -> None:
        self._at = reception

    def handlers(self) -> Mapping[tuple[str, str], Handler]:
        """Return what answers which address."""
        return {("POST", PATH): self.answer}

    async def answer(self, request: Request) -> Response:
        """Sign in, or show the form again."""
        fields = await self._at.form(request)
        now, secret = datetime.now(UTC), self._at.cookie(request, self._at.names.ceremony)
        attempt, early = await self._counted(request, secret, now)
        if attempt is None:
            return forms.refusal(request)
        if early is not None:
            return self._again(request, "too_many_tries", 429, early)
        async with self._at.transaction() as tx:
            ceremony = await steps.find(tx, secret, Purpose.SECOND_FACTOR, now)
            account = await _account_of(tx, ceremony, now)
            if ceremony is None or account is None:
                return forms.refusal(request)
            method = await self._proven(tx, ceremony, account.account_id, fields, now)
            if method is None:
                return self._again(request, "wrong_code", 401)
            await tries.succeeded(tx, attempt)
            await steps.finish(tx, ceremony)
            headers = await self._at.begin(tx, request, account, METHODS[method], now, shared_desk=ceremony.shared_desk)
        return go_on(ceremony.next_path, self._at.language(request, account), headers)

    async def _counted(self, request: Request, secret: str | None, now: datetime) -> tuple[tries.Attempt | None, timedelta | None]:
        """Count the try before anything is compared; nothing when there is no step."""
        async with self._at.transaction() as tx:
            ceremony = await steps.find(tx, secret, Purpose.SECOND_FACTOR, now)
            if ceremony is None or ceremony.account_id is None:
                return None, None
            device = "known" if ceremony.device_known else None
            attempt = tries.attempt(self._at.vault, f"second/{ceremony.account_id}", address_of(request), device, now)
            return attempt, await tries.take(tx, attempt, now)

    async def _proven(self, tx: AsyncSession, ceremony: Ceremony, account_id: UUID, fields: Mapping[str, str], now: datetime) -> str | None:
        if answer := fields.get("passkey"):
            party = relying_party.party(self._at.settings.issuer)
            from ihala_gateway.staff import passkeys  # see there why not above

            right = party and await passkeys.signed_in(tx, party, answer, ceremony.challenge, now, account_id=account_id)
            return "passkey" if right else None
        return "code" if await second_factor.use(tx, self._at.vault, account_id, fields.get("code", ""), now) else None

    def _again(self, request: Request, wrong: str, status: int, early: timedelta | None = None) -> Response:
        seconds = None if early is None else int(early.total_seconds()) + 1
        headers = [] if seconds is None else [("retry-after", str(seconds))]
        minutes = None if seconds is None else (seconds + 59) // 60
        return _page(self._at, request, status=status, wrong=wrong, minutes=minutes, headers=headers)


async def _account_of(tx: AsyncSession, ceremony: Ceremony | None, now: datetime) -> Account | None:
    account = None if ceremony is None or ceremony.account_id is None else await store.account(tx, ceremony.account_id)
    return account if account is not None and sessions.may_sign_in(account, now) else None


def _page(
    reception: Reception, request: Request, *, headers: list[tuple[str, str]], status: int = 200, options: str | None = None,
    code: bool = True, wrong: str | None = None, minutes: int | None = None,
) -> Response:  # fmt: skip
    script = "passkey.js" if options else None
    return reception.page(
        request, "second", headers=headers, status=status, script=script, options=options, code=code, wrong=wrong, minutes=minutes
    )
