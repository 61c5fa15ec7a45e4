"""JSON Schemas as a reader wants them: a field a row, its kind in a few words, what it refers to as a link. Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]

_FORMATS = {"uuid": "UUID", "date-time": "time with zone", "date": "date", "uri": "address", "binary": "bytes", "email": "mail address"}
_BOUNDS = (
    ("minimum", "from {}"), ("exclusiveMinimum", "above {}"), ("maximum", "up to {}"), ("exclusiveMaximum", "below {}"),
    ("minLength", "at least {} signs"), ("maxLength", "at most {} signs"), ("minItems", "at least {}"), ("maxItems", "at most {}"),
    ("pattern", "like {}"),
)  # fmt: skip
_SHORT_DEFAULT = 40


@dataclass(frozen=True, slots=True)
class Kind:
    """What a value may be: words, and the names of the shapes that they refer to, in their order."""

    words: str
    shapes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an object, or one parameter."""

    name: str
    kind: Kind
    needed: bool
    about: str  # description, bounds, default


@dataclass(frozen=True, slots=True)
class Shape:
    """A named schema."""

    name: str
    about: str
    kind: Kind
    fields: tuple[Field, ...]


def shape(name: str, schema: Schema) -> Shape:
    """Return a named schema as a reader wants it."""
    return Shape(name, schema.get("description", ""), kind(schema), tuple(fields(schema)))


def fields(schema: Schema) -> Iterator[Field]:
    """Yield the fields of an object; none for anything else."""
    needed = schema.get("required", ())
    for name, part in schema.get("properties", {}).items():
        yield Field(name, kind(part), name in needed, about(part))


def about(schema: Schema) -> str:
    """Return what a schema says of itself, with its bounds and its default."""
    said = [schema["description"]] if schema.get("description") else []
    inner: Schema = next((one for one in schema.get("anyOf", ()) if one.get("type") != "null"), {}) if _may_be_null(schema) else {}
    for name, words in _BOUNDS:
        bound = schema.get(name, inner.get(name))
        if bound is not None:
            said.append(words.format(bound))
    default = json.dumps(schema["default"], ensure_ascii=False) if schema.get("default") is not None else ""
    if default and len(default) <= _SHORT_DEFAULT:
        said.append(f"default {default}")
    return "; ".join(part.rstrip(".") for part in said)


def kind(schema: Schema) -> Kind:
    """Return what a value of this schema is."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return Kind(name, (name,))
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return _either(schema[word])
    if "const" in schema:
        return Kind(json.dumps(schema["const"], ensure_ascii=False))
    if "enum" in schema:
        return Kind(" | ".join(json.dumps(one, ensure_ascii=False) for one in schema["enum"]))
    return _plain(schema)


def _plain(schema: Schema) -> Kind:
    found = schema.get("type", "anything")
    if found == "array":
        return _of("list of", kind(schema.get("items", {})))
    more = schema.get("additionalProperties")
    if found == "object" and "properties" not in schema and isinstance(more, Mapping):
        return _of("object by name of", kind(more))
    return Kind(_FORMATS.get(schema.get("format", ""), str(found)))


def _either(schemas: list[Schema]) -> Kind:
    kinds = [kind(one) for one in schemas]
    return Kind(" or ".join(one.words for one in kinds), tuple(name for one in kinds for name in one.shapes))


def _of(words: str, inner: Kind) -> Kind:
    return Kind(f"{words} {inner.words}", inner.shapes)


def _may_be_null(schema: Schema) -> bool:
    return any(one.get("type") == "null" for one in schema.get("anyOf", ()))
