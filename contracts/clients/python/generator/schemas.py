"""JSON Schemas as readable models want them: named as Python names classes, without bounds. Pure."""

import re
from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]

# The service checks lengths and patterns, and names the field in its problem; here each would be a class of its own.
_BOUNDS = {
    "title", "examples", "minLength", "maxLength", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
    "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "discriminator", "propertyNames",
}  # fmt: skip
_REF = "#/components/schemas/"


def class_name(name: str) -> str:
    """Return the name of a schema as a class: `Page_Referral_` is `PageOfReferral`."""
    if found := re.fullmatch(r"Page_(.+)_", name):
        return f"PageOf{class_name(found[1])}"
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name) if part)


def lean(schema: Any) -> Any:
    """Return a schema without bounds and titles, its references by class names. What is named like a keyword is kept."""
    if isinstance(schema, list):
        return [lean(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: part for name, part in schema.items() if name not in _BOUNDS and not name.startswith("x-")}
    if "$ref" in kept:
        kept["$ref"] = _REF + class_name(kept["$ref"].removeprefix(_REF))
    if (named := kept.pop("patternProperties", None)) and len(named) == 1:
        kept["additionalProperties"] = next(iter(named.values()))
    for holder in ("properties", "$defs"):
        if holder in kept:
            kept[holder] = {name: lean(part) for name, part in kept[holder].items()}
    plain = {"properties", "$defs", "$ref", "required", "enum", "const", "default"}
    return {name: part if name in plain else lean(part) for name, part in kept.items()}


def document(schemas: Json) -> Json:
    """Return an OpenAPI document that holds nothing but these schemas (already lean)."""
    return {"openapi": "3.1.0", "info": {"title": "Ihala", "version": "1"}, "paths": {}, "components": {"schemas": schemas}}


def reached(schemas: Json, names: Iterable[str]) -> Json:
    """Return of the schemas (by class name) those that these names lead to, sorted."""
    found: set[str] = set()
    ahead = list(names)
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += references(schemas[name])
    return {name: schemas[name] for name in sorted(found)}


def references(schema: Any) -> list[str]:
    """Return the class names a schema refers to."""
    if isinstance(schema, list):
        return [name for part in schema for name in references(part)]
    if not isinstance(schema, dict):
        return []
    own = [schema["$ref"].removeprefix(_REF)] if isinstance(schema.get("$ref"), str) else []
    return own + [name for part in schema.values() for name in references(part)]
