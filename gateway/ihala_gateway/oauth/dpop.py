"""Proofs that the caller holds the key a token is bound to (DPoP, RFC 9449): each is good once, in this process, and soon too old.

A proof must carry a nonce that this very process gave within the last two minutes. So it was made for this process, and whether
it was shown before is known here, without a word to the others.
"""

import hashlib
import json
import re
import secrets
import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from joserfc import jws
from joserfc.errors import JoseError

from ihala_gateway.oauth import base64url
from ihala_gateway.oauth.client_keys import ALGORITHMS, Key, usable_keys
from ihala_gateway.oauth.compact import Verify, header_of, taken_apart, way_to_verify

HEADER = b"dpop"
CHALLENGE = f'algs="{" ".join(ALGORITHMS)}"'
LONGEST_PROOF = 4096
NONCE_SECONDS = 60.0  # then a new one is given; the one before is taken for as long again
MOST_SEEN = 30_000  # proofs of one nonce; then a new one is given before its time, so that none is ever forgotten
CLOCKS_DIFFER_BY_SECONDS = 300  # the nonce says that a proof is new; its own time only has to be likely
AHEAD_BY_SECONDS = 60  # but FAPI 2.0 (5.3.2.1) takes nothing that is made, or begins, later than this

_TYPE = "dpop+jwt"
_REGISTRY = jws.JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)  # what is not known there means nothing
_ESCAPE = re.compile("%([0-9a-fA-F]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_PORTS = {"https": 443, "http": 80}


class ProofRefused(Exception):
    """The proof proves nothing. The text says which check failed; callers never see it."""


class NonceNeeded(Exception):
    """The proof is good but for its nonce: the caller makes it again with the one that is given now."""


class Nonces:
    """What this process gives for the next proofs, and which proofs it has seen."""

    def __init__(self) -> None:
        self._seen: dict[str, set[bytes]] = {}  # the two newest nonces, oldest first
        self._next_at = 0.0

    def current(self) -> str:
        """Return the nonce to give."""
        now = time.monotonic()
        newest = next(reversed(self._seen), None)
        if newest is None or now >= self._next_at or len(self._seen[newest]) >= MOST_SEEN:
            if now >= self._next_at + NONCE_SECONDS:  # nobody asked for so long that the newest is too old as well
                self._seen.clear()
            self._seen = dict([*self._seen.items()][-1:])
            newest = secrets.token_urlsafe(18)
            self._seen[newest] = set()
            self._next_at = now + NONCE_SECONDS
        return newest

    def spend(self, nonce: object, proof: bytes) -> None:
        """Remember a proof, by any short name of it. Raises NonceNeeded, and ProofRefused when it was seen before."""
        self.current()
        seen = self._seen.get(nonce) if isinstance(nonce, str) else None
        if seen is None:
            raise NonceNeeded
        if proof in seen:
            raise ProofRefused("replay")
        seen.add(proof)


class Proofs:
    """Checks proofs for addresses below the issuer."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.nonces = Nonces()

    def check(self, proofs: Sequence[bytes], method: str, path: bytes, token: str | None = None) -> tuple[str, str | None]:
        """Return the thumbprint (RFC 7638) of the key that made the one proof, and a newer nonce for the next one if there is one.

        `token` is the access token that was shown with it, if one was. Raises ProofRefused and NonceNeeded.
        """
        if len(proofs) != 1 or len(proofs[0]) > LONGEST_PROOF or not proofs[0].isascii():
            raise ProofRefused("not one proof")
        claims, thumbprint = _decoded(proofs[0].decode("ascii"))
        self._check_claims(claims, method, path, token)
        jti, nonce = claims["jti"], claims.get("nonce")
        self.nonces.spend(nonce, hashlib.sha256(f"{thumbprint} {jti}".encode(errors="surrogatepass")).digest())
        current = self.nonces.current()
        return thumbprint, None if nonce == current else current

    def _check_claims(self, claims: dict[str, Any], method: str, path: bytes, token: str | None) -> None:
        jti, now = claims.get("jti"), time.time()
        late, soon = now - CLOCKS_DIFFER_BY_SECONDS, now + AHEAD_BY_SECONDS
        checks = (
            isinstance(jti, str) and 0 < len(jti) <= 256,
            claims.get("htm") == method,
            isinstance(claims.get("htu"), str) and normal(claims["htu"]) == normal(self.issuer + path.decode("ascii")),
            _is_within(claims.get("iat"), late, soon),
            "nbf" not in claims or _is_within(claims["nbf"], 0, soon),
            "exp" not in claims or _is_within(claims["exp"], late, float("inf")),
            token is None or claims.get("ath") == base64url.sha256(token.encode()),
        )
        if not all(checks):
            raise ProofRefused(f"claim {checks.index(False)}")


def _is_within(time_: object, first: float, last: float) -> bool:
    return isinstance(time_, int | float) and first <= time_ <= last


def thumbprint_is_plain(text: str) -> bool:
    """Tell whether a text can be a thumbprint (dpop_jkt)."""
    return re.fullmatch(r"[A-Za-z0-9_-]{43}", text) is not None


@lru_cache(maxsize=256)
def normal(address: str) -> str:
    """Return an address in RFC 3986's normal form (6.2.2, 6.2.3), without query and fragment. Raises ProofRefused when it is none."""
    try:
        parts = urlsplit(address)
        port = "" if parts.port in (None, _PORTS.get(parts.scheme)) else f":{parts.port}"
        host = parts.hostname or ""
    except ValueError:
        raise ProofRefused("htu") from None
    path = _ESCAPE.sub(_plain, parts.path) or "/"
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}{path}"


def _plain(escape: re.Match[str]) -> str:
    sign = chr(int(escape[1], 16))
    return sign if _UNRESERVED.fullmatch(sign) else escape[0].upper()


class _Head(NamedTuple):
    """What the head of a proof says, checked: a client's proofs all have the same one, so it is read once."""

    thumbprint: str
    key: Key
    verify: Verify


def _decoded(proof: str) -> tuple[dict[str, Any], str]:
    """Return a proof's claims and its key's thumbprint. Raises ProofRefused."""
    try:
        shown = taken_apart(proof)
        head = _head(shown.head)
        if not head.verify(shown.content, shown.signature, head.key):
            raise ProofRefused("signature")
        claims = json.loads(shown.payload.decode())
    except (JoseError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:  # KeysRefused, binascii.Error too
        raise ProofRefused(type(error).__name__) from None
    if not isinstance(claims, dict):
        raise ProofRefused("claims")
    return claims, head.thumbprint


@lru_cache(maxsize=2000)
def _head(first: str) -> _Head:
    """Return what the first part of a proof says. Raises ValueError and others."""
    header = header_of(first)
    key = usable_keys({"keys": [header["jwk"]]})[0]
    verify = way_to_verify(header, key, _REGISTRY)
    if header["typ"] != _TYPE:
        raise ValueError("header")
    return _Head(key.thumbprint(), key, verify)
