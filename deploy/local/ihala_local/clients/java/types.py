"""Which Java type a JSON Schema is."""

from dataclasses import dataclass
from typing import Any

from ihala_local.clients.java.names import class_name

_STRINGS = {"uuid": "UUID", "date-time": "OffsetDateTime", "date": "LocalDate"}
_SIMPLE = {"integer": "Long", "number": "Double", "boolean": "Boolean"}
PRIMITIVE = {"Long": "long", "Double": "double", "Boolean": "boolean"}
Schema = dict[str, Any]


@dataclass(frozen=True)
class Types:
    """The schemas of one document."""

    schemas: dict[str, Schema]

    def of(self, schema: Schema) -> str:
        """Return the type: what may be null is not told apart, a word out of a list is a String (a newer server may know more of them),
        and what may be several things is an Object, as Jackson reads it."""
        schema = self._known(schema)
        if "$ref" in schema:
            name = self.name(schema)
            return class_name(name) if is_record(self.schemas[name]) else self.of(self.schemas[name])
        kind = schema.get("type")
        if kind == "array":
            return f"List<{self.of(schema.get('items', {}))}>"
        if kind == "object":
            more = schema.get("additionalProperties")
            return f"Map<String, {self.of(more) if isinstance(more, dict) else 'Object'}>"
        return _STRINGS.get(schema.get("format", ""), "String") if kind == "string" else _SIMPLE.get(str(kind), "Object")

    def name(self, schema: Schema) -> str:
        """Return the name that a reference gives."""
        return str(schema["$ref"]).rpartition("/")[2]

    def words(self, schema: Schema) -> list[str]:
        """Return the words that may stand there, where only some may."""
        schema = self._known(schema)
        if "$ref" in schema:
            return self.words(self.schemas[self.name(schema)])
        return [str(word) for word in schema.get("enum", [])]

    def used(self, schema: Schema) -> set[str]:
        """Return the names of all records that are reached from a schema."""
        found, waiting = set[str](), [schema]
        while waiting:
            for name in _references(waiting.pop()):
                if name not in found:
                    found.add(name)
                    waiting.append(self.schemas[name])
        return {name for name in found if is_record(self.schemas[name])}

    @staticmethod
    def _known(schema: Schema) -> Schema:
        """Return what it is when it is not null."""
        kinds = [each for each in schema.get("anyOf", []) if each.get("type") != "null"]
        return kinds[0] if len(kinds) == 1 else {} if kinds else schema


def is_record(schema: Schema) -> bool:
    """Tell whether a schema has members of its own."""
    return schema.get("type") == "object" and bool(schema.get("properties"))


def _references(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [name for each in schema for name in _references(each)]
    if not isinstance(schema, dict):
        return []
    own = [schema["$ref"].rpartition("/")[2]] if isinstance(schema.get("$ref"), str) else []
    return own + [name for each in schema.values() for name in _references(each)]
