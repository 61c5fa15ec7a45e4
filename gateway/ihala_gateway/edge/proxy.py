"""The way to the services and back: bodies streamed in both directions, exactly the path that was decided on."""

import asyncio
import logging
from collections.abc import Mapping

from ihala_kit.problems import InternalError, Problem, ServiceUnavailable

from ihala_gateway.edge.authorize import Decision
from ihala_gateway.edge.body import Body, CallerGone, Send
from ihala_gateway.edge.breaker import Breaker
from ihala_gateway.edge.headers import back, onward
from ihala_gateway.edge.leaving import Leaving
from ihala_gateway.edge.routes import Route
from ihala_gateway.edge.service_connection import Failed, Gone, Request, ServiceConnection, Silent
from ihala_gateway.edge.service_pool import ServicePool
from ihala_gateway.edge.visit import Visit
from ihala_gateway.errors import ServiceTimeout
from ihala_gateway.oauth.internal_tokens import InternalTokens

log = logging.getLogger(__name__)

LOOK_EVERY_SECONDS = 0.1  # at all that is under way: which service is silent, which caller is gone, which connection is idle
TRY_AGAIN_SECONDS = 0.1
_REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS"})  # without a body, so that nothing of a request was read and is gone
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
RETRY_AFTER_SECONDS = 2


class AnswerBroken(Exception):
    """The service's answer ended in its middle; the caller's connection must end too, or half an answer would look whole."""


class Proxy:
    """Passes requests on. `start` before the first, `stop` after the last."""

    def __init__(self, upstreams: Mapping[str, str], tokens: InternalTokens, largest_body: int, silence_seconds: float) -> None:
        self._tokens = tokens
        self._largest_body = largest_body
        self._silence_seconds = silence_seconds
        self._breakers = {service: Breaker() for service in upstreams}
        self._pools = {service: ServicePool(base) for service, base in upstreams.items()}
        self._leaving: set[Leaving] = set()
        self._looking: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to look at what is under way once in a while: one clock for all, not some for each request."""
        loop = asyncio.get_running_loop()
        for pool in self._pools.values():
            pool.look(loop.time())
        for leaving in self._leaving:
            leaving.look()
        self._looking = loop.call_later(LOOK_EVERY_SECONDS, self.start)

    def stop(self) -> None:
        """Close them."""
        if self._looking is not None:
            self._looking.cancel()
        for pool in self._pools.values():
            pool.close()

    @property
    def under_way(self) -> int:
        """Return how many requests are at services now."""
        return sum(len(pool.busy) for pool in self._pools.values())

    async def forward(self, visit: Visit, decision: Decision, route: Route) -> None:
        """Pass an allowed request on and its answer back.

        Raises Problem when there is no answer to pass back (413, 408, 503, 504), CallerGone, and AnswerBroken.
        """
        self._breakers[route.service].ask()
        largest = route.terms.largest_body
        body = Body(visit.fields, visit.receive, self._largest_body if largest is None else largest)
        leaving = Leaving(visit, body)
        self._leaving.add(leaving)
        try:
            await self._exchange(visit, decision, route, body)
        except asyncio.CancelledError:
            if not leaving.gone:
                raise
            raise CallerGone from None
        finally:
            leaving.end()
            self._leaving.discard(leaving)

    async def _exchange(self, visit: Visit, decision: Decision, route: Route, body: Body) -> None:
        """Do one request to the service, streaming."""
        pool, breaker = self._pools[route.service], self._breakers[route.service]
        request = await self._request(visit, decision, route, body, pool)
        try:
            connection = await self._asked(pool, breaker, request)
            try:
                breaker.worked()
                if connection.status == 401:
                    self._tokens.forget(decision.grant)  # the service knows of a suspension that is over, or no longer of the key
                await visit.send({"type": "http.response.start", "status": connection.status, "headers": back(connection.headers)})
                if visit.scope["method"] == "HEAD":
                    await visit.send({"type": "http.response.body", "body": b""})  # the service was asked as by GET
                else:
                    await _pipe(connection, visit.send)
            finally:
                pool.give_back(connection)
        except Failed as error:
            details = {"upstream": route.service, "error": f"{type(error).__name__}: {error}", "answer_begun": visit.status is not None}
            log.warning("a service does not answer", extra=details)
            if visit.status is not None:
                raise AnswerBroken from None
            breaker.failed()
            raise _problem_of(error) from None

    async def _asked(self, pool: ServicePool, breaker: Breaker, request: Request) -> ServiceConnection:
        """Send a request and return its connection as soon as the answer begins.

        One that only reads is sent once more a moment later where nobody listened, or where a connection was closed before an answer:
        a service that is just being restarted. One that changes something never is, since it may have been done.
        """
        try:
            return await pool.asked(request)
        except Gone:
            if request.body or request.method not in _REPEATABLE or breaker.failures:
                raise
        await asyncio.sleep(TRY_AGAIN_SECONDS)
        return await pool.asked(request)

    async def _request(self, visit: Visit, decision: Decision, route: Route, body: Body, pool: ServicePool) -> Request:
        """Return what the service is asked: the path's own bytes without what is only for the outside, and the query's own bytes.

        Raises what opening the body does, and InternalError (500).
        """
        data = await body.opened()
        chunked = data is not None and not isinstance(data, bytes) and body.declared is None
        framing = []
        if chunked:
            framing = [(b"transfer-encoding", b"chunked")]
        elif data is not None or route.method in _WITH_BODY:
            framing = [(b"content-length", body.declared or b"%d" % len(data if isinstance(data, bytes) else b""))]
        target = pool.prefix + decision.path[route.in_front :] + (b"?" + visit.query if visit.query else b"")
        head = _head(route.method, target, [(b"host", pool.host), *framing, *self._headers(visit, decision, route)])
        silence = route.terms.silence_seconds
        return Request(route.method, head, data or b"", chunked, self._silence_seconds if silence is None else silence)

    def _headers(self, visit: Visit, decision: Decision, route: Route) -> list[tuple[bytes, bytes]]:
        return [
            *onward(visit.headers),
            (b"x-request-id", visit.request_id.encode("ascii")),
            (b"traceparent", visit.traceparent.encode("ascii")),
            (b"authorization", self._tokens.header(route.service, decision.grant, decision.officer)),
        ]


def _head(method: str, target: bytes, headers: list[tuple[bytes, bytes]]) -> bytes:
    """Return a request's head. Raises InternalError (500) when something of it would be a line of its own: our parser lets none through."""
    lines = [b" ".join((method.encode("ascii"), target, b"HTTP/1.1")), *map(b": ".join, headers), b"", b""]
    head = b"\r\n".join(lines)
    if not head.count(b"\n") == head.count(b"\r") == len(lines) - 1 or head.count(b"\0"):
        raise InternalError
    return head


async def _pipe(connection: ServiceConnection, send: Send) -> None:
    """Pass each piece on as it comes; the last one closes the answer, so that a short answer is one write."""
    more = True
    while more:
        piece = await connection.piece()
        more = not connection.whole
        await send({"type": "http.response.body", "body": piece, "more_body": more})


def _problem_of(error: Failed) -> Problem:
    """Tell a service that took the request and is silent (504) from one that is not there or broke off (503)."""
    return ServiceTimeout() if isinstance(error, Silent) else ServiceUnavailable(retry_after_s=RETRY_AFTER_SECONDS)
