"""Issues access tokens: Authlib's authorization server without a framework, made strict.

The core is synchronous and does no I/O: everything it needs was fetched before, everything to be stored is written after
(token_endpoint.py). What Authlib gets wrong for us is overridden here: ten days of life, audience = client, no kid, the echo of
a wrong grant type, and messages that tell a stranger which clients exist.
"""

import logging
import time
from collections.abc import Mapping
from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidClientError, UnsupportedGrantTypeError
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from ihala_kit.ids import new_id
from joserfc import jwt
from starlette.responses import JSONResponse, Response

from ihala_gateway.oauth import assertions
from ihala_gateway.oauth.access_tokens import TYPE
from ihala_gateway.oauth.keys import ALGORITHM, Keyring
from ihala_gateway.oauth.token_request import Registered, TokenRequest
from ihala_gateway.tables import Client

LIVES_SECONDS = 600

logging.getLogger("authlib").setLevel(logging.INFO)  # at DEBUG it writes whole tokens


class InvalidTarget(OAuth2Error):
    """RFC 8707: a `resource` that we do not issue tokens for."""

    error = "invalid_target"
    description = "tokens are issued for this gateway's address only"


class AccessTokenGenerator(JWTBearerTokenGenerator):
    """Makes tokens by RFC 9068: ES256, ten minutes, for our own API."""

    def __init__(self, keys: Keyring, issuer: str) -> None:
        super().__init__(issuer, alg=ALGORITHM, expires_generator=LIVES_SECONDS)
        self.keys = keys

    def access_token_generator(self, client: Any, grant_type: Any, user: Any, scope: Any) -> str:  # type: ignore[override]
        """Return a signed token for a client."""
        now, key = int(time.time()), self.keys.current()
        claims = {
            **_claims_of(client.row),
            "iss": self.issuer, "aud": self.issuer, "iat": now, "exp": now + LIVES_SECONDS, "jti": new_id().hex, "scope": scope,
        }  # fmt: skip
        return jwt.encode({"alg": ALGORITHM, "typ": TYPE, "kid": key.kid}, claims, key)


class Grant(ClientCredentialsGrant):
    """client_credentials, with the audience checked (RFC 8707)."""

    def validate_token_request(self) -> None:
        """Raise an OAuth2Error unless this client may have a token."""
        super().validate_token_request()
        if self.request.form.get("resource", self.server.issuer) != self.server.issuer:
            raise InvalidTarget


class Server(AuthorizationServer):
    """Answers token requests that were prefetched."""

    def __init__(self, keys: Keyring, issuer: str) -> None:
        super().__init__()
        self.issuer = issuer
        self.register_token_generator("default", AccessTokenGenerator(keys, issuer))
        self.register_grant(Grant)

    def answer(self, asked: TokenRequest) -> Response:
        """Return the answer to a request for which all was fetched. The caller must spend `asked.spent` before sending it."""
        answer: Response = self.create_token_response(asked)  # type: ignore[assignment]  # what handle_response returns
        return answer

    def authenticate_client(self, request: Any, methods: Any, endpoint: str = "token") -> Registered:
        """Return the client that proved itself. Raises InvalidClientError."""
        assert isinstance(request, TokenRequest)
        client = _proven(request, self.issuer)
        if client.status != "active":
            raise InvalidClientError(description="this client is suspended")
        request.auth_method = "private_key_jwt" if request.spent else "client_secret"
        return Registered(client)

    def create_oauth2_request(self, request: Any) -> TokenRequest:
        """Return the request itself, which is one already."""
        assert isinstance(request, TokenRequest)
        return request

    def save_token(self, token: Any, request: Any) -> None:
        """Store nothing: a token proves itself, and is refused by its client's version or its jti."""

    def send_signal(self, name: Any, *args: object, **kwargs: object) -> None:
        """Tell nobody."""

    def handle_response(self, status: int, body: Any, headers: Any) -> Response:
        """Return the answer as a response that nobody keeps."""
        kept = {name: value for name, value in dict(headers or ()).items() if name.lower() == "www-authenticate"}
        return JSONResponse(dict(body), status, {**kept, "Cache-Control": "no-store"})

    def handle_error_response(self, request: Any, error: OAuth2Error) -> Response:
        """Return the error, in words of our own only."""
        return self.refused(error, request.credentials.by_header)

    def refused(self, error: OAuth2Error, by_header: bool = False) -> Response:
        """Return an error by RFC 6749 section 5.2."""
        body: Mapping[str, str] = {"error": error.error or "invalid_request", "error_description": _said(error)}
        if not isinstance(error, InvalidClientError):
            return self.handle_response(400, body, None)
        challenge = {"WWW-Authenticate": 'Basic realm="token"'} if by_header or error.status_code == 401 else None
        return self.handle_response(401, body, challenge)


def _proven(request: TokenRequest, issuer: str) -> Client:
    """Return the client if its proof holds: an assertion, or for sandbox clients a secret. Raises InvalidClientError."""
    client, given = request.row, request.credentials
    if client is None:
        raise InvalidClientError
    if given.assertion is not None and client.jwks is not None:
        request.spent = assertions.check(given.assertion, client, issuer)
        return client
    if given.secret is not None and client.kind == "sandbox" and request.secret_fits:
        return client
    raise InvalidClientError


def _claims_of(client: Client) -> dict[str, Any]:
    """Return what a token says of a client. `ver` lets a change of rights end the tokens given before it."""
    claims: dict[str, Any] = {
        "sub": client.client_id, "client_id": client.client_id, "ver": client.version,
        "org": str(client.organization_id), "org_kind": client.organization_kind, "gov": client.governorates,
        "roles": client.roles, "cleared": client.cleared,
    }  # fmt: skip
    return claims if client.operator_id is None else claims | {"operator": str(client.operator_id)}


def _said(error: OAuth2Error) -> str:
    """Return the description, which never holds anything of the request."""
    if isinstance(error, UnsupportedGrantTypeError):
        return "client_credentials is the only grant"
    if isinstance(error, InvalidClientError) and not error.description:
        return "client authentication failed"
    return str(error.description or "the request is malformed")
