"""nginx in front of the gateway: what it asks, keeps, passes on and hands over; and the maps of all our routes."""

import asyncio
import dataclasses
import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from ihala_gateway.clients import standing as suspensions
from ihala_gateway.documents.contracts import service_documents
from ihala_gateway.edge.routes import compile_routes
from ihala_gateway.seat import nginx
from ihala_gateway.settings import Settings
from ihala_gateway.watching.taking_in import row_of
from ihala_kit.auth import Caller
from ihala_local.ports import SERVICES
from yarl import URL

from tests.gateway.attacks.seats import CONF, MISSING, NGINX, ON_DISK, PATH, SECRET, behind_nginx, decided, question, running_nginx
from tests.gateway.house import ORGANIZATION, House, free_port

needs_nginx = pytest.mark.skipif(NGINX is None, reason=MISSING)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where nginx has its files."""
    return tmp_path_factory.mktemp("nginx")


@pytest.fixture(scope="module")
async def fronted(home: House, folder: Path) -> AsyncIterator[House]:
    """nginx in front of a gateway."""
    async with behind_nginx(home, folder) as found:
        yield found


@needs_nginx
async def test_nginx_asks_once_and_keeps_the_answer_for_the_route(fronted: House, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, seat = [], fronted.gateway._seat
    decide = seat.decide
    monkeypatch.setattr(seat, "decide", lambda scope: asked.append(1) or decide(scope))
    headers = await fronted.signed_in()
    for path in (f"{PATH}/1", f"{PATH}/2?x=%zz", f"{PATH}/a%20b"):
        async with fronted.session.get(path, headers=headers) as answer:
            assert answer.status == 200 and answer.headers["Server"] == "nginx" and answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["X-Request-Id"] == fronted.upstream.seen[-1].all("x-request-id")[0]
    assert len(asked) == 1
    assert [seen.raw_path for seen in fronted.upstream.seen[-3:]] == [b"/v1/referrals/1", b"/v1/referrals/2", b"/v1/referrals/a%20b"]
    async with fronted.session.get(PATH, headers=headers) as answer:
        assert answer.status == 200 and len(asked) == 2, "another route is another question"
    assert fronted.upstream.seen[-1].internal()[1]["client_id"] == "centre"


@needs_nginx
async def test_a_token_that_nginx_keeps_never_passes_by_the_disk(fronted: House, folder: Path) -> None:
    async with fronted.session.get(PATH, headers=await fronted.signed_in()) as answer:
        assert answer.status == 200
    assert any((folder / "decisions").iterdir()), "it is kept"
    assert not any((folder / ON_DISK).iterdir())


@needs_nginx
async def test_nginx_passes_bodies_officers_and_traces_on(fronted: House) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    more = {"Idempotency-Key": "k1", "traceparent": trace, "X-Request-Id": "my-request-1", "Ihala-Acting-Officer": "o-7", "If-Match": '"3"'}
    async with fronted.session.post(PATH, headers=await fronted.signed_in() | more, json={"x": 1}) as answer:
        assert answer.status == 200 and answer.headers["X-Request-Id"] == "my-request-1"
    seen = fronted.upstream.seen[-1]
    assert (seen.method, seen.body, seen.all("content-type")) == ("POST", b'{"x": 1}', ["application/json"])
    assert [seen.all(name)[0] for name in ("idempotency-key", "traceparent", "if-match")] == ["k1", trace, '"3"']
    assert seen.internal()[1]["acting_officer"] == "o-7"
    async with fronted.session.get(PATH, headers=await fronted.signed_in() | {"Ihala-Acting-Officer": "no name"}) as answer:
        assert answer.status == 400


@needs_nginx
async def test_the_gateway_says_in_words_that_a_service_does_not_answer(fronted: House) -> None:
    headers = await fronted.signed_in() | {"Accept-Language": "ckb", "X-Request-Id": "asked-about"}
    async with fronted.session.post("/intake/v1/requests", headers=headers, data=b"x") as answer:
        assert answer.status == 503 and answer.headers["Content-Language"] == "ckb" and "Retry-After" in answer.headers
        assert (await answer.json(content_type=None))["instance"] == "urn:ihala:request:asked-about"


@needs_nginx
@pytest.mark.parametrize("lie", ["X-Ihala-Seat", "X-Ihala-Handed-Over", "Client-Cert", "X-Ihala-Client-Cert"])
async def test_a_caller_cannot_speak_as_nginx(fronted: House, lie: str) -> None:
    told = question((await fronted.signed_in())["Authorization"]) | {lie: SECRET}
    status, headers = await decided(fronted, told)
    assert status == 404 and "X-Ihala-Authorization" not in headers
    status, _ = await decided(fronted, told, "/_ihala/decide")
    assert status == 404


@needs_nginx
async def test_a_suspended_client_is_refused_as_soon_as_its_kept_decisions_run_out(fronted: House) -> None:
    """How long they are kept stands in nginx.conf; meanwhile the services refuse, by the internal token's own client and id."""
    await fronted.register("suspended-one")
    headers = await fronted.signed_in("suspended-one")
    async with fronted.database.transaction(Caller.system("test")) as tx:
        await suspensions.suspend(tx, "suspended-one")
    await fronted.gateway._upkeep.read_standing()
    async with fronted.session.get(PATH, headers=headers) as answer:
        assert answer.status == 401
    assert re.findall(r"proxy_cache_valid (.*?);", CONF.read_text()) == ["200 5s"]


