"""Refusals: a problem document whatever goes wrong, in the caller's language, and never a word of what was sent."""

import json
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ihala_kit.testing import Mint
from ihala_kit.words import language_of

from tests.kit.small import NAME

ALL = ("small:read", "small:write")


def writing(mint: Mint, **more: str) -> dict[str, str]:
    return mint.headers(NAME, ALL) | {"Idempotency-Key": "k"} | more


async def document_of(answer: aiohttp.ClientResponse) -> Any:
    assert answer.content_type == "application/problem+json"
    document = json.loads(await answer.text())
    assert document["status"] == answer.status
    assert document["type"].startswith("urn:ihala:problem:")
    assert document["instance"] == f"urn:ihala:request:{answer.headers['X-Request-Id']}"
    return document


async def errors_of(client: aiohttp.ClientSession, mint: Mint, body: object) -> list[tuple[str, str]]:
    async with client.post("/v1/checks", json=body, headers=writing(mint)) as answer:
        document = await document_of(answer)
        assert (answer.status, document["type"]) == (422, "urn:ihala:problem:malformed-request")
        assert all({"pointer", "code"} <= set(error) <= {"pointer", "code", "expected"} for error in document["errors"])
        return [(error["pointer"], error["code"]) for error in document["errors"]]


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "#/name", "missing"),
        ({"name": "toolong"}, "#/name", "string_too_long"),
        ({"name": "a", "parts": [{"form": "round"}]}, "#/parts/0/radius", "missing"),
        ({"name": "a", "parts": [{"form": "oval"}]}, "#/parts/0", "union_tag_invalid"),
        ({"name": "a", "parts": [{"form": "round", "radius": 1, "Fatima": 1}]}, "#/parts/0", "extra_forbidden"),
        ({"name": "a", "Fatima": 1}, "#", "extra_forbidden"),
        ({"name": "a", "labels": {"+9647701234567": "x"}}, "#/labels", "int_parsing"),
        ([], "#", "model_attributes_type"),
    ],
)
async def test_a_malformed_body_is_told_by_place_and_code(
    client: aiohttp.ClientSession, mint: Mint, body: object, pointer: str, code: str
) -> None:
    assert (pointer, code) in await errors_of(client, mint, body)


async def test_a_body_that_is_no_json_is_malformed(client: aiohttp.ClientSession, mint: Mint) -> None:
    faults = {
        b'{"name": "Fatima"': "json_invalid", b"": "missing", b"\xff{}": "not_utf8", b'{"name": "\xe9"}': "not_utf8",
        b"[" * 100_000: "nested_too_deep", b"1" * 10_000: "number_too_long",
    }  # fmt: skip
    for data, code in faults.items():
        headers = writing(mint, **{"Content-Type": "application/json"})
        async with client.post("/v1/checks", data=data, headers=headers) as answer:
            document = await document_of(answer)
            assert (answer.status, document["type"]) == (422, "urn:ihala:problem:malformed-request")
            [error] = document["errors"]
            assert (error["pointer"], error["code"]) == ("#", code)
            assert "title" in error or code == "missing"


@pytest.mark.parametrize(
    ("path", "pointer"),
    [("/v1/things?limit=0", "query/limit"), ("/v1/things?limit=Fatima", "query/limit"), ("/v1/things?odd=x", "query/odd")],
)
async def test_a_malformed_parameter_is_named(client: aiohttp.ClientSession, mint: Mint, path: str, pointer: str) -> None:
    async with client.get(path, headers=mint.headers(NAME, ALL)) as answer:
        document = await document_of(answer)
        assert (answer.status, document["errors"][0]["pointer"]) == (422, pointer)


async def test_what_may_stand_there_is_said(client: aiohttp.ClientSession, mint: Mint) -> None:
    async with client.get("/v1/things?limit=0", headers=mint.headers(NAME, ALL)) as answer:
        assert (await document_of(answer))["errors"] == [{"pointer": "query/limit", "code": "greater_than_equal", "expected": "1"}]
    async with client.post("/v1/checks", json={"name": "toolong"}, headers=writing(mint)) as answer:
        assert (await document_of(answer))["errors"] == [{"pointer": "#/name", "code": "string_too_long", "expected": "5"}]


