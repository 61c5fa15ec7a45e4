"""Passwords: Argon2id with OWASP's settings (19 MiB, two passes, one lane), computed in a thread, a few at a time."""

import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ihala_gateway.turns import Turns

SHORTEST, LONGEST = 12, 200
_COMMON = ("password", "passwort", "qwerty", "123456", "iloveyou", "letmein", "welcome", "administrator", "ihala", "baghdad", "mosul")

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_turns = Turns(at_once=2, most=40)  # 19 MiB each, and about 30 ms of a core: guessing must not starve everybody else's calls


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
    return await _turns.take(lambda: _hasher.hash(_one_form(password)))


async def fits(password: str, stored: str | None) -> bool:
    """Tell whether `stored` was made from the password; takes as long when nothing is stored. Raises ServiceUnavailable (503)."""
    right = await _turns.take(lambda: _fits(_one_form(password[: LONGEST + 1]), (stored, _nobodys())))
    return right and stored is not None


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
