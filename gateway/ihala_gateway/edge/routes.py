"""Where a path leads and which scopes it needs: compiled once, at start, from the services' OpenAPI documents."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ihala_contracts.public_routes import PUBLIC_ROUTES, for_any_origin, owner_at_the_root

from ihala_gateway.edge.terms import Terms, TermsError, terms_of

SCHEME = "oauth2"  # the name of the security scheme in every service's document
_METHODS = frozenset({"get", "put", "post", "delete", "patch", "head", "options"})


class RouteTableError(Exception):
    """The documents do not say who may call a route, or two of them claim the same one: the gateway does not start."""


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. `template` is the external path (/intake/v1/requests/{id}); the only form of it that is logged."""

    service: str
    method: str
    template: str
    scopes: frozenset[str]  # all of them are needed
    public: bool
    in_front: int = 0  # bytes that the external path has before the service's own
    deprecated: bool = False  # is about to go
    terms: Terms = Terms()

    @property
    def any_origin(self) -> bool:
        """Tell whether pages of any origin may read it."""
        return for_any_origin(self.template)


@dataclass(slots=True)
class _Node:
    literals: dict[bytes, "_Node"] = field(default_factory=dict)
    parameter: "_Node | None" = None
    routes: dict[str, Route] = field(default_factory=dict)


class RouteTable:
    """All routes by path, then by method."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._root = _Node()
        for route in routes:
            self._add(route)

    def find(self, path: bytes) -> Mapping[str, Route]:
        """Return the routes of a path by method; none when no template matches. A literal part wins over a parameter."""
        found = _descend(self._root, path.split(b"/"), 1)
        return found.routes if found else {}

    def __iter__(self) -> Iterator[Route]:
        return _all(self._root)

    def scopes(self) -> list[str]:
        """Return every scope that some route needs, sorted."""
        return sorted({scope for route in self for scope in route.scopes})

    def _add(self, route: Route) -> None:
        node = self._root
        for part in route.template.split("/")[1:]:
            if part.startswith("{"):
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.literals.setdefault(part.encode("ascii"), _Node())
        if route.method in node.routes:
            raise RouteTableError(f"{route.method} {route.template}: two routes match the same paths")
        node.routes[route.method] = route


def allowed(routes: Iterable[str]) -> str:
    """Return the header `Allow` for a path that has routes of these methods: where there is GET, HEAD is answered as well."""
    methods = set(routes)
    return ", ".join(sorted(methods | {"HEAD"} if "GET" in methods else methods))


def _descend(node: _Node, parts: list[bytes], at: int) -> _Node | None:
    if at == len(parts):
        return node if node.routes else None
    literal = node.literals.get(parts[at])
    if literal is not None and (found := _descend(literal, parts, at + 1)) is not None:
        return found
    if node.parameter is not None and parts[at]:
        return _descend(node.parameter, parts, at + 1)
    return None


def _all(node: _Node) -> Iterator[Route]:
    yield from node.routes.values()
    for child in (*node.literals.values(), *filter(None, (node.parameter,))):
        yield from _all(child)


def compile_routes(documents: Mapping[str, Mapping[str, Any]]) -> RouteTable:
    """Return the table for the OpenAPI documents by service name.

    Raises RouteTableError when an operation has no scope and is not in PUBLIC_ROUTES, or has scopes and is.
    """
    return RouteTable(route for service, document in documents.items() for route in _routes(service, document))


def _routes(service: str, document: Mapping[str, Any]) -> Iterator[Route]:
    default = document.get("security", [])
    for path, item in document["paths"].items():
        for method in sorted(_METHODS & item.keys()):
            scopes = _scopes(item[method].get("security", default))
            public = (service, method.upper(), path) in PUBLIC_ROUTES
            if public == bool(scopes):
                raise RouteTableError(f"{method.upper()} {path} of {service} must have scopes or be a public route, not both")
            front = _in_front(service, path, public=public)
            deprecated = item[method].get("deprecated", False)
            terms = _terms(service, method.upper(), path, item[method])
            yield Route(service, method.upper(), front + path, scopes, public, len(front), deprecated, terms)


def _terms(service: str, method: str, path: str, operation: Mapping[str, Any]) -> Terms:
    try:
        return terms_of(operation, method)
    except TermsError as error:
        raise RouteTableError(f"{method} {path} of {service}: x-ihala or its deprecation cannot be read ({error})") from None


def _in_front(service: str, path: str, *, public: bool) -> str:
    """Return what the outside puts before a service's own path: its name, but nothing for what is at the root."""
    owner = owner_at_the_root(path)
    if owner is None:
        return f"/{service}"
    if owner != service:
        raise RouteTableError(f"{path} of {service} is at the root, where it belongs to {owner}")
    if for_any_origin(path) and not public:
        raise RouteTableError(f"{path} of {service} stands where pages of any origin read it, and is not public")
    return ""


def _scopes(security: Iterable[Mapping[str, Iterable[str]]]) -> frozenset[str]:
    """Return every scope that is named. OpenAPI would let one entry of several do; FastAPI demands all that it lists, and so do we."""
    return frozenset(scope for entry in security for scope in entry.get(SCHEME, ()))
