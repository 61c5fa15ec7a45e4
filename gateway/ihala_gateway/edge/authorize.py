"""May this request pass, and as whom? Decided from its first line and headers alone, with no framework and no I/O.

The same function is meant for two seats: in this process before the proxy, and behind another proxy's `auth_request`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ihala_kit.problems import InsufficientScope, MethodNotAllowed, NotFound, Problem, ServiceUnavailable, Unauthenticated

from ihala_gateway.edge.acting_officers import officer_of
from ihala_gateway.edge.routes import Route, RouteTable, allowed
from ihala_gateway.errors import ActingOfficerRefused, AddressTooLong, HeadersRefused, PathRefused
from ihala_gateway.oauth import dpop
from ihala_gateway.oauth.access_tokens import AccessTokens, Call, TokenRefused
from ihala_gateway.oauth.dpop import NonceNeeded, ProofRefused
from ihala_gateway.oauth.grant import Grant
from ihala_gateway.oauth.standing import Standing

Headers = Iterable[tuple[bytes, bytes]]  # names in small letters, as ASGI has them

LONGEST_TARGET = 8192
MOST_HEADERS = 100

# What two parsers could read differently is refused, and so is all that RFC 3986 does not allow in a path. An escape is only
# taken where it is needed: not for letters, digits, `-._~` (their plain form is the same path), `%25` (it would be decoded
# twice), `/`, `;`, `\\` and controls.
PLAIN_PATH = rb"/|(?:/(?:[A-Za-z0-9._~!$&'()*+,=:@-]|%(?:2[0-46-9a-c]|3[ac-f]|40|5[bde]|60|7[b-d]|[89a-f][0-9a-f]))+)+/?"
_PATH = re.compile(PLAIN_PATH, re.IGNORECASE)
_DOTS = re.compile(rb"\.\.|/\.(?:/|\Z)")
_CHALLENGES = f"Bearer, DPoP {dpop.CHALLENGE}"  # live clients have nothing but tokens that are bound
_TOKEN_IN_QUERY = re.compile(rb"(?:\A|&)access_token=")


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about one request. Exactly `path` may be forwarded, and only when `refusal` is None."""

    path: bytes
    route: Route | None = None  # known as soon as path and method are
    grant: Grant | None = None  # who calls; None for nobody and on public routes
    refusal: Problem | None = None
    officer: str | None = None  # who sits at the client, as its own system names her
    nonce: str | None = None  # what the next proof of possession must carry, if that is a new one (RFC 9449, 8.2)
    preflight: frozenset[str] = frozenset()  # a browser asked what a page of any origin may do: these methods; nothing is forwarded


@dataclass(frozen=True, slots=True)
class Gatekeeper:
    """`authorize` and the three things it looks into: routes, verified tokens, standing of clients."""

    routes: RouteTable
    tokens: AccessTokens
    standing: Standing

    def authorize(self, method: str, raw_path: bytes, headers: Headers, client_cert: bytes | None = None) -> Decision:
        """Decide on a request. `raw_path` is the target as it was sent, with or without a query; `client_cert` is DER."""
        path, _, query = raw_path.partition(b"?")
        refusal, credentials = first_look(path, query, headers)
        if refusal is not None:
            return Decision(path, refusal=refusal)
        routes = self.routes.find(path)
        route = routes.get(method) or (routes.get("GET") if method == "HEAD" else None)  # GET without its content (RFC 9110, 9.3.2)
        if route is None:
            asked = _preflight(method, routes)
            return Decision(path, preflight=asked) if asked else Decision(path, refusal=_no_route(routes))
        if route.public:
            return Decision(path, route)
        if credentials is None:
            return Decision(path, route, refusal=Unauthenticated(headers={"WWW-Authenticate": _CHALLENGES}))
        decision = self._with_token(route, credentials, client_cert, Call(method, path, _proofs(credentials, headers)))
        return decision if decision.refusal is not None else _with_officer(decision, headers)

    def _with_token(self, route: Route, credentials: bytes, cert: bytes | None, call: Call) -> Decision:
        path = call.path
        try:
            grant = self.tokens.check(credentials, cert, call)
        except TokenRefused:
            return Decision(path, route, refusal=_bad_token(call))
        except ProofRefused:
            return Decision(path, route, refusal=_bad_proof("invalid_dpop_proof"))
        except NonceNeeded:
            return Decision(path, route, refusal=_bad_proof("use_dpop_nonce"), nonce=self.tokens.proofs.nonces.current())
        if not self.standing.known:
            return Decision(path, route, refusal=ServiceUnavailable())
        if not self.standing.holds(grant):
            return Decision(path, route, grant, _bad_token(call))
        if not route.scopes <= grant.scopes:
            return Decision(path, route, grant, _missing(route.scopes, call), nonce=call.next_nonce)
        return Decision(path, route, grant, nonce=call.next_nonce)


def _with_officer(decision: Decision, headers: Headers) -> Decision:
    assert decision.grant is not None, "only who has a token may name an officer"
    try:
        officer = officer_of(headers, decision.grant)
    except ActingOfficerRefused as refusal:
        return replace(decision, refusal=refusal)
    return decision if officer is None else replace(decision, officer=officer)


def path_is_plain(path: bytes) -> bool:
    """Tell whether every parser reads this path alike."""
    return _PATH.fullmatch(path) is not None and _DOTS.search(path) is None


def first_look(path: bytes, query: bytes, headers: Headers) -> tuple[Problem | None, bytes | None]:
    """Return why the request is refused whoever sent it, or else the value of its one Authorization header, if it has one."""
    if len(path) + len(query) > LONGEST_TARGET:
        return AddressTooLong(), None
    if not path_is_plain(path):
        return PathRefused(), None
    seen, credentials = 0, None
    for count, (name, value) in enumerate(headers):
        if name == b"authorization":
            seen, credentials = seen + 1, value
        if seen > 1 or count >= MOST_HEADERS:
            return HeadersRefused(), None
    if query and _TOKEN_IN_QUERY.search(query):
        return HeadersRefused(), None
    return None, credentials


def _no_route(routes: Mapping[str, Route]) -> Problem:
    if not routes:
        return NotFound()
    return MethodNotAllowed(headers={"Allow": allowed(routes)})


def _preflight(method: str, routes: Mapping[str, Route]) -> frozenset[str]:
    return frozenset(name for name, route in routes.items() if route.any_origin) if method == "OPTIONS" else frozenset()


def _proofs(credentials: bytes, headers: Headers) -> tuple[bytes, ...]:
    """Return the proofs of possession that came with a token of the scheme DPoP."""
    return tuple(value for name, value in headers if name == dpop.HEADER) if credentials[:5].lower() == b"dpop " else ()


def _bad_token(call: Call) -> Problem:
    challenge = f'DPoP error="invalid_token", {dpop.CHALLENGE}' if call.proofs else 'Bearer error="invalid_token"'
    return Unauthenticated(headers={"WWW-Authenticate": challenge})


def _bad_proof(error: str) -> Problem:
    return Unauthenticated(headers={"WWW-Authenticate": f'DPoP error="{error}", {dpop.CHALLENGE}'})


def _missing(scopes: frozenset[str], call: Call) -> Problem:
    needed = " ".join(sorted(scopes))
    challenge = f'{"DPoP" if call.proofs else "Bearer"} error="insufficient_scope", scope="{needed}"'
    return InsufficientScope(headers={"WWW-Authenticate": challenge}, needed=sorted(scopes))
