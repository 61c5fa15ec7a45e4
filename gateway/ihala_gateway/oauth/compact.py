"""What others signed and send us (assertions, proofs of possession): JWS (RFC 7515), compact, taken apart but not proven.

A client's heads are all alike. So what follows from one, which takes as long to find as a signature to check, is to be remembered by it.
"""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from joserfc import jws
from joserfc.util import urlsafe_b64decode

from ihala_gateway.oauth.client_keys import Key, algorithms_of

Verify = Callable[[bytes, bytes, Key], bool]  # content, signature, key


class Compact(NamedTuple):
    """Its parts."""

    head: str  # as it came
    payload: bytes
    content: bytes  # what the signature is about
    signature: bytes


def taken_apart(text: str) -> Compact:
    """Return its parts. Raises ValueError (binascii.Error and UnicodeError are such) when there are not three, or one is no base64url."""
    content, _, signature = text.rpartition(".")
    head, payload = content.split(".")
    return Compact(head, _decoded(payload), content.encode("ascii"), _decoded(signature))


def header_of(head: str) -> dict[str, Any]:
    """Return what a head says. Raises ValueError, RecursionError."""
    header = json.loads(_decoded(head).decode())
    if not isinstance(header, dict):
        raise ValueError("header")
    return header


def way_to_verify(header: dict[str, Any], key: Key, registry: jws.JWSRegistry) -> Verify:
    """Return what checks signatures of this header with this key. Raises ValueError and JoseError unless both fit the registry."""
    registry.check_header(header)
    if "crit" in header or header.get("alg") not in algorithms_of(key):
        raise ValueError("header")
    algorithm = registry.get_alg(header["alg"])
    algorithm.check_key(key)
    return algorithm.verify


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part.encode("ascii"))
