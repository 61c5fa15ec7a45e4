"""Counts each call against its limits, and says in `RateLimit` and `RateLimit-Policy` what is left (draft-ietf-httpapi-ratelimit-headers).

A client's call counts against the client and against its organisation. Nothing here asks the database: only the first call of a minute, or
one that comes when a block is just spent, waits for the lender.
"""

import asyncio
from functools import lru_cache

from ihala_kit.problems import ServiceUnavailable

from ihala_gateway.limits.addresses import Addresses
from ihala_gateway.limits.errors import TooManyRequests
from ihala_gateway.limits.leases import Leases, Purse
from ihala_gateway.limits.policy import WINDOW_SECONDS

WAIT_SECONDS = 2.0
Header = tuple[bytes, bytes]


class Meter:
    """Lets a call pass, or refuses it."""

    def __init__(self, leases: Leases) -> None:
        self._leases = leases
        self._addresses = Addresses(lambda kind: leases.policy.quota(kind, "address"))

    async def count(self, client_id: str, organization_id: str, kind: str) -> tuple[Header, ...]:
        """Count a client's call; return the headers for its answer.

        Raises TooManyRequests (429), and ServiceUnavailable (503) when nobody can say for some seconds what is left.
        """
        give_up_at = None
        while True:
            now = self._leases.now()
            client = self._leases.purse("client", client_id, kind, now)
            organization = self._leases.purse("organization", organization_id, kind, now)
            if client.left and organization.left:
                client.left -= 1
                organization.left -= 1
                return _headers(client, organization, now)
            _refuse_if_spent(client, organization, now)
            loop = asyncio.get_running_loop()
            give_up_at = give_up_at or loop.time() + WAIT_SECONDS
            await _until_told(organization if client.left else client, give_up_at)

    def count_address(self, address: str, kind: str) -> tuple[Header, ...]:
        """Count a call of somebody unknown; return the headers for its answer. Raises TooManyRequests (429)."""
        now = self._leases.now()
        left = self._addresses.left(address, kind, now)
        told = f'"address-{kind}";r={max(0, left)};t={_seconds_left(now)}'.encode("ascii")
        quota = self._leases.policy.quota(kind, "address")
        headers = (b"ratelimit", told), (b"ratelimit-policy", _policies((("address", kind, quota),)))
        if left < 0:
            raise TooManyRequests([f"address-{kind}"], _seconds_left(now), headers)
        return headers


async def _until_told(purse: Purse, give_up_at: float) -> None:
    """Wait until more is known of a purse. Raises ServiceUnavailable (503) when the time is over."""
    told = asyncio.get_running_loop().create_future()
    purse.waiting.append(told)
    try:
        async with asyncio.timeout_at(give_up_at):
            await told
    except TimeoutError:
        raise ServiceUnavailable from None


def _refuse_if_spent(client: Purse, organization: Purse, now: float) -> None:
    spent = [f"{purse.who}-{purse.kind}" for purse in (client, organization) if purse.spent]
    if spent:
        raise TooManyRequests(spent, _seconds_left(now), _headers(client, organization, now))


def _seconds_left(now: float) -> int:
    return WINDOW_SECONDS - int(now) % WINDOW_SECONDS


def _headers(client: Purse, organization: Purse, now: float) -> tuple[Header, ...]:
    kind, seconds = client.kind, _seconds_left(now)
    told = (
        f'"client-{kind}";r={client.left + client.free};t={seconds}, '
        f'"organization-{kind}";r={organization.left + organization.free};t={seconds}'
    )
    policies = _policies((("client", kind, client.quota), ("organization", kind, organization.quota)))
    return (b"ratelimit", told.encode("ascii")), (b"ratelimit-policy", policies)


@lru_cache(maxsize=1024)
def _policies(limits: tuple[tuple[str, str, int], ...]) -> bytes:
    return ", ".join(f'"{who}-{kind}";q={quota};w={WINDOW_SECONDS}' for who, kind, quota in limits).encode("ascii")
