"""Joins the authorisation server: which address is answered by what, and what clients can read of it beforehand."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from ihala_kit.db import Database
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ihala_gateway.clients.proof_keys import ProofKeys
from ihala_gateway.oauth import authorization
from ihala_gateway.oauth.access_tokens import AccessTokens
from ihala_gateway.oauth.authorization import Authorization
from ihala_gateway.oauth.certificates import Authorities
from ihala_gateway.oauth.client_endpoint import ClientEndpoint
from ihala_gateway.oauth.client_keys import ALGORITHMS
from ihala_gateway.oauth.issuing import Server
from ihala_gateway.oauth.keys import ALGORITHM, Keyring, Keys
from ihala_gateway.oauth.people import PROTOCOL_SCOPES
from ihala_gateway.oauth.profile import METHODS
from ihala_gateway.oauth.pushed import PushedRequests
from ihala_gateway.oauth.registered import GRANTS
from ihala_gateway.oauth.revocation import Introspection, Revocation
from ihala_gateway.oauth.standing import Standing
from ihala_gateway.oauth.token_endpoint import TokenEndpoint
from ihala_gateway.settings import Settings

Handler = Callable[[Request], Awaitable[Response]]

KEYS_KEPT = {"Cache-Control": "public, max-age=300"}  # well below the time a new key is published before it signs


def handlers(
    settings: Settings,
    database: Database,
    keys: Keys,
    tokens: AccessTokens,
    scopes: Sequence[str],
    proof_keys: ProofKeys,
    standing: Standing,
) -> Mapping[tuple[str, str], Handler]:
    """Return the handlers by method and path. `tokens` is the one that calls are checked with: both share the proofs they saw."""
    server, authorities = Server(keys.access, settings.issuer), Authorities(settings.client_authorities)
    kinds = (TokenEndpoint, PushedRequests, Revocation, Introspection)
    own: list[ClientEndpoint] = [kind(server, database, tokens, authorities, proof_keys, standing) for kind in kinds]
    people = Authorization(settings.issuer, database)
    document = metadata(settings.issuer, scopes, mutual_tls=authorities.there)
    return {
        **{("POST", each.PATH): each.answer for each in own},
        ("GET", authorization.PATH): people.arrive,
        ("POST", authorization.PATH): people.decide,
        ("GET", "/oauth/jwks"): _key_set(keys.access),
        ("GET", "/oauth/internal-jwks"): _key_set(keys.internal),
        ("GET", "/.well-known/oauth-authorization-server"): _told(document),
        ("GET", "/.well-known/openid-configuration"): _told(document),
    }


def metadata(issuer: str, scopes: Sequence[str], *, mutual_tls: bool) -> dict[str, Any]:
    """Return what RFC 8414 and OpenID discovery want to be known."""
    methods = [method for method in METHODS if mutual_tls or method != "tls_client_auth"] + ["client_secret_basic", "client_secret_post"]
    proofs = {
        f"{name}_endpoint_auth_{what}_supported": values
        for name in ("token", "revocation", "introspection")
        for what, values in (("methods", methods), ("signing_alg_values", list(ALGORITHMS)))
    }
    return {
        "issuer": issuer,
        "authorization_endpoint": issuer + authorization.PATH,
        "token_endpoint": issuer + TokenEndpoint.PATH,
        "pushed_authorization_request_endpoint": issuer + PushedRequests.PATH,
        "revocation_endpoint": issuer + Revocation.PATH,
        "introspection_endpoint": issuer + Introspection.PATH,
        "jwks_uri": f"{issuer}/oauth/jwks",
        "scopes_supported": sorted({*scopes, *PROTOCOL_SCOPES}),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANTS),
        "code_challenge_methods_supported": ["S256"],
        **proofs,
        "dpop_signing_alg_values_supported": list(ALGORITHMS),
        "tls_client_certificate_bound_access_tokens": True,
        "authorization_response_iss_parameter_supported": True,
        "require_pushed_authorization_requests": False,  # of sandbox clients only; see profile.py
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "claims_supported": ["iss", "sub", "aud", "iat", "exp", "auth_time", "amr", "nonce", "at_hash", "sid"],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "prompt_values_supported": ["none", "login", "consent"],
        "ui_locales_supported": ["ar", "ckb", "en"],
        "service_documentation": f"{issuer}/docs",
    }


def _key_set(ring: Keyring) -> Handler:
    async def answer(_: Request) -> Response:
        return JSONResponse(ring.document(), headers=KEYS_KEPT, media_type="application/jwk-set+json")

    return answer


def _told(document: Mapping[str, Any]) -> Handler:
    async def answer(_: Request) -> Response:
        return JSONResponse(document, headers=KEYS_KEPT)

    return answer
