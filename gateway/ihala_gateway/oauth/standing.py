"""Which access tokens are refused before they expire: those of suspended clients and accounts, those of clients and accounts
whose rights have changed since, and those that were revoked one by one.

Read from the gateway's own database twice a second, so that a suspension holds within one second with no broker in the way.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ihala_gateway.oauth.grant import Grant

POLL_SECONDS = 0.4
UNKNOWN_AFTER_SECONDS = 30.0  # without news for this long nobody can say who is suspended, and calls with tokens are refused


@dataclass(frozen=True, slots=True)
class Change:
    """A client or an account as it is now, if it is suspended or changed within the life of a token."""

    version: int
    suspended: bool

    def ends(self, version: int) -> bool:
        """Tell whether a token given to that version is good no more. One of a newer version was given since this news came."""
        return version < self.version or (self.suspended and version == self.version)


@dataclass(frozen=True, slots=True)
class Changes:
    """What the database says at one moment."""

    clients: Mapping[str, Change] = field(default_factory=dict)
    accounts: Mapping[str, Change] = field(default_factory=dict)  # by account id
    revoked: frozenset[str] = frozenset()  # jti of access tokens


@dataclass(slots=True)
class Standing:
    """The newest answer of the database, and when (monotonic seconds) it came."""

    changes: Changes = field(default_factory=Changes)
    known_at: float = float("-inf")

    def learn(self, changes: Changes) -> None:
        """Replace what is known."""
        self.changes = changes
        self.known_at = time.monotonic()

    def end(self, tokens: Iterable[str]) -> None:
        """Refuse tokens (jti) here at once; every process, this one too, learns it from the database a moment later."""
        self.changes = replace(self.changes, revoked=self.changes.revoked.union(tokens))

    @property
    def known(self) -> bool:
        """Tell whether what is known is new enough to let anyone in."""
        return time.monotonic() - self.known_at < UNKNOWN_AFTER_SECONDS

    def holds(self, grant: Grant) -> bool:
        """Tell whether a token is still good: not revoked, and given to the client and the account as they are now."""
        client = self.changes.clients.get(grant.client_id)
        if (client is not None and client.ends(grant.client_version)) or grant.jti in self.changes.revoked:
            return False
        account = None if grant.account_id is None else self.changes.accounts.get(grant.account_id)
        return account is None or not account.ends(grant.account_version)
