"""Where a master key comes from: its own text, a file, or a key management service (KMS) that unwraps it once, at the start.

A setting holds `…` (32 bytes in base64url), `file:/run/secrets/intake-master-key` (the same in a file), or `kms:<adapter>:<reference>`:
then the entry point `<adapter>` of the group `ihala.master_keys` is called with the reference and returns the 32 bytes. So the KMS is
asked once a process, not once a person, and an adapter is one function.
"""

import base64
import binascii
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path

from pydantic import SecretStr

GROUP = "ihala.master_keys"
_NO_KEY = "the master key is 32 bytes, in base64url"


def resolved(text: SecretStr) -> bytes:
    """Return the bytes of a key. Raises ValueError, without the key in its text, when there is none to be had."""
    plain = text.get_secret_value().strip()
    kind, _, rest = plain.partition(":")
    if kind == "file" and rest:
        return _decoded(_read(Path(rest)))
    if kind == "kms" and rest:
        adapter, _, reference = rest.partition(":")
        return _adapter(adapter)(reference)
    return _decoded(plain)


def numbered(text: SecretStr) -> dict[int, SecretStr]:
    """Return keys by their version from `2=…,3=file:/…`; raises ValueError."""
    found: dict[int, SecretStr] = {}
    for part in filter(None, text.get_secret_value().split(",")):
        number, sign, key = part.strip().partition("=")
        if not sign or not number.isascii() or not number.isdecimal():
            raise ValueError("other master keys are written 1=key,2=key")
        found[int(number)] = SecretStr(key)
    return found


def _adapter(name: str) -> Callable[[str], bytes]:
    for entry in entry_points(group=GROUP):
        if entry.name == name:
            found: Callable[[str], bytes] = entry.load()
            return found
    raise ValueError("no such adapter of a key management service is installed")


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise ValueError("the master key's file cannot be read") from None


def _decoded(plain: str) -> bytes:
    plain = plain.rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(_NO_KEY) from None
