"""The application around the routes: limits, request ids, versions, pages, health, and the document that tells of them."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from ihala_kit.db import Database
from ihala_kit.health import Health
from ihala_kit.http import openapi_document
from ihala_kit.testing import Mint, serving
from jsonschema import Draft202012Validator

from tests.kit.small import NAME, service, small_app

ALL = ("small:read", "small:write")
MIB = 1024 * 1024


async def chunks(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b" " * 65536


@pytest.mark.parametrize("whole", [True, False])
async def test_a_body_over_one_mebibyte_is_refused(client: aiohttp.ClientSession, mint: Mint, whole: bool) -> None:
    headers = mint.headers(NAME, ALL) | {"Content-Type": "application/json"}
    data = b" " * (MIB + 1) if whole else chunks(17)
    async with client.post("/v1/checks", data=data, headers=headers) as answer:
        assert (answer.status, answer.content_type) == (413, "application/problem+json")
        assert json.loads(await answer.text())["type"] == "urn:ihala:problem:body-too-large"


@pytest.mark.parametrize("whole", [True, False])
async def test_a_body_of_one_mebibyte_is_read(client: aiohttp.ClientSession, mint: Mint, whole: bool) -> None:
    headers = mint.headers(NAME, ALL) | {"Content-Type": "application/json"}
    data = b'{"name": "a"}' + b" " * (MIB - 13) if whole else chunks(16)
    async with client.post("/v1/checks", data=data, headers=headers) as answer:
        assert answer.status == (200 if whole else 422)


async def test_a_request_keeps_its_id_or_gets_one(client: aiohttp.ClientSession, mint: Mint) -> None:
    for given, kept in (("req-12345678", True), ("short", False), ("a" * 65, False), ("with space 1", False)):
        async with client.get("/v1/who", headers=mint.headers(NAME, ALL) | {"X-Request-Id": given}) as answer:
            assert (answer.headers["X-Request-Id"] == given) is kept
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("if_match", "status", "slug"),
    [
        (None, 428, "precondition-required"),
        ('"6"', 412, "stale"),
        ("7", 400, "if-match-malformed"),
        ('W/"7"', 400, "if-match-malformed"),
        ("*", 400, "if-match-malformed"),
        ('"7", "8"', 400, "if-match-malformed"),
        ('"07"', 400, "if-match-malformed"),
        ('"9999999999999999999"', 400, "if-match-malformed"),
        ("", 400, "if-match-malformed"),
    ],
)
async def test_a_change_names_the_version_it_was_decided_on(
    client: aiohttp.ClientSession, mint: Mint, if_match: str | None, status: int, slug: str
) -> None:
    headers = mint.headers(NAME, ALL) | ({} if if_match is None else {"If-Match": if_match})
    async with client.put("/v1/things/1", headers=headers) as answer:
        assert (answer.status, (await answer.json(content_type=None))["type"]) == (status, f"urn:ihala:problem:{slug}")


async def test_a_change_of_the_current_version_gives_the_next(client: aiohttp.ClientSession, mint: Mint) -> None:
    async with client.put("/v1/things/1", headers=mint.headers(NAME, ALL) | {"If-Match": '"7"'}) as answer:
        assert (answer.status, answer.headers["ETag"]) == (200, '"8"')


async def test_pages_lead_through_the_whole_list(client: aiohttp.ClientSession, mint: Mint) -> None:
    seen: list[int] = []
    path, pages = "/small/v1/things?odd=true&limit=7", 0
    while path:
        assert path.startswith("/small/v1/things?odd=true&limit=7")
        async with client.get(path.removeprefix("/small"), headers=mint.headers(NAME, ALL)) as answer:
            items = (await answer.json())["items"]
            link = answer.headers.get("Link", "")
        assert len(items) == 7 or not link
        assert not link or link.endswith('; rel="next"')
        seen, path, pages = seen + items, link[1:].partition(">")[0], pages + 1
    assert seen == list(range(1, 120, 2))
    assert pages == 9


async def test_a_malformed_cursor_is_refused(client: aiohttp.ClientSession, mint: Mint) -> None:
    for cursor in ("x", "W1sicyIsImEiXV0"):
        async with client.get(f"/v1/things?cursor={cursor}", headers=mint.headers(NAME, ALL)) as answer:
            assert (answer.status, (await answer.json(content_type=None))["type"]) == (400, "urn:ihala:problem:malformed-cursor")


async def test_health_needs_no_token_and_tells_each_check(kit_db: Database, mint: Mint) -> None:
    app = small_app(mint, kit_db)
    async with serving(app) as address, aiohttp.ClientSession(address) as session:
        async with session.get("/health/live") as answer:
            assert (answer.status, await answer.json()) == (200, {"status": "live"})
        async with session.get("/health/ready") as answer:
            assert (answer.status, await answer.json()) == (200, {"status": "ready", "checks": {"database": "ok"}})
        health: Health = app.state.health
        health.add("relay", lambda: False)
        async with session.get("/health/ready") as answer:
            assert (answer.status, (await answer.json())["checks"]) == (503, {"database": "ok", "relay": "failed"})


async def test_a_check_that_raises_or_hangs_is_not_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ihala_kit.health.TIMEOUT_SECONDS", 0.05)

    async def hangs() -> bool:
        await asyncio.sleep(60)
        return True

    async def raises() -> bool:
        raise RuntimeError("secret")

    async def is_well() -> bool:
        return True

    health = Health()
    for name, check in (("hangs", hangs), ("raises", raises), ("well", is_well)):
        health.add(name, check)
    assert await health.results() == {"hangs": "failed", "raises": "failed", "well": "ok"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi_document(service())


def problems_of(operation: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    for response in operation["responses"].values():
        found |= set(response["content"].get("application/problem+json", {}).get("examples", {}))
    return found


def test_the_document_is_of_this_service(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert (document["info"]["title"], document["info"]["version"], document["servers"]) == ("Small", "1.2.3", [{"url": "/small"}])
    assert not any(path.startswith("/health") for path in document["paths"])


def test_the_document_names_scopes_and_public_routes(document: dict[str, Any]) -> None:
    assert document["paths"]["/v1/things"]["post"]["security"] == [{"oauth2": ["small:read", "small:write"]}]
    assert document["paths"]["/v1/things"]["get"]["security"] == [{"oauth2": ["small:read"]}]
    assert document["paths"]["/v1/public"]["get"]["security"] == []
    flow = document["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]
    assert (flow["tokenUrl"], list(flow["scopes"])) == ("/oauth/token", ["small:read", "small:write"])


def test_the_document_names_every_refusal(document: dict[str, Any]) -> None:
    always = {"unauthenticated", "insufficient-scope", "internal-error", "service-unavailable"}
    keys = {"idempotency-key-malformed", "idempotency-key-reused", "idempotency-in-progress"}
    things = document["paths"]["/v1/things"]
    made = always | keys | {"idempotency-key-missing", "move-not-allowed", "malformed-request", "body-too-large"}
    assert problems_of(things["post"]) == made
    assert problems_of(things["get"]) == always | {"malformed-request", "malformed-cursor"}
    assert problems_of(document["paths"]["/v1/notes/{note_id}"]["post"]) == always | keys | {"malformed-request"}
    changed = {"precondition-required", "if-match-malformed", "stale", "not-found", "malformed-request"}
    assert problems_of(document["paths"]["/v1/things/{number}"]["put"]) == always | changed
    assert problems_of(document["paths"]["/v1/public"]["get"]) == always - {"insufficient-scope"}


def test_needed_headers_are_required_in_the_document(document: dict[str, Any]) -> None:
    def header(path: str, method: str, name: str) -> dict[str, Any]:
        return next(one for one in document["paths"][path][method]["parameters"] if one["name"] == name)

    assert header("/v1/things", "post", "Idempotency-Key")["required"] is True
    assert header("/v1/notes/{note_id}", "post", "Idempotency-Key")["required"] is False
    assert header("/v1/things/{number}", "put", "If-Match")["required"] is True
    assert "x-required" not in json.dumps(document)


def test_the_document_names_the_etag_where_one_is_given(document: dict[str, Any]) -> None:
    given = {
        (path, method, status)
        for path, item in document["paths"].items() for method, operation in item.items()
        for status, answer in operation["responses"].items() if "ETag" in answer.get("headers", {})
    }  # fmt: skip
    assert given == {("/v1/things/{number}", "put", "200")}
    assert "ETag" in document["components"]["headers"]


async def test_refusals_fit_their_schema_in_the_document(client: aiohttp.ClientSession, mint: Mint, document: dict[str, Any]) -> None:
    schema = {"$ref": "#/components/schemas/ProblemDocument", "components": document["components"]}
    validator = Draft202012Validator(schema)
    assert "HTTPValidationError" not in document["components"]["schemas"]
    for path, headers in (("/v1/who", {}), ("/v1/things?limit=0", mint.headers(NAME, ALL)), ("/v1/none", mint.headers(NAME))):
        async with client.get(path, headers=headers) as answer:
            validator.validate(await answer.json(content_type=None))
    for path in document["paths"].values():
        for operation in path.values():
            for response in operation["responses"].values():
                for example in response["content"].get("application/problem+json", {}).get("examples", {}).values():
                    validator.validate(example["value"])
