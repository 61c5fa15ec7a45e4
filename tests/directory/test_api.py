"""Each route as operator, provider, stranger and nobody; each refusal by its name; nothing changes and nothing is echoed."""

from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from tests.directory.bodies import MATCH, ORGANIZATION, RESERVATION, SERVICE
from tests.directory.world import TELAFAR, TELAFAR_AT, TELAFAR_SERVICE, People, World, key, match, slug

_HERE = SERVICE["at"][0]
ABROAD = SERVICE | {"at": [_HERE | {"location": _HERE["location"] | {"latitude": 42.4, "longitude": 36.4}}]}  # as when they are exchanged
# method, path, body, If-Match, scope, and what operator, provider and stranger get who have every scope
ROUTES: list[tuple[str, str, Any, bool, str, tuple[int, int, int]]] = [
    ("GET", "/v1/services", None, False, "directory:read", (200, 200, 200)),
    ("GET", f"/v1/services/{TELAFAR_SERVICE}", None, False, "directory:read", (200, 200, 200)),
    ("GET", f"/v1/services-at-locations/{TELAFAR_AT}", None, False, "directory:read", (200, 200, 200)),
    ("GET", f"/v1/organizations/{TELAFAR}", None, False, "directory:read", (200, 200, 200)),
    ("POST", "/v1/matches", MATCH, False, "directory:read", (200, 403, 403)),
    ("POST", "/v1/reservations", RESERVATION, False, "directory:reserve", (201, 403, 403)),
    ("GET", "/v1/reservations", None, False, "directory:reserve", (200, 403, 403)),
    ("GET", f"/v1/reservations/{uuid4()}", None, False, "directory:reserve", (404, 403, 403)),
    ("DELETE", f"/v1/reservations/{uuid4()}", None, True, "directory:reserve", (404, 403, 403)),
    ("PUT", f"/v1/services-at-locations/{TELAFAR_AT}/capacity", {"figure": 7}, True, "directory:write", (200, 200, 404)),
    ("POST", "/v1/organizations", ORGANIZATION, False, "directory:admin", (201, 403, 403)),
    ("PUT", f"/v1/organizations/{TELAFAR}", ORGANIZATION, True, "directory:admin", (200, 403, 403)),
    ("POST", f"/v1/organizations/{TELAFAR}/suspension", {"reason": "conduct"}, True, "directory:admin", (200, 403, 403)),
    ("DELETE", f"/v1/organizations/{TELAFAR}/suspension", None, True, "directory:admin", (409, 403, 403)),
    ("POST", "/v1/services", SERVICE | {"organization_id": str(TELAFAR)}, False, "directory:admin", (201, 403, 403)),
    ("PUT", f"/v1/services/{TELAFAR_SERVICE}", SERVICE, True, "directory:admin", (200, 403, 403)),
]
NAMES = [f"{method} {path.split('/')[2]}" for method, path, *_ in ROUTES]


async def ask(http: aiohttp.ClientSession, route: tuple[Any, ...], headers: dict[str, str]) -> aiohttp.ClientResponse:
    method, path, body, if_match = route[:4]
    sent = headers | (key() if method == "POST" else {}) | (match(1) if if_match else {})
    return await http.request(method, path, json=body, headers=sent)


@pytest.mark.parametrize("route", ROUTES, ids=NAMES)
@pytest.mark.parametrize("number", range(3), ids=["operator", "provider", "stranger"])
async def test_who_may_call_what(world: World, http: aiohttp.ClientSession, people: People, route: tuple[Any, ...], number: int) -> None:
    headers = (people.coordinator(), people.provider(TELAFAR), people.stranger())[number]
    async with await ask(http, route, headers) as answer:
        body = await answer.json(content_type=None)
        assert answer.status == route[5][number], body
        if answer.status >= 400:
            assert answer.content_type == "application/problem+json"
            assert await world.said() == []


@pytest.mark.parametrize("route", ROUTES, ids=NAMES)
async def test_nobody_and_who_lacks_the_scope(world: World, http: aiohttp.ClientSession, people: People, route: tuple[Any, ...]) -> None:
    others = {"directory:read", "directory:reserve", "directory:write", "directory:admin"} - {route[4]}
    async with await ask(http, route, people.coordinator(*others)) as answer:
        assert await slug(answer, 403) == "insufficient-scope"
    async with await ask(http, route, people.nobody()) as answer:
        assert await slug(answer, 401) == "unauthenticated"
    async with await ask(http, route, {}) as answer:
        assert answer.status == 401
    assert await world.said() == []


@pytest.mark.parametrize("route", [route for route in ROUTES if route[3]], ids=[n for n, r in zip(NAMES, ROUTES, strict=True) if r[3]])
async def test_changes_need_the_version_they_were_decided_on(http: aiohttp.ClientSession, people: People, route: tuple[Any, ...]) -> None:
    method, path, body = route[:3]
    extra = key() if method == "POST" else {}
    async with http.request(method, path, json=body, headers=people.coordinator() | extra) as answer:
        assert await slug(answer, 428) == "precondition-required"
    async with http.request(method, path, json=body, headers=people.coordinator() | extra | match(9)) as answer:
        assert await slug(answer, 404 if "reservations" in path else 412) in ("stale", "reservation-not-found")


