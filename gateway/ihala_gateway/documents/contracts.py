"""What partners' programs read: the OpenAPI documents as the outside sees the services, the AsyncAPI document, the events' schemas.

All of it is kept as compressed text: as objects it would be a third of the process.
"""

import asyncio
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from ihala_contracts import documents
from ihala_contracts.public_routes import at_the_root, in_fhir
from ihala_kit.problems import MEDIA_TYPE, NotFound, responses
from starlette.requests import Request
from starlette.responses import Response

from ihala_gateway.documents.kept import Kept
from ihala_gateway.edge import acting_officers
from ihala_gateway.limits.errors import TooManyAtOnce, TooManyRequests

SUFFIX = ".v1.json"
TOO_MANY = 429
_TOO_MANY = responses(TooManyRequests, TooManyAtOnce)
_LIMIT_HEADERS = {
    "Retry-After": {"description": "Seconds until it is worth trying again.", "schema": {"type": "integer"}},
    "RateLimit": {"description": "What is left of the limit that was spent, and until when.", "schema": {"type": "string"}},
    "RateLimit-Policy": {"description": "The limits that hold.", "schema": {"type": "string"}},
}
OFFICER = "ActingOfficer"  # the parameter that the gateway itself takes, on every address that needs a token
_OFFICER_HEADER = {
    "name": acting_officers.HEADER.decode().title(), "in": "header", "required": False,
    "description": "Who sits at the client: an opaque sign of the calling system's own for its officer, never a name.",
    "schema": {"type": "string", "pattern": acting_officers.PATTERN},
}  # fmt: skip


class _Committed(Mapping[str, Mapping[str, Any]]):
    """Reads a document anew each time it is looked at: all of them at once would make the process larger for as long as it lives."""

    def __init__(self, services: Iterable[str]) -> None:
        self._names = [*services]

    def __getitem__(self, service: str) -> Mapping[str, Any]:
        if service not in self._names:
            raise KeyError(service)
        return documents.openapi(service)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def service_documents(services: Iterable[str]) -> Mapping[str, Mapping[str, Any]]:
    """Return the committed OpenAPI document of each service. To look at one that was never generated is FileNotFoundError."""
    return _Committed(services)


class Documents:
    """Serves the documents under the gateway's own address."""

    def __init__(self, by_service: Mapping[str, Mapping[str, Any]], issuer: str) -> None:
        self.services = sorted(by_service)
        self._openapi, listed = {}, []
        for service in self.services:
            document = by_service[service]
            listed.append(_listed(service, document))
            self._openapi[f"{service}{SUFFIX}"] = _json(_outside(service, document, issuer))
        self._list = _json({"items": listed})

    def text(self, name: str) -> str:
        """Return the document of this name, `intake.v1.json`, as the outside reads it. Raises KeyError."""
        return self._openapi[name].text()

    async def list(self, request: Request) -> Response:
        """List the services' documents."""
        return self._list.answer(request)

    async def openapi(self, request: Request) -> Response:
        """Return one service's document. Raises NotFound (404)."""
        document = self._openapi.get(_name(request))
        if document is None:
            raise NotFound
        return document.answer(request)

    async def asyncapi(self, request: Request) -> Response:
        """Return the AsyncAPI 3 document of all topics, in YAML."""
        return (await asyncio.to_thread(_asyncapi_yaml)).answer(request)

    async def asyncapi_json(self, request: Request) -> Response:
        """Return the same in JSON."""
        return (await asyncio.to_thread(_asyncapi_json)).answer(request)

    async def schema(self, request: Request) -> Response:
        """Return one event's JSON Schema. Raises NotFound (404)."""
        schema = (await asyncio.to_thread(_schemas)).get(_name(request))
        if schema is None:
            raise NotFound
        return schema.answer(request)


def _json(document: Any, media_type: str = "application/json") -> Kept:
    return Kept(json.dumps(document, ensure_ascii=False), media_type)


def _listed(service: str, document: Mapping[str, Any]) -> dict[str, str]:
    return {"title": document["info"]["title"], "version": document["info"]["version"], "href": f"/openapi/{service}{SUFFIX}"}


@cache
def _asyncapi_yaml() -> Kept:
    import yaml  # when somebody wants YAML: it takes 3 MiB

    quick = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # libyaml's, where it is there
    return Kept(yaml.dump(documents.asyncapi(), Dumper=quick, sort_keys=False, allow_unicode=True), "application/yaml")


@cache
def _asyncapi_json() -> Kept:
    return _json(documents.asyncapi())


@cache
def _schemas() -> dict[str, Kept]:
    return {name: _json(schema, "application/schema+json") for name, schema in documents.schemas().items()}


def _outside(service: str, document: Mapping[str, Any], issuer: str) -> dict[str, Any]:
    """Return a service's document as the outside has it: addresses for calls and tokens, and the header that names an officer."""
    components = {**document.get("components", {}), "parameters": {OFFICER: _OFFICER_HEADER}}
    schemes = {**components.get("securitySchemes", {})}
    for name, scheme in schemes.items():
        flow = scheme.get("flows", {}).get("clientCredentials")
        if flow is not None:
            itself = {**flow, "tokenUrl": f"{issuer}/oauth/token"}
            people = {**itself, "authorizationUrl": f"{issuer}/oauth/authorize", "refreshUrl": f"{issuer}/oauth/token"}
            schemes[name] = {**scheme, "flows": {"clientCredentials": itself, "authorizationCode": people}}
    if schemes:
        components["securitySchemes"] = schemes
    root = {"servers": [{"url": issuer}]}
    paths = {
        path: {method: _at_the_edge(path, operation) for method, operation in item.items()} | (root if at_the_root(path) else {})
        for path, item in document.get("paths", {}).items()
    }
    return {**document, "servers": [{"url": f"{issuer}/{service}"}], "paths": paths, "components": components}


def _at_the_edge(path: str, operation: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an operation with what the gateway takes and answers. FHIR's refusals have a form of their own."""
    taken = _with_officer(operation)
    return taken if in_fhir(path) else _with_limits(taken)


def _with_officer(operation: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an operation with the header that names an officer, where a token is needed."""
    if not operation.get("security"):
        return operation
    return {**operation, "parameters": [*operation.get("parameters", []), {"$ref": f"#/components/parameters/{OFFICER}"}]}


def _with_limits(operation: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an operation with the gateway's own refusals of too many calls beside those that the service may give."""
    ours, answers = _TOO_MANY[TOO_MANY], operation["responses"]
    given = answers.get(str(TOO_MANY), ours)
    examples = {**given["content"][MEDIA_TYPE]["examples"], **ours["content"][MEDIA_TYPE]["examples"]}
    content = {**given["content"], MEDIA_TYPE: {**given["content"][MEDIA_TYPE], "examples": examples}}
    entry = {"description": " · ".join(sorted(examples)), "headers": _LIMIT_HEADERS, "content": content}
    return {**operation, "responses": dict(sorted({**answers, str(TOO_MANY): entry}.items()))}


def _name(request: Request) -> str:
    """Return the last part of the path, which is plain: the path was checked."""
    return request.url.path.rpartition("/")[2]
