"""The one read across services: how a person wishes to be reached, asked of intake at the moment of sending, never kept.

Notify asks through the gateway as an OAuth client of its own (private_key_jwt, RFC 7523).
"""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal
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
LARGEST_CONTACTS = 1024 * 1024  # a hundred refusals in words, too
SCOPE = "intake:contact"
MOST_AT_ONCE = 100
UNWANTED: Final[Mapping[Any, str]] = {"urn:ihala:problem:contact-withheld": "not_wished", "urn:ihala:problem:person-erased": "erased"}
STOPPED = "urn:ihala:problem:messages-stopped"  # what this person must know is told by a call

NO_SAFE_WAY = "urn:ihala:problem:no-safe-contact"  # she wished to be told: the cleared of her office see that she was not


class NotNow(Exception):
    """It may work later; its one argument is a code for why not now. `retry_after` is what the other side asked for, in seconds."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Unreachable(Exception):
    """The person cannot be written to; its one argument is a code for why."""


class Unwanted(Unreachable):
    """The person wishes no message of this need, or was erased; its one argument is a code. Nobody calls because of that."""


class OnPaper(Unreachable):
    """The person has no phone and is given a slip at the desk: in this language, and in full only where nobody else reads it."""

    def __init__(self, language: Literal["ar", "ckb", "en"], *, own: bool) -> None:
        super().__init__("wishes_a_slip")
        self.language, self.own = language, own


class Contact(BaseModel):
    """How to reach the person behind a need. The number stays out of every text made of this."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    language: Literal["ar", "ckb", "en"]
    channel: Literal["sms", "slip", "call", "email"]
    number: str | None = Field(default=None, repr=False)
    email: str | None = Field(default=None, repr=False)  # given only where one may write to it
    own: bool = False  # only the person reads what comes to the number, or what is handed over as a slip
    email_own: bool = False  # and to the e-mail
    safe_to_message: bool = False  # the number
    recipient: UUID | None = None  # by what the person is counted

    def ways(self) -> Iterator[tuple[str, str]]:
        """Yield by which channels and where to one may write, the best first."""
        if self.channel == "sms" and self.safe_to_message and self.number is not None:
            yield "sms", self.number
        if self.email is not None:
            yield "email", self.email

    def without_a_phone(self) -> OnPaper | None:
        """Return why one who has no phone cannot be written to, whatever refused an e-mail; None for everybody else."""
        return OnPaper(self.language, own=self.own) if self.channel == "slip" else None

    def is_own(self, way: str) -> bool:
        """Tell whether only the person reads what goes this way."""
        return {"sms": self.own, "email": self.email_own}.get(way, False)


@dataclass
class Contacts:
    """Asks intake. Keeps its access token until shortly before its end, and nothing else."""

    issuer: str
    client_id: str
    key_file: Path | None
    _token: str = field(default="", repr=False)
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    _good_until: float = 0.0  # monotonic

    async def many(self, session: aiohttp.ClientSession, need_ids: Sequence[UUID]) -> dict[UUID, "Contact | NotNow | Unreachable"]:
        """Return the contact for each need (100 at most); Unreachable where there is none to be had, NotNow where to ask again."""
        try:
            return {need_id: NotNow("contact_missing") for need_id in need_ids} | await self._ask(session, need_ids)
        except NotNow as error:
            return dict.fromkeys(need_ids, error)

    async def _ask(self, session: aiohttp.ClientSession, need_ids: Sequence[UUID]) -> dict[UUID, "Contact | NotNow | Unreachable"]:
        headers = {"Authorization": f"Bearer {await self._access_token(session)}"}
        if traceparent := inject():
            headers["traceparent"] = traceparent
        body = {"need_ids": [str(need_id) for need_id in dict.fromkeys(need_ids)]}
        try:
            async with session.post(f"{self.issuer}/intake/v1/contacts", json=body, headers=headers, allow_redirects=False) as answer:
                found = await whole(answer, LARGEST_CONTACTS)
        except (aiohttp.ClientError, OSError):
            raise NotNow("intake_away") from None
        if answer.status == 401:
            self._good_until = 0.0
        if answer.status != 200:
            raise NotNow(f"intake_{answer.status}", retry_after(answer))
        try:
            return {item.need_id: _found(item) for item in _Answers.model_validate_json(found).items}
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
                body = await whole(answer, LARGEST_ANSWER)
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


class _Item(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    need_id: UUID
    status: int
    contact: dict[str, Any] | None = Field(default=None, repr=False)
    problem: dict[str, Any] | None = None
    retry_after_s: int | None = None


class _Answers(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    items: list[_Item]


def _found(item: _Item) -> Contact | NotNow | Unreachable:
    if unwanted := UNWANTED.get((item.problem or {}).get("type")):
        return Unwanted(unwanted)
    if (item.problem or {}).get("type") == STOPPED:
        return Unreachable("messages_stopped")
    if item.status in {404, 409}:
        return Unreachable("no_safe_way" if (item.problem or {}).get("type") == NO_SAFE_WAY else "no_contact")
    if item.status != 200:
        return NotNow(f"intake_{item.status}", item.retry_after_s)
    try:
        return Contact.model_validate(item.contact)
    except ValidationError:
        return NotNow("contact_not_understood")


class _Token(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    access_token: str = Field(repr=False, min_length=1)
    expires_in: float


async def whole(answer: aiohttp.ClientResponse, most: int) -> bytes:
    """Return the answer's body, in however many pieces it comes; one of more than `most` bytes is cut somewhere behind them."""
    said = bytearray()
    async for piece in answer.content.iter_any():
        said += piece
        if len(said) > most:
            break
    return bytes(said)


def retry_after(answer: aiohttp.ClientResponse) -> float | None:
    """Return the seconds of a Retry-After header; its other form, a date, is not used among us."""
    given = answer.headers.get("Retry-After", "")
    return float(given) if given.isascii() and given.isdecimal() and len(given) < 6 else None
