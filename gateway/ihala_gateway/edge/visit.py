"""One request at the gateway's door, and what is known of it for the log."""

import time
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ihala_gateway.edge import cross_origin
from ihala_gateway.edge.authorize import Decision
from ihala_gateway.edge.body import Message, Receive, Send
from ihala_gateway.edge.headers import on_every_answer, request_id_of, traceparent_of

Scope = MutableMapping[str, Any]

_LAST = ((b"connection", b"close"),)  # after an Upgrade header the server reads no further request from a connection


@dataclass(slots=True)
class Visit:
    """An ASGI request. `send` notes the status and puts on the headers that every answer has."""

    scope: Scope
    _receive: Receive
    _send: Send
    on_every_answer: tuple[tuple[bytes, bytes], ...] = on_every_answer(secure=False)
    headers: list[tuple[bytes, bytes]] = field(init=False)
    fields: dict[bytes, bytes] = field(init=False)  # the same, for those that are looked up by name
    path: bytes = field(init=False)  # as it was sent
    query: bytes = field(init=False)
    request_id: str = field(init=False)
    traceparent: str = field(init=False)
    status: int | None = None  # None until an answer began
    answered: bool = False  # the last part of the answer was sent
    client_id: str | None = None
    organization_id: str | None = None
    account_id: str | None = None  # of whoever signed in, where the token is a person's
    acting_officer: str | None = None  # opaque, as the calling system names its officer
    bytes_in: int = 0  # of the request's body, as far as it was read
    bytes_out: int = 0  # of the answer's
    nonce: str | None = None  # for the caller's next proof of possession
    notices: tuple[tuple[bytes, bytes], ...] = ()  # headers for its answer: what is left of limits, when the route goes
    route: str | None = None  # the template, never the path
    parent: str | None = None  # the caller's traceparent, where traces are collected; `traceparent` is then our own span's
    began_ns: int = 0  # since 1970, where traces are collected
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    _began: float = field(default_factory=time.perf_counter)

    def __post_init__(self) -> None:
        self.headers = self.scope["headers"]
        self.path = self.scope["raw_path"]
        self.query = self.scope["query_string"]
        self.fields = dict(self.headers)
        self.request_id = request_id_of(self.fields)
        self.traceparent = traceparent_of(self.fields)
        self.scope["ihala.request_id"] = self.request_id  # the kit writes it into problem documents

    async def receive(self) -> Message:
        """Return the next part of the request."""
        message = await self._receive()
        self.bytes_in += len(message.get("body", b""))
        return message

    async def send(self, message: Message) -> None:
        """Pass on a part of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message.get("headers", ()), *self._always(message.get("headers", ()))]
        else:
            self.answered = not message.get("more_body", False)
            self.bytes_out += len(message.get("body", b""))
        await self._send(message)

    def _always(self, given: Any) -> list[tuple[bytes, bytes]]:
        present = {name for name, _ in given}
        always: tuple[tuple[bytes, bytes], ...] = self.on_every_answer + _LAST if b"upgrade" in self.fields else self.on_every_answer
        always += self.notices
        if cross_origin.open_to_all(self.path):
            always += cross_origin.ON_EVERY_ANSWER
        if self.nonce is not None:
            always += ((b"dpop-nonce", self.nonce.encode("ascii")),)
        return [
            (b"x-request-id", self.request_id.encode("ascii")),
            *(pair for pair in always if pair[0] not in present or pair[0] == b"link"),
        ]

    @property
    def address(self) -> str:
        """Return the caller's address, as the server or a proxy of ours says it. Never logged."""
        client = self.scope["client"]
        return client[0] if client else "?"

    @property
    def target(self) -> bytes:
        """Return path and query as they were sent."""
        return self.path + b"?" + self.query if self.query else self.path

    def knows(self, decision: Decision) -> None:
        """Take over who calls and what, for the log."""
        if decision.route is not None:
            self.route = decision.route.template
        self.nonce = decision.nonce
        if decision.grant is not None:
            self.client_id, self.organization_id = decision.grant.client_id, decision.grant.organization_id
            subject = decision.grant.claims.get("sub")
            self.account_id = None if subject == self.client_id else subject
            self.acting_officer = decision.officer

    def forget_who(self) -> None:
        """Take it for the call of somebody unknown."""
        self.client_id = self.organization_id = self.account_id = self.acting_officer = None

    def milliseconds(self) -> float:
        """Return how long it has taken so far."""
        return round((time.perf_counter() - self._began) * 1000, 2)
