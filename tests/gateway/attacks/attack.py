"""What an attack is: something tried, and the one check that stands against it.

Each is tried on both seats, where it must not get through, and once more on a gateway from which that check alone was taken away, where
it must: or the test could not fail. A new finding is a new entry.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from ihala_gateway.oauth import access_tokens
from joserfc import jws
from pytest import MonkeyPatch

from tests.gateway.attacks.forge import Forge
from tests.gateway.house import House, get

PATH = b"/referral/v1/referrals"

Try = Callable[[House], Awaitable[bool]]  # True: it got through
Weaken = Callable[[MonkeyPatch, House], None]


@dataclass(frozen=True)
class Attack:
    """`behind_nginx`: whether it is tried on that seat too, where it says something of its own."""

    name: str
    gets_through: Try
    weaken: Weaken
    behind_nginx: bool = True


async def reaches(house: House, *lines: bytes, path: bytes = PATH, method: bytes = b"GET") -> bool:
    """Tell whether a request with these header lines reaches the service and is answered as a good one."""
    before = len(house.upstream.seen)
    status, _ = await house.raw(get(path, *lines, method=method))
    return status == 200 and len(house.upstream.seen) > before


def with_token(made: Callable[[Forge], str], scheme: bytes = b"Bearer") -> Try:
    """Return the try of a token that is made from a good one."""

    async def gets_through(house: House) -> bool:
        token = made(Forge(house, await house.token()))
        return await reaches(house, b"Authorization: " + scheme + b" " + token.encode())

    return gets_through


def with_path(path: bytes) -> Try:
    """Return the try of a path with a good token."""

    async def gets_through(house: House) -> bool:
        return await reaches(house, await authorization(house), path=path)

    return gets_through


async def authorization(house: House, client_id: str = "centre") -> bytes:
    """Return the header line of a good token."""
    return b"Authorization: " + (await house.signed_in(client_id))["Authorization"].encode()


def gone(owner: Any, name: str, replaced_by: Any) -> Weaken:
    """Return the weakening that replaces one thing."""
    return lambda monkeypatch, _: monkeypatch.setattr(owner, name, replaced_by)


def both(*weakenings: Weaken) -> Weaken:
    """Return a weakening of checks that stand one behind the other."""

    def weaken(monkeypatch: MonkeyPatch, house: House) -> None:
        for each in weakenings:
            each(monkeypatch, house)

    return weaken


def header_unchecked(monkeypatch: MonkeyPatch, _: House) -> None:
    """Take any header that names a key of ours."""

    def key_id(token: str) -> str:
        return str(jws.extract_compact(token.encode()).headers().get("kid"))

    monkeypatch.setattr(access_tokens, "_key_id", key_id)
