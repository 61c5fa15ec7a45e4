"""Makes tokens with the gateway's own key, as nobody outside could, so that each check is tried alone."""

import base64
import json
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

from tests.gateway.house import ANY_ALGORITHM, House

MISSING = object()


def b64(value: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


ZEROS = b64(bytes(64))  # as long as a signature


def foreign_key() -> ECKey:
    """Return a key that nobody here knows."""
    return ECKey.generate_key("P-256", {"kid": "x"})


class Forge:
    """Starts from a good token, and makes one that differs in what is asked for."""

    def __init__(self, home: House, good: str) -> None:
        self.keys = home.gateway._keys
        self.key = self.keys.access.current()
        head, payload, self.signature = good.split(".")
        self.head: dict[str, Any] = json.loads(base64.urlsafe_b64decode(head + "=="))
        self.claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=="))

    def __call__(self, *, head: dict[str, Any] | None = None, key: Any = None, **claims: Any) -> str:
        """Return a signed token with these claims and headers replaced; MISSING takes one out."""
        made = {name: value for name, value in (self.claims | claims).items() if value is not MISSING}
        header = {name: value for name, value in (self.head | (head or {})).items() if value is not MISSING}
        return jwt.encode(header, made, key or self.key, registry=ANY_ALGORITHM, default_type=None)

    def unsigned(self, head: dict[str, Any], signature: str = "", **claims: Any) -> str:
        """Return a token whose signature is this text."""
        return f"{b64(json.dumps(self.head | head).encode())}.{b64(json.dumps(self.claims | claims).encode())}.{signature}"
