"""/sign-in/outside: to the outside provider and back."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from ihala_gateway.staff import forms, outside_accounts, sessions, steps, tries
from ihala_gateway.staff.outside_provider import OutsideRefused, Talk
from ihala_gateway.staff.outside_settings import Provider, Secrets
from ihala_gateway.staff.reception import Handler, Reception, address_of, go_on
from ihala_gateway.staff.steps import Plan, Purpose

log = logging.getLogger(__name__)

PATH = "/sign-in/outside"
_ABOUT = "staff_ceremony.outside"


class OutsideSignIn:
    """Sends a browser to the provider, and takes who comes back."""

    def __init__(self, reception: Reception, provider: Provider) -> None:
        self._at = reception
        self._provider = provider
        self._talk = Talk(provider, reception.settings.issuer + PATH)

    def handlers(self) -> Mapping[tuple[str, str], Handler]:
        """Return what answers which address."""
        return {("POST", PATH): self.leave, ("GET", PATH): self.back}

    async def leave(self, request: Request) -> Response:
        """Send the browser there."""
        fields, now, kept = await self._at.form(request), datetime.now(UTC), Secrets()
        try:
            address = await self._talk.address(kept)
        except OutsideRefused as error:
            return self._refused(request, error)
        sealed = self._at.vault.seal_direct(kept.model_dump_json().encode(), _ABOUT)
        plan = Plan(challenge=sealed, next_path=forms.next_of(fields), shared_desk="own" not in fields)
        async with self._at.transaction() as tx:
            if await tries.take(tx, self._attempt(request, now), now) is not None:
                return self._refused(request, OutsideRefused("too many"), 429)
            secret = steps.start(tx, Purpose.OUTSIDE, plan, now)
        cookie = [("set-cookie", self._at.names.setting(self._at.names.ceremony, secret))]
        return go_on(address, self._at.language(request), cookie)

    async def back(self, request: Request) -> Response:
        """Sign in who comes back, once for each time she left here."""
        now = datetime.now(UTC)
        async with self._at.transaction() as tx:
            ceremony = await steps.find(tx, self._at.cookie(request, self._at.names.ceremony), Purpose.OUTSIDE, now)
            if ceremony is None:
                return forms.refusal(request)
            await steps.finish(tx, ceremony)
        kept = Secrets.model_validate_json(self._at.vault.open_direct(ceremony.challenge or b"", _ABOUT))
        answer = dict(request.query_params)
        try:
            if len(answer) != len(request.query_params.multi_items()):
                raise OutsideRefused("a parameter is there twice")
            claims = await self._talk.person(kept, answer)  # outside the transaction: it takes as long as the provider wants
            async with self._at.transaction() as tx:
                account = await outside_accounts.of(tx, self._at.vault, self._provider, claims, self._at.language(request))
                if not sessions.may_sign_in(account, now):
                    raise OutsideRefused("not active")
                await tries.succeeded(tx, self._attempt(request, now))
                methods = outside_accounts.methods(claims)
                headers = await self._at.begin(tx, request, account, methods, now, shared_desk=ceremony.shared_desk)
        except OutsideRefused as error:
            return self._refused(request, error)
        return go_on(ceremony.next_path, self._at.language(request, account), headers)

    def _attempt(self, request: Request, now: datetime) -> tries.Attempt:
        return tries.unguessable(self._at.vault, "outside", address_of(request), now)

    def _refused(self, request: Request, error: OutsideRefused, status: int = 401) -> Response:
        log.info("outside sign-in refused", extra={"error": str(error)})
        return self._at.page(request, "notice", status=status, title="outside_refused", text="outside_refused_text", back="/sign-in")
