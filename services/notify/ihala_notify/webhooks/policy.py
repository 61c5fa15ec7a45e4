"""When a delivery is tried again, and when a receiver is held, paused or given up. Pure.

A delivery is tried 12 times over three days. A receiver that fails five deliveries in a row is held: one of them at a time is tried, in
turn, each at least once an hour; nothing is given up meanwhile. After three days of nothing but failures the subscription is disabled.

A receiver that takes the rest and refuses some for good (4xx) is not away: of those a hundred wait for their next try. What would be more
is given up, first what was tried most, and the subscription says so; what is new goes on.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ihala_notify.subscriptions.states import FAILED_FOR_DAYS, FAILING, RECEIVER_GONE, TOO_MANY_REFUSED, State

PAUSES_SECONDS: Final = (5, 30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600, 24 * 3600)
MOST_ATTEMPTS: Final = len(PAUSES_SECONDS) + 1
HELD_AFTER_FAILURES: Final = 5
HELD_PAUSE: Final = timedelta(hours=1)
GIVEN_UP_AFTER: Final = timedelta(days=3)
_OTHERWISE_WORKS: Final = timedelta(hours=1)  # the first failure of a row of them comes a moment after its delivery began
GONE = 410
_LATER: Final = frozenset({408, 423, 425, 429, GONE})  # of 4xx those that say nothing of the event itself
MOST_REFUSED: Final = 100


_REASONS: Final = {State.DEGRADED: FAILING, State.PAUSED: RECEIVER_GONE, State.DISABLED: FAILED_FOR_DAYS}


def is_refusal(status: int | None) -> bool:
    """Tell whether the receiver said that it will not take this event, and not only that it cannot now."""
    return status is not None and 400 <= status < 500 and status not in _LATER


@dataclass(slots=True)
class Receiver:
    """How one receiver fares."""

    state: State
    failures: int = 0  # deliveries in a row: one that is refused again and again says nothing of the others
    failing_since: datetime | None = None
    choosy: bool = False  # works, and refuses or fails so many others that some were given up early, or there is no room for more

    @classmethod
    def of(cls, state: State, reason: str | None, failures: int, failing_since: datetime | None) -> "Receiver":
        """Return one as its subscription says: it is held only where that is why it is degraded."""
        choosy = state is State.DEGRADED and reason == TOO_MANY_REFUSED
        return cls(State.ACTIVE if choosy else state, failures, failing_since, choosy)

    @property
    def told(self) -> tuple[State, str | None]:
        """Return state and reason as its organisation is told."""
        return (State.DEGRADED, TOO_MANY_REFUSED) if self.choosy and self.state is State.ACTIVE else (self.state, _REASONS.get(self.state))

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
