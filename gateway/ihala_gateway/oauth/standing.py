"""Which access tokens are refused before they expire: those of suspended clients and of clients whose rights have changed since.

Read from the gateway's own database twice a second, so that a suspension holds within one second with no broker in the way.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

POLL_SECONDS = 0.4
UNKNOWN_AFTER_SECONDS = 30.0  # without news for this long nobody can say who is suspended, and calls with tokens are refused


@dataclass(frozen=True, slots=True)
class Change:
    """A client as it is now, if it is suspended or changed within the life of a token."""

    version: int
    suspended: bool


@dataclass(slots=True)
class Standing:
    """The newest answer of the database, and when (monotonic seconds) it came."""

    changes: Mapping[str, Change] = field(default_factory=dict)
    known_at: float = float("-inf")

    def learn(self, changes: Mapping[str, Change]) -> None:
        """Replace what is known."""
        self.changes = changes
        self.known_at = time.monotonic()

    @property
    def known(self) -> bool:
        """Tell whether what is known is new enough to let anyone in."""
        return time.monotonic() - self.known_at < UNKNOWN_AFTER_SECONDS

    def holds(self, client_id: str, version: int) -> bool:
        """Tell whether a token given to that version of the client is still good."""
        change = self.changes.get(client_id)
        return change is None or (not change.suspended and change.version == version)
