"""When a request is sent again, and after how long. Pure but for chance."""

import email.utils
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass

AGAIN = frozenset({429, 502, 503, 504})
IN_PROGRESS = "urn:ihala:problem:idempotency-in-progress"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call is tried. Every method is safe to repeat: POSTs carry an Idempotency-Key, changes name their version (If-Match)."""

    seconds: float = 60.0  # in all, pauses included; infinity for what follows events
    first: float = 0.25
    longest: float = 20.0
    again: frozenset[int] = AGAIN  # the statuses that pass by themselves

    def pause(self, tries: int, asked: float | None) -> float:
        """Return the seconds until the next try: what the other side asked for, else doubling, with chance so that not all come at once."""
        if asked is not None:
            return asked + random.uniform(0, self.first)  # noqa: S311 - no secret
        return random.uniform(0.5, 1.0) * min(self.longest, self.first * 2.0 ** min(tries - 1, 16))  # noqa: S311


def is_passing(status: int, kind: str, again: frozenset[int] = AGAIN) -> bool:
    """Tell whether a refusal passes by itself; `kind` is the problem's type."""
    return status in again or (status == 409 and kind == IN_PROGRESS)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of a Retry-After header, of either form; None without one that can be read."""
    given = headers.get("retry-after", "").strip()
    if given.isascii() and given.isdecimal():
        return float(given)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(given).timestamp() - time.time())
    except (ValueError, TypeError):
        return None
