"""/sign-in/passkey: signing in with a passkey alone, which is two factors in one: the device, and its owner's finger or PIN."""

from collections.abc import Mapping
from datetime import UTC, datetime

from ihala_kit.problems import NotFound
from starlette.requests import Request
from starlette.responses import Response

from ihala_gateway.staff import forms, relying_party, sessions, steps, tries
from ihala_gateway.staff.reception import Handler, Reception, address_of, go_on
from ihala_gateway.staff.relying_party import Party
from ihala_gateway.staff.steps import Plan, Purpose

PATH = "/sign-in/passkey"
METHODS = ("pop", "user", "mfa")  # RFC 8176


class PasskeySignIn:
    """Asks a browser to sign a challenge, and looks at what it signed."""

    def __init__(self, reception: Reception) -> None:
        self._at = reception

    def handlers(self) -> Mapping[tuple[str, str], Handler]:
        """Return what answers which address."""
        return {("POST", PATH): self.ask, ("POST", f"{PATH}/answer"): self.answer}

    async def ask(self, request: Request) -> Response:
        """Show the page that asks the browser; by a form, so that looking at the sign-in page alone stores nothing."""
        from ihala_gateway.staff import passkeys  # see there why not above

        party = self._party()
        fields = await self._at.form(request)
        now = datetime.now(UTC)
        options, challenge = passkeys.to_sign_in(party)
        plan = Plan(challenge=challenge, next_path=forms.next_of(fields), shared_desk="own" not in fields)
        attempt = tries.unguessable(self._at.vault, "passkey", address_of(request), now)
        async with self._at.transaction() as tx:
            if await tries.take(tx, attempt, now) is not None:
                return self._refused(request, 429)
            secret = steps.start(tx, Purpose.PASSKEY, plan, now)
        cookie = [("set-cookie", self._at.names.setting(self._at.names.ceremony, secret))]
        return self._at.page(request, "passkey", headers=cookie, script="passkey.js", options=options, action=f"{PATH}/answer")

    async def answer(self, request: Request) -> Response:
        """Sign in who holds the passkey."""
        from ihala_gateway.staff import passkeys  # see there why not above

        party, now = self._party(), datetime.now(UTC)
        fields = await self._at.form(request)
        async with self._at.transaction() as tx:
            ceremony = await steps.find(tx, self._at.cookie(request, self._at.names.ceremony), Purpose.PASSKEY, now)
            if ceremony is None:
                return forms.refusal(request)
            await steps.finish(tx, ceremony)  # whatever was signed: a challenge is good for one answer
            answer = fields.get("passkey", "")
            account = await passkeys.locked_owner(tx, answer)  # who suspends her waits, and ends this session with the others
            proven = account and await passkeys.signed_in(tx, party, answer, ceremony.challenge, now, account_id=account.account_id)
            if account is None or proven is None or not sessions.may_sign_in(account, now):
                return self._refused(request, 401)
            await tries.succeeded(tx, tries.unguessable(self._at.vault, "passkey", address_of(request), now))
            headers = await self._at.begin(tx, request, account, METHODS, now, shared_desk=ceremony.shared_desk)
        return go_on(ceremony.next_path, self._at.language(request, account), headers)

    def _refused(self, request: Request, status: int) -> Response:
        return self._at.page(request, "notice", status=status, title="passkey_refused", text="passkey_refused_text", back="/sign-in")

    def _party(self) -> Party:
        party = relying_party.party(self._at.settings.issuer)
        if party is None:
            raise NotFound
        return party
