"""Encryption of fields: a key per person or thing, wrapped by the master key; destroying that key erases what it sealed.

Everything stored begins with one byte, the version of the master key. Layout: version 1, nonce 12, ciphertext, tag 16.
`about` names the place (table, column, row), so a sealed value cannot be moved to another row.
"""

import base64
import binascii
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

VERSION = 1
_KEY_BYTES = 32
_NONCE_BYTES = 12
_SMALLEST = 1 + _NONCE_BYTES + 16


class SealBroken(Exception):
    """What was stored cannot be opened: another master key, another `about`, a destroyed key, or altered bytes."""


class Vault:
    """The keys that come from one master key (32 bytes, or their base64url text as in the settings)."""

    def __init__(self, master_key: bytes | SecretStr) -> None:
        master = master_key if isinstance(master_key, bytes) else _decoded(master_key)
        if len(master) != _KEY_BYTES:
            raise ValueError("the master key is 32 bytes, in base64url")
        self._wrapping = AESGCM(_derived(master, "wrap"))
        self._direct = AESGCM(_derived(master, "direct"))
        self._blind = _derived(master, "blind")

    def new_key(self) -> bytes:
        """Return a new random key, wrapped: to be stored beside what it will seal, and deleted to erase that."""
        return _seal(self._wrapping, secrets.token_bytes(_KEY_BYTES), "key")

    def seal(self, wrapped: bytes, plaintext: bytes, about: str) -> bytes:
        """Encrypt under a key from `new_key`. Raises SealBroken when that key is not of this vault."""
        return _seal(self._unwrapped(wrapped), plaintext, about)

    def open(self, wrapped: bytes, blob: bytes, about: str) -> bytes:
        """Decrypt what `seal` made. Raises SealBroken."""
        return _open(self._unwrapped(wrapped), blob, about)

    def seal_direct(self, plaintext: bytes, about: str) -> bytes:
        """Encrypt under the service's own key: for what is short-lived and belongs to no person's key."""
        return _seal(self._direct, plaintext, about)

    def open_direct(self, blob: bytes, about: str) -> bytes:
        """Decrypt what `seal_direct` made. Raises SealBroken."""
        return _open(self._direct, blob, about)

    def blind(self, value: str, purpose: str) -> bytes:
        """Return 32 bytes by which `value` can be found again but not read; another `purpose` gives other bytes."""
        return self.fingerprint(value.encode(), purpose)

    def fingerprint(self, value: bytes, purpose: str) -> bytes:
        """Return the keyed hash (HMAC-SHA256, 32 bytes) of `value`; another `purpose` gives other bytes."""
        name = purpose.encode()
        return hmac.digest(self._blind, len(name).to_bytes(4, "big") + name + value, hashlib.sha256)

    def _unwrapped(self, wrapped: bytes) -> AESGCM:
        return AESGCM(_open(self._wrapping, wrapped, "key"))


def new_master_key() -> str:
    """Return a random master key as the settings want it."""
    return base64.urlsafe_b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


def _decoded(text: SecretStr) -> bytes:
    """Return the key's bytes. Raises ValueError, without the key in its text, when it is not base64url."""
    plain = text.get_secret_value().rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("the master key is 32 bytes, in base64url") from None


def _derived(master: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), _KEY_BYTES, salt=None, info=f"ihala vault v{VERSION} {purpose}".encode()).derive(master)


def _seal(cipher: AESGCM, plaintext: bytes, about: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return bytes([VERSION]) + nonce + cipher.encrypt(nonce, plaintext, about.encode())


def _open(cipher: AESGCM, blob: bytes, about: str) -> bytes:
    if len(blob) < _SMALLEST:
        raise SealBroken("too short to be a sealed value")
    if blob[0] != VERSION:
        raise SealBroken(f"sealed under master key version {blob[0]}, this vault has version {VERSION}")
    try:
        return cipher.decrypt(blob[1 : 1 + _NONCE_BYTES], blob[1 + _NONCE_BYTES :], about.encode())
    except InvalidTag:
        raise SealBroken("another key, another `about`, or altered bytes") from None
