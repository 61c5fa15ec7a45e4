"""/account/…: the owner's second factors: her app, recovery codes, passkeys. Each change asks for the password again."""

from collections.abc import Mapping
from datetime import UTC, datetime

from ihala_kit.problems import NotFound
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from ihala_gateway.staff import forms, names, relying_party, second_factor, steps, store
from ihala_gateway.staff.account_pages import AccountPages, Owner, confirmed, own_page, owner_and_form
from ihala_gateway.staff.forms import ACCOUNT, FormRefused
from ihala_gateway.staff.invitations import drawn, opened_seed, sealed_seed
from ihala_gateway.staff.reception import Handler, Reception
from ihala_gateway.staff.relying_party import Party
from ihala_gateway.staff.second_factor import Factors
from ihala_gateway.staff.steps import Plan, Purpose
from ihala_gateway.staff.tables import Ceremony

_APP, _CODES, _KEYS = f"{ACCOUNT}/app", f"{ACCOUNT}/codes", f"{ACCOUNT}/passkeys"


class FactorPages:
    """Changes of second factors."""

    def __init__(self, reception: Reception, account: AccountPages) -> None:
        self._at = reception
        self._account = account

    def handlers(self) -> Mapping[tuple[str, str], Handler]:
        """Return what answers which address."""
        return {
            ("POST", _APP): self.new_app, ("POST", f"{_APP}/code"): self.confirm_app, ("POST", _CODES): self.new_codes,
            ("POST", _KEYS): self.new_passkey, ("POST", f"{_KEYS}/answer"): self.add_passkey,
            ("POST", f"{_KEYS}/removal"): self.remove_passkey,
        }  # fmt: skip

    async def new_app(self, request: Request) -> Response:
        """Show a new seed; the old one holds until the new app's first code was right."""
        owner, _ = await self._confirmed(request)
        seed, account = second_factor.new_seed(), owner.account
        async with self._at.transaction() as tx:
            cookie = self._start(tx, Purpose.SEED, Plan(account, sealed_seed(self._at, account.account_id, seed)))
        return self._app_page(owner, seed, None, headers=cookie)

    async def confirm_app(self, request: Request) -> Response:
        """Take the new app; show new recovery codes."""
        now = datetime.now(UTC)
        async with self._at.transaction() as tx:
            owner, fields = await owner_and_form(tx, request)
            ceremony = await self._step(tx, request, Purpose.SEED, owner, now)
            seed = opened_seed(self._at, ceremony)
            step = second_factor.step_of(seed, fields.get("code", ""), now)
            if step is None:
                return self._app_page(owner, seed, "wrong_code")
            codes = await second_factor.enrol(tx, self._at.vault, owner.account.account_id, seed, step, now)
            await steps.finish(tx, ceremony)
        return own_page("codes", owner.who, codes=codes, back=ACCOUNT)

    async def new_codes(self, request: Request) -> Response:
        """Show new recovery codes; the ones before are worth nothing."""
        owner, _ = await self._confirmed(request)
        async with self._at.transaction() as tx:
            codes = await second_factor.renew_codes(tx, self._at.vault, owner.account.account_id)
        return own_page("codes", owner.who, codes=codes, back=ACCOUNT)

    async def new_passkey(self, request: Request) -> Response:
        """Ask the browser to make a passkey."""
        from ihala_gateway.staff import passkeys  # see there why not above

        party = self._party()
        owner, _ = await self._confirmed(request)
        account = owner.account
        async with self._at.transaction() as tx:
            known = await store.passkeys(tx, account.account_id)
            options, challenge = passkeys.to_register(party, account.account_id, names.shown(self._at.vault, account), known)
            cookie = self._start(tx, Purpose.NEW_PASSKEY, Plan(account, challenge))
        return own_page("passkey", owner.who, headers=cookie, script="passkey.js", options=options, action=f"{_KEYS}/answer", new=True)

    async def add_passkey(self, request: Request) -> Response:
        """Take the passkey that the browser made."""
        from ihala_gateway.staff import passkeys  # see there why not above

        party, now = self._party(), datetime.now(UTC)
        async with self._at.transaction() as tx:
            owner, fields = await owner_and_form(tx, request)
            ceremony = await self._step(tx, request, Purpose.NEW_PASSKEY, owner, now)
            await steps.finish(tx, ceremony)
            made = passkeys.registered(party, fields.get("passkey", ""), ceremony.challenge or b"", owner.account.account_id, now)
            if made is None or await store.passkey(tx, made.credential_id) is not None:
                return await self._account.overview(tx, owner, wrong="passkey_refused")
            tx.add(made)
            await tx.flush()
            return await self._account.overview(tx, owner, "passkey_added")

    async def remove_passkey(self, request: Request) -> Response:
        """Remove one; not the last second factor of an account that needs one."""
        owner, fields = await self._confirmed(request)
        async with self._at.transaction() as tx:
            account = await store.locked_account(tx, owner.account.account_id)
            factors = Factors(*await store.factors(tx, owner.account.account_id))
            if account is None or (account.kind == "live" and not factors.totp and factors.passkeys < 2):
                return await self._account.overview(tx, owner, wrong="last_factor")
            for key in await store.passkeys(tx, account.account_id):
                if str(key.passkey_id) == fields.get("passkey_id"):
                    await store.forget_passkeys(tx, account.account_id, only=key.passkey_id)
            return await self._account.overview(tx, owner, "passkey_removed")

    async def _confirmed(self, request: Request) -> tuple[Owner, dict[str, str]]:
        """Return who sent which form with the right password. Raises FormRefused."""
        async with self._at.transaction() as tx:
            owner, fields = await owner_and_form(tx, request)
        if (wrong := await confirmed(self._at, request, owner, fields)) is not None:
            async with self._at.transaction() as tx:
                raise FormRefused(await self._account.overview(tx, owner, wrong=wrong))
        return owner, fields

    def _start(self, tx: AsyncSession, purpose: Purpose, plan: Plan) -> list[tuple[str, str]]:
        secret = steps.start(tx, purpose, plan, datetime.now(UTC))
        return [("set-cookie", self._at.names.setting(self._at.names.ceremony, secret))]

    async def _step(self, tx: AsyncSession, request: Request, purpose: Purpose, owner: Owner, now: datetime) -> Ceremony:
        found = await steps.find(tx, self._at.cookie(request, self._at.names.ceremony), purpose, now)
        if found is None or found.account_id != owner.account.account_id:
            raise FormRefused(forms.refusal(request))
        return found

    def _app_page(self, owner: Owner, seed: str, wrong: str | None, headers: list[tuple[str, str]] | None = None) -> Response:
        return own_page(
            "app", owner.who, headers=headers or [], status=200 if wrong is None else 422, wrong=wrong, action=f"{_APP}/code",
            **drawn(seed, names.shown(self._at.vault, owner.account)),
        )  # fmt: skip

    def _party(self) -> Party:
        party = relying_party.party(self._at.settings.issuer)
        if party is None:
            raise NotFound
        return party
