"""A real service of the kit behind the gateway: it takes what the gateway gives it, and nothing that a caller could give it."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from fastapi import APIRouter, Security
from ihala_gateway.edge.spans import Finished
from ihala_gateway.edge.tracing import Tracing
from ihala_gateway.settings import Settings
from ihala_gateway.staff.tables import Account
from ihala_kit.auth import Caller, caller, public_caller
from ihala_kit.http import create_app
from ihala_kit.service import Service
from ihala_kit.settings import KitSettings
from ihala_kit.testing import serving
from ihala_kit.vault import new_master_key
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue

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
    async with collector(200) as (address, taken):
        tracing = Tracing(address, "1.2")
        headers = await seen.signed_in()
        monkeypatch.setattr(seen.gateway._door, "_tracing", tracing)
        parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        async with seen.session.get(PATH + "/private?x=private", headers=headers | {"traceparent": parent}) as answer:
            assert answer.status == 200
        async with seen.session.get(PATH, headers=headers | {"traceparent": parent[:-1] + "0"}) as answer:
            assert answer.status == 200
        assert seen.upstream.seen[-1].all("traceparent") == [parent[:-1] + "0"], "nobody collects that one"
        async with seen.session.get("/intake/v1/requests/self/x") as answer:
            assert answer.status == 404
        await tracing.close()
    [of] = taken[0].resource_spans
    assert {"service.name": "ihala-gateway", "service.version": "1.2"}.items() <= _told(of.resource.attributes).items()
    assert of.scope_spans[0].scope.name == "ihala_gateway" and b"private" not in taken[0].SerializeToString()
    span, other = of.scope_spans[0].spans
    assert seen.upstream.seen[0].all("traceparent") == [f"00-{span.trace_id.hex()}-{span.span_id.hex()}-01"]
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == (parent[3:35], parent[36:52])
    assert (span.name, span.kind) == ("GET /referral/v1/referrals/{referral_id}", span.SPAN_KIND_SERVER)
    assert _told(span.attributes) == {
        "http.request.method": "GET", "http.response.status_code": 200, "http.route": "/referral/v1/referrals/{referral_id}",
    }  # fmt: skip
    assert span.status.code == span.status.STATUS_CODE_UNSET and 0 < span.end_time_unix_nano - span.start_time_unix_nano < 2e9
    assert (other.name, span.flags) == ("GET no route", 0x300)


@pytest.mark.parametrize(("answers", "kept"), [(503, 600), (400, 0), (None, 600)])
async def test_spans_that_the_collector_does_not_take_now_are_sent_later(answers: int | None, kept: int) -> None:
    spans = [Finished(f"00-{'a' * 32}-{number:016x}-01", f"00-{'a' * 32}-{'b' * 16}-01", 1, 2, "GET", None, 0) for number in range(600)]
    async with collector(answers) as (address, _):
        tracing = Tracing(address)
        tracing.waiting.extend(spans)
        await tracing.send()
        assert len(tracing.waiting) == kept
    async with collector(200) as (address, taken):
        again = Tracing(address)
        again.waiting = tracing.waiting
        await again.send()
    found = [span for batch in taken for span in batch.resource_spans[0].scope_spans[0].spans]
    assert [span.span_id.hex() for span in found] == [span.own[36:52] for span in spans][600 - kept :]
    assert all(span.status.code == span.status.STATUS_CODE_ERROR for span in found), "no answer is a failure"


@asynccontextmanager
async def collector(status: int | None) -> AsyncIterator[tuple[str, list[ExportTraceServiceRequest]]]:
    """Take traces and answer with a status, or (None) break off; gives its address and what it took."""
    taken: list[ExportTraceServiceRequest] = []

    async def take(request: web.Request) -> web.Response:
        if status is None:
            assert request.transport is not None
            request.transport.abort()
        if status == 200:
            taken.append(ExportTraceServiceRequest.FromString(await request.read()))
        return web.Response(status=status or 200)

    app = web.Application()
    app.router.add_post("/v1/traces", take)
    async with TestServer(app) as server:
        yield str(server.make_url("")), taken


def _told(attributes: Iterable[KeyValue]) -> dict[str, str | int]:
    return {each.key: each.value.string_value or each.value.int_value for each in attributes}
