"""Each route as operator, provider, stranger and nobody; each refusal by its name; nothing changes and nothing is echoed."""

from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from ihala_contracts.directory_v1 import OrganizationJoined, PlaceReleased, ServiceChanged

from tests.directory.conftest import SEED
from tests.directory.world import (
    OPERATOR,
    OTHER_OPERATOR,
    TELAFAR,
    TELAFAR_AT,
    TELAFAR_SERVICE,
    ZUMMAR,
    ZUMMAR_AT,
    Case,
    People,
    World,
    key,
    match,
    next_page,
    only,
    slug,
)

ORGANIZATION: dict[str, Any] = {
    "kind": "cso", "names": {"en": "A new one"}, "phone": "+964 700 000 0099", "agreement": {"version": "1", "until": "2035-01-01"},
}  # fmt: skip
SERVICE: dict[str, Any] = {
    "names": {"ar": "ترميم", "en": "Repair"}, "need_codes": ["housing.repair"],
    "at": [{
        "location": {"place": "IQG15Q08N01", "latitude": 36.4, "longitude": 42.4, "names": {"en": "Here"}},
        "areas": ["IQG15Q08"], "capacity": {"kind": "slot", "figure": 3},
    }],
}  # fmt: skip
MATCH = {"need_code": "housing.hlp", "governorate": "IQG15", "district": "IQG15Q08"}
RESERVATION = {"need_id": str(uuid4()), "service_at_location_id": str(ZUMMAR_AT)}

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


async def test_capacity_is_one_small_call_of_its_provider(world: World, http: aiohttp.ClientSession, people: People) -> None:
    url = f"/v1/services-at-locations/{ZUMMAR_AT}"
    provider = people.provider(ZUMMAR, "directory:read", "directory:write")
    async with http.get(url, headers=provider) as answer:
        etag = answer.headers["ETag"]
    for figure, opened in ((500, True), (10, False)):
        async with http.put(f"{url}/capacity", json={"figure": figure}, headers=provider | {"If-Match": etag}) as answer:
            assert ((await answer.json())["capacity"]["free"], answer.status) == (figure, 200)
            etag = answer.headers["ETag"]
        assert only(await world.said(), ServiceChanged).places_opened is opened
    async with http.put(f"{url}/capacity", json={"figure": -1}, headers=provider | {"If-Match": etag}) as answer:
        assert await slug(answer, 422) == "malformed-request"


async def test_a_confirmed_figure_opens_what_a_decline_closed(world: World, http: aiohttp.ClientSession, people: People) -> None:
    await world.rows("UPDATE service_at_location SET figure = 0, confirmed = false WHERE id = :id RETURNING id", id=ZUMMAR_AT)
    url, provider = f"/v1/services-at-locations/{ZUMMAR_AT}/capacity", people.provider(ZUMMAR)
    async with http.put(url, json={"figure": 2}, headers=provider | match(1)) as answer:
        assert (await answer.json())["capacity"]["confirmed"] is True
    assert only(await world.said(), ServiceChanged).places_opened


async def test_matches_explain_themselves(http: aiohttp.ClientSession, people: People) -> None:
    body = MATCH | {"facts": {"status": "group.host", "languages": ["ar"]}}
    async with http.post("/v1/matches", json=body, headers=people.coordinator()) as answer:
        items = (await answer.json())["items"]
    assert [one["rank"] for one in items] == [1, 2, 3, 4]
    assert [one["serves"] for one in items] == [True, False, False, False]  # the centre asks for no status
    criteria = {one["code"]: one for one in items[-1]["criteria"]}
    assert criteria["status"] == {"code": "status", "result": "fail", "rule_version": 1}
    async with http.post("/v1/matches", json=MATCH | {"need_code": "health.disability"}, headers=people.coordinator()) as answer:
        nobody = await answer.json()
    assert (nobody["items"], nobody["failing"]) == ([], [{"code": "need", "result": "fail", "rule_version": 1}])


async def test_services_by_need_and_area_page_by_page(http: aiohttp.ClientSession, people: People) -> None:
    async with http.get("/v1/services?need=housing.hlp&area=IQG15Q08N01", headers=people.stranger()) as answer:
        assert {one["organization"]["kind"] for one in (await answer.json())["items"]} == {"hlp", "nngo", "ingo", "state"}
    async with http.get("/v1/services?need=education.enrolment&area=IQG15", headers=people.stranger()) as answer:
        assert len((await answer.json())["items"]) == 3  # those of the governorate and of its districts
    seen: list[str] = []
    url: str | None = "/v1/services?limit=5"
    while url:
        async with http.get(url, headers=people.stranger()) as answer:
            seen += [one["id"] for one in (await answer.json())["items"]]
            url = next_page(answer)
    shown = [service["id"] for one in SEED["organizations"] if not one["hidden"] for service in one["services"]]
    assert seen == sorted(shown)


