"""SMS by an aggregator's HTTP: a small adapter for each kind of request, and one way to read its answer.

Not every 200 means that a text was taken. An answer that says "error" was refused for certain; one that is no aggregator's (a proxy's
page, half an answer) leaves it open, and the same route is asked again under the same id. A path or an
account that is no more is the route's own fault, and no person's: it may work later.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp

from ihala_notify.channels.sms_text import sms_of
from ihala_notify.channels.ways import HandedOver, Outgoing, RefusedHere, Unsure, dialled
from ihala_notify.contacts import NotNow, retry_after, whole

REFUSED = frozenset({400, 413, 422})  # the number, the text, or our way of asking
REFUSING = frozenset({"error", "failed", "failure", "rejected", "refused"})
LARGEST_ANSWER = 64 * 1024
Words = Callable[[Outgoing], Mapping[str, Any]]  # what `ClientSession.post` is told beside the address


def plain_json(sender: str | None = None) -> Words:
    """Return how to ask an aggregator that takes JSON {id, to, text, lang} and knows a repeated id."""

    def words(outgoing: Outgoing) -> Mapping[str, Any]:
        named = {"from": sender} if sender else {}
        return {"json": {"id": str(outgoing.id), "to": dialled(outgoing.to), "text": outgoing.text, "lang": outgoing.language} | named}

    return words


def rapidpro(channel: str, sender: str | None = None) -> Words:
    """Return how to ask what serves RapidPro's external channels: a form with id, text, to, to_no_plus, from, from_no_plus, channel."""

    def words(outgoing: Outgoing) -> Mapping[str, Any]:
        to, origin = dialled(outgoing.to), sender or ""
        form = {
            "id": str(outgoing.id), "text": outgoing.text, "to": to, "to_no_plus": to.lstrip("+"), "from": origin,
            "from_no_plus": origin.lstrip("+"), "channel": channel,
        }  # fmt: skip
        return {"data": form}

    return words


class HttpSms:
    """One aggregator. With `tells` it calls back with what became of each id (receipts_api.py); else what it takes is delivered."""

    def __init__(
        self, name: str, url: str | None, words: Words, token: str = "", *, tells: bool = False, expects: str = "", json_only: bool = False
    ) -> None:  # fmt: skip
        self.name, self.url, self.words, self.tells = name, url, words, tells
        self._expects, self._json_only = expects, json_only
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def send(self, session: aiohttp.ClientSession, outgoing: Outgoing) -> HandedOver:
        """Hand the text over. Raises NotNow (nobody there, busy, not us), Unsure (no answer, none of use, 5xx), RefusedHere."""
        if self.url is None:
            raise NotNow("no_sms_route")
        told = self.words(outgoing)
        try:
            async with session.post(self.url, headers=self._headers, allow_redirects=False, **told) as answer:
                status = answer.status
                said = await whole(answer, LARGEST_ANSWER) if 200 <= status < 300 else b""
        except aiohttp.ClientConnectorError:
            raise NotNow("sms_route_away") from None
        except (aiohttp.ClientError, OSError, TimeoutError):
            raise Unsure("sms_route_away") from None
        if status in REFUSED:
            raise RefusedHere(f"sms_refused_{status}")
        if not (200 <= status < 300 or status == 409):  # 409: it has this id already
            reason = f"sms_route_{status}"
            raise NotNow(reason, retry_after(answer)) if status < 500 or status == 503 else Unsure(reason)
        if status != 409:
            self._check(said)
        return HandedOver(self.name, (str(outgoing.id),) if self.tells else (), len(sms_of(outgoing.text).parts))

    def _check(self, said: bytes) -> None:
        """Raise NotNow when the answer says that the text was refused, Unsure when it may be somebody else's answer."""
        try:
            found = json.loads(said) if said.strip() and len(said) <= LARGEST_ANSWER else None
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, dict) and _refuses(found):
            raise NotNow("sms_refused_in_answer")
        plain = isinstance(found, dict) or not said.strip() or not self._json_only
        if not (self._expects.encode() in said if self._expects else plain):
            raise Unsure("sms_answer_not_understood")


def _refuses(found: dict[str, Any]) -> bool:
    """Tell whether a JSON answer says no: an error, or a status that is one."""
    status = found.get("status")
    return (
        bool(found.get("error") or found.get("errors"))
        or found.get("success") is False
        or (isinstance(status, str) and status.lower() in REFUSING)
    )
