"""The one list of routes that need no token. Everything else needs a scope; a test compares the two."""

HSDS = "/hsds"
HSDS_LISTS = ("services", "service_at_locations", "organizations", "taxonomies", "taxonomy_terms")

FHIR = "/fhir/R4"  # FHIR's own base: its clients know no service's name
LINK = "/l"  # one-time links: short, since people copy them by hand

AT_THE_ROOT: dict[str, str] = {HSDS: "directory", LINK: "referral", FHIR: "referral"}
"""Paths that the outside sees without the service's name in front, and whose they are."""

ANY_ORIGIN: tuple[str, ...] = (HSDS,)
"""Those of them that pages of any origin may read. All of these are public."""

PUBLIC_ROUTES: frozenset[tuple[str, str, str]] = frozenset(
    {
        ("intake", "POST", "/v1/requests/self"),
        ("referral", "GET", "/v1/statistics/public"),
        ("notify", "GET", "/v1/slips/{code}"),
        *(("notify", method, "/v1/digests/stop/{token}") for method in ("GET", "POST")),
        ("directory", "GET", "/v1/needs"),
        ("directory", "GET", "/v1/places"),
        ("directory", "GET", "/v1/search"),
        ("directory", "GET", "/v1/search/suggestions"),
        ("directory", "GET", "/v1/places/at"),
        ("directory", "GET", "/v1/places/{code}/boundary"),
        *(("directory", "GET", HSDS + path) for path in ("", "/", "/openapi.json", "/profile", "/profile/{name}", "/schema/{name}")),
        *(("directory", method, f"{HSDS}/{name}") for name in HSDS_LISTS for method in ("GET", "POST")),
        *(("directory", "GET", f"{HSDS}/{name}/{{id}}") for name in HSDS_LISTS),
        ("referral", "GET", f"{FHIR}/metadata"),
        *(("referral", method, f"{LINK}/{{token}}") for method in ("GET", "POST")),
    }
)
"""(service, method, path as in the service's OpenAPI document)."""


def at_the_root(path: str) -> bool:
    """Tell whether a path, as a service or as the outside writes it, is one of AT_THE_ROOT."""
    return owner_at_the_root(path) is not None


def owner_at_the_root(path: str) -> str | None:
    """Return whose path it is, when it is one of AT_THE_ROOT."""
    return next((service for prefix, service in AT_THE_ROOT.items() if _under(prefix, path)), None)


def for_any_origin(path: str) -> bool:
    """Tell whether pages of any origin may read it."""
    return any(_under(prefix, path) for prefix in ANY_ORIGIN)


def in_fhir(path: str) -> bool:
    """Tell whether a path is one of FHIR's, where refusals too are FHIR resources."""
    return _under(FHIR, path)


def _under(prefix: str, path: str) -> bool:
    return path == prefix or path.startswith(prefix + "/")
