"""Hashes of sandbox clients' secrets: scrypt (RFC 7914) with OWASP's settings of 16 MiB, stored as `scrypt$n$r$p$salt$hash`."""

import asyncio
import base64
import hashlib
import hmac
import secrets

_N, _R, _P = 2**14, 8, 5
_MEMORY = 64 * 1024 * 1024
_LONGEST = 256

# One at a time: guessing secrets must not take more than one core, nor starve those who hold the right one for long.
_turn = asyncio.Semaphore(1)


def hashed(secret: str) -> str:
    """Return the text to store for a secret; takes about 0.2 s."""
    salt = secrets.token_bytes(16)
    return f"scrypt${_N}${_R}${_P}${_text(salt)}${_text(_scrypt(secret, salt, _N, _R, _P))}"


def fits(secret: str, stored: str) -> bool:
    """Tell whether `stored` was made from the secret; takes about 0.2 s."""
    _, n, r, p, salt, expected = stored.split("$")
    if len(secret) > _LONGEST:
        return False
    found = _scrypt(secret, base64.b64decode(salt), int(n), int(r), int(p))
    return hmac.compare_digest(found, base64.b64decode(expected))


async def fits_async(secret: str, stored: str) -> bool:
    """The same in a thread, so that no request waits for it."""
    async with _turn:
        return await asyncio.to_thread(fits, secret, stored)


async def hashed_async(secret: str) -> str:
    """Return the text to store for a secret, made in a thread."""
    async with _turn:
        return await asyncio.to_thread(hashed, secret)


def _scrypt(secret: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(secret.encode(), salt=salt, n=n, r=r, p=p, maxmem=_MEMORY, dklen=32)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
