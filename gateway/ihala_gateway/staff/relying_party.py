"""For whom passkeys are made: our own address, where browsers allow that."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Party:
    """Who asks: the host for which keys are made, and the origin of our pages."""

    host: str
    origin: str


def party(issuer: str) -> Party | None:
    """Return who asks; None where browsers do no WebAuthn: at bare IP addresses, and without TLS elsewhere than on localhost."""
    parts = urlsplit(issuer)
    host = parts.hostname or ""
    try:
        ip_address(host)
    except ValueError:
        safe = parts.scheme == "https" or host == "localhost"
        return Party(host, f"{parts.scheme}://{parts.netloc}") if safe else None
    return None
