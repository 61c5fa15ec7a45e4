"""One request to a receiver, and what came of it. Nothing here raises for what a receiver does."""

import asyncio
import re
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

from ihala_notify.webhooks.addresses import AddressRefused, GuardedResolver, Look, UrlRefused, checked

MEDIA_TYPE = "application/cloudevents+json"
WITHIN_SECONDS = 15.0
READ_BYTES = 4096
SHOWN_CHARACTERS = 200
LONGEST_PAUSE_ASKED_SECONDS = 3600.0
_NAME = {"content-type": MEDIA_TYPE, "user-agent": "Ihala-Webhooks/1", "accept-encoding": "identity"}

# In this order: a whole address goes before its digits. Digits may be written in groups, and in any script. An address is looked for where
# a word begins, and nowhere else: a word of 4,000 letters would take as many times as long.
_MASKED = re.compile(
    r"https?://\S+|(?<![^\s@\"'<>])[^\s@\"'<>]+@[^\s@\"'<>]+|(?:[0-9a-fA-F]{0,4}:){3,}[0-9a-fA-F.]*|\d(?:[ ().\-/]{0,2}\d){5,}"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one request. `reason` is a code where it failed; `head` is the beginning of what was answered, masked."""

    status: int | None
    reason: str | None
    head: str | None
    took_ms: int
    pause_seconds: float | None = None  # as the receiver asks for, at most an hour

    @property
    def delivered(self) -> bool:
        """Tell whether the receiver has taken it."""
        return self.reason is None


def new_session(allowed: Collection[str], look: Look | None = None) -> aiohttp.ClientSession:
    """Return the session of all webhooks: no proxy, no cookie, nothing unpacked. Each lane limits itself, so the session does not."""
    connector = aiohttp.TCPConnector(limit=0, resolver=GuardedResolver(allowed, look), keepalive_timeout=30)
    return aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False, auto_decompress=False,
        timeout=aiohttp.ClientTimeout(total=WITHIN_SECONDS),
    )  # fmt: skip


async def send(session: aiohttp.ClientSession, allowed: frozenset[str], url: str, headers: dict[str, str], body: bytes) -> Answer:
    """Send the body once, to this address alone."""
    began, status, read, pause = time.monotonic(), None, b"", None
    try:
        checked(url, allowed)  # what is allowed may have changed since the address was given
        async with session.post(url, data=body, headers=_NAME | headers, allow_redirects=False) as answer:
            status, pause = answer.status, pause_asked(answer.headers.get("Retry-After", ""), datetime.now(UTC))
            read = await _head(answer)
        reason = _reason(status)
    except (AddressRefused, UrlRefused):
        reason = "address_refused"
    except TimeoutError:
        reason = "timeout" if status is None else _reason(status)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        reason = _fault(error) if status is None else _reason(status)
    took = round((time.monotonic() - began) * 1000)
    return Answer(status, reason, masked(read), took, pause)


async def _head(answer: aiohttp.ClientResponse) -> bytes:
    """Read an answer to its end, so that its connection serves again; at most so much that nobody can make us read for ever."""
    found = b""
    while len(found) < READ_BYTES:
        part = await answer.content.read(READ_BYTES - len(found))
        if not part:
            break
        found += part
    return found


def pause_asked(given: str, at: datetime) -> float | None:
    """Return the seconds that a Retry-After header asks for, at most an hour; None for nothing, for nonsense and for a date that is over.

    Both forms of RFC 9110, since proxies before a receiver write either: seconds, or a date.
    """
    if not given:
        return None
    if given.isascii() and given.isdecimal():
        return min(float(given), LONGEST_PAUSE_ASKED_SECONDS)
    try:
        until = parsedate_to_datetime(given)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    seconds = ((until if until.tzinfo else until.replace(tzinfo=UTC)) - at).total_seconds()
    return min(seconds, LONGEST_PAUSE_ASKED_SECONDS) if seconds > 0 else None


def _reason(status: int) -> str | None:
    if 200 <= status < 300:
        return None
    return "redirected" if 300 <= status < 400 else f"status_{status}"


def _fault(error: Exception) -> str:
    """Return the code of a fault on the way; its text may hold the address, so it goes nowhere."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
        return "certificate_refused"
    if isinstance(error, aiohttp.ClientConnectorError):
        refused = isinstance(error.os_error, AddressRefused)
        return "address_refused" if refused else "name_unknown" if isinstance(error, aiohttp.ClientConnectorDNSError) else "unreachable"
    if isinstance(error, aiohttp.ServerDisconnectedError | asyncio.IncompleteReadError | ConnectionError):
        return "connection_lost"
    return "answer_malformed"


def masked(read: bytes) -> str | None:
    """Return the first printable signs of an answer without what may name a person: addresses, numbers of six digits and more."""
    text = "".join(sign for sign in read.decode("utf-8", "replace") if sign.isprintable() or sign == "\n").replace("\n", " ").strip()
    return _MASKED.sub("…", text)[:SHOWN_CHARACTERS] or None
