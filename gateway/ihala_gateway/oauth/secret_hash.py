"""Hashes of sandbox clients' secrets.

One that somebody chose: scrypt (RFC 7914) with OWASP's settings of 16 MiB, stored as `scrypt$n$r$p$salt$hash`. One that we made is
random, 256 bits, so that SHA-256 is enough: `sha256$hash`. Nothing waits for it.
"""

import base64
import hashlib
import hmac
import secrets

from ihala_gateway.turns import Turns

_N, _R, _P = 2**14, 8, 5
_MEMORY = 64 * 1024 * 1024
_LONGEST = 256
_RANDOM = "sha256$"

# One at a time: guessing secrets must not take more than one core, nor starve those who hold the right one for long.
_turns = Turns(at_once=1, most=20)


def new() -> tuple[str, str]:
    """Return a new secret, and the text to store for it."""
    secret = secrets.token_urlsafe(32)
    return secret, f"{_RANDOM}{_text(_sha256(secret))}"


def hashed(secret: str) -> str:
    """Return the text to store for a secret that somebody chose; takes about 0.2 s."""
    salt = secrets.token_bytes(16)
    return f"scrypt${_N}${_R}${_P}${_text(salt)}${_text(_scrypt(secret, salt, _N, _R, _P))}"


def fits(secret: str, stored: str) -> bool:
    """Tell whether `stored` was made from the secret; takes about 0.2 s if somebody chose it."""
    if len(secret) > _LONGEST:
        return False
    if stored.startswith(_RANDOM):
        return hmac.compare_digest(_sha256(secret), base64.b64decode(stored.removeprefix(_RANDOM)))
    _, n, r, p, salt, expected = stored.split("$")
    found = _scrypt(secret, base64.b64decode(salt), int(n), int(r), int(p))
    return hmac.compare_digest(found, base64.b64decode(expected))


async def fits_async(secret: str, stored: str) -> bool:
    """The same, in a thread where it takes long, so that no request waits for it. Raises ServiceUnavailable (503)."""
    return fits(secret, stored) if stored.startswith(_RANDOM) else await _turns.take(lambda: fits(secret, stored))


def _sha256(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _scrypt(secret: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(secret.encode(), salt=salt, n=n, r=r, p=p, maxmem=_MEMORY, dklen=32)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
