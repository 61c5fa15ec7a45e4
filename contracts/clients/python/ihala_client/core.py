"""The one core of both clients: tokens, proofs, keys for repeating, retries, problems. No network, no waiting (see wire.py)."""

import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import uuid4

from ihala_client.errors import Problem, TokenRefused, Unreachable
from ihala_client.keys import SigningKey
from ihala_client.retrying import AGAIN, Patience, is_passing, retry_after
from ihala_client.wire import Flow, Hold, Pause, Reply, Request, Token

log = logging.getLogger("ihala_client")

T = TypeVar("T")
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
RENEW_BEFORE_SECONDS = 30.0
NEEDS_NONCE = "use_dpop_nonce"
MOST_NONCES = 4  # in a row: each process of the gateway gives its own
__version__ = "1.0.0"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call to make, without a token."""

    method: str
    path: str
    params: Mapping[str, Any] = field(default_factory=dict)
    content: bytes | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    silence: float = 60.0
    live: bool = False


@dataclass
class Core:
    """One client of one Ihala. `address` is where the gateway is, `issuer` what it calls itself (the same, unless said)."""

    address: str
    client_id: str
    key: SigningKey = field(repr=False)
    issuer: str
    scope: str | None = None
    bound: bool = True  # tokens are bound to a key of this process (DPoP): worth nothing to whoever steals one
    language: str = "en"
    _token: Token | None = field(default=None, init=False, repr=False)
    _nonce: str | None = field(default=None, init=False, repr=False)
    _own: SigningKey = field(default_factory=SigningKey.new, init=False, repr=False)

    def call(self, wanted: Wanted, patience: Patience) -> Flow[tuple[Reply, int]]:
        """Return the answer to a call, and how often it was sent. Raises Problem, TokenRefused, Unreachable."""
        given = {"idempotency-key": str(uuid4())} if wanted.method == "POST" else {}
        headers = {"accept": "application/json", "accept-language": self.language, **self._agent(), **given, **wanted.headers}
        tries, refused, nonces = _Tries(patience), None, 0
        try:
            while True:
                token: Token = yield from tries.made(partial(_held, refused))
                reply = yield from tries.made(partial(tries.sent, partial(self._authorized, wanted, headers, token)))
                self._keep_nonce(reply)
                needs_nonce = reply.status == 401 and NEEDS_NONCE in reply.headers.get("www-authenticate", "")
                if needs_nonce and nonces < MOST_NONCES:
                    nonces += 1
                elif reply.status == 401 and refused is None:
                    refused = token
                elif not 200 <= reply.status < 300:
                    raise problem_of(reply, tries.count)
                else:
                    return reply, tries.count
        except Passing as passing:
            raise problem_of(passing.reply, tries.count) from None

    def kafka_token(self) -> Flow[str]:
        """Return a token for Kafka alone, bound to nothing. Raises TokenRefused, Unreachable."""
        tries = _Tries(Patience())
        try:
            found = yield from tries.made(lambda: self._token_of(None, bound=False, resource="kafka"))
        except Passing as passing:
            raise problem_of(passing.reply, tries.count) from None
        return found.value

    def hold(self, refused: Token | None) -> Flow[Token]:
        """Return the token that is kept if it is good and not the refused one, else a new one. The driver lets one in at a time."""
        kept = self._token
        if kept is None or kept is refused or time.monotonic() >= kept.good_until:
            self._token = None
            kept = self._token = yield from self._token_of(self.scope, bound=self.bound)
        return kept

    def _token_of(self, scope: str | None, *, bound: bool, resource: str | None = None) -> Flow[Token]:
        """Return a new token, asked for once. Raises TokenRefused, Unreachable."""
        for _ in range(MOST_NONCES):
            reply = yield from _answer(self._asking(f"{self.address}/oauth/token", scope, resource, bound))
            self._keep_nonce(reply)
            body = _json(reply)
            if reply.status == 200 and isinstance(body.get("access_token"), str):
                good = float(body.get("expires_in", 60))
                until = time.monotonic() + max(good - RENEW_BEFORE_SECONDS, good / 2)
                return Token(body["access_token"], str(body.get("token_type", "Bearer")), until)
            if body.get("error") != NEEDS_NONCE:
                break
        if reply.status >= 500:
            raise Passing(reply)  # it has not said no
        raise TokenRefused(str(body.get("error", f"status {reply.status}")), body.get("error_description"), reply.status)

    def _asking(self, url: str, scope: str | None, resource: str | None, bound: bool) -> Request:
        form = {
            "grant_type": "client_credentials", "client_id": self.client_id, "scope": scope, "resource": resource,
            "client_assertion_type": ASSERTION_TYPE, "client_assertion": self.key.assertion(self.client_id, self.issuer),
        }  # fmt: skip
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json", **self._agent()}
        if bound:
            headers["dpop"] = self._own.proof("POST", f"{self.issuer}/oauth/token", self._nonce)
        return Request("POST", url, headers, content=_form(form))

    def _authorized(self, wanted: Wanted, headers: Mapping[str, str], token: Token) -> Request:
        more = {"authorization": f"{token.scheme} {token.value}"}
        if token.scheme.lower() == "dpop":
            more["dpop"] = self._own.proof(wanted.method, self.issuer + wanted.path, self._nonce, token.value)
        url = self.address + wanted.path
        return Request(wanted.method, url, {**headers, **more}, wanted.params, wanted.content, wanted.silence, wanted.live)

    def _keep_nonce(self, reply: Reply) -> None:
        """Keep the nonce for the next proof. Whether one is asked for, the answer says: another task may have kept this one already."""
        self._nonce = reply.headers.get("dpop-nonce", self._nonce)

    @staticmethod
    def _agent() -> dict[str, str]:
        return {"user-agent": f"ihala-client-python/{__version__}"}


class Passing(Unreachable):
    """The answer is one that passes by itself. Never seen outside: it becomes a Problem when patience ends."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"Ihala answered {reply.status}")
        self.reply = reply


