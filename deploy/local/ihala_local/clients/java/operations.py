"""One method at one path, as Java calls it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ihala_local.clients.java.names import call_name, class_name, member_name
from ihala_local.clients.java.types import Schema, Types

OWN = "org.ihala.client"  # by its whole name: services have a Call and an Answer of their own
_JSON = "application/json"
_GOOD = ("200", "201", "202")


@dataclass
class Operation:
    """What a service's document says of one method at one path."""

    service: str
    method: str
    path: str
    told: dict[str, Any]
    types: Types

    @property
    def name(self) -> str:
        """Return what it is called in Java."""
        return call_name(self.method, self.path)

    @property
    def query_class(self) -> str:
        """Return the class that holds its query."""
        return f"{class_name(self.name)}Query"

    def parameters(self, place: str) -> list[dict[str, Any]]:
        """Return its parameters in the path, the query or the headers."""
        return [each for each in self.told.get("parameters", []) if each["in"] == place]

    @cached_property
    def has_version(self) -> bool:
        """Tell whether it takes an If-Match."""
        return any(each["name"].lower() == "if-match" for each in self.parameters("header"))

    @cached_property
    def body(self) -> Schema | None:
        """Return the schema of its JSON body, None where it takes none."""
        found = self.told.get("requestBody", {}).get("content", {}).get(_JSON)
        return None if found is None else found.get("schema", {})

    @cached_property
    def arguments(self) -> list[tuple[str, str]]:
        """Return type and name of what it is called with: path, version, body, query."""
        found = [(self.types.of(each["schema"]), member_name(each["name"])) for each in self.parameters("path")]
        found += [("String", "ifMatch")] if self.has_version else []
        if self.body is not None:
            found += [(self.types.of(self.body), "body")]
        elif "requestBody" in self.told:
            found += [("byte[]", "body"), ("String", "contentType")]
        return found + ([(self.query_class, "query")] if self.parameters("query") else [])

    @cached_property
    def result(self) -> str:
        """Return the type of a good answer's body."""
        content: dict[str, Any] = next((self.told["responses"][status].get("content", {}) for status in _GOOD if self._answers(status)), {})
        if _JSON in content:
            return self.types.of(content[_JSON].get("schema", {}))
        return "byte[]" if content else "JsonNode"

    @cached_property
    def item(self) -> str:
        """Return the type of the items of a list in pages, '' for what is none."""
        is_paged = self.method == "get" and any(each["name"] == "cursor" for each in self.parameters("query"))
        schema = self.told["responses"].get("200", {}).get("content", {}).get(_JSON, {}).get("schema", {})
        if not is_paged or "$ref" not in schema:
            return ""
        items = self.types.schemas[self.types.name(schema)]["properties"].get("items")
        return self.types.of(items["items"]) if items else ""

    def call(self) -> str:
        """Return the Java that makes the call."""
        path = f"/{self.service}{self.path}"
        for each in self.parameters("path"):
            path = path.replace(f"{{{each['name']}}}", f'" + {OWN}.Call.encoded({member_name(each["name"])}) + "')
        made = f'{OWN}.Call.of("{self.method.upper()}", "{path}")'.replace(' + ""', "")
        made += '.with("If-Match", ifMatch)' if self.has_version else ""
        made += '.with("Idempotency-Key", idempotencyKey)' if self.method == "post" else ""
        if "requestBody" in self.told:
            made += ".withBody(body)" + ('.with("Content-Type", contentType)' if self.body is None else "")
        return made + (".withQuery(query == null ? Map.of() : query.values())" if self.parameters("query") else "")

    def _answers(self, status: str) -> bool:
        return status in self.told["responses"]
