"""Checks access tokens as RFC 9068 and RFC 8725 want it, and remembers for some seconds which ones were good.

We are the only issuer, so a token's header is known to the letter: whatever else it holds (jwk, jku, x5u, crit, another typ or
algorithm) is refused before any key is touched.
"""

import binascii
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError

from ihala_gateway.oauth.certificates import thumbprint
from ihala_gateway.oauth.dpop import Proofs
from ihala_gateway.oauth.grant import Grant
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
class Call:
    """What of a request a proof of possession (DPoP) is about, and the proofs that came with it."""

    method: str
    path: bytes  # as it was sent, without the query
    proofs: tuple[bytes, ...] = ()
    next_nonce: str | None = None  # filled in by the check when the next proof must carry a newer one


class AccessTokens:
    """Verifies tokens of one issuer for one audience."""

    def __init__(self, keys: Keyring, issuer: str, audience: str, proofs: Proofs | None = None) -> None:
        self.keys = keys
        self.issuer = issuer
        self.audience = audience
        self.proofs = proofs or Proofs(issuer)
        self._known: OrderedDict[bytes, tuple[Grant, float]] = OrderedDict()

    def check(self, credentials: bytes, client_cert: bytes | None = None, call: Call | None = None) -> Grant:
        """Return what an Authorization header's value gives.

        What a bound token is bound to is looked at each time; the rest is remembered for some seconds.
        Raises TokenRefused, ProofRefused and NonceNeeded.
        """
        known, now = self._known.get(credentials), time.time()
        if known is not None and now < known[1]:
            self._known.move_to_end(credentials)
            if known[0].confirmation is not None:
                self._prove(credentials, known[0], client_cert, call)
            return known[0]
        scheme, token = _parsed(credentials)
        grant = self.verify(token)
        if (scheme == b"dpop") != _by_key(grant.confirmation):
            raise TokenRefused("scheme")  # a bound token is never good as a bearer token, nor the other way round
        if grant.confirmation is not None:
            self._prove(credentials, grant, client_cert, call)
        self._remember(credentials, grant, now)
        return grant

    def verify(self, token: str) -> Grant:
        """Return what a token gives, without looking it up and without looking at what it is bound to. Raises TokenRefused."""
        try:
            key = self.keys.published.get(_key_id(token))
            if key is None:
                raise TokenRefused("kid")
            claims = jwt.decode(token, key, registry=_REGISTRY).claims
        except (JoseError, binascii.Error, ValueError, TypeError, AttributeError, RecursionError) as error:  # a header that is no object
            raise TokenRefused(type(error).__name__) from None
        self._check_claims(claims)
        account = None if claims["sub"] == claims["client_id"] else claims["sub"]
        return Grant(
            claims, claims["client_id"], claims["ver"], claims["org"], frozenset(claims["scope"].split(" ")) - {""}, claims["exp"],
            claims["jti"], account, claims.get("account_ver", 0), claims.get("cnf"),
        )  # fmt: skip

    def _prove(self, credentials: bytes, grant: Grant, client_cert: bytes | None, call: Call | None) -> None:
        """Raise TokenRefused, ProofRefused or NonceNeeded unless the caller shows what the token is bound to."""
        if not _by_key(grant.confirmation):
            if not client_cert or grant.confirmation != {"x5t#S256": thumbprint(client_cert)}:
                raise TokenRefused("certificate")
            return
        if call is None:
            raise TokenRefused("no proof")
        shown, call.next_nonce = self.proofs.check(call.proofs, call.method, call.path, _parsed(credentials)[1])
        if grant.confirmation != {"jkt": shown}:
            raise TokenRefused("another's key")

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
            isinstance(claims.get("sub"), str) and claims["sub"] != "",
            claims.get("sub") == claims.get("client_id") or type(claims.get("account_ver")) is int,
        )
        if not all(checks):
            raise TokenRefused(f"claim {checks.index(False)}")

    def _remember(self, credentials: bytes, grant: Grant, now: float) -> None:
        self._known[credentials] = (grant, min(now + REMEMBERED_SECONDS, grant.expires_at))
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)


def _parsed(credentials: bytes) -> tuple[bytes, str]:
    """Return the scheme in small letters, bearer or dpop, and the token. Raises TokenRefused."""
    scheme, _, token = credentials.partition(b" ")
    scheme = scheme.lower()
    if scheme not in (b"bearer", b"dpop") or not token or len(token) > LONGEST_TOKEN or not token.isascii():
        raise TokenRefused("scheme")
    return scheme, token.decode("ascii")


def _key_id(token: str) -> str:
    """Return the key id of a token whose header is exactly as we write it. Raises TokenRefused, JoseError."""
    header = jws.extract_compact(token.encode("ascii")).headers()
    key_id = header.get("kid")
    if not isinstance(key_id, str) or header != {"alg": ALGORITHM, "typ": TYPE, "kid": key_id}:
        raise TokenRefused("header")
    return key_id


def _by_key(confirmation: object) -> bool:
    """Tell whether a token is bound to a DPoP key; what is bound to anything else is held against the certificate."""
    return isinstance(confirmation, dict) and confirmation.keys() == {"jkt"}
