"""Writes what nginx must know of our routes: maps from a request's address to its route, its service and the path there.

A decision is kept by token, method and route, so nginx must know a request's route by itself. It recognises only what is certain:
a plain path (the same rule as `authorize`) that matches the template of a route with scopes. Everything else goes to the built-in seat.
Regular expressions are tried one after the other, so a route is looked up by its first parts and only the few that share them are tried.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from ihala_gateway.edge.acting_officers import PATTERN as OFFICER
from ihala_gateway.edge.authorize import PLAIN_PATH
from ihala_gateway.edge.routes import Route
from ihala_gateway.limits.policy import READ, WRITE, Policy, kind_of

FIRST_PARTS = 3  # /referral/v1/referrals: after these, few routes are left


def routes_conf(routes: Iterable[Route]) -> str:
    """Return the maps, for the `http` block. They set $ihala_route (empty: hand over), $ihala_service and $ihala_at_service."""
    found = list(routes)
    services = {route.template: route for route in found}
    handed_over = {route.template for route in found if not _is_usual(route)}
    return "\n".join([_plain(), *_by_first_parts(services, handed_over), *_service(services), _officer(), ""])


def limits_conf(policy: Policy) -> str:
    """Return the zones of two limits, for the `http` block: what a token may read and write before its calls are handed over.

    The gateway counts those exactly, in all its processes together, and refuses what is too much; nginx counts here and by token alone.
    """
    keys = map_conf("$request_method", "$ihala_reads", ['"~^(?:GET|HEAD)$" $http_authorization;'])
    others = map_conf("$request_method", "$ihala_writes", ['"~^(?:GET|HEAD)$" "";'], "$http_authorization")
    zones = [
        f"limit_req_zone {key} zone={key[1:]}:10m rate={policy.quota(kind, 'client')}r/m;"
        for key, kind in (("$ihala_reads", READ), ("$ihala_writes", WRITE))
    ]
    return "\n".join([keys, others, *zones, ""])


def body_fits_conf(largest: int) -> str:
    """Return the map that sets $ihala_body_fits to 1 when a body is certainly not above `largest` bytes, by the digits of its length.

    What may be too large, or tells no length, is for the gateway to count.
    """
    digits = len(str(largest)) - 1
    return map_conf("$http_transfer_encoding|$content_length", "$ihala_body_fits", [f'"~^\\|[0-9]{{0,{digits}}}$" 1;']) + "\n"


def upstreams_conf(gateway: str, services: Mapping[str, str]) -> str:
    """Return the `upstream` blocks; `gateway` is the built-in seat, all are host:port."""
    named = {"gateway": gateway, **services}
    return "".join(f"upstream ihala-{name} {{ server {at}; keepalive 64; keepalive_timeout 4s; }}\n" for name, at in named.items())


def _is_usual(route: Route) -> bool:
    """Tell whether nginx can pass calls of a route on: somebody must call it, and it has no limit, size or silence of its own."""
    terms = route.terms
    own = terms.limit != kind_of(route.method, None) or (terms.largest_body, terms.silence_seconds, terms.notices) != (None, None, ())
    return not (route.public or route.any_origin or own)


def _plain() -> str:
    """Return the map that leaves a path as it was sent, and nothing when two parsers could read it differently."""
    dots = r"(?![^?]*(?:\.\.|/\.(?:/|\?|$)))"
    return map_conf("$request_uri", "$ihala_path", [f'"~*^{dots}(?<ihala_plain>{PLAIN_PATH.decode("ascii")})(?:\\?|$)" $ihala_plain;'])


def _by_first_parts(templates: Iterable[str], handed_over: Collection[str]) -> list[str]:
    groups: dict[str, list[str]] = defaultdict(list)
    for template in templates:
        if (parts := _first_parts(template)) is not None:
            groups[parts].append(template)
        elif template not in handed_over:
            raise ValueError(f"{template} has a parameter among its first {FIRST_PARTS} parts: nginx would not find it")
    names = {parts: f"$ihala_routes_{number}" for number, parts in enumerate(sorted(groups))}
    first = rf'"~^(?<ihala_first_parts>(?:/[^/]+){{1,{FIRST_PARTS}}})" $ihala_first_parts;'
    return [
        map_conf("$ihala_path", "$ihala_first", [first]),
        *(map_conf("$ihala_path", name, _matching(groups[parts], handed_over)) for parts, name in names.items()),
        map_conf("$ihala_first", "$ihala_route", [f'"{parts}" {name};' for parts, name in names.items()]),
    ]


def _first_parts(template: str) -> str | None:
    """Return the parts by which a template is looked up; None when one of them is a parameter."""
    parts = template.split("/")[1 : FIRST_PARTS + 1]
    return None if any("{" in part for part in parts) else "/" + "/".join(parts)


def _matching(templates: list[str], handed_over: Collection[str]) -> list[str]:
    """Return the lines for some templates. Where two match, a literal part wins over a parameter, as in the route table; so those that
    are handed over are there too, without a name.

    Expressions all of them: nginx compares plain strings without regard to case.
    """
    ordered = sorted(templates, key=lambda template: ["{" in part for part in template.split("/")])
    return [f'"~^{_expression(template)}$" "{"" if template in handed_over else template}";' for template in ordered]


def _expression(template: str) -> str:
    return "/".join("[^/]+" if "{" in part else part.replace(".", r"\.") for part in template.split("/"))


def _service(templates: Mapping[str, Route]) -> list[str]:
    services = [f'"{template}" "ihala-{route.service}";' for template, route in sorted(templates.items())]
    names = "|".join(sorted({route.service for route in templates.values() if route.in_front}))
    inside = rf'"~^/(?:{names})(?<ihala_inside>/.*)$" $ihala_inside;'
    return [map_conf("$ihala_route", "$ihala_service", services), map_conf("$ihala_path", "$ihala_at_service", [inside], "$ihala_path")]


def _officer() -> str:
    """Return the map that tells whether Ihala-Acting-Officer may be part of a key."""
    return map_conf("$http_ihala_acting_officer", "$ihala_officer_is_plain", ['"" 1;', f'"~{OFFICER}" 1;'])


def map_conf(source: str, target: str, lines: list[str], default: str = '""') -> str:
    """Return a map of nginx's."""
    source = source if source.startswith("$") and "|" not in source else f'"{source}"'
    return "\n".join([f"map {source} {target} {{", f"    default {default};", *(f"    {line}" for line in lines), "}"])
