"""Which routes give an ETag, and which look at If-None-Match: read from their own code, so that the document says what they do."""

import inspect
from collections.abc import Iterable, Iterator
from types import CodeType, FunctionType
from typing import Any, get_args

from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.responses import Response

from ihala_kit.etag import set_etag

GIVEN, ASKED = "ETag", "if-none-match"  # as they stand in the code


def tagged(routes: Iterable[APIRoute]) -> dict[tuple[str, str], frozenset[str]]:
    """Return by path and method which of the two a route writes or reads; only of those that do."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for route in routes:
        if words := _words_of(route.endpoint):
            found |= {(route.path, method.lower()): words for method in route.methods or ()}
    return found


def _words_of(endpoint: Any) -> frozenset[str]:
    seen: set[FunctionType] = set()
    package, given = endpoint.__module__.partition(".")[0], _given(endpoint)
    for each in (endpoint, *(method for kind in given for _, method in inspect.getmembers(kind, inspect.isfunction))):
        _reach(each, package, seen)
    answers = {part for kind in given for part in (kind, *getattr(kind, "__annotations__", {}).values())}
    if Response not in answers:
        seen.discard(set_etag)  # named on the way, for routes that have an answer to write it on
    return frozenset(_constants(seen))


def _given(endpoint: Any) -> list[type]:
    """Return the classes of what a route is given: the answer, and those of its service that hold more than data."""
    package = endpoint.__module__.partition(".")[0]
    kinds = [next(iter(get_args(each.annotation)), each.annotation) for each in inspect.signature(endpoint).parameters.values()]
    ours = [each for each in kinds if inspect.isclass(each) and (each is Response or each.__module__.startswith(f"{package}."))]
    return [each for each in ours if not issubclass(each, BaseModel)]


def _reach(named: Any, package: str, seen: set[FunctionType]) -> None:
    plain = inspect.unwrap(named) if callable(named) else None
    if not isinstance(plain, FunctionType) or plain in seen:
        return
    if plain is set_etag or plain.__module__.startswith(f"{package}."):
        seen.add(plain)
        for name in {name for code in _codes(plain.__code__) for name in code.co_names}:
            _reach(plain.__globals__.get(name), package, seen)


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Yield a function's code and that of the functions in it."""
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _codes(each)


def _constants(functions: Iterable[FunctionType]) -> set[str]:
    held = [each for function in functions for code in _codes(function.__code__) for each in code.co_consts]
    keys = [key for each in held if isinstance(each, tuple) for key in each]  # of a dict as it is written
    return {GIVEN, ASKED} & {each for each in (*held, *keys) if isinstance(each, str)}
