"""What this process may still spend of each limit, in memory. It is lent in blocks, in the background, by the database (lender.py).

All processes together are lent no more than the limit, so together they never let more through. A block that one process holds and does
not spend is lost for the others until the minute is over: blocks are small, a twentieth of the limit.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ihala_gateway.limits.policy import WINDOW_SECONDS, Policy

BLOCKS = 20  # of which a limit consists
AHEAD_SECONDS = 30.0  # before a minute ends, the first block of the next one is fetched for whoever still calls
IDLE_SECONDS = 300.0  # a purse that nobody used for so long is forgotten


@dataclass(slots=True)
class Purse:
    """What one subject may still spend here, in the minute with the number `period`."""

    who: str  # client | organization
    name: str  # the id of it
    kind: str  # of limit
    quota: int
    period: int = -1
    left: int = 0  # lent and not spent
    free: int = 0  # not lent to anybody, as far as we know
    known: bool = False  # the database said so for this minute
    ahead: int = 0  # lent for the next minute
    ahead_of: int = -1  # which one that is
    ahead_free: int = 0
    asked: bool = False
    used_at: float = 0.0
    waiting: list[asyncio.Future[None]] = field(default_factory=list)

    @property
    def subject(self) -> str:
        """Return who it is, as the database has it."""
        return f"{self.who}:{self.name}"

    @property
    def block(self) -> int:
        """Return how many calls are fetched at once."""
        return max(1, self.quota // BLOCKS)

    def turn(self, period: int) -> None:
        """Begin a new minute with what was fetched for it. What is left of the old one is worth nothing."""
        self.period, self.known = period, self.ahead_of == period
        self.left, self.free = (self.ahead, self.ahead_free) if self.known else (0, 0)
        self.ahead, self.ahead_of = 0, -1

    def granted(self, period: int, count: int, leased: int) -> None:
        """Take what the database lent for a minute; `leased` is what all have of it now.

        Of a block that was asked for before the limit was lowered, only what the limit is now leaves.
        """
        count = max(0, min(count, self.quota - (leased - count)))
        if period == self.period:
            self.left += count
            self.free, self.known = max(0, self.quota - leased), True
        elif period > self.period:
            had = self.ahead if self.ahead_of == period else 0
            self.ahead, self.ahead_of, self.ahead_free = had + count, period, max(0, self.quota - leased)

    def change(self, quota: int) -> None:
        """Follow a limit that was changed; one that was lowered holds at once."""
        if quota < self.quota:
            self.left, self.known = 0, False
            self.ahead, self.ahead_of = 0, -1
        else:
            self.free += quota - self.quota
        self.quota = quota

    @property
    def spent(self) -> bool:
        """Tell whether nothing is left and nothing more can be had in this minute."""
        return self.known and self.left == 0 and self.free == 0

    def wants(self, now: float, period: int) -> int | None:
        """Return for which minute a block should be fetched, if any."""
        if self.left <= self.block // 2 and not (self.known and self.free == 0):
            return period
        if self.ahead_of != period + 1 and (period + 1) * WINDOW_SECONDS - now < AHEAD_SECONDS:
            return period + 1
        return None


class Leases:
    """All purses of this process. `want` is set when one needs a block."""

    def __init__(self, policy: Policy, clock: Callable[[], float] = time.time) -> None:
        self.policy = policy
        self.now = clock  # seconds since 1970, real time
        self._purses: dict[tuple[str, str, str], Purse] = {}
        self._overrides: Mapping[tuple[str, str], int] = {}
        self._wanted: dict[tuple[str, str, int], Purse] = {}
        self.want = asyncio.Event()

    def purse(self, who: str, name: str, kind: str, now: float) -> Purse:
        """Return the purse of a client or an organisation in the minute that is now; has a block fetched when it runs low."""
        purse = self._purses.get((who, name, kind))
        if purse is None:
            purse = self._purses[who, name, kind] = Purse(who, name, kind, 0)
            purse.quota = self._quota(purse)
        period = int(now) // WINDOW_SECONDS
        if purse.period != period:
            purse.turn(period)
        purse.used_at = now
        if not purse.asked and (wanted := purse.wants(now, period)) is not None:
            purse.asked = True
            self._wanted[purse.subject, kind, wanted] = purse
            self.want.set()
        return purse

    def _quota(self, purse: Purse) -> int:
        own = self._overrides.get((purse.subject, purse.kind))
        return self.policy.quota(purse.kind, purse.who) if own is None else own

    def has_own(self, client: str, organization: str) -> bool:
        """Tell whether a client or its organisation has a limit that is not the usual one, of any kind."""
        return any(subject in (f"client:{client}", f"organization:{organization}") for subject, _ in self._overrides)

    def taken(self) -> dict[tuple[str, str, int], Purse]:
        """Return what is to be fetched, by subject, kind and minute, and begin to collect anew."""
        self.want.clear()
        wanted, self._wanted = self._wanted, {}
        return wanted

    def learn(self, overrides: Mapping[tuple[str, str], int]) -> None:
        """Take over which subjects have other limits than the usual ones."""
        if overrides == self._overrides:
            return
        self._overrides = overrides
        for purse in self._purses.values():
            if (quota := self._quota(purse)) != purse.quota:
                purse.change(quota)

    def forget_idle(self) -> None:
        """Drop the purses that nobody uses."""
        before = self.now() - IDLE_SECONDS
        for key in [key for key, purse in self._purses.items() if purse.used_at < before and not purse.asked]:
            del self._purses[key]


def release(purses: Iterable[Purse]) -> None:
    """Wake those that wait for one of these purses: something is known of it now, or nothing can be."""
    for purse in purses:
        purse.asked = False
        waiting, purse.waiting = purse.waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)
