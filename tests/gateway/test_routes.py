"""The route table: compiled from the documents, strict about who may call, and right about every path."""

from typing import Any

import pytest
from ihala_gateway.edge.routes import RouteTableError, compile_routes
from ihala_gateway.edge.routes import _scopes as scopes_of

from tests.gateway.house import DOCUMENTS, operation


def document(path: str, method: str = "get", *scopes: str) -> dict[str, Any]:
    return {"paths": {path: {method: operation(*scopes)}}}


def test_every_operation_is_found_by_its_external_path_and_method() -> None:
    table = compile_routes(DOCUMENTS)
    found = table.find(b"/referral/v1/referrals/0194")
    template = "/referral/v1/referrals/{referral_id}"
    assert {method: route.template for method, route in found.items()} == {"GET": template, "PUT": template}
    assert found["PUT"].scopes == {"referral:answer"} and found["PUT"].service == "referral" and not found["PUT"].public
    assert table.find(b"/directory/v1/needs")["GET"].public
    for path in (b"/", b"", b"/referral", b"/referral/v1/referrals/", b"/referral/v1/referrals/a/b", b"/x/v1/referrals", b"x"):
        assert not table.find(path), path


def test_a_literal_wins_over_a_parameter_wherever_it_leads() -> None:
    table = compile_routes({"a": {"paths": {
        "/v1/{x}/end": {"get": operation("a:one")},
        "/v1/mid/{y}": {"get": operation("a:two")},
        "/v1/mid/stop": {"get": operation("a:three")},
    }}})  # fmt: skip
    wanted = {b"/a/v1/x/end": "a:one", b"/a/v1/mid/end": "a:two", b"/a/v1/mid/stop": "a:three"}
    assert {path: next(iter(table.find(path)["GET"].scopes)) for path in wanted} == wanted
    assert table.scopes() == ["a:one", "a:three", "a:two"]


def test_an_operation_without_scopes_must_be_a_public_route_and_the_other_way_round() -> None:
    with pytest.raises(RouteTableError, match="GET /v1/secret of intake"):
        compile_routes({"intake": document("/v1/secret")})
    with pytest.raises(RouteTableError, match="GET /v1/needs of directory"):
        compile_routes({"directory": document("/v1/needs", "get", "directory:read")})
    with pytest.raises(RouteTableError, match="POST /v1/needs of directory"):
        compile_routes({"directory": document("/v1/needs", "post")})


def test_two_routes_for_the_same_paths_are_a_fault() -> None:
    with pytest.raises(RouteTableError, match="two routes"):
        compile_routes({"a": {"paths": {"/v1/{x}": {"get": operation("a:b")}, "/v1/{y}": {"get": operation("a:c")}}}})


def test_all_scopes_that_are_named_are_needed() -> None:
    assert scopes_of([{"oauth2": ["a:b"]}, {"oauth2": ["c:d", "e:f"]}, {"other": ["g:h"]}]) == {"a:b", "c:d", "e:f"}
    with pytest.raises(RouteTableError):  # another scheme's scopes are none
        compile_routes({"a": {"paths": {"/v1/x": {"get": {"security": [{"other": ["a:b"]}]}}}}})


def test_security_for_the_whole_document_counts_where_an_operation_says_nothing() -> None:
    table = compile_routes({"a": {"security": [{"oauth2": ["a:b"]}], "paths": {"/v1/x": {"get": {}}}}})
    assert table.find(b"/a/v1/x")["GET"].scopes == {"a:b"}
