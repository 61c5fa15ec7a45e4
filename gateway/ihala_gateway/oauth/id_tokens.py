"""ID tokens (OpenID Connect): that somebody signed in, when and how. No name, no address: who it is, is an opaque number."""

import hashlib
import time
from typing import Any, Protocol

from ihala_gateway.oauth import base64url
from ihala_gateway.oauth.families import Family
from ihala_gateway.oauth.keys import Keyring
from ihala_gateway.oauth.signing import signed

LIVES_SECONDS = 300


class Issuer(Protocol):
    """Who signs."""

    issuer: str
    keys: Keyring


def made(server: Issuer, client_id: str, family: Family, access_token: str) -> str:
    """Return the ID token that goes with an access token. Its `typ` is not an access token's, so it is never good as one."""
    now, key = int(time.time()), server.keys.current()
    claims: dict[str, Any] = {
        "iss": server.issuer, "sub": str(family.grant.account_id), "aud": client_id, "iat": now, "exp": now + LIVES_SECONDS,
        "auth_time": int(family.grant.auth_time.timestamp()), "amr": family.grant.methods, "at_hash": _half(access_token),
        "sid": str(family.grant.session_id),
    }  # fmt: skip
    if family.code is not None and family.code.nonce is not None:
        claims["nonce"] = family.code.nonce
    return signed("JWT", claims, key)


def _half(access_token: str) -> str:
    """Return `at_hash`: the left half of SHA-256."""
    return base64url.encoded(hashlib.sha256(access_token.encode()).digest()[:16])
