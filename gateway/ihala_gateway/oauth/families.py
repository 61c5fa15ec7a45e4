"""What comes of one person's consent: a code, then access tokens and refresh tokens. They stand and fall together."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from authlib.oauth2.rfc6749.errors import InvalidRequestError
from sqlmodel.ext.asyncio.session import AsyncSession

from ihala_gateway.oauth import store
from ihala_gateway.oauth.people import Person
from ihala_gateway.oauth.registered import Registered
from ihala_gateway.oauth.tables import AuthorizationCode, GrantedToken, PersonGrant, RefreshToken

MOST_LIVE_TOKENS = 50  # of one grant


@dataclass(slots=True)
class Family:
    """What was found for the code or refresh token that a client showed."""

    grant: PersonGrant
    person: Person | None  # None: the session has ended, or the account is suspended
    code: AuthorizationCode | None = None
    token: RefreshToken | None = None

    @property
    def used(self) -> bool:
        """Tell whether it was used before: then whoever shows it now, or did then, has stolen it."""
        shown = self.code or self.token
        return shown is not None and shown.used_at is not None

    def check_client(self, client: Registered) -> bool:
        """Tell whether it was given to this client, as Authlib asks."""
        return client.row.client_id == self.grant.client_id

    def get_redirect_uri(self) -> str:
        """Return where the code was sent to, as Authlib asks."""
        return "" if self.code is None else self.code.redirect_uri

    def get_scope(self) -> str:
        """Return what was granted, as Authlib asks."""
        return self.grant.scope

    @property
    def code_challenge(self) -> str:
        """Return PKCE's challenge, as Authlib asks."""
        return "" if self.code is None else self.code.challenge

    @property
    def code_challenge_method(self) -> str:
        """Return the only method there is."""
        return "S256"


def new_secret() -> str:
    """Return a new code, refresh token or request URI's end: 256 bits."""
    return secrets.token_urlsafe(32)


def hash_of(secret: str) -> bytes:
    """Return as what it is stored."""
    return hashlib.sha256(secret.encode()).digest()


async def by_code(tx: AsyncSession, code: str) -> Family | None:
    """Return what belongs to a code."""
    found = await store.code(tx, hash_of(code))
    return None if found is None else Family(found[1], await Person.of(tx, found[1]), code=found[0])


async def by_refresh_token(tx: AsyncSession, token: str) -> Family | None:
    """Return what belongs to a refresh token."""
    found = await store.refresh_token(tx, hash_of(token))
    if found is None:
        return None
    used_until = await store.used_until(tx, found[1].id) or found[0].issued_at
    return Family(found[1], await Person.of(tx, found[1], used_until), token=found[0])


async def keep(tx: AsyncSession, family: Family, jti: str, expires_at: datetime, refresh_token: str | None, now: datetime) -> None:
    """Store what was made of a code or refresh token, which is used up by that if it is not kept. Raises InvalidRequestError.

    Whoever ends the grant ends each token, in one transaction: a client must not make that long.
    """
    if await store.count_live_tokens(tx, family.grant.id, now) >= MOST_LIVE_TOKENS:
        raise InvalidRequestError(description="too many access tokens are still good: use one of them, or come back later")
    if family.code is not None:
        family.code.used_at = now
    elif family.token is not None and refresh_token is not None:
        family.token.used_at = now
    tx.add(GrantedToken(jti=jti, grant_id=family.grant.id, expires_at=expires_at))
    if refresh_token is not None:
        tx.add(RefreshToken(token_hash=hash_of(refresh_token), grant_id=family.grant.id, issued_at=now))
