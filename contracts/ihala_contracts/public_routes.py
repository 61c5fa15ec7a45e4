"""The one list of routes that need no token. Everything else needs a scope; a test compares the two."""

PUBLIC_ROUTES: frozenset[tuple[str, str, str]] = frozenset(
    {
        ("directory", "GET", "/v1/needs"),
        ("directory", "GET", "/v1/places"),
    }
)
"""(service, method, path as in the service's OpenAPI document)."""
