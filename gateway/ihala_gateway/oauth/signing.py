"""Signs our own tokens: JWS (RFC 7515), compact. The head is the same for all tokens of a kind that a key signs, so it is written once;
joserfc's own way writes and checks it anew each time, which takes as long as the signature.
"""

from functools import lru_cache
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey
from pydantic_core import to_json

from ihala_gateway.oauth import base64url
from ihala_gateway.oauth.keys import ALGORITHM

_ES256 = jws.JWSRegistry(algorithms=[ALGORITHM]).get_alg(ALGORITHM)


def signed(kind: str, claims: dict[str, Any], key: ECKey) -> str:
    """Return a token of this kind (`typ`)."""
    content = f"{_head(kind, key.kid)}.{base64url.encoded(to_json(claims))}"
    return f"{content}.{base64url.encoded(_ES256.sign(content.encode('ascii'), key))}"


@lru_cache(maxsize=64)
def _head(kind: str, key_id: str) -> str:
    return base64url.encoded(to_json({"alg": ALGORITHM, "typ": kind, "kid": key_id}))
