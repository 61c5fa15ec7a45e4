"""What is refused before anything is stored: each with its problem, and without a word of what was sent."""

import re
from typing import Any

from ihala_contracts.public_routes import PUBLIC_ROUTES
from ihala_kit.http import openapi_document

from tests.intake.actors import COORDINATOR, HLP, NOTIFY
from tests.intake.house import House
from tests.intake.samples import SECRETS, consent, need, person, request

LONG = "ز" * 81
BAD: list[tuple[dict[str, Any], str, str]] = [
    (request(need("housing.palace")), "unknown-need-code", "#/needs/0/code"),
    (request(need(), need("protection")), "unknown-need-code", "#/needs/1/code"),
    (request(helped_on_the_spot={"code": "x", "at": "2025-01-01T00:00:00Z"}), "unknown-need-code", "#/helped_on_the_spot/code"),
    (request(person=person(place="SY0101")), "unknown-place", "#/person/place"),
    (request(person=person(place="Telafar")), "unknown-place", "#/person/place"),
    (request(consent=None), "consent-missing", "#/consent"),
    (request(consent=consent(categories=[])), "consent-missing", "#/consent/categories"),
    (request(consent=consent(until="2020-01-01T00:00:00Z")), "malformed-request", "#/consent/until"),
    (request(consent=consent(until="2120-01-01")), "malformed-request", "#/consent/until"),
    (request(consent=consent(until="9999-12-31T23:59:59-05:00")), "malformed-request", "#/consent/until"),
    (request(helped_on_the_spot={"code": "legal.advice", "at": "0001-01-01T00:00:00+03:00"}), "malformed-request",
     "#/helped_on_the_spot/at"),
    (request(consent=consent(until="tomorrow")), "malformed-request", "#/consent/until"),
    (request(helped_on_the_spot={"code": "legal.advice", "at": "20260101"}), "malformed-request", "#/helped_on_the_spot/at"),
    (request(helped_on_the_spot={"code": "legal.advice", "at": 20260101}), "malformed-request", "#/helped_on_the_spot/at"),
    (request(person=person(birth_on=0, birth_year=None)), "malformed-request", "#/person/birth_on"),
    (request(consent=consent(categories=["religion"])), "malformed-request", "#/consent/categories/0"),
    (request(consent=consent(purpose="research")), "malformed-request", "#/consent/purpose"),
    (request() | {"needs": []}, "malformed-request", "#/needs"),
    (request(need(urgency="soon")), "malformed-request", "#/needs/0/urgency"),
    (request(need(sensitivity="standard")), "malformed-request", "#/needs/0/sensitivity"),
    (request(need(note="n" * 2001)), "malformed-request", "#/needs/0/note"),
    (request(person=person(call_name="")), "malformed-request", "#/person/call_name"),
    (request(person=person(given_name=LONG)), "malformed-request", "#/person/given_name"),
    (request(person=person(status="group.martian")), "malformed-request", "#/person/status"),
    (request(person=person(birth_year=1850)), "malformed-request", "#/person/birth_year"),
    (request(person=person(birth_year=2199)), "malformed-request", "#/person/birth_year"),
    (request(person=person(birth_on="2199-01-01")), "malformed-request", "#/person/birth_on"),
    (request(person=person(phones=[{"number": "زينب", "safe_to_call": True, "safe_to_message": True}])), "malformed-request",
     "#/person/phones/0/number"),
    (request(person=person(phones=[{"number": "0532 123 4567", "safe_to_call": True, "safe_to_message": True}])), "malformed-request",
     "#/person/phones/0/number"),
    (request(person=person(given_name="ز" * 5000)), "malformed-request", "#/person/given_name"),
    (request(person=person(given_name="x\u202ey")), "malformed-request", "#/person/given_name"),
    (request(need(note="x\u2066y")), "malformed-request", "#/needs/0/note"),
    (request(consent=consent(recorded_by="x\u202ey")), "malformed-request", "#/consent/recorded_by"),
    (request(person=person(birth_on="1987-02-30", birth_year=None)), "malformed-request", "#/person/birth_on"),
    (request(person=person(movements=[{"kind": "displaced", "since": "2014-13"}])), "malformed-request", "#/person/movements/0/since"),
    (request(person=person(birth_year=1980, guardian={"state": "none"})), "malformed-request", "#/person/guardian"),
    (request(identity_held_by="origin", person={"call_name": "W", "place": "IQG15", "address": "x"}), "identity-held-by-origin",
     "#/person"),
    (request(person=person(religion="x")), "malformed-request", "#/person"),
    (request(identifiers=[{"system": "a b", "value": "1"}]), "malformed-request", "#/identifiers/0/system"),
    (request(identity_held_by="origin"), "identity-held-by-origin", "#/person"),
    (request(focal_point={"call_name": "x"}), "malformed-request", "#/focal_point"),
    ({"person": "زينب"}, "malformed-request", "#/person"),
]  # fmt: skip


