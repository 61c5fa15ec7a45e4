"""What is wrong with a field has a code of ours, and words for people: no validator that a request reaches raises a bare ValueError,
whose code is `value_error` whatever is wrong and whose words pydantic writes in English.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any, get_args

import pytest
from ihala_kit.http import create_app
from ihala_kit.service import Service
from ihala_kit.shelves import routes_of
from pydantic import AfterValidator, BaseModel, BeforeValidator, PlainValidator, WrapValidator

from tests.boundaries.houses import HOUSES, service

_VALIDATORS = (AfterValidator, BeforeValidator, PlainValidator, WrapValidator)


def kinds(kind: Any, seen: set[Any]) -> Iterator[Any]:
    """Yield a type, what is told of it in Annotated, and all that is in it: of unions, lists and models."""
    yield kind
    for each in (*get_args(kind), *getattr(kind, "__metadata__", ())):
        yield from kinds(each, seen)
    if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in seen:
        seen.add(kind)
        for info in kind.model_fields.values():
            for each in (info.annotation, *info.metadata):
                yield from kinds(each, seen)


def validators(made: Service) -> Iterator[Callable[..., Any]]:
    """Yield every function of ours that looks at what a request of the service brings."""
    seen = set[Any]()
    for route in (route for included in create_app(made).routes for route in routes_of(included)):
        dependant = getattr(route, "dependant", None)
        for one in [*dependant.query_params, *dependant.path_params, *dependant.body_params] if dependant is not None else []:
            for kind in kinds(one.field_info.annotation, seen):
                if isinstance(kind, _VALIDATORS):
                    yield kind.func
            yield from (each.func for each in one.field_info.metadata if isinstance(each, _VALIDATORS))
    for model in seen:
        told = model.__pydantic_decorators__
        for decorator in (*told.field_validators.values(), *told.model_validators.values()):
            yield decorator.func


def ours(function: Any) -> FunctionType | None:
    """Return the plain function, if it is one of this project."""
    plain = inspect.unwrap(getattr(function, "__func__", function))
    return plain if isinstance(plain, FunctionType) and plain.__module__.startswith("ihala_") else None


def reached(function: Any, seen: set[FunctionType]) -> None:
    """Collect a function and all of ours that it names."""
    plain = ours(function)
    if plain is not None and plain not in seen:
        seen.add(plain)
        for name in plain.__code__.co_names:
            reached(plain.__globals__.get(name), seen)


def raised(function: FunctionType) -> Iterator[tuple[str, str]]:
    """Yield what a function may raise: the kind, and the code where it says one."""
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        if isinstance(node, ast.Assert):
            yield "AssertionError", ""
        call = node.exc if isinstance(node, ast.Raise) else None
        name = call.func if isinstance(call, ast.Call) else call
        if isinstance(name, ast.Name):
            first = call.args[0] if isinstance(call, ast.Call) and call.args else None
            yield name.id, first.value if isinstance(first, ast.Constant) else ""


@pytest.mark.parametrize("name", HOUSES)
def test_what_is_wrong_with_a_field_has_a_code_and_words(name: str) -> None:
    made = service(name)
    functions = set[FunctionType]()
    for function in validators(made):
        reached(function, functions)
    assert functions, "each service looks at something"
    found = {(f"{function.__module__}.{function.__qualname__}", *what) for function in functions for what in raised(function)}
    assert not {one for one in found if one[1] in ("ValueError", "AssertionError", "TypeError")}
    codes = {one[2] for one in found if one[1] == "PydanticCustomError" and one[2]}  # one that is not written there comes from a list
    assert codes <= made.all_field_words.keys()