async def test_an_organisation_and_its_service_enter_change_and_are_matched(
    world: World, http: aiohttp.ClientSession, people: People
) -> None:
    headers = people.coordinator()
    async with http.post("/v1/organizations", json=ORGANIZATION, headers=headers | key()) as answer:
        organization = await answer.json()
        assert (answer.status, organization["operator_id"], organization["cleared"]) == (201, str(OPERATOR), False)
    only(await world.said(), OrganizationJoined)
    body = SERVICE | {"organization_id": organization["id"], "rules": {"sex": ["female"]}}
    async with http.post("/v1/services", json=body, headers=headers | key()) as answer:
        service = await answer.json()
        assert answer.status == 201, service
    assert only(await world.said(), ServiceChanged).places_opened
    async with http.post("/v1/matches", json=MATCH | {"need_code": "housing.repair"}, headers=headers) as answer:
        assert service["id"] in {one["service_id"] for one in (await answer.json())["items"]}
    at = service["at"][0]
    change = SERVICE | {"need_codes": ["housing.allowance"], "at": [SERVICE["at"][0] | {"id": at["id"], "areas": ["IQG15"]}]}
    async with http.put(f"/v1/services/{service['id']}", json=change, headers=headers | match(1)) as answer:
        changed = await answer.json()
        assert (changed["version"], changed["at"][0]["areas"], changed["rules"]["sex"]) == (2, ["IQG15"], [])
    only(await world.said(), ServiceChanged)
    async with http.put(f"/v1/services/{service['id']}", json=change, headers=headers | match(2)) as answer:
        assert (await answer.json())["version"] == 2  # nothing differs, nothing happens
    assert await world.said() == []
    async with http.post("/v1/matches", json=MATCH | {"need_code": "housing.repair"}, headers=headers) as answer:
        assert service["id"] not in {one["service_id"] for one in (await answer.json())["items"]}
    async with http.post("/v1/organizations", json=ORGANIZATION | {"id": organization["id"]}, headers=headers | key()) as answer:
        assert await slug(answer, 409) == "already-exists"
    async with http.post("/v1/services", json=body | {"id": service["id"]}, headers=headers | key()) as answer:
        assert await slug(answer, 409) == "already-exists"


async def test_a_location_that_is_no_longer_named_is_closed(world: World, http: aiohttp.ClientSession, people: People) -> None:
    async with http.put(f"/v1/services/{TELAFAR_SERVICE}", json=SERVICE, headers=people.coordinator() | match(1)) as answer:
        body = await answer.json()
    assert {one["id"]: one["status"] for one in body["at"]}[str(TELAFAR_AT)] == "closed"
    assert await world.value("SELECT count(*) FROM due_work WHERE key = :id", id=TELAFAR_AT) == 1


async def test_another_operators_organisations_are_not_there_to_be_changed(http: aiohttp.ClientSession, people: People) -> None:
    other = people.coordinator(operator=OTHER_OPERATOR)
    for method, path, body in (
        ("PUT", f"/v1/organizations/{TELAFAR}", ORGANIZATION),
        ("POST", f"/v1/organizations/{TELAFAR}/suspension", {"reason": "conduct"}),
        ("DELETE", f"/v1/organizations/{TELAFAR}/suspension", None),
        ("PUT", f"/v1/services/{TELAFAR_SERVICE}", SERVICE),
        ("POST", "/v1/services", SERVICE | {"organization_id": str(TELAFAR)}),
        ("PUT", f"/v1/services-at-locations/{TELAFAR_AT}/capacity", {"figure": 1}),
    ):
        async with http.request(method, path, json=body, headers=other | key() | match(1)) as answer:
            assert (await slug(answer, 404)).endswith("-not-found"), path


async def test_a_repeated_reservation_is_the_same_one(world: World, http: aiohttp.ClientSession, people: People) -> None:
    headers = people.coordinator() | key()
    async with http.post("/v1/reservations", json=RESERVATION, headers=headers) as answer:
        first = await answer.json()
    async with http.post("/v1/reservations", json=RESERVATION, headers=headers) as answer:
        assert (answer.status, answer.headers["Idempotent-Replayed"], await answer.json()) == (201, "true", first)
    async with http.post("/v1/reservations", json=RESERVATION, headers=people.coordinator() | key()) as answer:
        assert await slug(answer, 409) == "already-reserved"
        assert (await answer.json())["reservation_id"] == first["id"]
    assert (await world.places(ZUMMAR_AT))[1] == 1


async def test_an_officer_gives_a_reservation_up(world: World, http: aiohttp.ClientSession, people: People) -> None:
    async with http.post("/v1/reservations", json=RESERVATION, headers=people.coordinator() | key()) as answer:
        url = f"/v1/reservations/{(await answer.json())['id']}"
    other = people.coordinator(operator=OTHER_OPERATOR)
    async with http.get(url, headers=other) as answer:
        assert await slug(answer, 404) == "reservation-not-found"
    async with http.delete(url, headers=other | match(1)) as answer:
        assert await slug(answer, 404) == "reservation-not-found"
    async with http.delete(url, headers=people.coordinator() | match(1)) as answer:
        assert (await answer.json())["state"] == "released"
    only(await world.said(), PlaceReleased)
    async with http.delete(url, headers=people.coordinator() | match(2)) as answer:
        assert await slug(answer, 409) == "reservation-not-open"
    assert (await world.places(ZUMMAR_AT))[1] == 0


async def test_claimed_and_without_a_referral_for_too_long_is_listed(world: World, http: aiohttp.ClientSession, people: People) -> None:
    cases = [Case() for _ in range(3)]
    for case in cases:
        await world.tell(case.request())
    async with http.get("/v1/reservations", headers=people.coordinator()) as answer:
        assert (await answer.json())["items"] == []
    await world.rows("UPDATE reservation SET reserved_at = reserved_at - interval '16 minutes' RETURNING id")
    first = await world.value("SELECT id FROM reservation WHERE need_id = :need", need=cases[0].need_id)
    await world.tell(cases[0].offered(first))
    async with http.get("/v1/reservations?limit=1", headers=people.coordinator()) as answer:
        [one] = (await answer.json())["items"]
        link = next_page(answer) or ""
    async with http.get(link, headers=people.coordinator()) as answer:
        [two] = (await answer.json())["items"]
        assert "next" not in answer.links
    assert {one["need_id"], two["need_id"]} == {str(case.need_id) for case in cases[1:]}
    async with http.get("/v1/reservations", headers=people.coordinator(operator=OTHER_OPERATOR)) as answer:
        assert (await answer.json())["items"] == []
