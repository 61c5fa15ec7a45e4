"""Limits of public routes, by the caller's address: in this process's memory alone, since an address is somebody's and may not be kept.

An IPv6 caller has a whole /64, so that is what counts. The table is small; whoever fills it pushes out the one not seen for longest.
"""

from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from ihala_gateway.limits.policy import WINDOW_SECONDS

MOST = 20_000


class Addresses:
    """Counts calls by address and kind, in the minute that is now."""

    def __init__(self, quota: Callable[[str], int]) -> None:
        """`quota` says how many calls of a kind one address may make a minute."""
        self._quota = quota
        self._counts: OrderedDict[tuple[str, str], tuple[int, int]] = OrderedDict()

    def left(self, address: str, kind: str, now: float) -> int:
        """Count a call; return how many more there may be in this minute, or -1 when this one is too much."""
        key, period, quota = (network_of(address), kind), int(now) // WINDOW_SECONDS, self._quota(kind)
        since, count = self._counts.get(key, (period, 0))
        count = count if since == period else 0
        if count >= quota:
            return -1
        self._counts[key] = (period, count + 1)
        self._counts.move_to_end(key)
        if len(self._counts) > MOST:
            self._counts.popitem(last=False)
        return quota - count - 1


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """Return what counts as one caller: an IPv4 address (also one written as IPv6), or the first 64 bits of an IPv6 one."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return "?"
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return f"{int(found) >> 64:x}"