@needs_nginx
async def test_what_one_token_calls_above_its_limit_is_left_to_the_gateway(home: House, tmp_path: Path) -> None:
    few = {"read": {"client": 1}, "write": {"client": 1}}
    slow = dataclasses.replace(home, settings=Settings.model_validate(home.settings.model_dump() | {"limits": few, "limit_factor": 1}))
    async with behind_nginx(slow, tmp_path) as found:
        headers, statuses = await home.signed_in(), []
        for _ in range(103):
            async with found.session.get(PATH, headers=headers) as answer:
                statuses.append(answer.status)
        assert statuses[:101] == [200] * 101, "nginx alone lets a burst pass"
        assert statuses[-1] == 429 and "Retry-After" in answer.headers and answer.headers["Content-Type"] == "application/problem+json"


@needs_nginx
async def test_nginx_writes_the_access_log_without_path_or_query(fronted: House, folder: Path) -> None:
    headers = {"X-Request-Id": "for-the-log", "Ihala-Acting-Officer": "officer-17"}
    async with fronted.session.get(f"{PATH}/private?name=private", headers=await fronted.signed_in() | headers):
        pass
    log = folder / "logs" / "access.log"
    async with asyncio.timeout(30):
        while "for-the-log" not in log.read_text():
            await asyncio.sleep(0.01)
    row = row_of(next(line for line in log.read_text().splitlines() if "for-the-log" in line))
    assert row is not None, "the gateway takes it into its own log"
    assert (row["client_id"], row["route"], row["status"]) == ("centre", f"{PATH}/{{referral_id}}", 200)
    assert (row["organization_id"], row["account_id"], row["acting_officer"]) == (ORGANIZATION, None, "officer-17")
    assert "private" not in log.read_text()


ECHO = """
pid nginx.pid;
events {}
http {
    map_hash_bucket_size 256;
    map_hash_max_size 4096;
    variables_hash_max_size 4096;
    include routes.conf;
    server { listen 127.0.0.1:%d; access_log off; location / { return 200 "$ihala_route $ihala_service $ihala_at_service"; } }
}
"""


@needs_nginx
async def test_every_route_of_the_services_is_found_by_nginx_as_by_the_gateway(tmp_path: Path) -> None:
    table = compile_routes(service_documents(SERVICES))
    (tmp_path / "routes.conf").write_text(nginx.routes_conf(table))
    port = free_port()
    async with running_nginx(ECHO % port, tmp_path, port), aiohttp.ClientSession() as session:
        for template in {route.template for route in table}:
            for filled in ("0194-a", "search", "%E2%82%AC", "x.y"):
                path = re.sub("{[^}]+}", filled, template)
                async with session.get(URL(f"http://127.0.0.1:{port}{path}?q=1", encoded=True)) as answer:
                    found, service, inside = (await answer.text()).split(" ")
                routes = table.find(path.encode()).values()
                expected = next(iter(routes))
                if any(each.public or each.any_origin or each.terms.limit not in ("read", "write") for each in routes):
                    assert found == "", path
                else:
                    assert (found, service) == (expected.template, f"ihala-{expected.service}"), path
                    assert inside == path[expected.in_front :]
        for path in (
            "/REFERRAL/v1/referrals",
            "/referral/v1/Referrals",
            "/referral/v1/referrals/a;b",
            "/referral/v1/referrals/%2e%2e",
            "/oauth/token",
        ):
            async with session.get(URL(f"http://127.0.0.1:{port}{path}", encoded=True)) as answer:
                assert (await answer.text()).startswith(" "), path
