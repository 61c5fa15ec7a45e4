"""Encryption of fields: a key per person or thing, wrapped by the master key; destroying that key erases what it sealed.

What lies under a master key begins with one byte, that key's version; what lies under a key of its own, with the layout's. Then: nonce
12, ciphertext, tag 16. How a master key is changed: `rewrap.py`; where it comes from: `master_keys.py`.
`about` names the place (table, column, row), so a sealed value cannot be moved to another row.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import SecretStr

from ihala_kit.master_keys import numbered, resolved

if TYPE_CHECKING:
    from ihala_kit.settings import KitSettings

Secret = bytes | SecretStr
LAYOUT = 1
_KEY_BYTES = 32
_NONCE_BYTES = 12
_SMALLEST = 1 + _NONCE_BYTES + 16


class SealBroken(Exception):
    """What was stored cannot be opened: another master key, another `about`, a destroyed key, or altered bytes."""


class Vault:
    """The keys that come from a service's master keys: one seals, the others still open what they sealed until it is rewrapped.

    Blind indexes and chains do not change with the master key: their key comes from master key 1, or is given once that is gone.
    """

    def __init__(
        self, master_key: Secret, *, version: int = 1, others: Mapping[int, Secret] | None = None, blind_key: Secret | None = None
    ) -> None:
        """`version` is that of `master_key`, 1 to 255; `others` are known by theirs. Raises ValueError for a key that is none."""
        known = {**(others or {}), version: master_key}
        if not all(1 <= number <= 255 for number in known):
            raise ValueError("a master key's version is 1 to 255")
        masters = {number: key_bytes(key) for number, key in known.items()}
        if blind_key is None and 1 not in masters:
            raise ValueError("without master key 1 the vault needs the blind key")
        self.version = version
        self._wrapping = {number: AESGCM(_derived(master, "wrap")) for number, master in masters.items()}
        self._direct = {number: AESGCM(_derived(master, "direct")) for number, master in masters.items()}
        self._blind = _derived(masters[1], "blind") if blind_key is None else key_bytes(blind_key)

    @classmethod
    def of(cls, settings: "KitSettings") -> "Vault":
        """Return the vault of these settings, made once a process. Raises ValueError."""
        return _made(settings.master_key, settings.master_key_version, settings.other_master_keys, settings.blind_key)

    def new_key(self) -> bytes:
        """Return a new random key, wrapped: to be stored beside what it will seal, and deleted to erase that."""
        return self._wrap(secrets.token_bytes(_KEY_BYTES))

    def rewrapped(self, wrapped: bytes) -> bytes:
        """Return the same key under the newest master key. Raises SealBroken."""
        return self._wrap(self._plain_key(wrapped))

    def resealed(self, blob: bytes, about: str) -> bytes:
        """Return what `seal_direct` made under the newest master key. Raises SealBroken."""
        return self.seal_direct(self.open_direct(blob, about), about)

    def exported_blind_key(self) -> str:
        """Return the key of blind indexes and chains as the settings want it: needed before master key 1 may go."""
        return base64.urlsafe_b64encode(self._blind).decode()

    def seal(self, wrapped: bytes, plaintext: bytes, about: str) -> bytes:
        """Encrypt under a key from `new_key`. Raises SealBroken when that key is not of this vault."""
        return _seal(self._unwrapped(wrapped), plaintext, about)

    def open(self, wrapped: bytes, blob: bytes, about: str) -> bytes:
        """Decrypt what `seal` made. Raises SealBroken."""
        if blob[:1] != bytes([LAYOUT]):
            raise SealBroken("another layout")
        return _open(self._unwrapped(wrapped), blob, about)

    def seal_direct(self, plaintext: bytes, about: str) -> bytes:
        """Encrypt under the service's own key: for what is short-lived and belongs to no person's key."""
        return _seal(self._direct[self.version], plaintext, about, self.version)

    def open_direct(self, blob: bytes, about: str) -> bytes:
        """Decrypt what `seal_direct` made. Raises SealBroken."""
        return _open(_of_version(self._direct, blob), blob, about)

    def blind(self, value: str, purpose: str) -> bytes:
        """Return 32 bytes by which `value` can be found again but not read; another `purpose` gives other bytes."""
        return self.fingerprint(value.encode(), purpose)

    def fingerprint(self, value: bytes, purpose: str) -> bytes:
        """Return the keyed hash (HMAC-SHA256, 32 bytes) of `value`; another `purpose` gives other bytes."""
        name = purpose.encode()
        return hmac.digest(self._blind, len(name).to_bytes(4, "big") + name + value, hashlib.sha256)

    def _unwrapped(self, wrapped: bytes) -> AESGCM:
        return AESGCM(self._plain_key(wrapped))

    def _plain_key(self, wrapped: bytes) -> bytes:
        return _open(_of_version(self._wrapping, wrapped), wrapped, "key")

    def _wrap(self, key: bytes) -> bytes:
        return _seal(self._wrapping[self.version], key, "key", self.version)


def new_master_key() -> str:
    """Return a random master key as the settings want it."""
    return base64.urlsafe_b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


def key_bytes(key: Secret) -> bytes:
    """Return a key's 32 bytes, from wherever its text says it is. Raises ValueError, without the key in its text."""
    found = key if isinstance(key, bytes) else resolved(key)
    if len(found) != _KEY_BYTES:
        raise ValueError("the master key is 32 bytes, in base64url")
    return found


@lru_cache(maxsize=8)
def _made(master_key: SecretStr, version: int, others: SecretStr, blind_key: SecretStr | None) -> Vault:
    return Vault(master_key, version=version, others=numbered(others), blind_key=blind_key)


def _derived(master: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), _KEY_BYTES, salt=None, info=f"ihala vault v{LAYOUT} {purpose}".encode()).derive(master)


def _of_version(ciphers: Mapping[int, AESGCM], blob: bytes) -> AESGCM:
    """Return the cipher of the master key that a value names in its first byte."""
    if len(blob) < _SMALLEST:
        raise SealBroken("too short to be a sealed value")
    if blob[0] not in ciphers:
        raise SealBroken(f"sealed under master key {blob[0]}, which this vault does not know")
    return ciphers[blob[0]]


def _seal(cipher: AESGCM, plaintext: bytes, about: str, first: int = LAYOUT) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return bytes([first]) + nonce + cipher.encrypt(nonce, plaintext, about.encode())


def _open(cipher: AESGCM, blob: bytes, about: str) -> bytes:
    if len(blob) < _SMALLEST:
        raise SealBroken("too short to be a sealed value")
    try:
        return cipher.decrypt(blob[1 : 1 + _NONCE_BYTES], blob[1 + _NONCE_BYTES :], about.encode())
    except InvalidTag:
        raise SealBroken("another key, another `about`, or altered bytes") from None
