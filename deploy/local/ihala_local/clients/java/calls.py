"""Writes the calls of a service: a method each, named by its method and path as the reference shows them.

Only what is below /v1: HSDS and FHIR have clients of their own, and pages are for browsers.
"""

from typing import Any

from ihala_local.clients.java.names import class_name, documented, member_name, sentences
from ihala_local.clients.java.operations import OWN, Operation
from ihala_local.clients.java.types import PRIMITIVE, Types

_API = """package {package};

import com.fasterxml.jackson.databind.JsonNode;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The calls of {service}, each named by its method and path. They throw IhalaProblem, TokenRefused and UncheckedIOException. */
public final class {name} {{
    private final {own}.Connection connection;
    private final String idempotencyKey;

    public {name}({own}.Connection connection, String idempotencyKey) {{
        this.connection = connection;
        this.idempotencyKey = idempotencyKey;
    }}

    /** Return the calls with a key of one's own for the next POST, to repeat it after a restart. */
    public {name} withIdempotencyKey(String key) {{
        return new {name}(connection, key);
    }}

{methods}}}
"""
_CALL = """    /** {about} */
    public {own}.Answer<{result}> {name}({arguments}) {{
        return connection.call({call}, {type});
    }}
"""
_ALL = """
    /** Go through all of it, page by page: {about} */
    public Iterable<{item}> {name}({arguments}) {{
        return new {own}.Pages<{result}, {item}>(connection, {call}, {type}, {result}::items);
    }}
"""
_QUERY = """
    /** What {call} can be asked for; all of it may be left out unless it says otherwise. */
    public static final class {name} {{
        private final Map<String, Object> values = new LinkedHashMap<>();

        Map<String, Object> values() {{
            return values;
        }}

{setters}    }}
"""
_SETTER = """{doc}        public {name} {member}({of} value) {{
            values.put("{key}", value);
            return this;
        }}
"""


def api(package: str, service: str, operations: list[Operation]) -> str:
    """Return the class of a service's calls. Raises ValueError when two would be the same to Java."""
    seen = set[tuple[str, ...]]()
    for each in operations:
        shape = (each.name, *(of for of, _ in each.arguments))
        if shape in seen:
            raise ValueError(f"{service}: {each.method} {each.path} has the name of another call")
        seen.add(shape)
    methods = "\n".join(_method(each) for each in operations)
    return _API.format(package=package, service=service, name=f"{class_name(service)}Api", own=OWN, methods=methods)


def _method(one: Operation) -> str:
    """Return the method, for a list the one that goes through all of it, and the class of its query."""
    given = {
        "own": OWN, "result": one.result, "call": one.call(), "type": _type(one.result),
        "arguments": ", ".join(f"{of} {name}" for of, name in one.arguments),
    }  # fmt: skip
    found = _CALL.format(about=documented(one.told.get("description") or one.told["summary"], "    "), name=one.name, **given)
    if one.item:
        about, name = documented(sentences(one.told["summary"])), f"all{class_name(one.name.removeprefix('get'))}"
        found += _ALL.format(about=about, name=name, item=one.item, **given)
    if query := one.parameters("query"):
        setters = "\n".join(_setter(one.query_class, each, one.types) for each in query)
        found += _QUERY.format(call=one.name, name=one.query_class, setters=setters)
    return found


def _type(result: str) -> str:
    """Return the Java that names a type to Jackson."""
    if result.startswith("List<"):
        return f"{OWN}.Json.listOf({result[5:-1].partition('<')[0]}.class)"
    return f"{OWN}.Json.of({result.partition('<')[0]}.class)"


def _setter(name: str, parameter: dict[str, Any], types: Types) -> str:
    of, words = types.of(parameter["schema"]), types.words(parameter["schema"])
    one_of, needed = f"One of: {', '.join(words)}" if words else "", "Needed" if parameter.get("required") else ""
    said = documented(sentences(parameter.get("description", ""), one_of, needed), "        ")
    doc, key = f"        /** {said} */\n" if said else "", parameter["name"]
    return _SETTER.format(doc=doc, name=name, member=member_name(key), of=PRIMITIVE.get(of, of), key=key)
