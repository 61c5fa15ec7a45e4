"""The gateway's own addresses: health, and what other rooms answer. All public; each speaks for itself."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

from ihala_kit.health import Health
from ihala_kit.problems import MethodNotAllowed, NotFound
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ihala_gateway.edge.body import Body, given
from ihala_gateway.edge.routes import Route, RouteTable, allowed
from ihala_gateway.edge.visit import Visit

LARGEST_BODY = 64 * 1024
READY_KEPT_SECONDS = 1.0  # anybody may ask, and each look is a transaction
Handler = Callable[[Request], Awaitable[Response]]


class OwnAddresses:
    """Answers what is not for a service."""

    def __init__(self, health: Health, more: Mapping[tuple[str, str], Handler]) -> None:
        """`more` is what other rooms answer, by method and path."""
        self._health = health
        self._looking = asyncio.Lock()
        self._results: dict[str, str] = {}
        self._looked_at = float("-inf")  # monotonic seconds
        self._handlers: dict[tuple[str, str], Handler] = {
            ("GET", "/health/live"): self._live,
            ("GET", "/health/ready"): self._ready,
            **more,
        }
        self._table = RouteTable(Route("gateway", method, path, frozenset(), public=True) for method, path in self._handlers)

    async def answer(self, visit: Visit) -> None:
        """Answer a request. Raises Problem: NotFound (404), MethodNotAllowed (405), and what Body and handlers raise."""
        routes = self._table.find(visit.path)
        method = str(visit.scope["method"])
        route = routes.get(method) or (routes.get("GET") if method == "HEAD" else None)
        if route is None:
            raise MethodNotAllowed(headers={"Allow": allowed(routes)}) if routes else NotFound()
        visit.route = route.template
        content = await Body(visit.fields, visit.receive, LARGEST_BODY).whole()
        response = await self._handlers[route.method, route.template](Request(visit.scope, given(content, visit.receive)))
        _note_who(visit)
        await response(visit.scope, visit.receive, visit.send)

    async def _live(self, _: Request) -> Response:
        return JSONResponse({"status": "live"})

    async def _ready(self, _: Request) -> Response:
        async with self._looking:
            if time.monotonic() - self._looked_at >= READY_KEPT_SECONDS:
                self._results = await self._health.results()
                self._looked_at = time.monotonic()
            results = self._results
        well = all(result == "ok" for result in results.values())
        return JSONResponse({"status": "ready" if well else "not-ready", "checks": results}, 200 if well else 503)


def _note_who(visit: Visit) -> None:
    """Take over for the log which client proved itself, and which person; of her organisation where no client comes in between."""
    visit.client_id, visit.organization_id = visit.scope.get("ihala.client", (None, None))
    visit.account_id, organization_id = visit.scope.get("ihala.account", (None, None))
    visit.organization_id = visit.organization_id or organization_id