class _Tries:
    """Tries until patience ends, and counts what was sent."""

    def __init__(self, patience: Patience) -> None:
        self._patience, self._until = patience, time.monotonic() + patience.seconds
        self.count = 0
        self._failed = 0  # in a row

    def made(self, attempt: Callable[[], Flow[T]]) -> Flow[T]:
        """Return what an attempt came to that reached somebody. Raises Unreachable, Passing."""
        while True:
            try:
                found = yield from attempt()
            except Unreachable as error:
                self._failed += 1
                pause = self._patience.pause(self._failed, retry_after(error.reply.headers) if isinstance(error, Passing) else None)
                if time.monotonic() + pause > self._until:
                    raise
                log.warning("%s; tried again in %.1f s", error, pause)  # who follows without end would else wait and know nothing
            else:
                self._failed = 0
                return found
            yield Pause(pause)

    def sent(self, make: Callable[[], Request]) -> Flow[Reply]:
        """Return the answer to a request that is made for this try (a proof is good once) and counts. Raises Unreachable, Passing."""
        self.count += 1
        return (yield from _answer(make(), self._patience.again))


def _answer(request: Request, again: frozenset[int] = AGAIN) -> Flow[Reply]:
    reply: Reply = yield request
    if is_passing(reply.status, str(_json(reply).get("type")), again):
        raise Passing(reply)
    return reply


def _held(refused: Token | None) -> Flow[Token]:
    found: Token = yield Hold(refused)
    return found


def problem_of(reply: Reply, tries: int) -> Problem:
    """Return what was refused; an answer that is no problem document, as of a proxy between, has its status alone."""
    return Problem(reply.status, _json(reply), retry_after=retry_after(reply.headers), tries=tries)


def _json(reply: Reply) -> dict[str, Any]:
    if reply.live is not None or "json" not in reply.headers.get("content-type", ""):
        return {}
    try:
        found = json.loads(reply.content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _form(fields: Mapping[str, str | None]) -> bytes:
    return urlencode({name: value for name, value in fields.items() if value is not None}).encode("ascii")
