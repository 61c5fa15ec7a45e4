"""Passwords: Argon2id with OWASP's settings (19 MiB, two passes, one lane), computed in a thread, a few at a time."""

import asyncio
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from ihala_kit.problems import ServiceUnavailable

SHORTEST, LONGEST = 12, 200
_AT_ONCE = 2  # 19 MiB each, and about 30 ms of a core: guessing must not starve everybody else's calls
_MOST_WAITING = 40
_COMMON = ("password", "passwort", "qwerty", "123456", "iloveyou", "letmein", "welcome", "administrator", "ihala", "baghdad", "mosul")

_T = TypeVar("_T")
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class _Turn:
    """Who may compute, and how many wait."""

    def __init__(self) -> None:
        self.free = asyncio.Semaphore(_AT_ONCE)
        self.waiting = 0


_turn = _Turn()


def weakness(password: str, name: str) -> str | None:
    """Return which of our words says why this password is refused, or None. Length counts, not kinds of characters (NIST 800-63B)."""
    if len(password) < SHORTEST:
        return "password_short"
    if len(password) > LONGEST:
        return "password_long"
    folded = password.casefold()
    easy = len(set(folded)) < 6 or name in folded or any(word in folded and len(folded) < len(word) + 8 for word in _COMMON)
    return "password_easy" if easy else None


async def hashed(password: str) -> str:
    """Return the text to store for a password. Raises ServiceUnavailable (503)."""
    return await _in_turn(lambda: _hasher.hash(_one_form(password)))


async def fits(password: str, stored: str | None) -> bool:
    """Tell whether `stored` was made from the password; takes as long when nothing is stored. Raises ServiceUnavailable (503)."""
    right = await _in_turn(lambda: _fits(_one_form(password[: LONGEST + 1]), (stored, _nobodys())))
    return right and stored is not None


async def _in_turn(work: Callable[[], _T]) -> _T:
    if _turn.waiting >= _MOST_WAITING:
        raise ServiceUnavailable(headers={"Retry-After": "5"})
    _turn.waiting += 1
    try:
        async with _turn.free:
            return await asyncio.to_thread(work)
    finally:
        _turn.waiting -= 1


def _fits(password: str, stored_or_else: tuple[str | None, str]) -> bool:
    stored, nobodys = stored_or_else
    try:
        return _hasher.verify(stored or nobodys, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    """Return the hash that is tried for a name that nobody has."""
    return _hasher.hash("nobody has this one")


def _one_form(password: str) -> str:
    """Return the password as it is hashed: keyboards write the same Arabic letter in more than one way."""
    return unicodedata.normalize("NFKC", password)
