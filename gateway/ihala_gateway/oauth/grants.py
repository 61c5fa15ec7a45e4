"""The three grants: Authlib's, each with what it leaves open closed. They only read what was fetched, and do no I/O."""

import time
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidRequestError, InvalidScopeError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, ClientCredentialsGrant, RefreshTokenGrant
from authlib.oauth2.rfc7636 import CodeChallenge

from ihala_gateway.oauth import id_tokens
from ihala_gateway.oauth.families import Family
from ihala_gateway.oauth.people import OPENID, Person
from ihala_gateway.oauth.profile import KAFKA_SECONDS
from ihala_gateway.oauth.registered import Registered
from ihala_gateway.oauth.token_request import TokenRequest

KAFKA = "kafka"
KAFKA_NEEDS = "events:read"


class InvalidTarget(OAuth2Error):
    """RFC 8707: a `resource` that we do not issue tokens for."""

    error = "invalid_target"
    description = "tokens are issued for this gateway's address, and to clients that read events for kafka"


class _Bound:
    """What all grants share: the audience is checked (RFC 8707), and where the profile wants it the token must be bound."""

    request: Any  # a TokenRequest
    server: Any

    def validate_token_request(self) -> None:
        """Raise an OAuth2Error unless this client may have a token."""
        super().validate_token_request()  # type: ignore[misc]  # the grant's
        client: Registered = self.request.client
        if self.request.form.get("resource", self.server.issuer) != self.server.issuer and not _for_kafka(self.request, client):
            raise InvalidTarget
        if client.profile.sender_constrained and self.request.confirmation is None and not self.request.for_kafka:
            raise InvalidRequestError(description="tokens are bound to a key or a certificate: send a DPoP proof, or use mutual TLS")

    def create_token_response(self) -> Any:
        """Return status, body and headers."""
        status, body, headers = super().create_token_response()  # type: ignore[misc]
        if self.request.confirmation is not None and "jkt" in self.request.confirmation and not self.request.for_kafka:
            body["token_type"] = "DPoP"  # noqa: S105 - a scheme
        if self.request.for_kafka:
            body["expires_in"] = KAFKA_SECONDS
            body.pop("scope", None)
        return status, body, headers


class ForItself(_Bound, ClientCredentialsGrant):
    """client_credentials."""


class ByCode(_Bound, AuthorizationCodeGrant):
    """authorization_code: a code buys once, for the client, address, challenge and key it was made for."""

    def query_authorization_code(self, code: str, client: Any) -> Family | None:
        """Return what was fetched for the code if this client may show it now."""
        family = self.request.family
        if family is None or family.code is None or not family.check_client(client) or family.used:
            return None
        alive = family.grant.revoked_at is None and family.code.expires_at.timestamp() > time.time()
        bound = family.code.thumbprint in (None, self.request.shown.key)
        return family if alive and bound else None

    def authenticate_user(self, family: Any) -> Person | None:
        """Return who signed in. Raises InvalidGrantError when she is none of the client's people."""
        person: Person | None = family.person
        if person is not None:
            _check_its_people(self.request.client, person)
        return person

    def create_token_response(self) -> Any:
        """Return status, body and headers; with an ID token where one was asked for."""
        status, body, headers = super().create_token_response()
        family = self.request.authorization_code
        if OPENID in body["scope"].split():
            body["id_token"] = id_tokens.made(self.server, self.request.client.row.client_id, family, body["access_token"])
        return status, body, headers

    def delete_authorization_code(self, family: Any) -> None:
        """Nothing: it is kept as used, so that a second use is seen."""


class ByRefreshToken(_Bound, RefreshTokenGrant):
    """refresh_token: for the client it was made for; never more than was granted, and no more than is held now.

    What was bound stays bound, but a client may change its DPoP key (RFC 9449, 5): the refresh token is bound to the client itself,
    which proves who it is each time.
    """

    @property
    def INCLUDE_NEW_REFRESH_TOKEN(self) -> bool:  # type: ignore[override]  # noqa: N802 - Authlib's name
        """Whether it is rotated: only what is not bound to a key or certificate needs to be."""
        return self.request.confirmation is None

    def authenticate_refresh_token(self, refresh_token: str) -> Any:
        """Return what was fetched for the token if this client may show it now."""
        family = self.request.family
        if family is None or family.token is None or family.used or family.grant.revoked_at is not None:
            return None
        alive = family.grant.expires_at.timestamp() > time.time()
        as_bound = (family.grant.confirmation is None) == (self.request.confirmation is None)
        return family if alive and as_bound else None

    def authenticate_user(self, family: Any) -> Person:
        """Return who signed in. Raises InvalidGrantError when the session has ended, or she is none of the client's people."""
        if family.person is None:
            raise InvalidGrantError(description="the session has ended; the person must sign in again")
        person: Person = family.person
        _check_its_people(self.request.client, person)
        return person

    def issue_token(self, user: Person, family: Any) -> Any:
        """Return a token for what was granted, or the part of it that was asked for. Raises InvalidScopeError when more was.

        Authlib has looked as well; what a refresh may give is too much to rest on that alone.
        """
        asked = self.request.form.get("scope") or family.grant.scope
        if not set(asked.split()) <= set(family.grant.scope.split()):
            raise InvalidScopeError
        return self.generate_token(user=user, scope=asked, include_refresh_token=self.INCLUDE_NEW_REFRESH_TOKEN)

    def revoke_old_credential(self, family: Any) -> None:
        """Nothing: families.py marks it as used in the same transaction."""


class Challenge(CodeChallenge):
    """PKCE, S256 alone."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]
    CODE_CHALLENGE_METHODS = {"S256": CodeChallenge.CODE_CHALLENGE_METHODS["S256"]}

    def validate_code_verifier(self, grant: Any, result: Any) -> None:
        """Raise InvalidGrantError unless the verifier fits; also where there is none, which Authlib calls malformed."""
        if not grant.request.form.get("code_verifier"):
            raise InvalidGrantError(description="code_verifier is missing")
        super().validate_code_verifier(grant, result)


def _check_its_people(client: Registered, person: Person) -> None:
    """Raise InvalidGrantError unless she is one of the client's people; it may have been first-party when she granted it that."""
    if not client.serves(person.organization_id, person.operator_id):
        raise InvalidGrantError(description="this client acts for people of its own organisation, or of its operator's, only")


def _for_kafka(request: TokenRequest, client: Registered) -> bool:
    """Tell whether a token for Kafka is asked for, which has no scope: the broker's access list says what a client may read."""
    return request.for_kafka and KAFKA_NEEDS in client.scopes() and "scope" not in request.form
