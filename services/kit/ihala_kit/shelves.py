"""Finding the route of a request. FastAPI holds a path against every route of every router, of which a service has a hundred and more; here
only routers are asked that have a path which begins as the request's does."""

from collections.abc import Iterable
from copy import copy

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Receive, Scope, Send

_BEGINS_WITH = 2  # words: /v1/needs


class Shelves:
    """Stands before an application's own router, when all routers are included. What begins like no route is left to the whole."""

    def __init__(self, whole: APIRouter) -> None:
        self.whole: ASGIApp = whole.app
        known = {beginning for one in whole.routes for beginning in _beginnings(one) if "{" not in beginning}
        self.shelves = {beginning: _shelf(whole, beginning) for beginning in known}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        shelf = self.shelves.get(_beginning(scope["path"])) if scope["type"] == "http" else None
        await (shelf or self.whole)(scope, receive, send)


def _shelf(whole: APIRouter, beginning: str) -> ASGIApp:
    """Return a router that knows, in their order, the routers which have such a path, or one that begins with a parameter."""
    shelf = copy(whole)
    shelf.routes = [one for one in whole.routes if any(other == beginning or "{" in other for other in _beginnings(one))]
    return shelf.app


def routes_of(included: object) -> Iterable[APIRoute]:
    """Return the routes of what was included, with their whole paths."""
    found: Iterable[APIRoute] = included.effective_route_contexts()  # type: ignore[attr-defined]
    return found


def _beginnings(included: object) -> set[str]:
    return {_beginning(route.path) for route in routes_of(included)}


def _beginning(path: str) -> str:
    return "/".join(path.split("/", _BEGINS_WITH + 1)[: _BEGINS_WITH + 1])
