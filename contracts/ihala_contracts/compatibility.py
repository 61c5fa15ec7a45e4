"""Would a reader of a released event still understand what is written now? Compares JSON Schemas; pure.

Within a version a writer may add optional fields and say less than it might have; it may not remove, rename, loosen or retype what
readers rely on. A new word in a list of words is a break too: a reader decides by it. AsyncAPI's own comparison does not look into
schemas, and schema registries call an added field a break, so this one is ours.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]

_LEAST = ("minLength", "minimum", "exclusiveMinimum", "minItems")
_MOST = ("maxLength", "maximum", "exclusiveMaximum", "maxItems")
_SAME = ("format", "pattern")


@dataclass(frozen=True, slots=True)
class Break:
    """One thing that a reader of the released form relies on and that does not hold any more."""

    where: str  # the event, then the path of its field
    what: str

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.where}: {self.what}"


@dataclass(frozen=True, slots=True)
class _Form:
    """A schema with the document in which its references are looked up."""

    schema: Schema
    root: Schema

    def resolved(self) -> "_Form":
        schema = self.schema
        while "$ref" in schema:
            schema = self.root["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
        return _Form(schema, self.root)

    def part(self, schema: Schema) -> "_Form":
        return _Form(schema, self.root).resolved()

    def branches(self) -> list["_Form"]:
        found = self.schema.get("anyOf") or self.schema.get("oneOf")
        return [branch for one in found for branch in self.part(one).branches()] if found else [self]


def breaks_of_events(released: Schema, now: Schema) -> list[Break]:
    """Compare two AsyncAPI documents as asyncapi.py writes them; return what would break a reader of the released one."""
    found = [Break(name, "its topic is gone") for name in released["channels"].keys() - now["channels"].keys()]
    for name in released["channels"].keys() & now["channels"].keys():
        found += _of_channel(name, released["channels"][name], now["channels"][name])
    new = now["components"]["messages"]
    for name, message in released["components"]["messages"].items():
        found += list(_of_message(name, message, new[name])) if name in new else [Break(name, "the event is gone")]
    return sorted(found, key=str)


def breaks(where: str, released: Schema, now: Schema) -> list[Break]:
    """Compare two JSON Schemas of what is written; return what would break a reader of the released one."""
    return list(_of_form(where, _Form(released, released).resolved(), _Form(now, now).resolved()))


def _of_channel(name: str, released: Schema, now: Schema) -> Iterator[Break]:
    if released["address"] != now["address"]:
        yield Break(name, "its topic has another name")
    if _partitions(released) != _partitions(now):
        yield Break(name, "another number of partitions: a key moves, and its order with it")


def _partitions(channel: Schema) -> object:
    """Return how many partitions it has on Kafka; None for another way."""
    return channel.get("bindings", {}).get("kafka", {}).get("partitions")


def _of_message(name: str, released: Schema, now: Schema) -> Iterator[Break]:
    key, was = now.get("x-key"), released.get("x-key")  # none where it is what integrators receive
    if key != was:
        yield Break(name, f"ordered by {key}, no longer by {was}")
    yield from breaks(name, released["payload"]["schema"], now["payload"]["schema"])


def _of_form(where: str, released: _Form, now: _Form) -> Iterator[Break]:
    """Each form in which it is written now must fit one that readers know; the closest one says what is wrong."""
    known = released.branches()
    for branch in now.branches():
        tried = [list(_of_branch(where, one, branch)) for one in known]
        if all(tried):
            yield from min(tried, key=len)


def _of_branch(where: str, released: _Form, now: _Form) -> Iterator[Break]:
    words, known = _words(now.schema), _words(released.schema)
    if known is not None:
        if words is None or not words <= known:
            yield Break(where, "may hold a word that was not in its list")
        return
    kind, was = now.schema.get("type"), released.schema.get("type")
    if was is not None and kind != was and not (kind == "integer" and was == "number"):
        yield Break(where, f"is {kind or 'anything'}, was {was}")
        return
    yield from _of_limits(where, released.schema, now.schema)
    if was == "object":
        yield from _of_object(where, released, now)
    if was == "array" and "items" in released.schema:
        yield from _of_form(f"{where}[]", released.part(released.schema["items"]), now.part(now.schema.get("items", {})))


def _words(schema: Schema) -> frozenset[Any] | None:
    """Return the list of words that it may be; None where any value of its type will do."""
    if "const" in schema:
        return frozenset([schema["const"]])
    return frozenset(schema["enum"]) if "enum" in schema else None


def _of_limits(where: str, released: Schema, now: Schema) -> Iterator[Break]:
    for name in _LEAST:
        if name in released and now.get(name, float("-inf")) < released[name]:
            yield Break(where, f"{name} was {released[name]}")
    for name in _MOST:
        if name in released and now.get(name, float("inf")) > released[name]:
            yield Break(where, f"{name} was {released[name]}")
    for name in _SAME:
        if name in released and now.get(name) != released[name] and _words(now) is None:
            yield Break(where, f"its {name} was {released[name]}")


def _of_object(where: str, released: _Form, now: _Form) -> Iterator[Break]:
    fields, had = now.schema.get("properties", {}), released.schema.get("properties", {})
    for name, schema in had.items():
        if name not in fields:
            yield Break(f"{where}.{name}", "is gone")
            continue
        if name in released.schema.get("required", ()) and name not in now.schema.get("required", ()):
            yield Break(f"{where}.{name}", "may be left out, was always there")
        yield from _of_form(f"{where}.{name}", released.part(schema), now.part(fields[name]))
    more, had_more = now.schema.get("additionalProperties"), released.schema.get("additionalProperties")
    if isinstance(had_more, Mapping):
        yield from _of_form(f"{where}.*", released.part(had_more), now.part(more if isinstance(more, Mapping) else {}))
