"""What of a request's headers goes on to a service, and what of its answer goes back. Pure.

Order matters: what `Connection` names goes first, our own headers come last, so that a caller can neither forge nor strip them.
"""

import random
import re
from collections.abc import Iterable, Mapping

Raw = Iterable[tuple[bytes, bytes]]

# Hop-by-hop (RFC 9110, 7.6.1), what the HTTP client sets itself, and what we alone say about a request.
_NEVER_ON = frozenset({
    b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection", b"te", b"trailer",
    b"transfer-encoding", b"upgrade", b"http2-settings", b"expect", b"host", b"content-length",
    b"authorization", b"dpop", b"cookie", b"forwarded", b"via", b"client-cert", b"client-cert-chain", b"x-real-ip", b"x-client-ip",
    b"x-request-id", b"traceparent", b"tracestate", b"baggage", b"ihala-acting-officer",
    b"x-http-method", b"x-http-method-override", b"x-method-override", b"x-rewrite-url",
})  # fmt: skip
_NEVER_ON_PREFIXES = (b"x-ihala-", b"x-forwarded-", b"x-original-")
_NEVER_BACK = frozenset({
    b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-connection", b"te", b"trailer", b"transfer-encoding",
    b"upgrade", b"server", b"date", b"x-request-id", b"set-cookie",
})  # fmt: skip

# What a browser may make of an answer that is no page: nothing. Pages bring their own policy.
_GUARDING = (
    (b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store"), (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"), (b"x-frame-options", b"DENY"),
)  # fmt: skip

_REQUEST_ID = re.compile(rb"[A-Za-z0-9-]{8,64}")  # the same that the services take over
_TRACEPARENT = re.compile(rb"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def on_every_answer(*, secure: bool) -> tuple[tuple[bytes, bytes], ...]:
    """Return the headers of every answer that does not say otherwise itself; `secure`: callers reach us by TLS."""
    transport = ((b"strict-transport-security", b"max-age=31536000; includeSubDomains"),) if secure else ()
    return (*_GUARDING, *transport)


def onward(headers: Raw) -> list[tuple[bytes, bytes]]:
    """Return the caller's own headers that a service may see. Names with `_` go: some servers read them as `-`."""
    named = _named_by_connection(headers)
    return [
        (name, value)
        for name, value in headers
        if name not in _NEVER_ON and name not in named and b"_" not in name and not name.startswith(_NEVER_ON_PREFIXES)
    ]


def back(headers: Raw) -> list[tuple[bytes, bytes]]:
    """Return the headers of a service's answer that a caller may see. Names are in small letters."""
    named = _named_by_connection(headers)
    return [(name, value) for name, value in headers if name not in _NEVER_BACK and name not in named]


def request_id_of(fields: Mapping[bytes, bytes]) -> str:
    """Return the caller's X-Request-Id, or a new one when there is none or it is not 8 to 64 plain signs."""
    given = fields.get(b"x-request-id")
    return given.decode("ascii") if given and _REQUEST_ID.fullmatch(given) else f"{random.getrandbits(128):032x}"


def traceparent_of(fields: Mapping[bytes, bytes]) -> str:
    """Return the caller's W3C traceparent, or the beginning of a new trace."""
    given = fields.get(b"traceparent")
    if given and _TRACEPARENT.fullmatch(given):
        return given.decode("ascii")
    return f"00-{random.getrandbits(128) or 1:032x}-{random.getrandbits(64) or 1:016x}-01"


def _named_by_connection(headers: Raw) -> frozenset[bytes]:
    values = [value for name, value in headers if name == b"connection"]
    if not values or values in ([b"keep-alive"], [b"close"]):
        return frozenset()
    return frozenset(token.strip().lower() for value in values for token in value.split(b","))
