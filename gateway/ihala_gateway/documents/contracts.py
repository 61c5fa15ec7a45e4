"""What partners read: the OpenAPI documents as the outside sees the services, the AsyncAPI document, the events' schemas."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import yaml
from ihala_contracts import documents
from ihala_contracts.public_routes import at_the_root
from ihala_kit.problems import NotFound
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ihala_gateway.edge import acting_officers

KEPT = {"Cache-Control": "public, max-age=300"}
SUFFIX = ".v1.json"
OFFICER = "ActingOfficer"  # the parameter that the gateway itself takes, on every address that needs a token
_OFFICER_HEADER = {
    "name": acting_officers.HEADER.decode().title(), "in": "header", "required": False,
    "description": "Who sits at the client: an opaque sign of the calling system's own for its officer, never a name.",
    "schema": {"type": "string", "pattern": acting_officers.PATTERN},
}  # fmt: skip


def service_documents(services: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the committed OpenAPI document of each service. Raises FileNotFoundError when one was never generated."""
    return {service: documents.openapi(service) for service in services}


class Documents:
    """Serves the documents under the gateway's own address."""

    def __init__(self, by_service: Mapping[str, Mapping[str, Any]], issuer: str) -> None:
        self._outside = {f"{service}{SUFFIX}": _outside(service, document, issuer) for service, document in by_service.items()}

    async def list(self, _: Request) -> Response:
        """List the services' documents."""
        items = [
            {"title": document["info"]["title"], "version": document["info"]["version"], "href": f"/openapi/{name}"}
            for name, document in sorted(self._outside.items())
        ]
        return JSONResponse({"items": items}, headers=KEPT)

    async def openapi(self, request: Request) -> Response:
        """Return one service's document. Raises NotFound (404)."""
        document = self._outside.get(_name(request))
        if document is None:
            raise NotFound
        return JSONResponse(document, headers=KEPT)

    async def asyncapi(self, _: Request) -> Response:
        """Return the AsyncAPI 3 document of all topics."""
        text = yaml.safe_dump(documents.asyncapi(), sort_keys=False, allow_unicode=True)
        return Response(text, media_type="application/yaml", headers=KEPT)

    async def schema(self, request: Request) -> Response:
        """Return one event's JSON Schema. Raises NotFound (404)."""
        schema = documents.schemas().get(_name(request))
        if schema is None:
            raise NotFound
        return Response(json.dumps(schema, ensure_ascii=False), media_type="application/schema+json", headers=KEPT)


def _outside(service: str, document: Mapping[str, Any], issuer: str) -> dict[str, Any]:
    """Return a service's document as the outside has it: addresses for calls and tokens, and the header that names an officer."""
    components = {**document.get("components", {}), "parameters": {OFFICER: _OFFICER_HEADER}}
    schemes = {**components.get("securitySchemes", {})}
    for name, scheme in schemes.items():
        flow = scheme.get("flows", {}).get("clientCredentials")
        if flow is not None:
            schemes[name] = {**scheme, "flows": {"clientCredentials": {**flow, "tokenUrl": f"{issuer}/oauth/token"}}}
    if schemes:
        components["securitySchemes"] = schemes
    root = {"servers": [{"url": issuer}]}
    paths = {
        path: {method: _with_officer(operation) for method, operation in item.items()} | (root if at_the_root(path) else {})
        for path, item in document.get("paths", {}).items()
    }
    return {**document, "servers": [{"url": f"{issuer}/{service}"}], "paths": paths, "components": components}


def _with_officer(operation: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an operation with the header that names an officer, where a token is needed."""
    if not operation.get("security"):
        return operation
    return {**operation, "parameters": [*operation.get("parameters", []), {"$ref": f"#/components/parameters/{OFFICER}"}]}


def _name(request: Request) -> str:
    """Return the last part of the path, which is plain: the path was checked."""
    return request.url.path.rpartition("/")[2]
