"""Checks access tokens as RFC 9068 and RFC 8725 want it, and remembers for some seconds which ones were good.

We are the only issuer, so a token's header is known to the letter: whatever else it holds (jwk, jku, x5u, crit, another typ or
algorithm) is refused before any key is touched.
"""

import base64
import binascii
import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError

from ihala_gateway.oauth.keys import ALGORITHM, Keyring

TYPE = "at+jwt"
LONGEST_TOKEN = 8192
REMEMBERED = 10_000
REMEMBERED_SECONDS = 30.0
CLOCKS_DIFFER_BY_SECONDS = 5

_REGISTRY = jws.JWSRegistry(algorithms=[ALGORITHM])


class TokenRefused(Exception):
    """The token is not one of ours, not of now, or not this caller's. The text says which check failed; callers never see it."""


@dataclass(slots=True)
class Grant:
    """What a verified access token gives. `internal` keeps the internal tokens made from it:
    service and officer -> (header value, good until)."""

    claims: dict[str, Any]
    client_id: str
    client_version: int
    organization_id: str
    scopes: frozenset[str]
    expires_at: int  # seconds since 1970
    internal: dict[tuple[str, str | None], tuple[str, float]] = field(default_factory=dict)


class AccessTokens:
    """Verifies tokens of one issuer for one audience."""

    def __init__(self, keys: Keyring, issuer: str, audience: str) -> None:
        self.keys = keys
        self.issuer = issuer
        self.audience = audience
        self._known: OrderedDict[bytes, tuple[Grant, float]] = OrderedDict()

    def check(self, credentials: bytes, client_cert: bytes | None = None) -> Grant:
        """Return what an Authorization header's value gives. Raises TokenRefused."""
        known = self._known.get(credentials)
        now = time.time()
        if known is not None and now < known[1]:
            self._known.move_to_end(credentials)
            return known[0]
        grant = self.verify(_bearer(credentials), client_cert)
        if "cnf" not in grant.claims:  # a bound token is good only together with its certificate
            self._remember(credentials, grant, now)
        return grant

    def verify(self, token: str, client_cert: bytes | None = None) -> Grant:
        """Return what a token gives, without looking it up. Raises TokenRefused."""
        try:
            key = self.keys.published.get(_key_id(token))
            if key is None:
                raise TokenRefused("kid")
            claims = jwt.decode(token, key, registry=_REGISTRY).claims
        except (JoseError, binascii.Error, ValueError, TypeError, RecursionError) as error:
            raise TokenRefused(type(error).__name__) from None
        self._check_claims(claims)
        _check_binding(claims.get("cnf"), client_cert)
        return Grant(claims, claims["client_id"], claims["ver"], claims["org"], frozenset(claims["scope"].split(" ")) - {""}, claims["exp"])

    def _check_claims(self, claims: dict[str, Any]) -> None:
        now = time.time()
        checks = (
            claims.get("iss") == self.issuer,
            claims.get("aud") == self.audience,
            type(claims.get("exp")) is int and claims["exp"] > now,
            type(claims.get("iat")) is int and claims["iat"] <= now + CLOCKS_DIFFER_BY_SECONDS,
            "nbf" not in claims,
            type(claims.get("ver")) is int,
            all(isinstance(claims.get(name), str) for name in ("client_id", "org", "scope", "jti")),
            claims.get("sub") == claims.get("client_id"),
        )
        if not all(checks):
            raise TokenRefused(f"claim {checks.index(False)}")

    def _remember(self, credentials: bytes, grant: Grant, now: float) -> None:
        self._known[credentials] = (grant, min(now + REMEMBERED_SECONDS, grant.expires_at))
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)


def _bearer(credentials: bytes) -> str:
    scheme, _, token = credentials.partition(b" ")
    if scheme.lower() != b"bearer" or not token or len(token) > LONGEST_TOKEN or not token.isascii():
        raise TokenRefused("scheme")
    return token.decode("ascii")


def _key_id(token: str) -> str:
    """Return the key id of a token whose header is exactly as we write it. Raises TokenRefused, JoseError."""
    header = jws.extract_compact(token.encode("ascii")).headers()
    key_id = header.get("kid")
    if not isinstance(key_id, str) or header != {"alg": ALGORITHM, "typ": TYPE, "kid": key_id}:
        raise TokenRefused("header")
    return key_id


def _check_binding(confirmation: object, client_cert: bytes | None) -> None:
    """Raise TokenRefused when the token is bound (RFC 8705) to a certificate that was not shown, or to anything else."""
    if confirmation is None:
        return
    shown = client_cert and base64.urlsafe_b64encode(hashlib.sha256(client_cert).digest()).rstrip(b"=").decode()
    if not shown or confirmation != {"x5t#S256": shown}:
        raise TokenRefused("binding")
