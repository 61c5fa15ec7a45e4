"""One request to a receiver, and what came of it. Nothing here raises for what a receiver does."""

import asyncio
import re
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Self

import pycurl

from ihala_notify.webhooks.addresses import AddressRefused, Look, Names, UrlRefused, checked, target
from ihala_notify.webhooks.hands import Came, Hand

MEDIA_TYPE = "application/cloudevents+json"
WITHIN_SECONDS = 15.0
SHOWN_CHARACTERS = 200
LONGEST_PAUSE_ASKED_SECONDS = 3600.0
_NAME = (f"content-type: {MEDIA_TYPE}", "user-agent: Ihala-Webhooks/1", "accept-encoding: identity", "expect:")

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


class Client:
    """Sends for all webhooks of a process. Each lane limits itself, so this does not."""

    def __init__(self, allowed: Collection[str], look: Look | None = None) -> None:
        self.allowed = frozenset(allowed)
        self._names = Names(self.allowed, look)
        self._multi = pycurl.AsyncCurlMulti()
        self._free: list[Hand] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *why: object) -> None:
        await self._multi.aclose()
        self._names.close()

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send the body once, to this address alone."""
        began, hand = time.monotonic(), self._free.pop() if self._free else Hand()
        fault = await self._lead(hand, url)
        came = Came(None, fault) if fault else await self._post(hand, url, headers, body, began + WITHIN_SECONDS - time.monotonic())
        self._free.append(hand)  # not after a cancellation: libcurl lets go of it a moment later
        reason = came.fault if came.status is None else _reason(came.status)
        pause = min(came.pause_seconds, LONGEST_PAUSE_ASKED_SECONDS) if came.pause_seconds else None
        return Answer(came.status, reason, masked(came.read), round((time.monotonic() - began) * 1000), pause)

    async def _post(self, hand: Hand, url: str, headers: Mapping[str, str], body: bytes, within_seconds: float) -> Came:
        lines = [*_NAME, *(f"{name}: {value}" for name, value in headers.items())]
        came = await hand.post(self._multi, url, lines, body, within_seconds)
        if came.fault == "unreachable":
            self._names.doubt(*target(url))
        return came

    async def _lead(self, hand: Hand, url: str) -> str | None:
        """Have a hand know where it may go; return the code of why it may not."""
        try:
            checked(url, self.allowed)  # what is allowed may have changed since the address was given
            host, port = target(url)
            hand.guarded = host not in self.allowed
            if not self._names.known(host, port):
                async with asyncio.timeout(WITHIN_SECONDS):
                    hand.lead(host, port, await self._names.find(host, port))
        except (AddressRefused, UrlRefused):
            return "address_refused"
        except TimeoutError:
            return "timeout"
        except OSError:
            return "name_unknown"
        return None


def _reason(status: int) -> str | None:
    if 200 <= status < 300:
        return None
    return "redirected" if 300 <= status < 400 else f"status_{status}"


def masked(read: bytes) -> str | None:
    """Return the first printable signs of an answer without what may name a person: addresses, numbers of six digits and more."""
    if not read:
        return None
    text = "".join(sign for sign in read.decode("utf-8", "replace") if sign.isprintable() or sign == "\n").replace("\n", " ").strip()
    return _MASKED.sub("…", text)[:SHOWN_CHARACTERS] or None