async def test_a_bad_request_changes_nothing_and_echoes_nothing(house: House) -> None:
    for body, slug, pointer in BAD:
        answer = await house.post("/v1/requests", HLP, body)
        assert (answer.status, answer.slug) == (422, slug), pointer
        assert answer.headers["Content-Type"] == "application/problem+json"
        places = [answer.body["pointer"]] if "pointer" in answer.body else [one["pointer"] for one in answer.body["errors"]]
        assert pointer in places, places
        assert not [word for word in (*SECRETS, LONG, "SY0101", "palace", "religion", "martian") if word in str(answer.body)], pointer
    assert await house.events() == []
    assert [await house.scalar(f"SELECT count(*) FROM {table}") for table in ("request", "person", "data_key", "idempotency")] == [0] * 4


async def test_what_is_wrong_is_said_in_the_callers_language(house: House) -> None:
    bad = {"person": {"call_name": "x\u202ey", "place": "IQG15", "phones": [{"number": "0532 123 4567", "safe_to_call": True}]}}
    for language, words in (("en", "Type it again"), ("ar", "اكتبه من جديد"), ("ckb", "دووبارە بینووسەرەوە")):
        answer = await house.post("/v1/requests", HLP, bad, headers={"Accept-Language": language})
        said = {one["code"]: one.get("title", "") for one in answer.body["errors"]}
        assert words in said["direction_override"]
        assert said["phone_prefix_missing"] != said["missing"] != ""
        assert "0532" not in str(answer.body)


async def test_what_is_no_json_is_malformed(house: House) -> None:
    headers = HLP.headers(house.mint) | {"Content-Type": "application/json"}
    for raw in (b"", b"{", b"[]", b'"x"', b"\xff\xfe", b'{"needs": ' + b"[" * 5000 + b"]" * 5000 + b"}"):
        async with house.session.post("/v1/requests", data=raw, headers=headers) as answer:
            assert answer.status in (400, 422), raw[:10]
            assert (await answer.json(content_type=None))["type"] == "urn:ihala:problem:malformed-request"


async def test_a_body_over_one_mebibyte_is_refused(house: House) -> None:
    answer = await house.post("/v1/requests", HLP, request(need(note="n" * 1_100_000)))
    assert (answer.status, answer.slug) == (413, "body-too-large")


async def test_a_nul_breaks_nothing(house: House) -> None:
    for body in (
        request(person=person(given_name="a\u0000b")), request(need(note="a\u0000b")),
        request(identifiers=[{"system": "moi\u0000", "value": "1"}]), request(identifiers=[{"system": "moi", "value": "1\u0000"}]),
        request(consent=consent(script="1\u0000")),
    ):  # fmt: skip
        refused = await house.post("/v1/requests", HLP, body)
        assert (refused.status, refused.slug) == (422, "malformed-request")
    asked = await house.get("/v1/arrivals?governorate=%00", COORDINATOR)
    assert asked.body["errors"][0]["pointer"] == "query/governorate"


async def test_an_expired_or_foreign_token_opens_nothing(house: House) -> None:
    for changes in ({"exp": 1}, {"aud": "referral"}, {"iss": "https://elsewhere.example"}, {"org": None}):
        answer = await house.post("/v1/requests", HLP.but(more=changes), request())
        assert (answer.status, answer.slug) == (401, "unauthenticated"), changes
    assert await house.scalar("SELECT count(*) FROM request") == 0


async def test_a_wrong_scope_is_refused_on_every_route(house: House) -> None:
    routes = _routes(house)
    assert len(routes) > 20
    for method, path in routes:
        body: dict[str, Any] | None = None if method == "GET" else {}
        refused = await house.call(method, path, HLP.but(scopes=("directory:read",)), body)
        assert (refused.status, refused.slug) == (403, "insufficient-scope"), (method, path)
        nobody = await house.call(method, path, None, body)
        assert (nobody.status, nobody.slug) == (401, "unauthenticated"), (method, path)


def _routes(house: House) -> list[tuple[str, str]]:
    """Every route that is not public, with some id in its path."""
    paths = openapi_document(house.service)["paths"]
    every = [(method.upper(), path) for path, operations in paths.items() for method in operations]
    some = "01940000-0000-7000-8000-000000000001"
    return [(method, re.sub(r"\{\w+\}", some, path)) for method, path in every if ("intake", method, path) not in PUBLIC_ROUTES]


async def test_only_the_client_that_sends_messages_gets_a_contact(house: House) -> None:
    other = await house.get("/v1/contacts/01940000-0000-7000-8000-000000000001", NOTIFY.but(client_id="another"))
    assert (other.status, other.slug) == (403, "insufficient-scope")
