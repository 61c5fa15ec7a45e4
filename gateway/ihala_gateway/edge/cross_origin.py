"""Pages of any origin may read what is public at the gateway's root: CORS, without credentials. Pure."""

from collections.abc import Iterable

from ihala_contracts.public_routes import ANY_ORIGIN

_PREFIXES = tuple(prefix.encode("ascii") for prefix in ANY_ORIGIN)
_KEPT_SECONDS = b"86400"

# On every answer, also on refusals: a page that may not read a problem document cannot tell what was wrong.
ON_EVERY_ANSWER = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"content-language, etag, link, retry-after, x-request-id"),
)


def open_to_all(path: bytes) -> bool:
    """Tell whether pages of any origin may read this path."""
    return any(path == prefix or path.startswith(prefix + b"/") for prefix in _PREFIXES)


def preflight(methods: Iterable[str]) -> list[tuple[bytes, bytes]]:
    """Return the headers that answer OPTIONS. No Authorization: a page has no token, and the answers do not depend on one."""
    return [
        (b"access-control-allow-methods", ", ".join(sorted(methods)).encode("ascii")),
        (b"access-control-allow-headers", b"accept, accept-language, content-type, x-request-id"),
        (b"access-control-max-age", _KEPT_SECONDS),
    ]
