"""HEAD: what GET says of itself, without its content (RFC 9110, 9.3.2)."""

import asyncio
from typing import Any

import pytest
from ihala_gateway.watching.usage import routes_called
from joserfc.jwk import ECKey
from sqlalchemy import text

from tests.gateway.house import House, get
from tests.gateway.party import TOKEN, Party

PATH = "/referral/v1/referrals"
CLIENTS = "/gateway/v1/clients"


@pytest.mark.parametrize("path", [PATH, "/directory/v1/needs", CLIENTS, "/health/live", "/.well-known/openid-configuration", "/problems"])
async def test_it_is_answered_as_get_is_but_for_the_content(seen: House, path: str) -> None:
    await seen.register("administrator", roles=["organization-administrator"], scopes=["gateway:clients", "referral:read"])
    signed_in = await seen.signed_in("administrator") if path in (PATH, CLIENTS) else {}
    async with seen.session.get(path, headers=signed_in) as shown:
        content = await shown.read()
    async with seen.session.head(path, headers=signed_in) as answer:
        assert (answer.status, await answer.read()) == (200, b"") and content
        assert answer.headers["Content-Type"] == shown.headers["Content-Type"]
        assert answer.headers["Content-Length"] == shown.headers["Content-Length"]
    assert {at.method for at in seen.upstream.seen} <= {"GET"}, "no service knows HEAD"
    assert (await seen.status(path, signed_in)) == 200, "the connection is good for another request"


async def test_it_needs_what_get_needs(seen: House) -> None:
    async with seen.session.head(PATH) as answer:
        assert (answer.status, await answer.read()) == (401, b"") and "WWW-Authenticate" in answer.headers
    async with seen.session.head(PATH + "/x/acceptance", headers=await seen.signed_in()) as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "POST")
    async with seen.session.delete(PATH, headers=await seen.signed_in()) as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD, POST")
    assert seen.upstream.seen == []


async def test_a_proof_for_it_is_one_for_head(seen: House) -> None:
    party = Party(seen, "centre", ECKey.generate_key("P-256"))
    _, body = await party.post(TOKEN, grant_type="client_credentials")
    token = body["access_token"]
    assert (await party.call(token))[0] == 200
    for method, status in (("GET", 401), ("HEAD", 200)):
        headers = {"Authorization": f"DPoP {token}", "DPoP": party.proof(method, PATH, token)}
        async with seen.session.head(PATH, headers=headers) as answer:
            assert answer.status == status, method


async def test_an_answer_without_an_end_is_not_waited_for(seen: House) -> None:
    async def endless(_: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        await send({"type": "http.response.body", "body": b": here\n\n", "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass
        seen.upstream.left.set()

    seen.upstream.answer = endless
    line = b"Authorization: " + (await seen.signed_in())["Authorization"].encode()
    async with asyncio.timeout(30):
        status, answer = await seen.raw(get(PATH.encode(), line, method=b"HEAD") + get(b"/health/live"))
        assert status == 200 and b": here" not in answer
        await seen.upstream.left.wait()


async def test_it_counts_as_the_routes_own_use_and_for_no_content(home: House) -> None:
    routes = routes_called(home.gateway._door._gatekeeper.routes)
    assert routes["HEAD", PATH] == routes["GET", PATH] and ("HEAD", PATH + "/{referral_id}/acceptance") not in routes
    async with home.session.head("/problems") as answer:
        assert answer.status == 200
    async with asyncio.timeout(30):
        while not await _logged(home):  # it is taken down a moment after its answer
            await asyncio.sleep(0.05)


async def _logged(home: House) -> bool:
    await home.gateway._log.flush()
    async with home.database.engine.connect() as connection:
        asked = text("SELECT method, bytes_out FROM access_log WHERE route = '/problems' ORDER BY id DESC LIMIT 1")
        found = (await connection.execute(asked)).first()
    return found is not None and tuple(found) == ("HEAD", 0)
