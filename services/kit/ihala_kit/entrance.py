"""The door of a service: what happens to every request before FastAPI reads its body, and to every answer.

A request id, who calls (nobody comes in without an internal token), the body's size, one line in the log, and an answer without
any text of an error even when something breaks that nobody foresaw.
"""

import logging
import re
import time
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ihala_kit import logs
from ihala_kit.auth import current_caller
from ihala_kit.ids import new_id
from ihala_kit.problems import BodyTooLarge, InternalError, Problem, answer

LARGEST_BODY: Final = 1024 * 1024
OPEN_PREFIX: Final = "/health/"  # on a port that only the pod and the machine reach
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")

log = logging.getLogger(__name__)


class Entrance:
    """The outermost of our own middleware; bare ASGI, since Starlette's base class costs a task a request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request in, or answer why not."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # no service has web sockets, so no one checks who opens one
            await send({"type": "websocket.close", "code": 1008})
            return
        visit = _Visit(scope, receive, send)
        before = logs.request_id.set(visit.id)
        try:
            await self._serve(visit)
        finally:
            visit.log()
            logs.request_id.reset(before)

    async def _serve(self, visit: "_Visit") -> None:
        try:
            if not visit.scope["path"].startswith(OPEN_PREFIX):
                await current_caller(visit.request)
            visit.check_length()
            await self.app(visit.scope, visit.receive, visit.send)
        except Problem as problem:
            await visit.refuse(problem)
        except ClientDisconnect:
            log.info("the caller went away")
        except Exception:  # the border: nothing of it may reach the caller, all of it but its text goes to the log
            log.exception("request failed")
            await visit.refuse(InternalError())


class _Visit:
    """One request and its answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.headers = Headers(scope=scope)
        given = self.headers.get("x-request-id", "")
        self.id = given if _REQUEST_ID.fullmatch(given) else str(new_id())
        scope["ihala.request_id"] = self.id
        self.request = Request(scope)
        self.status: int | None = None
        self._receive = receive
        self._send = send
        self._read = 0
        self._began = time.perf_counter()

    def check_length(self) -> None:
        """Raise BodyTooLarge (413) before anything is read, when the caller says that it is."""
        said = self.headers.get("content-length", "0")
        if said.isdecimal() and int(said[:20]) > LARGEST_BODY:
            raise BodyTooLarge(headers={"Connection": "close"})

    async def receive(self) -> Message:
        """Pass on a part of the body. Raises HTTPException (413), which FastAPI lets through, when it becomes too much."""
        message = await self._receive()
        self._read += len(message.get("body", b""))
        if self._read > LARGEST_BODY:
            raise HTTPException(413, headers={"Connection": "close"})
        return message

    async def send(self, message: Message) -> None:
        """Pass on a part of the answer, with the headers that every answer has."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self.id
            headers.setdefault("Cache-Control", "no-store")
            headers.setdefault("X-Content-Type-Options", "nosniff")
        await self._send(message)

    async def refuse(self, problem: Problem) -> None:
        """Answer with a problem document; when an answer has already begun, leave it cut off."""
        if self.status is None:
            await answer(self.request, problem)(self.scope, self._receive, self.send)

    def log(self) -> None:
        """Write one line, with the route's template instead of the address, whose ids are somebody's."""
        if self.scope["path"].startswith(OPEN_PREFIX):
            return
        caller = self.scope.get("ihala.caller")
        log.info(
            "request",
            extra={
                "method": self.scope["method"],
                "route": getattr(self.scope.get("route"), "path", None),
                "status": self.status,
                "ms": round((time.perf_counter() - self._began) * 1000, 1),
                "client_id": caller.client_id if caller else None,
            },
        )
