"""A service's HTTP side: its routers under one FastAPI application, with refusals, limits, health and the OpenAPI document."""

import logging
import socket
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import asyncpg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from ihala_contracts import documents
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import Response

from ihala_kit import health as health_routes
from ihala_kit import unreadable
from ihala_kit.auth import Caller
from ihala_kit.db import Database
from ihala_kit.entrance import Entrance
from ihala_kit.health import Health
from ihala_kit.logs import kind_of
from ihala_kit.openapi import OwnWords, finish, own_words
from ihala_kit.problems import (
    BodyTooLarge,
    FieldError,
    MalformedRequest,
    MethodNotAllowed,
    NotFound,
    Problem,
    RequestRefused,
    ServiceUnavailable,
    Unauthenticated,
    answer,
)
from ihala_kit.service import Service
from ihala_kit.shelves import Shelves, routes_of
from ihala_kit.tagging import tagged
from ihala_kit.telemetry import FASTAPI
from ihala_kit.tokens import InternalTokens
from ihala_kit.vault import Vault

log = logging.getLogger(__name__)

MOST_FIELD_ERRORS = 50
# What PostgreSQL and the net can raise; those of _AWAY always mean that something is away for a moment.
_AWAY = (PoolTimeout, ConnectionError, TimeoutError, socket.gaierror, asyncpg.InterfaceError)
_OUTSIDE = (*_AWAY, DBAPIError, asyncpg.PostgresError)
_BY_STATUS: dict[int, type[Problem]] = {
    400: MalformedRequest,
    401: Unauthenticated,
    404: NotFound,
    405: MethodNotAllowed,
    413: BodyTooLarge,
    422: MalformedRequest,
}
# What pydantic says of the form itself; whatever else it says may repeat what was sent.
_BOUNDS = ("expected", "min_length", "max_length", "ge", "gt", "le", "lt")
# PostgreSQL's codes: a text that it cannot store, and what passes by itself.
_UNSTORABLE = {"22021", "22P05"}
_PASSING = {"40001", "40P01", "53300", "55P03", "57014", "57P01", "57P02", "57P03"}


class App(FastAPI):
    """FastAPI whose OpenAPI document says what our handlers answer."""

    def openapi(self) -> dict[str, Any]:
        """Return the finished document, made once."""
        if self.openapi_schema is None:
            routes = (route for included in self.routes for route in routes_of(included))
            self.openapi_schema = finish(super().openapi(), tagged(routes))
        return self.openapi_schema

    @cached_property
    def words(self) -> OwnWords:
        """The names that an answer may repeat, since they are ours."""
        return own_words(_committed(self.state.service.name) or self.openapi())


def create_app(service: Service, database: Database | None = None, health: Health | None = None) -> FastAPI:
    """Return the application of a service. Without a database only its document can be asked for.

    The routers' paths begin with /v1; outside, the gateway puts the service's name in front.
    """
    app = App(
        title=service.title,
        version=service.version,
        servers=[{"url": f"/{service.name}"}],
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=FASTAPI,
    )
    attach(app, service, database, health)
    for router in [health_routes.router, *service.routers]:
        app.include_router(router)
    app.router.middleware_stack = Shelves(app.router)
    _handle_refusals(app)
    app.add_middleware(Entrance)
    return app


def attach(app: FastAPI, service: Service, database: Database | None = None, health: Health | None = None) -> None:
    """Let an application work for this service, on this database: what a request finds in `app.state`."""
    app.state.service = service
    app.state.prefix = f"/{service.name}"
    app.state.tokens = InternalTokens(service.settings.issuer, service.name, service.refusals)
    app.state.vault = Vault.of(service.settings)
    app.state.health = health or Health()
    if database is not None:
        app.state.database = database
        app.state.health.add("database", lambda: _answers(database))


def _committed(service: str) -> dict[str, Any] | None:
    """Return the service's document as it was generated, if it was: to make it takes a second or two, in which nobody is answered."""
    try:
        return documents.openapi(service)
    except FileNotFoundError:
        return None


def openapi_document(service: Service) -> dict[str, Any]:
    """Return the service's OpenAPI 3.1 document."""
    return create_app(service).openapi()


def _handle_refusals(app: FastAPI) -> None:
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _framework)
    for kind in _OUTSIDE:
        app.add_exception_handler(kind, _outside)


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return answer(request, error)


async def _malformed(request: Request, error: Exception) -> Response:
    """Say where and by what code, never with what."""
    assert isinstance(error, RequestValidationError)
    return answer(request, malformed(request, error.errors()))


def malformed(request: Request, errors: Sequence[Mapping[str, Any]]) -> MalformedRequest:
    """Return the refusal of a body with pydantic's errors; their `loc` begins with "body", "query" …"""
    words: OwnWords = request.app.words
    return MalformedRequest(errors=[_field_error(words, item) for item in errors[:MOST_FIELD_ERRORS]])


async def _framework(request: Request, error: Exception) -> Response:
    """Give a refusal of the framework (no such address, no such method, body too large) its problem document."""
    assert isinstance(error, HTTPException)
    if error.status_code == 400 and (code := unreadable.fault_of(error.__cause__)) is not None:
        return answer(request, MalformedRequest(errors=[{"pointer": "#", "code": code}]))
    problem = _BY_STATUS.get(error.status_code, RequestRefused)(headers=error.headers)
    if isinstance(problem, RequestRefused):
        problem.status = error.status_code  # type: ignore[misc]
    return answer(request, problem)


async def _outside(request: Request, error: Exception) -> Response:
    """Tell a text that PostgreSQL cannot store (422) and a fault that passes (503) from a fault of ours, which goes on up."""
    state = getattr(getattr(error, "orig", error), "sqlstate", None) or ""
    if state in _UNSTORABLE:
        return answer(request, MalformedRequest(errors=[{"pointer": "#", "code": "character_not_storable"}]))
    lost = state.startswith("08") or (isinstance(error, DBAPIError) and error.connection_invalidated)
    if state in _PASSING or lost or isinstance(error, _AWAY):
        log.warning("a dependency did not answer", extra={"kind": kind_of(error), "sqlstate": state})
        return answer(request, ServiceUnavailable())
    raise error


def _field_error(words: OwnWords, item: Mapping[str, Any]) -> dict[str, str]:
    bounds = {name: item.get("ctx", {}).get(name) for name in _BOUNDS}
    expected = next((str(bound) for bound in bounds.values() if bound is not None), None)
    return FieldError(pointer=_pointer(words, item), code=str(item["type"]), expected=expected).model_dump(exclude_none=True)


def _pointer(words: OwnWords, item: Mapping[str, Any]) -> str:
    """Return the place of an error as FieldError describes it; it ends before the first name that is not ours."""
    source, *steps = item["loc"]
    shown: list[str] = ["#" if source == "body" else str(source)]
    for step in steps if item["type"] != "json_invalid" else []:
        if step in words.branches:
            continue
        if isinstance(step, str) and step not in words.names:
            break
        shown.append(str(step))
    return "/".join(shown)


async def _answers(database: Database) -> bool:
    async with database.transaction(Caller.system("health")):
        return True  # the transaction's own first statement was answered
