"""POST /oauth/token: fetch, let the synchronous core decide, store what came of it, commit, answer."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from ihala_gateway.oauth import endings, families
from ihala_gateway.oauth.client_endpoint import ClientEndpoint
from ihala_gateway.oauth.families import Family
from ihala_gateway.oauth.registered import Registered
from ihala_gateway.oauth.token_request import TokenRequest

PATH = "/oauth/token"


class TokenEndpoint(ClientEndpoint):
    """Gives access tokens to clients."""

    PATH = PATH

    def at_once(self, asked: TokenRequest) -> Callable[[], Response] | None:
        """Let a client that speaks for itself be answered at once: its token is stored nowhere."""
        return partial(self.server.answer, asked) if asked.form.get("grant_type") == "client_credentials" else None

    async def decide(self, tx: AsyncSession, asked: TokenRequest, client: Registered) -> Response:
        """Return a token, or why there is none. Raises InvalidRequestError when nobody can tell what is asked for."""
        if "grant_type" not in asked.form:
            raise InvalidRequestError(description="grant_type is missing")
        now = datetime.now(UTC)
        asked.family = await _found(tx, asked)
        if asked.family is not None and asked.family.used and asked.family.check_client(client):
            asked.issued.ended = await endings.end_grant(tx, asked.family.grant)  # a thief has it, or had it
        answer = self.server.answer(asked)
        issued = asked.issued
        if answer.status_code == 200 and asked.family is not None and issued.jti is not None:
            if asked.family.code is not None:
                asked.family.grant.confirmation = asked.confirmation
            expires_at = datetime.fromtimestamp(issued.expires_at, UTC)
            await families.keep(tx, asked.family, issued.jti, expires_at, issued.refresh_token, now)
        return answer


async def _found(tx: AsyncSession, asked: TokenRequest) -> Family | None:
    """Return what belongs to the code or refresh token that is shown."""
    shown = {"authorization_code": "code", "refresh_token": "refresh_token"}.get(asked.form.get("grant_type", ""))
    secret = asked.form.get(shown, "") if shown is not None else ""
    if not secret:
        return None
    return await (families.by_code if shown == "code" else families.by_refresh_token)(tx, secret)
