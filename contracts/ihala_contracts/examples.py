"""An example of every event, made from its schema: the same one every time, about nobody."""

from typing import Any

from ihala_contracts.envelope import Event, schema_of

_TEXTS = {
    "date-time": "2026-11-22T08:00:00Z",
    "date": "2027-12-31",
    "uuid": "01936d5e-7c00-7000-8000-000000000001",
}
_BY_NAME: dict[str, Any] = {
    "need_code": "housing.hlp",
    "governorate": "IQG15",
    "governorates": ["IQG15"],
    "district": "IQG15Q08",
    "origin_kind": "hlp",
    "organization_kind": "nngo",
    "kind": "nngo",
    "reference": "NIN-7K3F-92QX",
    "names": {"ar": "خدمة للتوضيح", "ckb": "خزمەتگوزاری بۆ نموونە", "en": "Illustrative service"},
    "service_name": {"ar": "خدمة للتوضيح", "ckb": "خزمەتگوزاری بۆ نموونە", "en": "Illustrative service"},
    "public_key": {"kty": "EC", "crv": "P-256", "x": "…", "y": "…"},
}


def example_of(model: type[Event]) -> dict[str, Any]:
    """Return an example of the event's data that its schema accepts."""
    schema = schema_of(model)
    value: dict[str, Any] = _value(schema, schema.get("$defs", {}), "")
    return value


def value_for(schema: dict[str, Any], definitions: dict[str, Any]) -> Any:
    """Return an example of what a schema describes; `definitions` are those that its references name."""
    return _value(schema, definitions, "")


def _value(schema: dict[str, Any], definitions: Any, name: str) -> Any:
    if "$ref" in schema:
        return _value(definitions[schema["$ref"].rsplit("/", 1)[-1]], definitions, name)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return _value(schema["anyOf"][0], definitions, name)
    if schema.get("type") == "object" and "properties" in schema:
        return {key: _value(part, definitions, key) for key, part in schema["properties"].items()}
    if name in _BY_NAME and schema.get("type") in (_type_name(_BY_NAME[name]), None):
        return _BY_NAME[name]
    return _plain(schema, definitions)


def _plain(schema: dict[str, Any], definitions: Any) -> Any:
    if "type" not in schema:
        return {}
    if schema["type"] == "array":
        return [_value(schema["items"], definitions, "")]
    if schema["type"] == "object":
        return {}
    if schema["type"] == "string":
        return _TEXTS.get(schema.get("format", ""), "example")
    return {"integer": 1, "boolean": False, "number": 1.0}[schema["type"]]


def _type_name(value: object) -> str:
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"
