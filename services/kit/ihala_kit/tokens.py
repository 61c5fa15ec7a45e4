"""Checks of the gateway's internal tokens, with its public keys kept so that it may be away for hours."""

import asyncio
import binascii
import json
import logging
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import aiohttp
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry

from ihala_kit.auth import Caller, caller_from, unauthenticated
from ihala_kit.problems import ServiceUnavailable
from ihala_kit.refusals import Refusals

TYPE = "ihala-internal+jwt"
ALGORITHM = "ES256"
KEYS_KEPT_SECONDS = 6 * 3600.0
FETCH_AT_MOST_EVERY_SECONDS = 5.0
FETCH_TIMEOUT_SECONDS = 3.0
LONGEST_TOKEN = 8192
REMEMBERED_TOKENS = 10_000
CLOCKS_DIFFER_BY_SECONDS = 5

log = logging.getLogger(__name__)


class KeySet:
    """The issuer's public keys, fetched when needed and kept; what is known stays good while the issuer is away."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._keys: dict[str, ECKey] = {}
        self._fetched_at = float("-inf")  # monotonic
        self._tried_at = float("-inf")
        self._fetching = asyncio.Lock()
        self._behind: asyncio.Task[None] | None = None

    async def key(self, key_id: str) -> ECKey | None:
        """Return the key, or None when the issuer has none of that id. Raises ServiceUnavailable (503) without any keys."""
        if key_id not in self._keys:
            await self._refresh(time.monotonic())
        elif time.monotonic() - self._fetched_at > KEYS_KEPT_SECONDS and not self._fetching.locked():
            self._behind = asyncio.create_task(self._refresh(time.monotonic()))  # nobody waits for it
        if not self._keys:
            raise ServiceUnavailable(retry_after_s=int(FETCH_AT_MOST_EVERY_SECONDS))
        return self._keys.get(key_id)

    async def _refresh(self, wanted_at: float) -> None:
        """Fetch once for all who wait, and not again for a while, whatever came of it."""
        async with self._fetching:
            if self._tried_at > wanted_at - FETCH_AT_MOST_EVERY_SECONDS:
                return
            self._tried_at = time.monotonic()
            try:
                self.learn(await self._fetch())
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                log.warning("key set not fetched", extra={"error": type(error).__name__, "keys_known": len(self._keys)})

    def learn(self, document: Any) -> None:
        """Take these keys (a JSON Web Key Set) for the issuer's. Raises ValueError when there is none to use."""
        self._keys = _usable(document)
        self._fetched_at = time.monotonic()

    async def _fetch(self) -> Any:
        timeout = aiohttp.ClientTimeout(total=FETCH_TIMEOUT_SECONDS)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(self.address, allow_redirects=False) as answer:
            if answer.status != 200:
                raise ValueError("the issuer did not give its keys")
            return json.loads(await answer.read())


@dataclass(frozen=True, slots=True)
class Known:
    """A token that was verified; times in seconds since 1970."""

    caller: Caller
    expires_at: float
    jti: str
    made_at: float


class InternalTokens:
    """Turns an internal token into a Caller, and remembers it until it expires."""

    def __init__(self, issuer: str, audience: str, refusals: Refusals | None = None) -> None:
        self.issuer = issuer
        self.audience = audience
        self.refusals = refusals or Refusals()
        self.keys = KeySet(f"{issuer}/oauth/internal-jwks")
        self._registry = JWSRegistry(algorithms=[ALGORITHM])
        self._known: OrderedDict[str, Known] = OrderedDict()

    async def caller_of(self, token: str) -> Caller:
        """Return whom the token names. Raises Unauthenticated (401) whatever is wrong, ServiceUnavailable (503) without keys."""
        known = self._known.get(token)
        if known is None or known.expires_at <= time.time():
            known = await self._verified(token)
            self._remember(token, known)
        self._known.move_to_end(token)
        if self.refusals.hold(known.caller, known.jti, known.made_at):
            raise unauthenticated("invalid")
        return known.caller

    async def _verified(self, token: str) -> Known:
        if len(token) > LONGEST_TOKEN:
            raise unauthenticated("invalid")
        try:
            key_id = jws.extract_compact(token.encode("ascii")).headers().get("kid")
            key = await self.keys.key(key_id) if isinstance(key_id, str) else None
            if key is None:
                raise unauthenticated("invalid")
            checked = jwt.decode(token, key, registry=self._registry)
            claims = checked.claims
            self._check(checked.header, claims)
            return Known(caller_from(claims), float(claims["exp"]), claims["jti"], float(claims["iat"]))
        except (JoseError, binascii.Error, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            log.info("token refused", extra={"error": type(error).__name__})
            raise unauthenticated("invalid") from None

    def _check(self, header: dict[str, Any], claims: dict[str, Any]) -> None:
        """Raise ValueError unless the token is an internal one, from our gateway, for this service, and of now."""
        now = time.time()
        good = (
            header.get("typ") == TYPE,
            header.get("alg") == ALGORITHM,
            "crit" not in header,
            claims.get("iss") == self.issuer,
            claims.get("aud") == self.audience,
            isinstance(claims.get("sub"), str),
            claims.get("sub") in (claims.get("client_id"), claims.get("acting_officer")),  # a person is her own acting officer
            type(claims.get("exp")) is int and claims["exp"] > now,
            type(claims.get("iat")) is int and claims["iat"] <= now + CLOCKS_DIFFER_BY_SECONDS,
            isinstance(claims.get("jti"), str),
        )
        if not all(good):
            raise ValueError(f"check {good.index(False)} of an internal token failed")

    def _remember(self, token: str, known: Known) -> None:
        self._known[token] = known
        if len(self._known) > REMEMBERED_TOKENS:
            self._known.popitem(last=False)


def _usable(document: Any) -> dict[str, ECKey]:
    """Return the P-256 keys that have an id. Raises ValueError when the document is no key set or has none."""
    try:
        keys = {jwk["kid"]: ECKey.import_key(jwk) for jwk in document["keys"] if (jwk.get("kty"), jwk.get("crv")) == ("EC", "P-256")}
    except (JoseError, KeyError, TypeError, AttributeError) as error:
        raise ValueError("the issuer's keys cannot be read") from error
    if not keys:
        raise ValueError("the issuer has no key for us")
    return keys
