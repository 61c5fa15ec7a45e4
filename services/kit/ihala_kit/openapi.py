"""Finishes the OpenAPI document that FastAPI makes: its refusals become problem documents, as our handlers answer them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ihala_contracts.public_routes import in_fhir

from ihala_kit import created, etag, once, outcomes, pages, tagging
from ihala_kit.problems import (
    MEDIA_TYPE,
    BodyTooLarge,
    InsufficientScope,
    InternalError,
    MalformedRequest,
    Problem,
    ProblemDocument,
    ServiceUnavailable,
    Unauthenticated,
    responses,
)

Document = dict[str, Any]
Tagged = Mapping[tuple[str, str], frozenset[str]]
_FRAMEWORK_SCHEMAS = ("HTTPValidationError", "ValidationError")
_HEADERS: Document = {
    "Location": {"description": "Where what was made, or begun, can be read.", "schema": {"type": "string", "format": "uri-reference"}},
    "ETag": {"description": "The version of what is told, for If-Match or If-None-Match.", "schema": {"type": "string"}},
    "Link": {"description": 'The next page, with `rel="next"` (RFC 8288), where there is one.', "schema": {"type": "string"}},
    "Idempotent-Replayed": {
        "description": "The request was sent before with this Idempotency-Key; this is the answer of then, and nothing was done now.",
        "schema": {"type": "string", "const": "true"},
    },
}
_IF_NONE_MATCH: Document = {
    "name": "If-None-Match", "in": "header", "required": False, "schema": {"type": "string"},
    "description": "The ETag of what you have: 304 tells that it is still so.",
}  # fmt: skip
_UNCHANGED: Document = {"description": "Unchanged since the ETag in If-None-Match"}
# What the kit refuses by itself where an operation has such a parameter.
_BY_PARAMETER: dict[str, tuple[type[Problem], ...]] = {
    "If-Match": (etag.PreconditionRequired, etag.IfMatchMalformed, etag.Stale),
    once.HEADER: (once.IdempotencyKeyMalformed, once.IdempotencyKeyReused, once.IdempotencyInProgress),
    "cursor": (pages.MalformedCursor,),
}


def finish(document: Document, tagged: Tagged) -> Document:
    """Complete the document in place and return it; `tagged` says of which routes what (see tagging.py)."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in _FRAMEWORK_SCHEMAS:
        schemas.pop(name, None)
    definition = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(definition.pop("$defs"), ProblemDocument=definition)
    for path, item in document.get("paths", {}).items():
        for operation in item.values():
            _finish_operation(operation)
            if in_fhir(path):
                schemas["OperationOutcome"] = outcomes.OUTCOME_SCHEMA
                _as_outcomes(operation)
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    _name_headers(document, tagged)
    _name_scopes(document)
    return document


def operations(document: Document) -> Iterator[Document]:
    """Yield every operation of the document."""
    for path in document.get("paths", {}).values():
        yield from path.values()


def _finish_operation(operation: Document) -> None:
    operation.setdefault("security", [])  # explicitly open: a public route
    needed = [_finish_parameter(parameter) for parameter in operation.get("parameters", [])]
    problems: list[type[Problem]] = [Unauthenticated, InternalError, ServiceUnavailable]
    if operation["security"]:
        problems.append(InsufficientScope)
    if "requestBody" in operation:
        problems.append(BodyTooLarge)
    if "requestBody" in operation or needed:
        problems.append(MalformedRequest)
    for name in needed:
        problems += _BY_PARAMETER.get(name, ())
    if any(parameter["name"] == once.HEADER and parameter["required"] for parameter in operation.get("parameters", [])):
        problems.append(once.IdempotencyKeyMissing)
    _add(operation["responses"], problems)


def _finish_parameter(parameter: Document) -> str:
    """Say of a header that we check ourselves that it is needed; return the parameter's name."""
    schema = parameter["schema"]
    if schema.pop("x-required", False):
        parameter["required"] = True
        schema.pop("anyOf", None)
        schema["type"] = "string"
    return str(parameter["name"])


