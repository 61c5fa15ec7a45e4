"""One-time links through the gateway: anybody reaches the page without a token, no page of another origin reads it, no log holds it."""

import dataclasses
import io
import logging
import re

import aiohttp
from ihala_gateway.app import Gateway
from ihala_gateway.edge import spans
from ihala_gateway.edge.tracing import Tracing
from ihala_gateway.settings import Settings
from ihala_kit import logs
from ihala_kit.http import create_app
from ihala_kit.testing import serving
from ihala_local.testing import ThrowAwayPostgres

from tests.gateway.house import free_port, house
from tests.referral.actors import FIRST, NGO
from tests.referral.focal import issue
from tests.referral.world import World


async def test_a_stranger_with_link_and_code_answers_and_neither_stands_in_a_log_or_trace(
    world: World, postgres: ThrowAwayPostgres
) -> None:
    _, referral_id = await world.offered(FIRST, NGO)
    issued = (await issue(world, referral_id)).body
    path, code = issued["url"].removeprefix(world.service.settings.issuer), issued["code"]
    token = path.removeprefix("/l/").partition("?")[0]
    written, tracing = io.StringIO(), Tracing("http://a-collector.invalid")
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.JsonLines("referral"))
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        async with house(postgres) as home:
            settings = world.service.settings.model_copy(update={"issuer": home.settings.issuer})
            app, port = create_app(dataclasses.replace(world.service, settings=settings), world.database), free_port()
            more = {"upstreams": {"referral": f"http://127.0.0.1:{port}"}}
            gateway = Gateway(Settings.model_validate(home.settings.model_dump() | more), home.database)
            gateway._log.lines.stream = written
            gateway._door._tracing = tracing
            async with serving(app, port), serving(gateway, lifespan="on") as address, aiohttp.ClientSession(address) as session:
                await _answered(session, path, code)
                await gateway._log.flush()
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    assert (await world.referral(referral_id)).state == "accepted"
    traced = spans.encoded([*tracing.waiting], spans.resource({})).decode("latin-1")  # as they go to the collector
    assert written.getvalue().count("/l/{token}") >= 6 and "POST /l/{token}" in traced  # by gateway and service, four requests each
    for secret in (token, code, token[:20]):
        assert secret not in written.getvalue() + traced


async def _answered(session: aiohttp.ClientSession, path: str, code: str) -> None:
    """Open the page, give the code, accept: as a browser does, which never sends a token."""
    async with session.get(path, headers={"Origin": "https://elsewhere.example"}) as answer:
        assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert answer.headers["Cache-Control"] == "no-store" and answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    async with session.options(path, headers={"Origin": "https://elsewhere.example"}) as answer:
        assert answer.status == 405
    async with session.post(path, data={"code": code}) as answer:
        ticket = re.search(r'name="ticket" value="([^"]+)"', await answer.text())
        assert answer.status == 200 and ticket is not None
    async with session.post(path, data={"ticket": ticket[1], "act": "accept", "sure": "1"}) as answer:
        assert "your acceptance is recorded" in await answer.text()
