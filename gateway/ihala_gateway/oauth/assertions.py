"""Client authentication by a signed assertion (private_key_jwt, RFC 7523), as strictly as FAPI 2.0 wants it.

Our own in place of Authlib's, which takes any algorithm, several audiences and any life. What is refused before the signature is
proven says nothing; after it, the client is told what to correct.
"""

import hashlib
import json
import time
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeGuard

from authlib.oauth2.rfc6749.errors import InvalidClientError
from joserfc import jws
from joserfc.errors import JoseError
from pydantic_core import to_json

from ihala_gateway.oauth.client_keys import ALGORITHMS, Key, KeysRefused, usable_keys
from ihala_gateway.oauth.compact import Verify, header_of, way_to_verify
from ihala_gateway.oauth.token_request import Assertion, SpentJti
from ihala_gateway.tables import Client

LONGEST_LIFE_SECONDS = 600
CLOCKS_DIFFER_BY_SECONDS = 30

_TYPES = (None, "JWT", "client-authentication+jwt")
_HEADERS = {"alg", "typ", "kid"}
_REGISTRY = jws.JWSRegistry(algorithms=list(ALGORITHMS))


def check(assertion: Assertion, client: Client, issuer: str) -> SpentJti:
    """Prove that `client` made the assertion for us, now. Raises InvalidClientError. The caller must spend what comes back."""
    claims, key = assertion.claims, _proven_by(assertion, client.jwks or {})
    expires_at = _check_claims(claims, client.client_id, issuer, time.time())
    return SpentJti(
        client.client_id, hashlib.sha256(claims["jti"].encode(errors="surrogatepass")).digest(), expires_at, key.kid or key.thumbprint()
    )


def _proven_by(assertion: Assertion, jwks: dict[str, Any]) -> Key:
    """Return which of the keys signed an assertion. Raises InvalidClientError when none did."""
    try:
        key, verify = _way(assertion.signed.head, to_json(jwks))
        proven = verify(assertion.signed.content, assertion.signed.signature, key)
    except (JoseError, KeysRefused, ValueError, TypeError, AttributeError):
        raise InvalidClientError from None
    if not proven:
        raise InvalidClientError
    return key


@lru_cache(maxsize=1000)
def _way(head: str, jwks: bytes) -> tuple[Key, Verify]:
    """Return how an assertion with this head is checked. Raises ValueError, JoseError."""
    header = header_of(head)
    key = _key_for(header, _keys(jwks))
    return key, way_to_verify(header, key, _REGISTRY)


@lru_cache(maxsize=1000)
def _keys(jwks: bytes) -> tuple[Key, ...]:
    """Return the keys of a JWK set; reading one costs more than checking a signature with it."""
    return tuple(usable_keys(json.loads(jwks)))


def _key_for(header: dict[str, Any], keys: tuple[Key, ...]) -> Key:
    """Return the one key that the header can mean. Raises ValueError."""
    if not header.keys() <= _HEADERS or header.get("typ") not in _TYPES:
        raise ValueError("header")
    key_id = header.get("kid")
    found = keys if key_id is None else tuple(key for key in keys if key.kid == key_id)
    if len(found) != 1:
        raise ValueError("key")
    return found[0]


def _check_claims(claims: dict[str, Any], client_id: str, issuer: str, now: float) -> datetime:
    """Return until when a proven assertion must be remembered. Raises InvalidClientError, saying what to correct."""
    soon, late = now + CLOCKS_DIFFER_BY_SECONDS, now - CLOCKS_DIFFER_BY_SECONDS
    expires, issued, begins, jti = claims.get("exp"), claims.get("iat", now), claims.get("nbf", now), claims.get("jti")
    _demand(claims.get("iss") == claims.get("sub") == client_id, "iss and sub of the assertion must be the client_id")
    _demand(claims.get("aud") == issuer, "aud of the assertion must be the issuer, as one string")
    _demand(_is_time(expires) and late < expires <= soon + LONGEST_LIFE_SECONDS, "exp of the assertion must be at most 10 minutes ahead")
    _demand(_is_time(issued) and _is_time(begins) and max(issued, begins) <= soon, "iat and nbf of the assertion must have passed")
    _demand(isinstance(jti, str) and jti != "", "jti of the assertion must be a text, a new one each time")
    return datetime.fromtimestamp(float(claims["exp"]) + 2 * CLOCKS_DIFFER_BY_SECONDS, UTC)


def _demand(holds: bool, fault: str) -> None:
    if not holds:
        raise InvalidClientError(description=fault)


def _is_time(value: object) -> TypeGuard[float]:
    """Tell whether a claim is a NumericDate; NaN, infinity and booleans, which JSON or Python would let pass, are not."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e11
