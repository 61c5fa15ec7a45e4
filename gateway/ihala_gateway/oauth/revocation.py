"""POST /oauth/revoke (RFC 7009) and /oauth/introspect (RFC 7662): ours, since Authlib's ask too little of a token.

A client hears of its own tokens alone. Of all others both say the same as of a text that never was a token.
"""

from datetime import UTC, datetime
from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import JSONResponse, Response

from ihala_gateway.oauth import endings, families, store
from ihala_gateway.oauth.access_tokens import AccessTokens, TokenRefused
from ihala_gateway.oauth.client_endpoint import ClientEndpoint
from ihala_gateway.oauth.families import Family
from ihala_gateway.oauth.grant import Grant
from ihala_gateway.oauth.grants import KAFKA
from ihala_gateway.oauth.people import Person
from ihala_gateway.oauth.registered import Registered
from ihala_gateway.oauth.token_request import TokenRequest

_UNKNOWN = {"active": False}


class Revocation(ClientEndpoint):
    """Ends a token before its time."""

    PATH = "/oauth/revoke"

    async def decide(self, tx: AsyncSession, asked: TokenRequest, client: Registered) -> Response:
        """Revoke the token if it is the client's. A refresh token takes all with it that came of its grant.

        Raises OAuth2Error for a token for Kafka: the broker asks nobody, so that it lasts its five minutes.
        """
        token = _shown(asked)
        access = _read(self.tokens, token, client)
        if access is not None:
            expires_at = datetime.fromtimestamp(access.expires_at, UTC)
            await endings.end_token(tx, access.jti, access.client_id, expires_at)
            asked.issued.ended = [access.jti]
        family = await _family(tx, token, client) if access is None else None
        if family is not None:
            asked.issued.ended = await endings.end_grant(tx, family.grant)
        elif access is None and _read(_for_kafka(self.tokens), token, client):
            raise OAuth2Error(description="a token for kafka cannot be revoked: it ends by itself", error="unsupported_token_type")
        return Response(status_code=200, headers={"Cache-Control": "no-store"})


class Introspection(ClientEndpoint):
    """Tells whether a token is good."""

    PATH = "/oauth/introspect"

    async def decide(self, tx: AsyncSession, asked: TokenRequest, client: Registered) -> Response:
        """Return what the token gives, as the database has it at this moment."""
        token = _shown(asked)
        access = _read(self.tokens, token, client) or _read(_for_kafka(self.tokens), token, client)
        if access is not None:
            return _told(_of_access(access) if await _holds(tx, access, client) else _UNKNOWN)
        return _told(_of_refresh(await _family(tx, token, client)))


def _shown(asked: TokenRequest) -> str:
    """Return the token. Raises InvalidRequestError."""
    token = asked.form.get("token")
    if not token:
        raise InvalidRequestError(description="token is missing")
    return token


def _for_kafka(tokens: AccessTokens) -> AccessTokens:
    """Return what reads the tokens that only the broker takes."""
    return AccessTokens(tokens.keys, tokens.issuer, KAFKA, tokens.proofs)


def _read(tokens: AccessTokens, token: str, client: Registered) -> Grant | None:
    """Return an access token of the client's, revoked or not; None for any other text."""
    try:
        found = tokens.verify(token) if token.isascii() else None
    except TokenRefused:
        return None
    return found if found is not None and found.client_id == client.row.client_id else None


async def _family(tx: AsyncSession, token: str, client: Registered) -> Family | None:
    found = await families.by_refresh_token(tx, token)
    return found if found is not None and found.check_client(client) else None


async def _holds(tx: AsyncSession, access: Grant, client: Registered) -> bool:
    if access.client_version != client.row.version or await store.is_revoked(tx, access.jti):
        return False
    if access.account_id is None:
        return True
    grant = await store.grant_of_token(tx, access.jti)
    person = None if grant is None else await Person.of(tx, grant)
    return person is not None and person.account_version == access.account_version


def _of_access(access: Grant) -> dict[str, Any]:
    names = ("iss", "aud", "sub", "client_id", "org", "scope", "iat", "exp", "jti", "cnf", "acting_officer")
    told = {name: access.claims[name] for name in names if name in access.claims}
    bound = isinstance(access.confirmation, dict) and "jkt" in access.confirmation
    return {"active": True, "token_type": "DPoP" if bound else "Bearer", **told}


def _of_refresh(family: Family | None) -> dict[str, Any]:
    now = datetime.now(UTC)
    if family is None or family.used or family.person is None or family.grant.revoked_at is not None or family.grant.expires_at <= now:
        return _UNKNOWN
    grant = family.grant
    told = {"scope": grant.scope, "client_id": grant.client_id, "sub": str(grant.account_id), "exp": int(grant.expires_at.timestamp())}
    return {"active": True, **told}  # without cnf: it is bound to the client, which may change its key


def _told(body: dict[str, Any]) -> Response:
    return JSONResponse(body, headers={"Cache-Control": "no-store"})
