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
from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidGrantError, InvalidScopeError, UnsupportedGrantTypeError
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from ihala_kit.ids import new_id
from starlette.responses import JSONResponse, Response

from ihala_gateway.oauth import families
from ihala_gateway.oauth.access_tokens import TYPE
from ihala_gateway.oauth.grants import KAFKA, KAFKA_NEEDS, ByCode, ByRefreshToken, Challenge, ForItself
from ihala_gateway.oauth.keys import ALGORITHM, Keyring
from ihala_gateway.oauth.people import Person
from ihala_gateway.oauth.profile import KAFKA_SECONDS, TOKEN_SECONDS
from ihala_gateway.oauth.registered import Registered
from ihala_gateway.oauth.signing import signed
from ihala_gateway.oauth.token_request import TokenRequest
from ihala_gateway.tables import Client

LIVES_SECONDS = TOKEN_SECONDS

logging.getLogger("authlib").setLevel(logging.INFO)  # at DEBUG it writes whole tokens


class AccessTokenGenerator(JWTBearerTokenGenerator):
    """Makes tokens by RFC 9068: ES256, ten minutes, for our own API; or five for Kafka."""

    def __init__(self, keys: Keyring, issuer: str) -> None:
        super().__init__(issuer, alg=ALGORITHM, expires_generator=LIVES_SECONDS, refresh_token_generator=_refresh_token)
        self.keys = keys

    def access_token_generator(self, client: Any, grant_type: Any, user: Any, scope: Any) -> str:  # type: ignore[override]
        """Return a signed token for a client, or for a person through it."""
        asked: TokenRequest = client.asked
        now, key = int(time.time()), self.keys.current()
        asked.issued.jti = new_id().hex
        asked.issued.expires_at = now + (KAFKA_SECONDS if asked.for_kafka else LIVES_SECONDS)
        claims = {
            **(_claims_of(client.row) if user is None else _claims_for(client.row, user)),
            "iss": self.issuer, "aud": KAFKA if asked.for_kafka else self.issuer, "iat": now, "exp": asked.issued.expires_at,
            "jti": asked.issued.jti, "scope": KAFKA_NEEDS if asked.for_kafka else scope,  # the broker takes no token without a scope
        }  # fmt: skip
        if asked.for_kafka:  # the broker's user: no client can be called like one of its own, or like a service
            claims["principal"] = f"client.{client.row.client_id}"
        elif asked.confirmation is not None:
            claims["cnf"] = asked.confirmation
        return signed(TYPE, claims, key)

    @staticmethod
    def get_allowed_scope(client: Any, scope: Any) -> Any:
        """Return the scope: of what a person granted, what she and the client may still do. Raises InvalidScopeError."""
        asked: TokenRequest = client.asked
        if asked.family is None or asked.family.person is None:
            return JWTBearerTokenGenerator.get_allowed_scope(client, scope)
        held = set(scope.split()) & asked.family.person.through(client.scopes())
        if not held:
            raise InvalidScopeError
        return " ".join(sorted(held))


class Server(AuthorizationServer):
    """Answers token requests that were prefetched."""

    def __init__(self, keys: Keyring, issuer: str) -> None:
        super().__init__()
        self.issuer = issuer
        self.keys = keys
        self.register_token_generator("default", AccessTokenGenerator(keys, issuer))
        self.register_grant(ForItself)
        self.register_grant(ByCode, [Challenge(required=True)])
        self.register_grant(ByRefreshToken)

    def answer(self, asked: TokenRequest) -> Response:
        """Return the answer to a request whose client has proven itself and for which all was fetched; `asked.issued` must be stored."""
        answer: Response = self.create_token_response(asked)  # type: ignore[assignment]  # what handle_response returns
        return answer

    def authenticate_client(self, request: Any, methods: Any, endpoint: str = "token") -> Registered:
        """Return the client, which proved itself before (client_endpoint.py)."""
        assert isinstance(request.client, Registered)
        return request.client

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
        return JSONResponse(dict(body), status, {**kept, "Cache-Control": "no-store", "Pragma": "no-cache"})  # RFC 6749, 5.1: both

    def handle_error_response(self, request: Any, error: OAuth2Error) -> Response:
        """Return the error, in words of our own only."""
        return self.refused(error)

    def refused(self, error: OAuth2Error) -> Response:
        """Return an error by RFC 6749 section 5.2. A 401 always names a way to authenticate (RFC 9110, 15.5.2)."""
        body: Mapping[str, str] = {"error": error.error or "invalid_request", "error_description": _said(error)}
        if not isinstance(error, InvalidClientError):
            return self.handle_response(400, body, None)
        return self.handle_response(401, body, {"WWW-Authenticate": 'Basic realm="token"'})


def _claims_of(client: Client) -> dict[str, Any]:
    """Return what a token says of a client. `ver` lets a change of rights end the tokens given before it."""
    claims: dict[str, Any] = {
        "sub": client.client_id, "client_id": client.client_id, "ver": client.version,
        "org": str(client.organization_id), "org_kind": client.organization_kind, "gov": client.governorates,
        "roles": client.roles, "cleared": client.cleared,
    }  # fmt: skip
    return claims if client.operator_id is None else claims | {"operator": str(client.operator_id)}


def _claims_for(client: Client, person: Person) -> dict[str, Any]:
    """Return what a token says of a person for whom a client acts. She is her own acting officer.

    What is restricted she sees only through a system that may hold it.
    """
    claims: dict[str, Any] = {
        "sub": str(person.account_id), "account_ver": person.account_version, "acting_officer": str(person.account_id),
        "client_id": client.client_id, "ver": client.version, "org": str(person.organization_id),
        "org_kind": person.organization_kind, "gov": list(person.governorates), "roles": list(person.roles),
        "cleared": person.cleared and client.cleared,
    }  # fmt: skip
    return claims if person.operator_id is None else claims | {"operator": str(person.operator_id)}


def _refresh_token(client: Any, **_: Any) -> str:
    """Return a refresh token; it is stored with the rest of what was issued."""
    asked: TokenRequest = client.asked
    asked.issued.refresh_token = families.new_secret()
    return asked.issued.refresh_token


def _said(error: OAuth2Error) -> str:
    """Return the description, which never holds anything of the request."""
    if isinstance(error, UnsupportedGrantTypeError):
        return "the grants are client_credentials, authorization_code and refresh_token"
    if isinstance(error, InvalidGrantError) and not error.description:
        return "it is unknown, used, out of date, or was given to another"
    if isinstance(error, InvalidClientError) and not error.description:
        return "client authentication failed"
    return str(error.description or "the request is malformed")
