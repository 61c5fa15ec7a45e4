"""Webhooks that Ihala sends (Standard Webhooks 1.0): genuine, now, and to you; or refused."""

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Iterable, Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import ValidationError

from ihala_client.errors import NotGenuine
from ihala_client.events import Event

TOLERANCE_SECONDS = 300
SHORTEST_SECRET = 24  # bytes
_SYMMETRIC = "whsec_"  # HMAC-SHA256, `v1`
_PUBLIC = "whpk_"  # Ed25519, `v1a`


class Webhook:
    """Checks what comes to one subscription's address. Give it every key that is good now: during a rotation, the old and the new one."""

    def __init__(self, keys: str | Iterable[str], *, tolerance_seconds: float = TOLERANCE_SECONDS) -> None:
        """`keys` are as Ihala told them: `whsec_…`, `whpk_…`. Raises ValueError for anything else."""
        self._tolerance = tolerance_seconds
        self._secrets: list[bytes] = []
        self._public: list[Ed25519PublicKey] = []
        for key in [keys] if isinstance(keys, str) else keys:
            self._add(key)
        if not self._secrets and not self._public:
            raise ValueError("a webhook is checked with at least one key")

    def verify(self, headers: Mapping[str, str], body: bytes) -> Event:
        """Return the event that came with these headers and exactly these bytes. Raises NotGenuine: answer 400.

        The same event may come more than once: know it by its `id`. Answer 2xx within 15 seconds, then work.
        """
        given = {name.lower(): value for name, value in headers.items()}
        try:
            identity, at, signatures = given["webhook-id"], given["webhook-timestamp"], given["webhook-signature"]
        except KeyError as error:
            raise NotGenuine(f"{error.args[0]} is missing") from None
        self._check_time(at)
        if not self._is_signed(f"{identity}.{at}.".encode() + body, signatures):
            raise NotGenuine("no signature fits")
        try:
            event = Event.model_validate_json(body)
        except ValidationError:
            raise NotGenuine("signed, but no event that can be read") from None
        if str(event.id) != identity:
            raise NotGenuine("signed for another event")
        return event

    def _add(self, key: str) -> None:
        try:
            if key.startswith(_SYMMETRIC):
                secret = base64.b64decode(key.removeprefix(_SYMMETRIC), validate=True)
                if len(secret) < SHORTEST_SECRET:
                    raise ValueError
                self._secrets.append(secret)
            elif key.startswith(_PUBLIC):
                self._public.append(Ed25519PublicKey.from_public_bytes(base64.b64decode(key.removeprefix(_PUBLIC), validate=True)))
            else:
                raise ValueError
        except ValueError:  # binascii.Error too
            raise ValueError("a key of a webhook begins with whsec_ or whpk_ and goes on in base64") from None

    def _check_time(self, at: str) -> None:
        if not (at.isascii() and at.isdecimal() and len(at) < 16):
            raise NotGenuine("webhook-timestamp is no time")
        if abs(time.time() - int(at)) > self._tolerance:
            raise NotGenuine("too old, or of the future: is the clock right?")

    def _is_signed(self, content: bytes, signatures: str) -> bool:
        """Tell whether one of the listed signatures is by one of the keys."""
        for signature in signatures.split():
            kind, _, encoded = signature.partition(",")
            try:
                shown = base64.b64decode(encoded, validate=True)
            except (binascii.Error, ValueError):
                continue
            if kind == "v1" and any(hmac.compare_digest(hmac.digest(key, content, hashlib.sha256), shown) for key in self._secrets):
                return True
            if kind == "v1a" and any(_verifies(key, shown, content) for key in self._public):
                return True
        return False


def _verifies(key: Ed25519PublicKey, signature: bytes, content: bytes) -> bool:
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True
