"""Answers a call for the gateway's own API: no connection in between, but the same headers and the same internal token."""

from urllib.parse import unquote

from fastapi import FastAPI
from ihala_kit.db import Database
from ihala_kit.http import create_app
from ihala_kit.service import Service
from ihala_kit.tokens import KeySet
from joserfc.jwk import ECKey

from ihala_gateway.edge.authorize import Decision
from ihala_gateway.edge.body import Body, Message, given
from ihala_gateway.edge.headers import back, onward
from ihala_gateway.edge.routes import Route
from ihala_gateway.edge.visit import Visit
from ihala_gateway.oauth.internal_tokens import InternalTokens
from ihala_gateway.oauth.keys import Keyring

NAME = "gateway"


class OwnKeys(KeySet):
    """The internal keys of this process: what services fetch from us, we have."""

    def __init__(self, keys: Keyring) -> None:
        super().__init__("")
        self._ring = keys

    async def key(self, key_id: str) -> ECKey | None:
        """Return the key, or None when there is none of that id."""
        return self._ring.published.get(key_id)


class Administration:
    """The application and the way to it."""

    def __init__(self, service: Service, database: Database, keys: Keyring, tokens: InternalTokens, largest_body: int) -> None:
        self.app: FastAPI = create_app(service, database)
        self.app.state.tokens.keys = OwnKeys(keys)
        self._tokens = tokens
        self._largest_body = largest_body

    async def answer(self, visit: Visit, decision: Decision, route: Route) -> None:
        """Answer an allowed request. Raises Problem (400, 408, 413) for its body, CallerGone."""
        largest = route.terms.largest_body
        content = await Body(visit.fields, visit.receive, self._largest_body if largest is None else largest).whole()
        path = decision.path[route.in_front :]
        scope = {
            **visit.scope,
            "method": route.method,  # of HEAD too: the server leaves the content out
            "path": unquote(path.decode("ascii")), "raw_path": path, "root_path": "",
            "headers": self._headers(visit, decision, len(content)), "state": {},
        }  # fmt: skip

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": back(message["headers"])}
            await visit.send(message)

        await self.app(scope, given(content, visit.receive), send)

    def _headers(self, visit: Visit, decision: Decision, length: int) -> list[tuple[bytes, bytes]]:
        return [
            *onward(visit.headers),
            (b"content-length", str(length).encode("ascii")),
            (b"x-request-id", visit.request_id.encode("ascii")),
            (b"traceparent", visit.traceparent.encode("ascii")),
            (b"authorization", self._tokens.header(NAME, decision.grant, decision.officer)),
        ]
