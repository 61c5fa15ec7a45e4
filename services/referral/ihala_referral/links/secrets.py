"""Links, codes and tickets: how they are made and known again. Pure, but for the random numbers and the vault's keys.

A token is 16 random bytes and their signature; only a keyed hash of the random part is stored. A ticket is what the page's own forms
carry once the code was given: which link, which version of the offer was read, until when.
"""

import base64
import binascii
import hmac
import secrets
import struct
import unicodedata
from datetime import UTC, datetime, timedelta
from uuid import UUID

from ihala_kit.vault import Vault

TICKET_LASTS = timedelta(minutes=20)
CODE_DIGITS = 6
LONGEST_CODE = 40  # as it is typed, with spaces
_RANDOM = _SIGNATURE = 16
_STAMP = struct.Struct(">QI")  # expiry in seconds since 1970, version of the offer


def new_token(vault: Vault) -> tuple[str, bytes]:
    """Return a new token and the hash to store."""
    random = secrets.token_bytes(_RANDOM)
    return _text(random + _signature(vault, random)), _token_hash(vault, random)


def known_token(vault: Vault, token: str) -> bytes | None:
    """Return the hash under which a token is stored, or None when it bears no signature of ours."""
    raw = _bytes(token, _RANDOM + _SIGNATURE)
    if raw is None or not hmac.compare_digest(raw[_RANDOM:], _signature(vault, raw[:_RANDOM])):
        return None
    return _token_hash(vault, raw[:_RANDOM])


def new_code() -> str:
    """Return a new code of six digits."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def typed_code(text: str) -> str:
    """Return the digits of what somebody typed, in whatever script, without spaces and marks."""
    digits = (unicodedata.digit(sign, None) for sign in text[:LONGEST_CODE])
    return "".join(str(digit) for digit in digits if digit is not None)


def code_hash(vault: Vault, link_id: UUID, code: str) -> bytes:
    """Return the keyed hash of a link's code."""
    return vault.fingerprint(link_id.bytes + code.encode(), "one-time code")


def same(one: bytes, other: bytes) -> bool:
    """Compare two hashes in constant time."""
    return hmac.compare_digest(one, other)


def new_ticket(vault: Vault, link_id: UUID, version: int, at: datetime) -> str:
    """Return the proof that the code was given for this link and that this version of the offer was shown. `at` is real time."""
    stamp = _STAMP.pack(int((at + TICKET_LASTS).timestamp()), version)
    return _text(stamp + _ticket_mark(vault, link_id, stamp))


def version_of(vault: Vault, link_id: UUID, ticket: str, at: datetime) -> int | None:
    """Return the version that a ticket of this link names, or None when it is not ours or too old. `at` is real time."""
    raw = _bytes(ticket, _STAMP.size + _SIGNATURE)
    if raw is None or not hmac.compare_digest(raw[_STAMP.size :], _ticket_mark(vault, link_id, raw[: _STAMP.size])):
        return None
    expires, version = _STAMP.unpack(raw[: _STAMP.size])
    return int(version) if at < datetime.fromtimestamp(expires, UTC) else None


def _token_hash(vault: Vault, random: bytes) -> bytes:
    return vault.fingerprint(random, "one-time link")


def _signature(vault: Vault, random: bytes) -> bytes:
    return vault.fingerprint(random, "one-time link signature")[:_SIGNATURE]


def _ticket_mark(vault: Vault, link_id: UUID, stamp: bytes) -> bytes:
    return vault.fingerprint(link_id.bytes + stamp, "one-time link ticket")[:_SIGNATURE]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str, size: int) -> bytes | None:
    """Return the bytes of a text of ours; None for any other text, also for a second way to write the same bytes."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == size and _text(raw) == text else None