async def test_public_lists_without_a_scope_and_kept(http: aiohttp.ClientSession, people: People) -> None:
    for path, count in (("/v1/needs", 54), ("/v1/places?limit=600", 583)):
        async with http.get(path, headers=people.nobody()) as answer:
            assert (answer.status, len((await answer.json())["items"])) == (200, count)
            etag = answer.headers["ETag"]
            assert answer.headers["Cache-Control"] == "public, max-age=3600"
        async with http.get(path, headers=people.nobody() | {"If-None-Match": etag}) as answer:
            assert (answer.status, await answer.read()) == (304, b"")
    async with http.get("/v1/places", params={"q": "تلعفر", "level": "district"}, headers=people.nobody()) as answer:
        body = await answer.json()
        assert [one["code"] for one in body["items"]] == ["IQG15Q08"]
        assert "CC BY 3.0 IGO" in body["attribution"]


@pytest.mark.parametrize(
    ("method", "path", "body", "name", "pointer"),
    [
        ("GET", "/v1/services?need=nothing.such", None, "unknown-need-code", "query/need"),
        ("GET", "/v1/services?area=IQG99", None, "unknown-place", "query/area"),
        ("GET", "/v1/places?within=IQG99", None, "unknown-place", "query/within"),
        ("POST", "/v1/matches", MATCH | {"need_code": "housing"}, "unknown-need-code", "#/need_code"),
        ("POST", "/v1/matches", MATCH | {"governorate": "IQG15Q08"}, "unknown-place", "#/governorate"),
        ("POST", "/v1/matches", MATCH | {"district": "IQG01Q01"}, "unknown-place", "#/district"),
        ("POST", "/v1/services", SERVICE | {"need_codes": ["group.idp"]}, "unknown-need-code", "#/need_codes/0"),
        ("POST", "/v1/services", SERVICE | {"rules": {"statuses": ["group.x"]}}, "unknown-group", "#/rules/statuses/0"),
        ("POST", "/v1/services", ABROAD, "point-outside-iraq", "#/at/0/location/latitude"),
        ("POST", "/v1/services", SERVICE | {"at": [SERVICE["at"][0] | {"areas": ["GN99072"]}]}, "unknown-place", "#/at/0/areas/0"),
    ],
)
async def test_codes_that_are_not_in_the_lists(
    world: World, http: aiohttp.ClientSession, people: People, method: str, path: str, body: Any, name: str, pointer: str
) -> None:
    if path == "/v1/services" and body is not None:
        body = body | {"organization_id": str(TELAFAR)}
    async with http.request(method, path, json=body, headers=people.coordinator() | key()) as answer:
        assert await slug(answer, 422) == name
        assert (await answer.json())["pointer"] == pointer
    assert await world.said() == []


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/matches", {}),
        ("/v1/matches", MATCH | {"story": "secret words"}),
        ("/v1/matches", MATCH | {"need_code": "x" * 999}),
        ("/v1/matches", MATCH | {"facts": {"age": -1}}),
        ("/v1/reservations", {"need_id": "secret words", "service_at_location_id": 4}),
        ("/v1/organizations", ORGANIZATION | {"kind": "secret words"}),
        ("/v1/organizations", ORGANIZATION | {"names": {"fr": "secret words"}}),
        ("/v1/organizations", ORGANIZATION | {"phone": "secret words"}),
        ("/v1/services", SERVICE),
        ("/v1/services", SERVICE | {"organization_id": str(TELAFAR), "rules": {"age_min": 9, "age_max": 8}}),
        ("/v1/services", SERVICE | {"organization_id": str(TELAFAR), "at": []}),
    ],
)
async def test_malformed_bodies_change_nothing_and_are_not_echoed(
    world: World, http: aiohttp.ClientSession, people: People, path: str, body: Any
) -> None:
    async with http.post(path, json=body, headers=people.coordinator() | key()) as answer:
        assert await slug(answer, 422) == "malformed-request"
        assert "secret" not in await answer.text()
    assert await world.said() == []


FOR_EVER = "9999-12-31"
BEFORE_ALL, AFTER_ALL = "0001-01-01T00:00:00+03:00", f"{FOR_EVER}T23:59:59-05:00"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/services", SERVICE | {"organization_id": str(TELAFAR), "closures": [{"from": "2026-01-01", "until": FOR_EVER}]}, 201),
        ("/v1/organizations", ORGANIZATION | {"agreement": {"version": "1", "until": "0001-01-15"}}, 201),
        (f"/v1/services-at-locations/{TELAFAR_AT}/openings?from={FOR_EVER}", None, 422),
        (f"/v1/hsds/services?modified_after={BEFORE_ALL.replace('+', '%2B')}", None, 422),
        (f"/v1/exports/services?modified_after={AFTER_ALL}", None, 422),
        ("/v1/rulesets/00000000-0000-0000-0000-000000000001/dry-run", {"since": BEFORE_ALL}, 422),
        ("/v1/rulesets/00000000-0000-0000-0000-000000000001/publication", {"valid_from": AFTER_ALL}, 422),
        ("/v1/rulesets", {"name": "<b>Ours</b>", "body": {}}, 422),
        ("/v1/matches", MATCH | {"facts": {"status": "returnee"}}, 422),
    ],
)
async def test_the_ends_of_time_and_unknown_words_are_no_fault_of_ours(
    http: aiohttp.ClientSession, people: People, path: str, body: dict[str, Any] | None, status: int
) -> None:
    headers = people.coordinator() | ({} if body is None else key() | match(1))
    async with http.request("GET" if body is None else "POST", path, json=body, headers=headers) as answer:
        found = await answer.json(content_type=None)
        assert answer.status == status, found
        assert status < 400 or found.get("pointer") or found["errors"][0]["pointer"] != "#"
