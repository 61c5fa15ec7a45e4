"""The committed documents equal the code; a released event keeps what it has; every example is readable."""

import json
import re
from functools import cache, reduce
from pathlib import Path
from typing import Any

import pytest
from ihala_contracts import envelope, examples
from ihala_contracts.catalogue import BY_TYPE, MODULES
from ihala_contracts.envelope import Event, schema_name
from ihala_contracts.generate import documents
from jsonschema import Draft202012Validator

schema_of, example_of = cache(envelope.schema_of), cache(examples.example_of)  # nobody here changes what they give
CONTRACTS = Path(__file__).parents[2] / "contracts"
MODELS = list(BY_TYPE.values())
DOCUMENTS = documents()
MESSAGES: dict[str, Any] = json.loads(DOCUMENTS["asyncapi.json"])["components"]["messages"]
ROOT = {"components": {"messages": MESSAGES}}  # where schemas find their parts
PERSONAL = {"name", "call_name", "phone_number", "number", "birth_on", "birth_year", "address_line", "story", "note", "father_name"}


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_committed_document_equals_the_generated_one(name: str) -> None:
    assert (CONTRACTS / name).read_text("utf-8") == DOCUMENTS[name], "run `make contracts`"


def test_no_document_is_left_over() -> None:
    assert {f"schemas/{path.name}" for path in (CONTRACTS / "schemas").glob("*.json")} | {"asyncapi.json"} == set(DOCUMENTS)


@pytest.mark.parametrize("model", MODELS, ids=schema_name)
def test_example_fits_schema_and_model(model: type[Event]) -> None:
    example = example_of(model)
    Draft202012Validator(schema_of(model)).validate(example)
    assert json.loads(model.model_validate(example).model_dump_json())["type"] == example["type"]


@pytest.mark.parametrize("name", [name for name, message in MESSAGES.items() if "x-part" in message])
def test_what_integrators_receive_has_an_example_that_fits(name: str) -> None:
    message = MESSAGES[name]
    schema = message["payload"]["schema"]
    for example in message["examples"]:
        Draft202012Validator(schema | ROOT).validate(example["payload"])
    assert message["x-event"] in MESSAGES and set(schema["required"]) <= set(schema["properties"])


def test_every_reference_of_the_document_leads_somewhere_from_its_root() -> None:
    document = json.loads(DOCUMENTS["asyncapi.json"])
    found = set(re.findall(r'"\$ref": "([^"]+)"', DOCUMENTS["asyncapi.json"]))
    assert any("/$defs/" in reference for reference in found)
    for reference in found:
        assert reduce(lambda part, step: part[step], reference.removeprefix("#/").split("/"), document), reference


def test_every_way_of_integrators_leads_to_messages() -> None:
    document = json.loads(DOCUMENTS["asyncapi.json"])
    for name in ("own-topic", "feed", "webhook"):
        references = [one["$ref"].removeprefix("#/components/messages/") for one in document["channels"][name]["messages"].values()]
        assert references and set(references) <= set(MESSAGES) and f"follow-{name}" in document["operations"]
    own = {name for name, message in MESSAGES.items() if "x-part" in message}
    assert set(document["channels"]["own-topic"]["messages"]) == own


@pytest.mark.parametrize("model", MODELS, ids=schema_name)
def test_reader_lives_with_an_added_field(model: type[Event]) -> None:
    assert model.model_validate({**example_of(model), "added_later": 1}).key is not None


@pytest.mark.parametrize("model", MODELS, ids=schema_name)
def test_no_field_is_named_like_something_personal(model: type[Event]) -> None:
    assert not PERSONAL & set(_names(schema_of(model)))


@pytest.mark.parametrize("model", MODELS, ids=schema_name)
def test_event_has_a_key_of_its_own(model: type[Event]) -> None:
    assert model.model_fields[model.key_field].is_required()
    assert (model.__doc__ or "").strip()


def test_each_event_stands_in_the_catalogue_of_its_topic() -> None:
    for module in MODULES.values():
        declared = {model for model in _heirs(Event) if "type" in model.model_fields and _is_in(model, module)}
        assert declared == set(module.EVENTS)


def _heirs(model: type[Event]) -> set[type[Event]]:
    return {heir for child in model.__subclasses__() for heir in (child, *_heirs(child))}


def _is_in(model: type[Event], module: Any) -> bool:
    return f"{model.__module__}.".startswith(f"{module.__name__}.")


def _names(schema: Any) -> list[str]:
    if isinstance(schema, dict):
        own = list(schema.get("properties", {}))
        return own + [name for part in schema.values() for name in _names(part)]
    if isinstance(schema, list):
        return [name for part in schema for name in _names(part)]
    return []
