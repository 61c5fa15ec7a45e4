"""No route takes a number for a day or an instant: pydantic would count it as seconds since 1970."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, get_args

import pytest
from ihala_kit.http import create_app
from ihala_kit.instants import Instant, OnDay
from ihala_kit.shelves import routes_of
from pydantic import BaseModel, TypeAdapter, ValidationError

from tests.boundaries.houses import HOUSES, service


def parts(kind: Any) -> Iterator[Any]:
    """Yield a type and the types in it, through Annotated, unions and lists."""
    yield kind
    for each in get_args(kind):
        yield from parts(each)


def fields(model: type[BaseModel], seen: set[type[BaseModel]]) -> Iterator[tuple[str, Any]]:
    """Yield where each field of a body stands, and what it takes."""
    if model in seen:
        return
    seen.add(model)
    for name, info in model.model_fields.items():
        kind = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
        yield f"{model.__name__}.{name}", kind
        for each in parts(info.annotation):
            if isinstance(each, type) and issubclass(each, BaseModel):
                yield from fields(each, seen)


def asked(name: str) -> Iterator[tuple[str, Any]]:
    """Yield all parameters and fields that a service's routes take."""
    seen = set[type[BaseModel]]()
    for route in (route for included in create_app(service(name)).routes for route in routes_of(included)):
        dependant = getattr(route, "dependant", None)
        for one in [*dependant.query_params, *dependant.body_params] if dependant is not None else []:
            kind = one.field_info.annotation
            yield f"{route.path} {one.name}", Annotated[kind, *one.field_info.metadata] if one.field_info.metadata else kind
            for each in parts(kind):
                if isinstance(each, type) and issubclass(each, BaseModel):
                    yield from fields(each, seen)


@pytest.mark.parametrize("name", HOUSES)
def test_a_number_is_no_day_and_no_instant(name: str) -> None:
    found = {where: kind for where, kind in asked(name) if {date, datetime} & {one for one in parts(kind) if isinstance(one, type)}}
    assert found, "each service takes some day"
    taken = set()
    for where, kind in found.items():
        for number in (0, 20260101, "20260101"):
            try:
                TypeAdapter(kind).validate_python(number)
            except ValidationError:
                continue
            taken.add(where)
    assert not taken


def test_what_lies_outside_of_all_years_is_refused() -> None:
    assert TypeAdapter(OnDay).validate_python("2026-01-31") == date(2026, 1, 31)
    for text in ("0001-01-01T00:00:00+03:00", "9999-12-31T23:00:00-03:00"):
        with pytest.raises(ValidationError, match="years 1 to 9999"):
            TypeAdapter(Instant).validate_python(text)
