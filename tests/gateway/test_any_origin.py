"""What is public at the root: reached without the service's name and without a token, from pages of any origin; and nothing else is."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from ihala_directory.app import build
from ihala_gateway.app import Gateway
from ihala_gateway.edge.authorize import Gatekeeper
from ihala_gateway.edge.routes import RouteTableError, compile_routes
from ihala_gateway.oauth.access_tokens import AccessTokens
from ihala_gateway.oauth.keys import Keyring
from ihala_gateway.oauth.standing import Standing
from ihala_gateway.settings import Settings
from ihala_kit.db import Database
from ihala_kit.http import create_app
from ihala_kit.testing import serving
from ihala_local.testing import ThrowAwayPostgres
from joserfc.jwk import ECKey

from tests.directory.conftest import make_seeded
from tests.directory.conftest import settings as directory_settings
from tests.gateway.house import DOCUMENTS, House, free_port, operation

KEY = ECKey.generate_key("P-256", {"kid": "k"})
PAGE = {"Origin": "https://elsewhere.example"}
ANY = "Access-Control-Allow-Origin"


@pytest.fixture
def gatekeeper() -> Gatekeeper:
    issuer = "https://ihala.example"
    return Gatekeeper(compile_routes(DOCUMENTS), AccessTokens(Keyring(KEY, {"k": KEY}), issuer, issuer), Standing())


def test_it_is_decided_without_a_token_and_a_token_changes_nothing(gatekeeper: Gatekeeper) -> None:
    for headers in ([], [(b"authorization", b"Bearer nonsense")]):
        decision = gatekeeper.authorize("GET", b"/hsds/services?page=2", headers)
        assert decision.refusal is None and decision.grant is None and decision.path == b"/hsds/services"
        assert decision.route is not None and (decision.route.service, decision.route.in_front) == ("directory", 0)


def test_a_preflight_is_answered_for_what_any_origin_may_read_and_for_nothing_else(gatekeeper: Gatekeeper) -> None:
    asked = {path: gatekeeper.authorize("OPTIONS", path, []) for path in (b"/hsds/services", b"/hsds/services/1")}
    assert [sorted(one.preflight) for one in asked.values()] == [["GET", "POST"], ["GET"]]
    assert all(one.refusal is None for one in asked.values())
    for path, status in ((b"/directory/v1/needs", 405), (b"/referral/v1/referrals", 405), (b"/hsds/nothing", 404), (b"/hsds/../x", 400)):
        decision = gatekeeper.authorize("OPTIONS", path, [])
        assert not decision.preflight and decision.refusal is not None and decision.refusal.status == status


def test_nothing_that_needs_a_scope_may_stand_at_the_root() -> None:
    for service, path, scopes in (
        ("directory", "/hsds/secret", ["directory:read"]),
        ("intake", "/hsds/services", []),
        ("intake", "/hsds", ["a:b"]),
    ):
        with pytest.raises(RouteTableError):
            compile_routes({service: {"paths": {path: {"get": operation(*scopes)}}}})
    assert not compile_routes(DOCUMENTS).find(b"/directory/hsds/services")


async def test_the_service_gets_its_own_path_as_nobody(seen: House) -> None:
    async with seen.session.get("/hsds/services?a=%D8%A7&page=1", headers=PAGE | await seen.signed_in()) as answer:
        assert (answer.status, answer.headers[ANY]) == (200, "*")
    [request] = seen.upstream.seen
    assert (request.raw_path, request.query) == (b"/hsds/services", b"a=%D8%A7&page=1")
    assert request.internal()[1]["client_id"] == "anonymous"


async def test_a_preflight_does_not_reach_the_service(seen: House) -> None:
    asked = PAGE | {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    async with seen.session.options("/hsds/services", headers=asked) as answer:
        assert (answer.status, answer.headers[ANY], await answer.read()) == (204, "*", b"")
        assert answer.headers["Access-Control-Allow-Methods"] == "GET, POST"
        allowed = answer.headers["Access-Control-Allow-Headers"].split(", ")
        assert "content-type" in allowed and "authorization" not in allowed
        assert "Access-Control-Allow-Credentials" not in answer.headers
    assert not seen.upstream.seen


@pytest.mark.parametrize(
    ("path", "status", "allowed"),
    [
        ("/hsds/nothing", 404, True), ("/hsds/services;x", 400, True), ("/hsdsx", 404, False), ("/directory/v1/needs", 200, False),
        ("/directory/v1/organizations", 401, False), ("/directory/hsds/services", 404, False), ("/openapi", 200, False),
    ],
)  # fmt: skip
async def test_pages_of_other_origins_may_read_this_and_no_more(seen: House, path: str, status: int, allowed: bool) -> None:
    async with seen.session.get(path, headers=PAGE) as answer:
        assert (answer.status, ANY in answer.headers) == (status, allowed)


@pytest.fixture
async def directory(home: House, postgres: ThrowAwayPostgres) -> AsyncIterator[aiohttp.ClientSession]:
    """The real directory with the demonstration's data, behind a gateway with the committed documents."""
    async with postgres.scratch("directory", make_seeded) as scratch:
        chosen = directory_settings(scratch.url, scratch.owner_url).model_copy(update={"issuer": home.settings.issuer})
        database, port = Database(chosen), free_port()
        app = create_app(build(chosen), database)
        more: dict[str, Any] = {"upstreams": {"directory": f"http://127.0.0.1:{port}"}}
        gateway = Gateway(Settings.model_validate(home.settings.model_dump() | more), home.database)
        async with (
            serving(app, port),
            serving(gateway, lifespan="on") as address,
            aiohttp.ClientSession(address) as session,
        ):
            yield session
        await database.engine.dispose()


async def test_the_public_feed_needs_no_token_and_the_full_one_does(home: House, directory: aiohttp.ClientSession) -> None:
    async with directory.get("/hsds/services", headers=PAGE) as answer:
        public = await answer.json()
        assert (answer.status, answer.headers[ANY]) == (200, "*") and public["total_items"] > 10
    async with directory.post("/hsds/services", json={"need": "protection.gbv"}, headers=PAGE) as answer:
        assert (answer.status, (await answer.json())["total_items"]) == (200, 0)
    for path in ("/hsds", "/hsds/", "/hsds/openapi.json", "/hsds/profile", "/hsds/profile/service.json", "/hsds/schema/service.json"):
        async with directory.get(path) as answer:
            assert (answer.status, answer.headers[ANY]) == (200, "*"), path
    async with directory.get("/hsds/services", params={"format": "ndjson"}) as answer:
        assert len((await answer.text()).splitlines()) == public["total_items"]
    async with directory.get("/directory/v1/hsds/services") as answer:
        assert answer.status == 401 and ANY not in answer.headers
    async with directory.get("/directory/v1/hsds/services", headers=await home.signed_in()) as answer:
        assert (answer.status, (await answer.json())["total_items"]) == (200, public["total_items"])  # not cleared: the same
    async with directory.get("/openapi/directory.v1.json") as answer:
        paths = (await answer.json())["paths"]
        assert paths["/hsds/services"]["servers"] == [{"url": home.settings.issuer}] and "servers" not in paths["/v1/services"]
