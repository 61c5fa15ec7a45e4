"""The gateway's own addresses: tokens, keys, metadata, documents, health. All public; each speaks for itself."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ihala_kit.health import Health
from ihala_kit.problems import MethodNotAllowed, NotFound
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ihala_gateway.documents.contracts import Documents
from ihala_gateway.edge.body import Body, given
from ihala_gateway.edge.routes import Route, RouteTable
from ihala_gateway.edge.visit import Visit
from ihala_gateway.oauth.client_keys import ALGORITHMS
from ihala_gateway.oauth.keys import Keys
from ihala_gateway.oauth.token_endpoint import PATH as TOKEN_PATH
from ihala_gateway.oauth.token_endpoint import TokenEndpoint

LARGEST_BODY = 64 * 1024
Handler = Callable[[Request], Awaitable[Response]]

KEYS_KEPT = {"Cache-Control": "public, max-age=300"}  # well below the time a new key is published before it signs


class OwnAddresses:
    """Answers what is not for a service."""

    def __init__(
        self, issuer: str, tokens: TokenEndpoint, keys: Keys, documents: Documents, health: Health, scopes: list[str],
        more: Mapping[tuple[str, str], Handler],
    ) -> None:  # fmt: skip
        """`more` is what other rooms answer, by method and path."""
        self._metadata = _metadata(issuer, scopes)
        self._keys = keys
        self._health = health
        self._handlers: dict[tuple[str, str], Handler] = {
            ("POST", TOKEN_PATH): tokens.answer,
            ("GET", "/oauth/jwks"): self._access_keys,
            ("GET", "/oauth/internal-jwks"): self._internal_keys,
            ("GET", "/.well-known/oauth-authorization-server"): self._metadata_document,
            ("GET", "/openapi"): documents.list,
            ("GET", "/openapi/{document}"): documents.openapi,
            ("GET", "/asyncapi.yaml"): documents.asyncapi,
            ("GET", "/schemas/{name}"): documents.schema,
            ("GET", "/health/live"): self._live,
            ("GET", "/health/ready"): self._ready,
            **more,
        }
        self._table = RouteTable(Route("gateway", method, path, frozenset(), public=True) for method, path in self._handlers)

    async def answer(self, visit: Visit) -> None:
        """Answer a request. Raises Problem: NotFound (404), MethodNotAllowed (405), and what Body and handlers raise."""
        routes = self._table.find(visit.path)
        route = routes.get(str(visit.scope["method"]))
        if route is None:
            raise MethodNotAllowed(headers={"Allow": ", ".join(sorted(routes))}) if routes else NotFound()
        visit.route = route.template
        content = await Body(visit.fields, visit.receive, LARGEST_BODY).whole()
        response = await self._handlers[route.method, route.template](Request(visit.scope, given(content, visit.receive)))
        visit.client_id, visit.organization_id = visit.scope.get("ihala.client", (None, None))
        await response(visit.scope, visit.receive, visit.send)

    async def _access_keys(self, _: Request) -> Response:
        return JSONResponse(self._keys.access.document(), headers=KEYS_KEPT, media_type="application/jwk-set+json")

    async def _internal_keys(self, _: Request) -> Response:
        return JSONResponse(self._keys.internal.document(), headers=KEYS_KEPT, media_type="application/jwk-set+json")

    async def _metadata_document(self, _: Request) -> Response:
        return JSONResponse(self._metadata, headers=KEYS_KEPT)

    async def _live(self, _: Request) -> Response:
        return JSONResponse({"status": "live"})

    async def _ready(self, _: Request) -> Response:
        results = await self._health.results()
        well = all(result == "ok" for result in results.values())
        return JSONResponse({"status": "ready" if well else "not-ready", "checks": results}, 200 if well else 503)


def _metadata(issuer: str, scopes: list[str]) -> dict[str, Any]:
    """Return what RFC 8414 wants to be known of the authorization server."""
    return {
        "issuer": issuer,
        "token_endpoint": issuer + TOKEN_PATH,
        "jwks_uri": f"{issuer}/oauth/jwks",
        "scopes_supported": scopes,
        "response_types_supported": [],
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_basic", "client_secret_post"],
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "service_documentation": f"{issuer}/openapi",
    }
