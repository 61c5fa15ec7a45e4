"""A real service of the kit behind the gateway: it takes what the gateway gives it, and nothing that a caller could give it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import aiohttp
import pytest
from fastapi import APIRouter, Security
from ihala_gateway.edge.tracing import Tracing
from ihala_gateway.settings import Settings
from ihala_gateway.staff.tables import Account
from ihala_kit import telemetry
from ihala_kit.auth import Caller, caller, public_caller
from ihala_kit.http import create_app
from ihala_kit.service import Service
from ihala_kit.settings import KitSettings
from ihala_kit.testing import serving
from ihala_kit.vault import new_master_key
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.gateway.house import DOCUMENTS, OPERATOR, ORGANIZATION, House, free_port, opened
from tests.gateway.party import Party, code
from tests.gateway.staff import Browser

PATH = "/referral/v1/referrals"
router = APIRouter(prefix="/v1")


@router.get("/referrals")
async def who(caller: Annotated[Caller, Security(caller, scopes=["referral:read"])]) -> dict[str, Any]:
    return {
        "client_id": caller.client_id, "organization_id": str(caller.organization_id), "kind": caller.organization_kind,
        "operator_id": str(caller.operator_id), "governorates": list(caller.governorates), "roles": list(caller.roles),
        "scopes": sorted(caller.scopes), "cleared": caller.cleared,
        **({} if caller.account_id is None else {"account_id": caller.account_id, "officer": caller.acting_officer}),
    }  # fmt: skip


@router.get("/needs")
async def nobody(caller: Annotated[Caller, Security(public_caller, scopes=[])]) -> str:
    return caller.client_id


@asynccontextmanager
async def served(home: House, name: str) -> AsyncIterator[tuple[int, aiohttp.ClientSession]]:
    """Serve the routes above as the service `name`; gives its own port, and a session with a gateway in front of it."""
    settings = KitSettings(database_url="postgresql://nobody@127.0.0.1:1/none", master_key=new_master_key(), issuer=home.settings.issuer)
    app, port = create_app(Service(name, name, "1", settings, Path("none"), routers=[router])), free_port()
    elsewhere = Settings.model_validate(home.settings.model_dump() | {"upstreams": dict.fromkeys(DOCUMENTS, f"http://127.0.0.1:{port}")})
    async with serving(app, port), opened(elsewhere, home.upstream, 0) as gateway:
        yield port, gateway.session


async def test_a_service_knows_the_caller_by_the_gateways_token_only(home: House) -> None:
    headers = await home.signed_in(scope="referral:read")
    async with served(home, "referral") as (port, session):
        async with session.get(PATH, headers=headers) as answer:
            assert await answer.json() == {
                "client_id": "centre", "organization_id": str(ORGANIZATION), "kind": "hlp", "operator_id": str(OPERATOR),
                "governorates": ["IQG15"], "roles": ["officer"], "scopes": ["referral:read"], "cleared": False,
            }  # fmt: skip
        async with session.get(f"http://127.0.0.1:{port}/v1/referrals", headers=headers) as answer:
            assert answer.status == 401, "an access token sent straight to a service"


async def test_a_service_knows_the_person_for_whom_a_client_acts(home: House, person: tuple[Browser, Account]) -> None:
    desk, row = person
    _, body = await Party(home, "app").exchange(await code(Party(home, "app"), desk))
    headers = {"Authorization": f"Bearer {body['access_token']}"}
    async with served(home, "referral") as (_, session), session.get(PATH, headers=headers) as answer:
        found = await answer.json()
    account = str(row.account_id)
    assert (found["client_id"], found["account_id"], found["officer"], found["roles"]) == ("app", account, account, ["officer"])


async def test_a_service_takes_no_token_made_for_another(home: House) -> None:
    headers = await home.signed_in()
    async with served(home, "intake") as (_, session), session.get(PATH, headers=headers) as answer:
        assert answer.status == 401  # the gateway took it for `referral`, but it is `intake` that listens there


async def test_a_public_route_is_answered_for_nobody(home: House) -> None:
    async with served(home, "directory") as (_, session), session.get("/directory/v1/needs") as answer:
        assert (answer.status, await answer.json()) == (200, "anonymous")


async def test_where_traces_are_collected_the_service_continues_the_gateways_span(seen: House, monkeypatch: pytest.MonkeyPatch) -> None:
    spans = InMemorySpanExporter()
    monkeypatch.setattr(telemetry, "finished", [(SimpleSpanProcessor(spans), Resource({"service.name": "ihala-gateway"}))])
    monkeypatch.setattr(seen.gateway._door, "_tracing", Tracing(collected=True))
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    headers = await seen.signed_in()
    spans.clear()
    async with seen.session.get(PATH + "/private?x=private", headers=headers | {"traceparent": parent}) as answer:
        assert answer.status == 200
    [span] = spans.get_finished_spans()
    assert span.context is not None and span.parent is not None
    assert seen.upstream.seen[0].all("traceparent") == [f"00-{span.context.trace_id:032x}-{span.context.span_id:016x}-01"]
    assert f"{span.parent.span_id:016x}" == "b7ad6b7169203331" and span.name == "GET /referral/v1/referrals/{referral_id}"
    assert "private" not in span.to_json()
    assert dict(span.attributes or {}) == {
        "http.request.method": "GET", "http.response.status_code": 200, "http.route": "/referral/v1/referrals/{referral_id}",
    }  # fmt: skip
    assert span.status.is_unset and span.end_time is not None and span.start_time is not None and 0 < span.end_time - span.start_time < 2e9
    assert span.instrumentation_scope is not None and span.instrumentation_scope.name == "ihala_gateway"
    encoded = encode_spans([span]).resource_spans[0]
    assert encoded.scope_spans[0].spans[0].parent_span_id.hex() == "b7ad6b7169203331"
    spans.clear()
    async with seen.session.get(PATH, headers=headers | {"traceparent": parent[:-1] + "0"}) as answer:
        assert answer.status == 200
    assert spans.get_finished_spans() == () and seen.upstream.seen[-1].all("traceparent") == [parent[:-1] + "0"]  # nobody collects that one
    async with seen.session.get("/intake/v1/requests/self/x") as answer:
        assert answer.status == 404
    assert [span.name for span in spans.get_finished_spans()] == ["GET no route"]
