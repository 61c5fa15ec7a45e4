"""Makes the tokens that services take: 60 seconds, for one service, signed by a key of their own.

The caller's access token goes no further than the gateway. One internal token serves many requests: it is kept with the grant
it was made from, one for each officer who sits at the client, and made again while there is still time for a slow request.
"""

import time
from typing import Any

from ihala_kit.auth import ANONYMOUS, NO_ORGANIZATION
from ihala_kit.ids import new_id

from ihala_gateway.oauth.grant import Grant
from ihala_gateway.oauth.keys import Keyring
from ihala_gateway.oauth.signing import signed

TYPE = "ihala-internal+jwt"
LIVES_SECONDS = 60
KEPT_SECONDS = 30.0
MOST_KEPT = 128  # of one grant: services times the officers who work at the same moment

_PASSED_ON = ("sub", "client_id", "org", "org_kind", "operator", "gov", "roles", "scope", "cleared", "acting_officer", "jti")
_NOBODY = {
    "sub": ANONYMOUS, "client_id": ANONYMOUS, "org": str(NO_ORGANIZATION), "org_kind": ANONYMOUS, "gov": [], "roles": [],
    "scope": "", "cleared": False,
}  # fmt: skip


class InternalTokens:
    """Gives the Authorization header for a service."""

    def __init__(self, keys: Keyring, issuer: str) -> None:
        self.keys = keys
        self.issuer = issuer
        self._anonymous: dict[tuple[str, str | None], tuple[bytes, float]] = {}

    def header(self, service: str, grant: Grant | None, officer: str | None = None) -> bytes:
        """Return the header's value for a call as `grant`, by that officer if one is named; or as nobody."""
        kept = self._anonymous if grant is None else grant.internal
        now = time.time()
        known = kept.get((service, officer))
        if known is None or known[1] <= now:
            kept.pop((service, officer), None)
            if len(kept) >= MOST_KEPT:
                kept.pop(next(iter(kept)))  # the one made first
            known = kept[service, officer] = (b"Bearer " + self._made(service, grant, officer, int(now)), now + KEPT_SECONDS)
        return known[0]

    def forget(self, grant: Grant | None) -> None:
        """Make a new token for the next call as `grant`, or as nobody."""
        (self._anonymous if grant is None else grant.internal).clear()

    def _made(self, service: str, grant: Grant | None, officer: str | None, now: int) -> bytes:
        """Return a new token. Its jti is the access token's, so that revoking that one stops this one too."""
        who = _NOBODY | {"jti": new_id().hex} if grant is None else _passed_on(grant.claims)
        key = self.keys.current()
        claims = {**who, "iss": self.issuer, "aud": service, "iat": now, "exp": now + LIVES_SECONDS}
        if officer is not None:
            claims["acting_officer"] = officer
        return signed(TYPE, claims, key).encode("ascii")


def _passed_on(claims: dict[str, Any]) -> dict[str, Any]:
    return {name: claims[name] for name in _PASSED_ON if name in claims}
