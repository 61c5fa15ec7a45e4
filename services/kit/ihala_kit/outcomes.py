"""Refusals at FHIR's addresses: an OperationOutcome of FHIR R4 in place of the problem document, with the same words. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

MEDIA_TYPE = "application/fhir+json"
SCHEMA = {"$ref": "#/components/schemas/OperationOutcome"}
PROBLEMS = "urn:ihala:problem"  # code system of the slugs
OUTCOME_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "OperationOutcome",
    "description": "FHIR R4's OperationOutcome: why a request was refused. `issue[0].details.coding[0].code` is the problem's slug.",
    "required": ["resourceType", "issue"],
    "properties": {"resourceType": {"const": "OperationOutcome"}, "issue": {"type": "array", "minItems": 1, "items": {"type": "object"}}},
}
# FHIR's required value set of issue types, by HTTP status.
_TYPES = {
    400: "invalid", 401: "login", 403: "forbidden", 404: "not-found", 405: "not-supported", 406: "not-supported", 408: "timeout",
    409: "conflict", 412: "conflict", 413: "too-long", 415: "not-supported", 422: "invalid", 429: "throttled", 500: "exception",
    503: "transient", 504: "timeout",
}  # fmt: skip
_PROCESSING = "processing"
_FAULT = 500


def outcome(document: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Return a problem document as an OperationOutcome; `language` is that of its title."""
    return {"resourceType": "OperationOutcome", "language": language, "issue": [_issue(document), *_details(document)]}


def _issue(document: Mapping[str, Any]) -> dict[str, Any]:
    slug = str(document["type"]).rpartition(":")[2]
    issue: dict[str, Any] = {
        "severity": "fatal" if document["status"] == _FAULT else "error",
        "code": _TYPES.get(document["status"], _PROCESSING),
        "details": {"coding": [{"system": PROBLEMS, "code": slug}], "text": document["title"]},
    }
    if "instance" in document:
        issue["diagnostics"] = document["instance"]
    if "parameter" in document:
        issue["expression"] = [f"http.{document['parameter']}"]
    return issue


def _details(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield one issue for each thing that is wrong with the request."""
    for error in document.get("errors", ()):
        yield {"severity": "error", "code": "invalid", "diagnostics": f"{error['pointer']}: {error['code']}"}
