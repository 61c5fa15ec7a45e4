"""The gateway's own addresses: documents as the outside sees them, health, and upkeep of the database."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from ihala_contracts import documents
from ihala_gateway import store
from ihala_gateway.app import service
from ihala_gateway.documents.contracts import Documents, service_documents
from ihala_gateway.own import OwnAddresses
from ihala_gateway.tables import Client
from ihala_kit.auth import Caller
from ihala_kit.health import Health
from ihala_kit.vault import new_master_key
from starlette.requests import Request

from tests.gateway.house import House
from tests.gateway.party import TOKEN, Party, changed


async def test_the_documents_name_the_addresses_that_partners_use(home: House) -> None:
    async with home.session.get("/openapi") as answer:
        listed = (await answer.json())["items"]
    assert [item["href"] for item in listed] == [f"/openapi/{name}.v1.json" for name in ("directory", "gateway", "intake", "referral")]
    async with home.session.get("/openapi/referral.v1.json") as answer:
        document = await answer.json()
    assert document["servers"] == [{"url": f"{home.settings.issuer}/referral"}]
    flows = document["components"]["securitySchemes"]["oauth2"]["flows"]
    assert flows["clientCredentials"]["tokenUrl"] == flows["authorizationCode"]["tokenUrl"] == f"{home.settings.issuer}/oauth/token"
    assert flows["authorizationCode"]["authorizationUrl"] == f"{home.settings.issuer}/oauth/authorize"


def test_the_documents_say_that_too_many_calls_are_refused() -> None:
    paths = json.loads(Documents(service_documents(["intake"]), "https://ihala.example").text("intake.v1.json"))["paths"]
    refused = paths["/v1/requests/self"]["post"]["responses"]["429"]
    said = refused["content"]["application/problem+json"]["examples"]
    assert {"too-many-ask", "too-many-requests"} <= said.keys(), "the service's own and the gateway's"
    assert {"Retry-After", "RateLimit", "RateLimit-Policy"} == refused["headers"].keys()
    assert all("429" in one["responses"] for item in paths.values() for one in item.values())


async def test_events_schemas_and_the_asyncapi_document_are_served(home: House) -> None:
    async with home.session.get("/schemas/gateway.client-approved.v1.json") as answer:
        assert json.loads(await answer.text()) == documents.schemas()["gateway.client-approved.v1.json"]
    async with home.session.get("/asyncapi.yaml") as answer:
        assert yaml.load(await answer.text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader)) == documents.asyncapi()
    for path in ("/schemas/unknown.v1.json", "/openapi/unknown.v1.json", "/openapi/intake.v2.json", "/schemas/"):
        async with home.session.get(path) as answer:
            assert (answer.status, answer.content_type) == (404, "application/problem+json")


async def test_health(home: House) -> None:
    async with home.session.get("/health/live") as answer:
        assert (answer.status, await answer.json()) == (200, {"status": "live"})
    async with home.session.get("/health/ready") as answer:
        assert (answer.status, await answer.json()) == (200, {"status": "ready", "checks": {"database": "ok", "standing": "ok"}})


async def test_however_many_ask_there_is_one_look_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[bool] = [True, False]
    health, request = Health(), Request({"type": "http"})
    health.add("database", lambda: looks.pop(0))
    own = OwnAddresses(health, {})
    assert {answer.status_code for answer in await asyncio.gather(*(own._ready(request) for _ in range(20)))} == {200}
    assert (await own._ready(request)).status_code == 200 and looks == [False]
    monkeypatch.setattr("ihala_gateway.own.READY_KEPT_SECONDS", 0.0)
    assert (await own._ready(request)).status_code == 503


async def test_who_was_suspended_before_the_oldest_token_was_given_is_not_read_again(home: House) -> None:
    for name, ago in (("gone-of-late", 600), ("long-gone", 1000)):
        await home.register(name)
        at = datetime.now(UTC) - timedelta(seconds=ago)
        await changed(home, Client, "client_id", name, status="revoked", version=2, changed_at=at)
    await home.gateway._upkeep.read_standing()
    known = home.gateway._upkeep._standing.changes.clients
    assert "gone-of-late" in known and "long-gone" not in known
    assert (await Party(home, "long-gone").post(TOKEN, grant_type="client_credentials"))[0] == 401


async def test_what_has_run_out_is_deleted(home: House) -> None:
    now = datetime.now(UTC)
    async with home.database.transaction(Caller.system("test")) as tx:
        assert await store.spend(tx, "x", b"old", now - timedelta(seconds=1))
        assert await store.spend(tx, "x", b"new", now + timedelta(minutes=1))
    async with home.database.transaction(Caller.system("test")) as tx:
        assert await store.purge(tx, now) == 1
        assert await store.purge(tx, now) == 0
        assert not await store.spend(tx, "x", b"new", now), "one that is still good is still spent"


def test_ihala_run_finds_the_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"DATABASE_URL": "postgresql://x@127.0.0.1/x", "MASTER_KEY": new_master_key(), "UPSTREAMS": "{}"}.items():
        monkeypatch.setenv(f"GATEWAY_{name}", value)
    found = service()
    assert found.name == "gateway" and found.asgi is not None and (found.migrations / "env.py").is_file()
