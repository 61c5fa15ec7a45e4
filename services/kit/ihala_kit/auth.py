"""Who calls: the gateway's internal token, checked again here, and the scopes each route demands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from fastapi import Request
from fastapi.openapi.models import OAuth2, OAuthFlowClientCredentials, OAuthFlows
from fastapi.security import SecurityScopes
from fastapi.security.base import SecurityBase

from ihala_kit.problems import InsufficientScope, Unauthenticated

NO_ORGANIZATION = UUID(int=0)
ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who acts: a client of an organisation, nobody in particular, or the system itself."""

    client_id: str
    organization_id: UUID
    organization_kind: str
    operator_id: UUID | None = None
    governorates: frozenset[str] = frozenset()  # P-codes
    roles: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    cleared: bool = False  # may see restricted cases
    acting_officer: str | None = None  # opaque, as the calling system names its officer
    account_id: str | None = None  # the person who signed in and acts through the client, if one does; opaque
    purpose: str | None = None  # why the system acts; None for everybody else
    is_system: bool = False  # never set from a token

    @classmethod
    def system(cls, purpose: str) -> Self:
        """Return the system acting for `purpose`: consumers, clock, jobs. No token ever becomes this."""
        return cls("system", NO_ORGANIZATION, "system", purpose=purpose, is_system=True)

    @classmethod
    def anonymous(cls) -> Self:
        """Return a caller of public routes that showed no token to the gateway."""
        return cls(ANONYMOUS, NO_ORGANIZATION, ANONYMOUS)

    @property
    def is_anonymous(self) -> bool:
        """Tell whether nobody signed in."""
        return self.client_id == ANONYMOUS


async def current_caller(request: Request) -> Caller:
    """Return whom the request's internal token names, without asking for a scope.

    Raises Unauthenticated (401), ServiceUnavailable (503).
    """
    known: Caller | None = request.scope.get("ihala.caller")
    if known is None:
        known = await request.app.state.tokens.caller_of(bearer_token(request))
        request.scope["ihala.caller"] = known
    return known


class _Caller(SecurityBase):
    """Who calls, as the OpenAPI document names it and as a route asks: FastAPI solves each dependency of a dependency for each request."""

    model = OAuth2(flows=OAuthFlows(clientCredentials=OAuthFlowClientCredentials(tokenUrl="/oauth/token", scopes={})))
    scheme_name = "oauth2"

    async def __call__(self, request: Request, demanded: SecurityScopes) -> Caller:
        """Return who calls; the dependency of every route that is not public.

        Raises Unauthenticated (401), also for anonymous callers, InsufficientScope (403) and ServiceUnavailable (503).
        """
        known = await current_caller(request)
        if known.is_anonymous:
            raise unauthenticated("missing")
        if not known.scopes.issuperset(demanded.scopes):
            challenge = f'Bearer error="insufficient_scope", scope="{demanded.scope_str}"'
            raise InsufficientScope(headers={"WWW-Authenticate": challenge}, needed=demanded.scopes)
        return known


caller = _Caller()


async def public_caller(request: Request) -> Caller:
    """Return who calls a public route; who has no token comes with the gateway's anonymous one. Raises Unauthenticated (401)."""
    return await current_caller(request)


def bearer_token(request: Request) -> str:
    """Return the token of the one Authorization header. Raises Unauthenticated (401)."""
    headers = request.headers.getlist("authorization")
    if not headers:
        raise unauthenticated("missing")
    scheme, _, token = headers[0].partition(" ")
    if len(headers) > 1 or scheme.lower() != "bearer" or not token:
        raise unauthenticated("invalid")
    return token


def unauthenticated(why: str) -> Unauthenticated:
    """Return the refusal with its challenge (RFC 6750): no error code where no token was shown."""
    challenge = "Bearer" if why == "missing" else 'Bearer error="invalid_token"'
    return Unauthenticated(headers={"WWW-Authenticate": challenge})


def caller_from(claims: Mapping[str, Any]) -> Caller:
    """Return the caller that a token's checked claims name. Raises ValueError, KeyError or TypeError when one is amiss."""
    if claims["client_id"] == ANONYMOUS:
        return Caller.anonymous()
    operator = claims.get("operator")
    return Caller(
        client_id=_text(claims["client_id"]),
        organization_id=_organization(claims["org"]),
        organization_kind=_text(claims["org_kind"]),
        operator_id=None if operator is None else UUID(_text(operator)),
        governorates=_texts(claims.get("gov", [])),
        roles=_texts(claims.get("roles", [])),
        scopes=frozenset(claims["scope"].split(" ")) - {""},
        cleared=claims.get("cleared", False) is True,
        acting_officer=None if claims.get("acting_officer") is None else _text(claims["acting_officer"]),
        account_id=None if claims["sub"] == claims["client_id"] else _text(claims["sub"]),
    )


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError("a claim is not a text")
    return value


def _texts(value: object) -> frozenset[str]:
    if not isinstance(value, list):
        raise TypeError("a claim is not a list")
    return frozenset(_text(item) for item in value)


def _organization(value: object) -> UUID:
    organization_id = UUID(_text(value))
    if organization_id == NO_ORGANIZATION:
        raise ValueError("a token may not speak for no organisation")
    return organization_id
