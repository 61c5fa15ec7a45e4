"""Leaves a service alone for a moment that did not answer again and again, so that callers learn it at once and it can come back."""

import time
from dataclasses import dataclass

from ihala_kit.problems import ServiceUnavailable

FAILURES = 5  # in a row
PAUSE_SECONDS = 2.0


@dataclass(slots=True)
class Breaker:
    """One service's. A failure is no answer at all; whatever the service itself answers is none."""

    failures: int = 0
    closed_until: float = 0.0  # monotonic: until then nobody is let through

    def ask(self) -> None:
        """Let a call through, or raise ServiceUnavailable (503). After a pause one call at a time tries whether it is back."""
        if self.failures < FAILURES:
            return
        now = time.monotonic()
        if now < self.closed_until:
            raise ServiceUnavailable(retry_after_s=max(1, round(self.closed_until - now + 0.5)))
        self.closed_until = now + PAUSE_SECONDS

    def failed(self) -> None:
        """Note that there was no answer."""
        self.failures += 1
        if self.failures == FAILURES:
            self.closed_until = time.monotonic() + PAUSE_SECONDS

    def worked(self) -> None:
        """Note that there was one."""
        self.failures = 0
