"""Every route demands a scope or stands in the one list of public routes; the committed documents equal the code."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ihala_contracts.public_routes import HSDS_LISTS, PUBLIC_ROUTES, in_fhir
from ihala_kit.http import App, create_app, openapi_document
from ihala_kit.openapi import own_words

from tests.boundaries.houses import HOUSES, service

CONTRACTS = Path(__file__).parents[2] / "contracts"
METHODS = {"get", "put", "post", "delete", "patch", "head", "options"}


@cache
def document(name: str) -> dict[str, Any]:
    """Return the document as the code makes it now; nobody here changes it."""
    return openapi_document(service(name))


def operations(name: str) -> list[tuple[str, str, dict[str, Any]]]:
    paths = document(name)["paths"]
    return [(method.upper(), path, one) for path, item in paths.items() for method, one in item.items() if method in METHODS]


@pytest.mark.parametrize("name", HOUSES)
def test_every_route_demands_a_scope_or_is_listed_as_public(name: str) -> None:
    open_routes = {
        (name, method, path)
        for method, path, one in operations(name)
        if not any(scopes for each in one.get("security", []) for scopes in each.values())
    }
    assert open_routes == {route for route in PUBLIC_ROUTES if route[0] == name}


@pytest.mark.parametrize("name", HOUSES)
def test_scopes_belong_to_their_service(name: str) -> None:
    own = {"notify": {"notify", "events"}}.get(name, {name})
    demanded = {s for _, _, one in operations(name) for each in one.get("security", []) for scopes in each.values() for s in scopes}
    assert {scope.split(":")[0] for scope in demanded} <= own


@pytest.mark.parametrize("name", HOUSES)
def test_committed_openapi_equals_the_code(name: str) -> None:
    committed = json.loads((CONTRACTS / "openapi" / f"{name}.v1.json").read_text("utf-8"))
    assert committed == document(name), "run `make contracts`"


@pytest.mark.parametrize("name", HOUSES)
def test_what_an_answer_may_repeat_is_known_without_making_the_document(name: str) -> None:
    """Else the first malformed request after each start would keep everybody waiting for a second or two."""
    app = create_app(service(name))
    assert isinstance(app, App)
    assert app.words == own_words(document(name)) and app.openapi_schema is None


def test_what_is_made_is_told_with_its_address_where_it_has_one() -> None:
    told = {
        f"{name} {path.removeprefix('/v1/')}"
        for name in HOUSES
        for method, path, one in operations(name)
        if any("Location" in answer.get("headers", {}) for answer in one["responses"].values()) and method == "POST"
    }
    assert told == {
        "directory applications", "directory imports", "directory organizations", "directory proposals", "directory reservations",
        "directory rulesets", "directory services", "gateway accounts", "gateway clients", "intake assessments",
        "intake assistance", "intake break-glass", "intake complaints", "intake merges", "intake occasions", "intake plans",
        "intake requests", "intake requests/imports", "notify letters", "notify messages", "notify subscriptions",
        "referral closures", "referral hand-overs",
    }  # fmt: skip


@pytest.mark.parametrize("name", HOUSES)
def test_every_change_can_be_repeated_safely(name: str) -> None:
    """A POST takes an Idempotency-Key."""
    careless = [
        path
        for method, path, one in operations(name)
        if method == "POST" and "Idempotency-Key" not in {parameter["name"] for parameter in one.get("parameters", [])}
    ]
    # Queries by POST, which change nothing; the page of a one-time link, whose ticket names the version that was read; and the one click
    # of RFC 8058, which a mail program sends as it is.
    printed = "/letters/{letter_id}/pdf"  # a name is sent, which nothing may keep, a key's answer neither
    pure = (
        "/_search", "/contacts", "/l/{token}", "/digests/stop/{token}", "/matches", "/requests/statuses", "/persons/search", "/preview",
        printed,
        *(f"/hsds/{name}" for name in HSDS_LISTS),
    )  # fmt: skip
    assert [path for path in careless if not path.endswith(pure)] == []


@pytest.mark.parametrize("name", HOUSES)
def test_every_refusal_is_a_problem_document_or_in_fhir_an_outcome(name: str) -> None:
    for method, path, one in operations(name):
        for status, answer in one["responses"].items():
            if status >= "400":
                expected = "application/fhir+json" if in_fhir(path) else "application/problem+json"
                assert expected in answer.get("content", {}), f"{method} {path} {status}"
