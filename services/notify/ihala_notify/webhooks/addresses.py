"""Where a webhook may go: to public addresses over https, unless an operator allows a host by name.

A name is looked up once, what is found is checked, and the connection goes to exactly that: a second look-up could be told something
else. The address of each socket is checked once more before it is opened (sending.py), whichever way it came there.
"""

import asyncio
import ipaddress
import socket
import time
from collections import defaultdict
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from urllib.parse import urlsplit

LONGEST_URL = 2000
LOOKING_UP = 64  # at a time: a server of names that hangs keeps one thread, and not the others' turn
KNOWN_SECONDS = 30.0  # then a name is looked up again
AGAIN_SECONDS = 1.0  # for that; a name that is looked up for the first time has as long as its request
Look = Callable[[str, int], list[str]]

# What the standard library calls global, and still leads inside: addresses that carry another one, and what is not of one machine.
_WITHIN = tuple(
    ipaddress.ip_network(each)
    for each in (
        "0.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "224.0.0.0/3",
        "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2002::/16",
        "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip
# Metadata services of clouds that have an address of the world.
_METADATA = frozenset(map(ipaddress.ip_address, ("168.63.129.16", "100.100.100.200", "fd00:ec2::254")))


class UrlRefused(Exception):
    """No webhook may go to this address of the web; the text is a code."""


class AddressRefused(OSError):
    """The name leads to an address that no webhook may go to."""


def is_public(address: str) -> bool:
    """Tell whether an address is one machine's in the open internet."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:  # with a scope, for example: fe80::1%eth0
        return False
    if found in _METADATA or not found.is_global or found.is_multicast:
        return False
    return not any(found in network for network in _WITHIN if network.version == found.version)


@lru_cache(maxsize=4096)  # asked before each request
def checked(url: str, allowed: frozenset[str]) -> str:
    """Return the url as it is kept. Raises UrlRefused. Hosts in `allowed` may be called over http and have any address."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise UrlRefused("malformed") from None
    if not host or len(url) > LONGEST_URL or not url.isascii() or any(sign <= " " or sign in '\\"<>' for sign in url) or port == 0:
        raise UrlRefused("malformed")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise UrlRefused("malformed")
    if host in allowed:
        return url if parts.scheme in {"https", "http"} else _refuse("scheme")
    if parts.scheme != "https":
        raise UrlRefused("scheme")
    if is_literal(host) and not is_public(host):
        raise UrlRefused("private_address")
    return url


def _refuse(code: str) -> str:
    raise UrlRefused(code)


def is_literal(host: str) -> bool:
    """Tell whether it is an address in any way of writing one: what is all digits and dots, or has a colon, is no name."""
    return ":" in host or host.rstrip(".").rpartition(".")[2].isdigit() or host.rpartition(".")[2].startswith("0x")


@lru_cache(maxsize=4096)
def target(url: str) -> tuple[str, int]:
    """Return host and port of a url that was `checked`."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (80 if parts.scheme == "http" else 443)


class Names:
    """Looks names up and gives only public addresses; a name that leads to any other is refused as a whole."""

    def __init__(self, allowed: Collection[str], look: Look | None = None) -> None:
        self.allowed = allowed
        self._look = look or _looked_up
        self._good: defaultdict[tuple[str, int], tuple[float, list[str]]] = defaultdict(lambda: (0.0, []))  # until when, and which
        self._threads = ThreadPoolExecutor(LOOKING_UP, "webhook names")

    def known(self, host: str, port: int) -> bool:
        """Tell whether there is nothing to look up."""
        return is_literal(host) or time.monotonic() < self._good[host, port][0]

    async def find(self, host: str, port: int) -> list[str]:
        """Return the addresses of a host, which are good for a while; those found before where none come soon: what is connected goes on.

        Meanwhile nobody else looks for the same. Raises AddressRefused, OSError when there never were any.
        """
        before = self._good[host, port][1]
        if before:
            self._good[host, port] = time.monotonic() + AGAIN_SECONDS, before
        try:
            async with asyncio.timeout(AGAIN_SECONDS if before else None):
                found = await self.resolve(host, port)
        except AddressRefused:
            self._good.pop((host, port), None)
            raise
        except OSError:  # TimeoutError is one
            if not before:
                raise
            found = before
        self._good[host, port] = time.monotonic() + KNOWN_SECONDS, found
        return found

    def doubt(self, host: str, port: int) -> None:
        """Have a name looked up anew: nobody was met where it led."""
        self._good[host, port] = 0.0, self._good[host, port][1]

    async def resolve(self, host: str, port: int) -> list[str]:
        """Return the addresses of a host. Raises AddressRefused, OSError when there are none."""
        found = await asyncio.get_running_loop().run_in_executor(self._threads, self._look, host, port)
        if host not in self.allowed and not all(map(is_public, found)):
            raise AddressRefused("address_refused")
        if not found:
            raise OSError("no address")
        return found

    def close(self) -> None:
        """End the threads; one that still waits for a name is left to itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _looked_up(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return [str(address[0]) for *_, address in found]
