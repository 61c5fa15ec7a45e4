"""The ways a text reaches a phone. One adapter each: today an HTTP aggregator (or the local sink); SMPP and SMTP later."""

import re
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

import aiohttp

from ihala_notify.contacts import NotNow, Unreachable, retry_after

_NUMBER = re.compile(r"\+?[0-9]{7,15}")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One text on its way. `id` stays the same however often it is tried."""

    id: UUID
    to: str = field(repr=False)
    text: str = field(repr=False)
    language: str


class Channel(Protocol):
    """One way. `send` returns when the other side has taken the text."""

    name: str

    async def send(self, session: aiohttp.ClientSession, outgoing: Outgoing) -> None:
        """Hand the text over. Raises NotNow, or Unreachable when trying again is of no use."""


class HttpSms:
    """An aggregator that takes POST {id, to, text, lang} and knows a repeated id."""

    name = "sms"

    def __init__(self, url: str | None) -> None:
        self.url = url

    async def send(self, session: aiohttp.ClientSession, outgoing: Outgoing) -> None:
        """Hand the text over. Raises NotNow (away, busy, 5xx), Unreachable (the route refuses the number or the text)."""
        if self.url is None:
            raise NotNow("no_sms_route")
        body = {"id": str(outgoing.id), "to": dialled(outgoing.to), "text": outgoing.text, "lang": outgoing.language}
        try:
            async with session.post(self.url, json=body, allow_redirects=False) as answer:
                status = answer.status
        except (aiohttp.ClientError, OSError):
            raise NotNow("sms_route_away") from None
        if status in {400, 404, 410, 413, 422}:
            raise Unreachable(f"sms_refused_{status}")
        if not (200 <= status < 300 or status == 409):  # 409: it has this id already
            raise NotNow(f"sms_route_{status}", retry_after(answer))


def dialled(number: str) -> str:
    """Return the number as a route takes it. Raises Unreachable when it cannot be one."""
    plain = re.sub(r"[ \-().\u200e\u200f]", "", number)
    if not _NUMBER.fullmatch(plain):
        raise Unreachable("number_unusable")
    return plain
