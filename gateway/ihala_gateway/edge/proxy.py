"""The way to the services and back: HTTP by aiohttp, bodies streamed in both directions, exactly the path that was decided on."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from functools import partial

import aiohttp
from ihala_kit.problems import Problem, ServiceUnavailable
from yarl import URL

from ihala_gateway.edge.authorize import Decision
from ihala_gateway.edge.body import Body, CallerGone, Send
from ihala_gateway.edge.breaker import Breaker
from ihala_gateway.edge.headers import back, onward
from ihala_gateway.edge.leaving import Leaving
from ihala_gateway.edge.routes import Route
from ihala_gateway.edge.visit import Visit
from ihala_gateway.errors import ServiceTimeout
from ihala_gateway.oauth.internal_tokens import InternalTokens

log = logging.getLogger(__name__)

CONNECT_SECONDS = 3.0
KEPT_OPEN_SECONDS = 4.0  # below the 5 seconds after which uvicorn closes an idle connection: or a request meets a closing one
MOST_CONNECTIONS = 1000
TRY_AGAIN_SECONDS = 0.1
_REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS"})  # without a body, so that nothing of a request was read and is gone
RETRY_AFTER_SECONDS = 2


class AnswerBroken(Exception):
    """The service's answer ended in its middle; the caller's connection must end too, or half an answer would look whole."""


class Proxy:
    """Passes requests on. `start` before the first, `stop` after the last."""

    def __init__(self, upstreams: Mapping[str, str], tokens: InternalTokens, largest_body: int, silence_seconds: float) -> None:
        self._bases = {service: base.rstrip("/") for service, base in upstreams.items()}
        self._tokens = tokens
        self._largest_body = largest_body
        self._breakers = {service: Breaker() for service in upstreams}
        self._timeouts = _Timeouts(silence_seconds)
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Open the pool of connections."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=MOST_CONNECTIONS, keepalive_timeout=KEPT_OPEN_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
        )  # fmt: skip
        self._session._retry_connection = False  # else aiohttp sends PUT and DELETE twice by itself; it has no public switch

    async def stop(self) -> None:
        """Close it."""
        if self._session is not None:
            await self._session.close()

    async def forward(self, visit: Visit, decision: Decision, route: Route) -> None:
        """Pass an allowed request on and its answer back.

        Raises Problem when there is no answer to pass back (413, 408, 503, 504), CallerGone, and AnswerBroken.
        """
        self._breakers[route.service].ask()
        largest = route.terms.largest_body
        body = Body(visit.fields, visit.receive, self._largest_body if largest is None else largest)
        leaving = Leaving(visit, body)
        try:
            await self._exchange(visit, decision, route, body)
        except asyncio.CancelledError:
            if not leaving.gone:
                raise
            raise CallerGone from None
        finally:
            leaving.end()

    async def _exchange(self, visit: Visit, decision: Decision, route: Route, body: Body) -> None:
        """Do one request to the service, streaming."""
        url = URL(self._target(visit, decision, route), encoded=True)
        headers = self._headers(visit, decision, route, body)
        try:
            data = await body.opened()
            async with await self._answered(route, url, headers, data) as answer:
                self._breakers[route.service].worked()
                if answer.status == 401 and decision.grant is not None:
                    decision.grant.internal.clear()  # the service knows of a suspension that is over: the next call has a new token
                await visit.send({"type": "http.response.start", "status": answer.status, "headers": back(answer.raw_headers)})
                await _pipe(answer.content, visit.send)
        except (aiohttp.ClientError, TimeoutError) as error:
            if body.failure is None:
                details = {"upstream": route.service, "error": type(error).__name__, "answer_begun": visit.status is not None}
                log.warning("a service does not answer", extra=details)
                if visit.status is None:
                    self._breakers[route.service].failed()
            if visit.status is not None:
                raise AnswerBroken from None
            raise body.failure or _problem_of(error) from None

    async def _answered(
        self, route: Route, url: URL, headers: list[tuple[str, str]], data: bytes | AsyncIterator[bytes] | None
    ) -> aiohttp.ClientResponse:
        """Send a request and return the answer as soon as it begins.

        One that only reads is sent once more a moment later where nobody listened, or where a connection was closed before an answer:
        a service that is just being restarted. One that changes something never is, since it may have been done.
        """
        assert self._session is not None, "the proxy was not started"
        send = partial(
            self._session.request, route.method, url, headers=headers, data=data, allow_redirects=False,
            timeout=self._timeouts[route.terms.silence_seconds],
        )  # fmt: skip
        try:
            return await send()
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
            if data is not None or route.method not in _REPEATABLE or self._breakers[route.service].failures:
                raise
        await asyncio.sleep(TRY_AGAIN_SECONDS)
        return await send()

    def _target(self, visit: Visit, decision: Decision, route: Route) -> str:
        """Return the address at the service: the path's own bytes without what is only for the outside, and the query's own bytes."""
        path = decision.path[route.in_front :].decode("ascii")
        query = f"?{visit.query.decode('latin-1')}" if visit.query else ""
        return self._bases[route.service] + path + query

    def _headers(self, visit: Visit, decision: Decision, route: Route, body: Body) -> list[tuple[str, str]]:
        headers = onward(visit.headers)
        if body.declared is not None:
            headers.append(("Content-Length", body.declared.decode("ascii")))
        headers += [
            ("X-Request-Id", visit.request_id),
            ("traceparent", visit.traceparent),
            ("Authorization", self._tokens.header(route.service, decision.grant, decision.officer)),
        ]
        return headers


class _Timeouts(dict[float | None, aiohttp.ClientTimeout]):
    """By the longest pause that a route may make in its answer, in seconds; None: the usual one."""

    def __init__(self, usual_seconds: float) -> None:
        self._usual_seconds = usual_seconds

    def __missing__(self, seconds: float | None) -> aiohttp.ClientTimeout:
        longest = self._usual_seconds if seconds is None else seconds
        made = self[seconds] = aiohttp.ClientTimeout(
            total=None, connect=CONNECT_SECONDS + 1, sock_connect=CONNECT_SECONDS, sock_read=longest
        )
        return made


async def _pipe(content: aiohttp.StreamReader, send: Send) -> None:
    """Pass each piece on as it comes; the last one closes the answer, so that a short answer is one write."""
    more = True
    while more:
        piece = await content.readany()
        more = not content.at_eof()
        await send({"type": "http.response.body", "body": piece, "more_body": more})


def _problem_of(error: BaseException) -> Problem:
    """Tell a service that took the request and is silent (504) from one that is not there or broke off (503)."""
    silent = isinstance(error, aiohttp.SocketTimeoutError)
    return ServiceTimeout() if silent else ServiceUnavailable(retry_after_s=RETRY_AFTER_SECONDS)