secrets = st.text("ابجدهوزحطيQXZ0123456789", min_size=8, max_size=12).map(lambda text: f"S3CR3T{text}")
fields = st.sampled_from(["name", "parts", "either", "labels", "form"]) | secrets
bodies = st.recursive(
    st.one_of(st.none(), st.booleans(), secrets),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(fields, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=bodies)
async def test_nothing_that_was_sent_comes_back(client: aiohttp.ClientSession, mint: Mint, body: object) -> None:
    async with client.post("/v1/checks", json={"wrapped": body}, headers=writing(mint)) as answer:
        assert answer.status == 422
        assert "S3CR3T" not in await answer.text()
    async with client.post("/v1/checks", json=body, headers=writing(mint)) as answer:
        assert "S3CR3T" not in await answer.text()


@pytest.mark.parametrize(
    ("asked", "given_language", "title"),
    [
        (None, "en", "This client was not given the right to do this."),
        ("ar-IQ,ar;q=0.9,en;q=0.5", "ar", "لم يُمنح هذا العميل صلاحية القيام بذلك."),
        ("de, ckb;q=0.3", "ckb", "ئەم بەکارهێنەرە مافی ئەنجامدانی ئەمەی پێ نەدراوە."),
    ],
)
async def test_the_title_is_in_the_callers_language(
    client: aiohttp.ClientSession, mint: Mint, asked: str | None, given_language: str, title: str
) -> None:
    headers = mint.headers(NAME) | ({"Accept-Language": asked} if asked else {})
    async with client.get("/v1/who", headers=headers) as answer:
        document = await document_of(answer)
        assert (answer.status, answer.headers["Content-Language"], document["title"]) == (403, given_language, title)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"), ("fr", "en"), ("ku", "ckb"), ("kmr", "ar"), ("AR", "ar"), ("ar;q=0", "en"), ("en;q=0.1, ckb;q=0.2", "ckb"),
        ("ar;q=x, ckb;q=0.1", "ckb"), ("ckb;q=9, ar", "ckb"), (";;,,=", "en"), ("ar" * 10_000, "en"),
    ],
)  # fmt: skip
def test_the_preferred_of_our_languages_is_found(header: str, language: str) -> None:
    assert language_of(header) == language


@given(st.text())
def test_any_language_header_is_survived(header: str) -> None:
    assert language_of(header) in {"en", "ar", "ckb"}


async def test_a_refusal_carries_its_own_members(client: aiohttp.ClientSession) -> None:
    from ihala_kit.problems import Problem

    from tests.kit.small import MoveNotAllowed

    refused: Problem = MoveNotAllowed(moves=["yes"], pointer="#/name")
    assert refused.members == {"pointer": "#/name", "moves": ["yes"]}


async def test_unknown_addresses_and_methods_are_problems(client: aiohttp.ClientSession, mint: Mint) -> None:
    async with client.get("/v1/nothing/Fatima", headers=mint.headers(NAME)) as answer:
        assert (answer.status, (await document_of(answer))["type"]) == (404, "urn:ihala:problem:not-found")
        assert "Fatima" not in await answer.text()
    async with client.delete("/v1/things", headers=mint.headers(NAME)) as answer:
        assert (answer.status, (await document_of(answer))["type"]) == (405, "urn:ihala:problem:method-not-allowed")
        assert "GET" in answer.headers["Allow"] or "POST" in answer.headers["Allow"]


async def test_a_fault_of_ours_tells_nothing(client: aiohttp.ClientSession, mint: Mint) -> None:
    async with client.get("/v1/broken?text=Fatima", headers=mint.headers(NAME, ALL)) as answer:
        assert (answer.status, (await document_of(answer))["type"]) == (500, "urn:ihala:problem:internal-error")
        assert not {"secret", "Fatima", "RuntimeError"} & set((await answer.text()).replace('"', " ").split())


async def test_what_is_away_for_a_moment_is_503(client: aiohttp.ClientSession, mint: Mint) -> None:
    async with client.get("/v1/away", headers=mint.headers(NAME, ALL)) as answer:
        assert (answer.status, (await document_of(answer))["type"]) == (503, "urn:ihala:problem:service-unavailable")
        assert int(answer.headers["Retry-After"]) > 0