def _add(described: Document, problems: list[type[Problem]]) -> None:
    """Add the problems to those that the route names itself."""
    described_422 = described.get("422", {}).get("content", {})
    if "application/json" in described_422:  # FastAPI's own form, which we never answer
        del described["422"]
    for status, entry in responses(*problems).items():
        known = described.setdefault(str(status), entry)
        examples = known.setdefault("content", {}).setdefault(MEDIA_TYPE, entry["content"][MEDIA_TYPE])["examples"]
        examples.update(entry["content"][MEDIA_TYPE]["examples"])
        known["description"] = " · ".join(sorted(examples))
    for status in sorted(described):
        described[status] = described.pop(status)


def _as_outcomes(operation: Document) -> None:
    """Say of a FHIR operation that its refusals are OperationOutcomes."""
    for answer in operation["responses"].values():
        problem = answer.get("content", {}).pop(MEDIA_TYPE, None)
        if problem is not None:
            told = {slug: {**one, "value": outcomes.outcome(one["value"], "en")} for slug, one in problem["examples"].items()}
            answer["content"][outcomes.MEDIA_TYPE] = {"schema": outcomes.SCHEMA, "examples": told}


def _name_headers(document: Document, tagged: Tagged) -> None:
    """Say which headers an answer has: where what was made can be read, its version, the next page, and that it was given before."""
    one_by = created.one_by(path for path, item in document.get("paths", {}).items() if "get" in item)
    for path, item in document.get("paths", {}).items():
        for method, operation in item.items():
            parameters = {parameter["name"] for parameter in operation.get("parameters", [])}
            tags = tagged.get((path, method), frozenset())
            if tagging.ASKED in tags:
                operation["parameters"] = [*operation.get("parameters", []), dict(_IF_NONE_MATCH)]
                operation["responses"].setdefault("304", dict(_UNCHANGED))
            for status, answer in operation["responses"].items():
                told = {
                    "Location": int(status) in created.MADE and method == "post" and _named(document, answer, one_by.get(path)),
                    "ETag": tagging.GIVEN in tags and (status.startswith("2") or status == "304"),
                    "Link": status == "200" and "cursor" in parameters,
                    "Idempotent-Replayed": status.startswith("2") and once.HEADER in parameters,
                }
                headers = {name: {"$ref": f"#/components/headers/{name}"} for name, holds in told.items() if holds}
                if headers:
                    answer["headers"] = headers | answer.get("headers", {})
    document["components"]["headers"] = _HEADERS


def _named(document: Document, answer: Document, parameter: str | None) -> bool:
    """Tell whether the answer has a field by which what was made can be read."""
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
    fields = document["components"]["schemas"].get(schema, {}).get("properties", {})
    return parameter is not None and created.named(parameter, fields) is not None


def _name_scopes(document: Document) -> None:
    """List in the security scheme every scope that some operation demands."""
    demanded = {scope for operation in operations(document) for one in operation["security"] for scope in one.get("oauth2", [])}
    for scheme in document["components"].get("securitySchemes", {}).values():
        for flow in scheme.get("flows", {}).values():
            flow["scopes"] = dict.fromkeys(sorted(demanded), "")


@dataclass(frozen=True)
class OwnWords:
    """The names that may be repeated to a caller: of properties and parameters, and those of a union's branches.

    A branch (a schema's name, or what a discriminator says) stands in the places that pydantic tells, but not in what was sent.
    """

    names: frozenset[str]
    branches: frozenset[str]


def own_words(document: Document) -> OwnWords:
    """Return the names that stand in the document."""
    parameters = [parameter["name"] for operation in operations(document) for parameter in operation.get("parameters", [])]
    names = {*parameters, *map(str.lower, parameters)}
    branches = set(document.get("components", {}).get("schemas", {}))
    for node in _nodes(document):
        names |= set(node["properties"]) if isinstance(node.get("properties"), dict) else set()
        mapping = node["discriminator"].get("mapping", {}) if isinstance(node.get("discriminator"), dict) else {}
        branches |= set(mapping)
    return OwnWords(frozenset(names), frozenset(branches - names))


def _nodes(node: Any) -> Iterator[Document]:
    if isinstance(node, dict):
        yield node
        for child in node.values():
            yield from _nodes(child)
    elif isinstance(node, list):
        for child in node:
            yield from _nodes(child)
