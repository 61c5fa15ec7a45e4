"""No body of any service takes `true` for one, a text for a number, or a number or a word for a yes: pydantic would."""

from collections.abc import Iterator

import pytest
from ihala_kit.http import create_app
from ihala_kit.shelves import routes_of
from pydantic import BaseModel, ValidationError

from tests.boundaries.houses import HOUSES, service
from tests.boundaries.test_instants import fields, parts

WRONG = {int: (True, "5", "1"), float: (True, "5", "1"), bool: (1, "true", "on")}


def models(name: str) -> set[type[BaseModel]]:
    """Return all models of the bodies that a service's routes take, but for those that are queries too (HSDS): there all is text."""
    bodies, queries = set[type[BaseModel]](), set[type[BaseModel]]()
    for route in (route for included in create_app(service(name)).routes for route in routes_of(included)):
        dependant = getattr(route, "dependant", None)
        for taken, seen in ((dependant.body_params, bodies), (dependant.query_params, queries)) if dependant is not None else ():
            for kind in (each for one in taken for each in parts(one.field_info.annotation)):
                if isinstance(kind, type) and issubclass(kind, BaseModel):
                    list(fields(kind, seen))
    return bodies - queries


def guessed(model: type[BaseModel]) -> Iterator[str]:
    """Yield what a model takes for a number, or for a yes or no, though it is none."""
    for name, info in model.model_fields.items():
        kinds = {one for one in parts(info.annotation) if isinstance(one, type)}
        if kinds & {str, object}:
            continue  # a text is one of the things that it may be
        for wrong in {wrong for kind in kinds & WRONG.keys() for wrong in WRONG[kind] if type(wrong) not in kinds}:
            sent = [wrong] if list in kinds else wrong
            try:
                model.model_validate({info.alias or name: sent})
            except ValidationError as refused:
                if any(one["loc"][:1] == (info.alias or name,) for one in refused.errors()):
                    continue
            yield f"{model.__name__}.{name}: {wrong!r}"


@pytest.mark.parametrize("name", HOUSES)
def test_numbers_and_answers_are_never_guessed(name: str) -> None:
    found = models(name)
    assert found, "each service takes some body"
    assert sorted(one for model in found for one in guessed(model)) == []
