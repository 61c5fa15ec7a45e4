"""Where people come back to after signing in: compared to the letter, with the answer added to its query."""

from urllib.parse import urlencode, urlsplit

LONGEST = 500
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def usable(address: str, kind: str) -> bool:
    """Tell whether a client of this kind may register the address: https without a fragment; in the sandbox also http on loopback."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
        _ = parts.port  # raises ValueError when it is none
    except ValueError:
        return False
    plain = address.isascii() and address.isprintable() and not set(' "<>\\^`{|}#') & set(address) and len(address) <= LONGEST
    if not plain or not host or "@" in parts.netloc or "*" in parts.netloc:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and kind == "sandbox" and host in _LOOPBACK)


def with_answer(address: str, answer: dict[str, str | None]) -> str:
    """Return the address with the answer's parameters; those that are None stay away."""
    query = urlencode({name: value for name, value in answer.items() if value is not None})
    return f"{address}{'&' if '?' in address else '?'}{query}"
