"""When a delivery is tried again, and when a receiver is held, paused or given up. Pure.

A delivery is tried 12 times over three days. A receiver that fails five deliveries in a row is held: one of them at a time is tried, in
turn, each at least once an hour; nothing is given up meanwhile. After three days of nothing but failures the subscription is disabled.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ihala_notify.subscriptions.states import State

PAUSES_SECONDS: Final = (5, 30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600, 24 * 3600)
MOST_ATTEMPTS: Final = len(PAUSES_SECONDS) + 1
HELD_AFTER_FAILURES: Final = 5
HELD_PAUSE: Final = timedelta(hours=1)
GIVEN_UP_AFTER: Final = timedelta(days=3)
_OTHERWISE_WORKS: Final = timedelta(hours=1)  # the first failure of a row of them comes a moment after its delivery began
GONE = 410


@dataclass(slots=True)
class Receiver:
    """How one receiver fares."""

    state: State
    failures: int = 0  # deliveries in a row: one that is refused again and again says nothing of the others
    failing_since: datetime | None = None

    def worked(self) -> bool:
        """Note a delivery; return whether this ends that the receiver is held."""
        held = self.state is State.DEGRADED
        self.failures, self.failing_since = 0, None
        if held:
            self.state = State.ACTIVE
        return held

    def failed(self, at: datetime, status: int | None, *, again: bool = False) -> None:
        """Note a failure, perhaps of what failed before (`again`), and what follows from it."""
        self.failures += not again
        self.failing_since = self.failing_since or at
        if self.state not in {State.ACTIVE, State.DEGRADED}:
            return
        if status == GONE:
            self.state = State.PAUSED
        elif at - self.failing_since >= GIVEN_UP_AFTER:
            self.state = State.DISABLED
        elif self.state is State.ACTIVE and self.failures >= HELD_AFTER_FAILURES:
            self.state = State.DEGRADED

    def gives_up(self, attempts: int, begun_at: datetime) -> bool:
        """Tell whether a delivery is tried no more: it had all its tries, and others came through meanwhile."""
        works = self.failing_since is None or self.failing_since > begun_at + _OTHERWISE_WORKS
        return attempts >= MOST_ATTEMPTS and works

    def pause(self, attempts: int, asked_seconds: float | None) -> timedelta:
        """Return how long to wait after so many attempts, with a little chance in it; never less than the receiver asks for."""
        seconds = PAUSES_SECONDS[min(attempts, len(PAUSES_SECONDS)) - 1] * random.uniform(0.85, 1.15)  # noqa: S311 - spreads load, hides nothing
        pause = timedelta(seconds=max(seconds, asked_seconds or 0))
        return min(pause, HELD_PAUSE) if self.state is State.DEGRADED else pause
