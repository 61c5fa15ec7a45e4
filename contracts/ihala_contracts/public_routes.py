"""The one list of routes that need no token. Everything else needs a scope; a test compares the two."""

HSDS = "/hsds"
HSDS_LISTS = ("services", "service_at_locations", "organizations", "taxonomies", "taxonomy_terms")

AT_THE_ROOT: dict[str, str] = {HSDS: "directory"}
"""Paths that the outside sees without the service's name in front, and whose they are. All are public, for pages of any origin."""

PUBLIC_ROUTES: frozenset[tuple[str, str, str]] = frozenset(
    {
        ("intake", "POST", "/v1/requests/self"),
        ("directory", "GET", "/v1/needs"),
        ("directory", "GET", "/v1/places"),
        ("directory", "GET", "/v1/search"),
        ("directory", "GET", "/v1/search/suggestions"),
        ("directory", "GET", "/v1/places/at"),
        ("directory", "GET", "/v1/places/{code}/boundary"),
        *(("directory", "GET", HSDS + path) for path in ("", "/", "/openapi.json", "/profile", "/profile/{name}", "/schema/{name}")),
        *(("directory", method, f"{HSDS}/{name}") for name in HSDS_LISTS for method in ("GET", "POST")),
        *(("directory", "GET", f"{HSDS}/{name}/{{id}}") for name in HSDS_LISTS),
    }
)
"""(service, method, path as in the service's OpenAPI document)."""


def at_the_root(path: str) -> bool:
    """Tell whether a path, as a service or as the outside writes it, is one of AT_THE_ROOT."""
    return any(path == prefix or path.startswith(prefix + "/") for prefix in AT_THE_ROOT)
