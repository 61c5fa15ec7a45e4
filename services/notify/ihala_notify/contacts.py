"""The one read across services: how a person wishes to be reached, asked of intake at the moment of sending, never kept.

Notify asks through the gateway as an OAuth client of its own (private_key_jwt, RFC 7523).
"""

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from uuid import UUID

import aiohttp
from ihala_kit.ids import new_id
from ihala_kit.telemetry import inject
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

ALGORITHM = "ES256"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 60
RENEW_BEFORE_SECONDS = 30
LARGEST_ANSWER = 64 * 1024
SCOPE = "intake:contact"


class NotNow(Exception):
    """It may work later; its one argument is a code for why not now. `retry_after` is what the other side asked for, in seconds."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Unreachable(Exception):
    """The person cannot be written to; its one argument is a code for why."""


class Contact(BaseModel):
    """How to reach the person behind a need. The number stays out of every text made of this."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    language: Literal["ar", "ckb", "en"]
    channel: Literal["sms", "slip", "call"]
    number: str | None = Field(default=None, repr=False)
    own: bool = False
    safe_to_message: bool = False


@dataclass
class Contacts:
    """Asks intake. Keeps its access token until shortly before its end, and nothing else."""

    issuer: str
    client_id: str
    key_file: Path | None
    _token: str = field(default="", repr=False)
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    _good_until: float = 0.0  # monotonic

    async def contact(self, session: aiohttp.ClientSession, need_id: UUID) -> Contact:
        """Return the contact for a need. Raises Unreachable when there is none to be had, NotNow when it must be asked again."""
        headers = {"Authorization": f"Bearer {await self._access_token(session)}"}
        if traceparent := inject():
            headers["traceparent"] = traceparent
        url = f"{self.issuer}/intake/v1/contacts/{need_id}"
        try:
            async with session.get(url, headers=headers, allow_redirects=False) as answer:
                body = await answer.content.read(LARGEST_ANSWER)
        except (aiohttp.ClientError, OSError):
            raise NotNow("intake_away") from None
        return self._read(answer, body)

    def _read(self, answer: aiohttp.ClientResponse, body: bytes) -> Contact:
        if answer.status in {404, 409}:
            raise Unreachable("no_contact")
        if answer.status == 401:
            self._good_until = 0.0
        if answer.status != 200:
            raise NotNow(f"intake_{answer.status}", retry_after(answer))
        try:
            return Contact.model_validate_json(body)
        except ValidationError:
            raise NotNow("contact_not_understood") from None

    async def _access_token(self, session: aiohttp.ClientSession) -> str:
        async with self._asking:  # one asks for all
            if time.monotonic() >= self._good_until:
                await self._renew(session)
            return self._token

    async def _renew(self, session: aiohttp.ClientSession) -> None:
        form = {
            "grant_type": "client_credentials", "client_id": self.client_id, "scope": SCOPE,
            "client_assertion_type": ASSERTION_TYPE, "client_assertion": self._assertion(),
        }  # fmt: skip
        try:
            async with session.post(f"{self.issuer}/oauth/token", data=form, allow_redirects=False) as answer:
                body = await answer.content.read(LARGEST_ANSWER)
        except (aiohttp.ClientError, OSError):
            raise NotNow("gateway_away") from None
        if answer.status != 200:
            raise NotNow(f"token_{answer.status}", retry_after(answer))
        try:
            token = _Token.model_validate_json(body)
        except ValidationError:
            raise NotNow("token_not_understood") from None
        self._token, self._good_until = token.access_token, time.monotonic() + token.expires_in - RENEW_BEFORE_SECONDS

    def _assertion(self) -> str:
        """Return a signed statement that it is us, for one use within a minute."""
        try:
            key = ECKey.import_key(self.key_file.read_bytes()) if self.key_file else None
        except (OSError, ValueError, JoseError):
            key = None
        if key is None:
            raise NotNow("client_key_missing")
        at = int(time.time())
        claims = {
            "iss": self.client_id, "sub": self.client_id, "aud": self.issuer, "jti": str(new_id()), "iat": at,
            "exp": at + ASSERTION_SECONDS,
        }  # fmt: skip
        return jwt.encode({"alg": ALGORITHM, "typ": "JWT"}, claims, key, algorithms=[ALGORITHM])


class _Token(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    access_token: str = Field(repr=False, min_length=1)
    expires_in: float


def retry_after(answer: aiohttp.ClientResponse) -> float | None:
    """Return the seconds of a Retry-After header; its other form, a date, is not used among us."""
    given = answer.headers.get("Retry-After", "")
    return float(given) if given.isascii() and given.isdecimal() and len(given) < 6 else None
