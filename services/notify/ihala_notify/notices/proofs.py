"""Codes that confirm an address, and the links by which a digest is stopped: made, and known again.

The link's token is the digest's id and its keyed mark, so nothing has to be kept of it; who guesses an id lacks the mark.
"""

import base64
import binascii
import hmac
import secrets
from datetime import timedelta
from uuid import UUID

from ihala_kit.vault import Vault

GOOD_FOR = timedelta(hours=24)
MOST_TRIES = 5
_DIGITS = 6
_MARK = 16


def new_code() -> str:
    """Return a new code of six digits."""
    return f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"


def code_hash(vault: Vault, digest_id: UUID, code: str) -> bytes:
    """Return the keyed hash of a code, whatever spaces were typed into it."""
    return vault.fingerprint(digest_id.bytes + "".join(code.split()).encode(), "digest code")


def same(one: bytes | None, other: bytes) -> bool:
    """Compare in constant time."""
    return one is not None and hmac.compare_digest(one, other)


def stop_token(vault: Vault, digest_id: UUID) -> str:
    """Return the token of the link that stops this digest."""
    return base64.urlsafe_b64encode(digest_id.bytes + _mark(vault, digest_id.bytes)).rstrip(b"=").decode()


def stopped_by(vault: Vault, token: str) -> UUID | None:
    """Return whose token it is, None when we did not make it."""
    try:
        raw = base64.b64decode(token.encode() + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    known = raw.ljust(16 + _MARK, b"\0")
    fits = hmac.compare_digest(known[16:], _mark(vault, known[:16]))
    return UUID(bytes=known[:16]) if fits else None


def _mark(vault: Vault, raw: bytes) -> bytes:
    return vault.fingerprint(raw, "digest stop")[:_MARK]
