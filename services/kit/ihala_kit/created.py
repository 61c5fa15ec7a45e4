"""Where what a request made, or began, can be read (RFC 9110, 15.3.2 and 15.3.3).

It is the address of its list with one part more, if a route answers there.
"""

import re
from collections.abc import Collection, Iterable

from fastapi import Request
from pydantic import BaseModel

from ihala_kit.shelves import routes_of

MADE = (201, 202)
_ONE_OF = re.compile(r"(.+)/\{(\w+)\}")


def one_by(paths: Iterable[str]) -> dict[str, str]:
    """Return by the path of each list the parameter that one of its things is read by, among the paths that are read."""
    return {found[1]: found[2] for path in paths if (found := _ONE_OF.fullmatch(path))}


def named(parameter: str, fields: Collection[str]) -> str | None:
    """Return the field of an answer that names what was made: the parameter's own, or `id`."""
    return next((name for name in (parameter, "id") if name in fields), None)


def address(request: Request, answer: BaseModel) -> str | None:
    """Return where what the answer tells of can be read from outside; None where it cannot."""
    parameter = _one_by(request).get(request.scope["route"].path)
    field = named(parameter, type(answer).model_fields) if parameter else None
    return f"{request.app.state.prefix}{request.url.path}/{getattr(answer, field)}" if field else None


def _one_by(request: Request) -> dict[str, str]:
    state = request.app.state
    if not hasattr(state, "one_by"):
        routes = (route for included in request.app.routes for route in routes_of(included))
        state.one_by = one_by(route.path for route in routes if "GET" in (route.methods or ()))
    found: dict[str, str] = state.one_by
    return found
