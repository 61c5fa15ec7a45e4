"""Answers at the addresses of documents, and of pages for readers.

A page is made when it is first asked for, beside the loop, and kept compressed.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from functools import cached_property

from ihala_contracts import documents
from ihala_kit.problems import NotFound
from ihala_kit.words import Language, language_of
from starlette.requests import Request
from starlette.responses import Response

from ihala_gateway.documents.contracts import SUFFIX, Documents
from ihala_gateway.documents.events import topics
from ihala_gateway.documents.kept import Kept
from ihala_gateway.documents.pages import NAMES, page, word
from ihala_gateway.documents.problem_pages import Call, ProblemType, calls_by_slug, list_page, problem_page, problem_types, slug_of
from ihala_gateway.documents.reference import Reference, reference

EVENTS = "events"
HOME = b"/"
PREFIXES = (b"/openapi", b"/asyncapi", b"/schemas/", b"/docs", b"/problems")  # with HOME, all that is answered here
Handler = Callable[[Request], Awaitable[Response]]


class Desk:
    """All of it is public and the same for everybody."""

    def __init__(self, contracts: Documents) -> None:
        self._contracts = contracts
        self._made: dict[tuple[str, ...], Kept] = {}
        self._making = asyncio.Lock()

    def handlers(self) -> dict[tuple[str, str], Handler]:
        """Return what is answered, by method and path."""
        contracts = self._contracts
        return {
            ("GET", "/openapi"): contracts.list,
            ("GET", "/openapi/{document}"): contracts.openapi,
            ("GET", "/asyncapi.yaml"): contracts.asyncapi,
            ("GET", "/asyncapi/v1.yaml"): contracts.asyncapi,
            ("GET", "/asyncapi/v1.json"): contracts.asyncapi_json,
            ("GET", "/schemas/{name}"): contracts.schema,
            ("GET", "/"): self._home,
            ("GET", "/docs"): self._index,
            ("GET", "/docs/{service}"): self._service,
            ("GET", "/problems"): self._problems,
            ("GET", "/problems/{slug}"): self._problem,
        }

    async def _home(self, request: Request) -> Response:
        language = _language(request)
        return await self._page(request, ("home", language), lambda: page("home", language, word("ihala", language)))

    async def _index(self, request: Request) -> Response:
        return await self._page(request, ("docs",), self._make_index)

    async def _service(self, request: Request) -> Response:
        name = _last(request)
        if name == EVENTS:
            return await self._page(request, ("docs", name), _events)
        if name not in self._contracts.services:
            raise NotFound
        return await self._page(request, ("docs", name), lambda: self._make_service(name))

    async def _problems(self, request: Request) -> Response:
        language = _language(request)
        return await self._page(request, ("problems", language), lambda: list_page(self._types.values(), language))

    async def _problem(self, request: Request) -> Response:
        slug, language = slug_of(_last(request)), _language(request)
        problem = self._types.get(slug)
        if problem is None:
            raise NotFound
        return await self._page(request, ("problem", slug, language), lambda: problem_page(problem, self._calls.get(slug, ()), language))

    async def _page(self, request: Request, key: tuple[str, ...], make: Callable[[], Kept]) -> Response:
        if key not in self._made:
            async with self._making:
                if key not in self._made:
                    self._made[key] = await asyncio.to_thread(make)
        return self._made[key].answer(request)

    @cached_property
    def _types(self) -> dict[str, ProblemType]:
        return problem_types(documents.problems())

    @cached_property
    def _calls(self) -> dict[str, list[Call]]:
        return calls_by_slug(self._reference(name) for name in self._contracts.services)

    def _reference(self, service: str) -> Reference:
        name = f"{service}{SUFFIX}"
        return reference(service, json.loads(self._contracts.text(name)), f"/openapi/{name}")

    def _make_index(self) -> Kept:
        found = [self._reference(name) for name in self._contracts.services]
        return page("index", "en", word("calls", "en"), references=found, events_version=documents.asyncapi()["info"]["version"])

    def _make_service(self, name: str) -> Kept:
        found = self._reference(name)
        return page("service", "en", found.title, reference=found)


def _events() -> Kept:
    document = documents.asyncapi()
    return page("events", "en", word("events", "en"), topics=topics(document), about=document["info"]["description"])


def _language(request: Request) -> Language:
    """Return the language that a link of ours names, or else the browser's."""
    asked = request.query_params.get("lang")
    return next((known for known in NAMES if known == asked), None) or language_of(request.headers.get("accept-language"))


def _last(request: Request) -> str:
    return request.url.path.rpartition("/")[2]
