"""What a proxy in front of us says of its caller: certificate (RFC 9440) and address. Believed of those that the settings name alone."""

import base64
import binascii
from collections.abc import Iterable, Mapping, MutableMapping
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

from ihala_gateway.edge.connection import CERTIFICATE
from ihala_gateway.edge.headers import on_every_answer
from ihala_gateway.errors import HeadersRefused

Network = IPv4Network | IPv6Network

_HEADER = b"client-cert"
_FOR = b"x-forwarded-for"
_LOCAL = ("localhost", "127.0.0.1", "::1")  # a browser would ask all that runs on this machine for TLS from then on
LONGEST_CERTIFICATE = 16 * 1024  # in base64


class Front:
    """Knows which peers are proxies of ours."""

    def __init__(self, proxies: Iterable[Network], issuer: str = "") -> None:
        """`issuer` is the address that callers use."""
        asked = urlsplit(issuer)
        self.on_every_answer = on_every_answer(secure=asked.scheme == "https" and asked.hostname not in _LOCAL)
        self._proxies = tuple(proxies)
        self._ours = lru_cache(maxsize=1024)(self._is_ours)

    def learn(self, scope: MutableMapping[str, Any], fields: Mapping[bytes, bytes]) -> None:
        """Put what a proxy of ours says into the scope: the certificate, and the caller's address as `client`.

        Raises HeadersRefused (400) when its certificate is not readable. Nothing is believed of anybody else.
        """
        if not self._proxies or scope["client"] is None or not self._ours(scope["client"][0]):
            return
        scope.pop(CERTIFICATE, None)  # that of the proxy itself
        if _HEADER in fields:
            scope[CERTIFICATE] = _certificate(fields[_HEADER])
        if _FOR in fields:
            scope["client"] = (self._caller(fields[_FOR].decode("latin-1"), scope["client"][0]), 0)

    def _caller(self, told: str, peer: str) -> str:
        """Return the last address that no proxy of ours has: what stands before it could be anybody's invention."""
        address = peer
        for part in reversed(told.split(",")):
            address = part.strip()
            if not self._ours(address):
                break
        return address if _is_address(address) else peer

    def _is_ours(self, text: str) -> bool:
        return _is_address(text) and any(ip_address(text) in network for network in self._proxies)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _certificate(value: bytes) -> bytes:
    """Return DER from a byte sequence of RFC 8941 (`:base64:`)."""
    if len(value) > LONGEST_CERTIFICATE or len(value) < 3 or value[:1] != b":" or value[-1:] != b":":
        raise HeadersRefused
    try:
        return base64.b64decode(value[1:-1], validate=True)
    except binascii.Error:
        raise HeadersRefused from None
