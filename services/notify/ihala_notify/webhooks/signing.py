"""Standard Webhooks: what is signed is `id.timestamp.body`, and each key adds one signature to the list. Pure, but for new keys.

`v1` is HMAC-SHA256 under a secret that both sides know (`whsec_…`); `v1a` is Ed25519, whose public key (`whpk_…`) forges nothing.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

Kind = Literal["hmac", "ed25519"]
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
TOLERANCE_SECONDS = 300
SECRET, PRIVATE, PUBLIC = "whsec_", "whsk_", "whpk_"
_BYTES: Final = 32


class NotGenuine(Exception):
    """The request was not signed with any of the keys, or is too old; the text says which."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A new key: what the sender keeps, and what the receiver checks with (of HMAC the same)."""

    kind: Kind
    secret: str = field(repr=False)  # whsec_… | whsk_…
    public: str | None  # whpk_…; None of HMAC


def new_key(kind: Kind) -> KeyPair:
    """Return a new random key of this kind."""
    if kind == "hmac":
        return KeyPair(kind, SECRET + _text(secrets.token_bytes(_BYTES)), None)
    private = Ed25519PrivateKey.generate()
    seed, public = private.private_bytes_raw(), private.public_key().public_bytes_raw()
    return KeyPair(kind, PRIVATE + _text(seed + public), PUBLIC + _text(public))


class Signer:
    """The keys of one webhook, ready to sign: each secret a `whsec_…` or a `whsk_…`."""

    def __init__(self, given: Sequence[str]) -> None:
        self._hmac = [HMAC(_bytes(each, SECRET), SHA256()) for each in given if each.startswith(SECRET)]  # copied for each request
        seeds = (_bytes(each, PRIVATE)[:_BYTES] for each in given if each.startswith(PRIVATE))
        self._ed25519 = [Ed25519PrivateKey.from_private_bytes(seed) for seed in seeds]

    def headers(self, event_id: str, at: int, body: bytes) -> dict[str, str]:
        """Return the three headers for a body that is sent at this second."""
        signed = b"%s.%d.%s" % (event_id.encode(), at, body)
        found = [f"v1,{_text(_digest(key, signed))}" for key in self._hmac]
        found += [f"v1a,{_text(key.sign(signed))}" for key in self._ed25519]
        return {ID: event_id, TIMESTAMP: str(at), SIGNATURE: " ".join(found)}


def verify(headers: Mapping[str, str], body: bytes, keys: Sequence[str], at: float) -> str:
    """Return the id of a request that one of the keys (`whsec_…`, `whpk_…`) signed. Raises NotGenuine.

    `headers` are found by their small names; a timestamp may be five minutes away from `at` (seconds since 1970).
    """
    event_id, stamp, listed = (headers.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE))
    if not (event_id and listed and stamp.isascii() and stamp.isdecimal()):
        raise NotGenuine("headers are missing")
    if abs(at - int(stamp)) > TOLERANCE_SECONDS:
        raise NotGenuine("the timestamp is too far from now")
    signed = b"%s.%s.%s" % (event_id.encode(), stamp.encode(), body)
    if not any(_signed_by(key, each, signed) for each in listed.split(" ") for key in keys):
        raise NotGenuine("no signature is of a known key")
    return event_id


def _signed_by(key: str, signature: str, signed: bytes) -> bool:
    version, _, text = signature.partition(",")
    try:
        given = base64.b64decode(text, validate=True)
        if version == "v1" and key.startswith(SECRET):
            return hmac.compare_digest(given, hmac.digest(_bytes(key, SECRET), signed, hashlib.sha256))
        if version == "v1a" and key.startswith(PUBLIC):
            Ed25519PublicKey.from_public_bytes(_bytes(key, PUBLIC)).verify(given, signed)
            return True
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return False


def _digest(key: HMAC, signed: bytes) -> bytes:
    begun = key.copy()
    begun.update(signed)
    return begun.finalize()


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(key: str, prefix: str) -> bytes:
    return base64.b64decode(key.removeprefix(prefix))
