"""Checks resources against FHIR R4's published JSON Schema, and against what only its definitions say: cardinality, required codes."""

import json
import lzma
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft6Validator

_HERE = Path(__file__).parent


@cache
def _stored(name: str) -> Any:
    return json.loads(lzma.decompress((_HERE / f"{name}.json.xz").read_bytes()))


@cache
def _schema() -> dict[str, Any]:
    """Return the schema, but that a resource within another may be any: each is judged as what it says it is, not as one of all 146."""
    schema: dict[str, Any] = _stored("fhir.schema")
    return {"definitions": schema["definitions"] | {"ResourceList": {"type": "object", "required": ["resourceType"]}}}


@cache
def _validator(kind: str) -> Draft6Validator:
    """Return the schema's validator of one resource type."""
    return Draft6Validator({"$ref": f"#/definitions/{kind}", **_schema()})


@cache
def _children() -> dict[str, dict[str, Any]]:
    """Return the elements directly below each path, by name."""
    found: dict[str, dict[str, Any]] = {}
    for path, element in _stored("definitions").items():
        above, _, name = path.rpartition(".")
        found.setdefault(above, {})[name] = element
    return found


def faults(resource: Any) -> list[str]:
    """Return what is wrong with a resource, and with those it holds."""
    kind = resource["resourceType"]
    found = [f"{kind}{error.json_path[1:]}: {error.message[:160]}" for error in _validator(kind).iter_errors(resource)]
    found += [*_by_definition(kind, kind, resource), *_empty(kind, resource)]
    for held in _held(resource):
        found += faults(held)
    return found


def _held(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the resources directly within a resource: an entry's, a response's outcome, what is contained."""
    for one in value.values() if isinstance(value, dict) else value:
        if isinstance(one, dict) and "resourceType" in one:
            yield one
        elif isinstance(one, dict | list):
            yield from _held(one)


def _by_definition(path: str, shown: str, value: dict[str, Any]) -> Iterator[str]:
    for name, element in _children().get(path, {}).items():
        key = _present(name, value) or name
        held = value.get(key)
        many = held if isinstance(held, list) else [] if held is None else [held]
        if len(many) < element["min"]:
            yield f"{shown}.{name}: missing"
        if element["max"] == "1" and isinstance(held, list):
            yield f"{shown}.{name}: a list"
        for one in many:
            if "codes" in element and one not in element["codes"]:
                yield f"{shown}.{name}: {one} is no code of its required binding"
            if isinstance(one, str) and element["types"] and element["types"][0][0].isupper():
                yield f"{shown}.{name}: no {element['types'][0]}"  # the schema lets a text stand for anything
            if isinstance(one, dict):
                yield from _by_definition(_below(path, name, key, element), f"{shown}.{key}", one)


def _present(name: str, value: dict[str, Any]) -> str | None:
    """Return the name under which a value of several possible types stands."""
    stem = name.removesuffix("[x]")
    return stem if stem == name else next((key for key in value if key.startswith(stem) and key != stem), None)


def _below(path: str, name: str, key: str, element: dict[str, Any]) -> str:
    if "ref" in element:
        return str(element["ref"])
    own = f"{path}.{name}"
    if own in _children():
        return own
    return key.removeprefix(name.removesuffix("[x]")) if name.endswith("[x]") else next(iter(element["types"]), "")


def _empty(path: str, value: Any) -> Iterator[str]:
    """Yield what is null or holds nothing, which FHIR's JSON forbids."""
    if value is None or value in ("", [], {}):
        yield f"{path}: empty"
    elif isinstance(value, dict):
        for name, held in value.items():
            yield from _empty(f"{path}.{name}", held)
    elif isinstance(value, list):
        for number, held in enumerate(value):
            yield from _empty(f"{path}[{number}]", held)
