"""base64url without padding (RFC 7515), as JOSE and OAuth write every digest."""

import base64
import hashlib


def encoded(raw: bytes) -> str:
    """Return bytes as text."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def sha256(raw: bytes) -> str:
    """Return SHA-256 of bytes as text, 43 characters."""
    return encoded(hashlib.sha256(raw).digest())
