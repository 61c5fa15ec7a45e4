"""nginx in front of the gateway: what it leaves to the gateway, what every answer has, and what it says while the gateway is away."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from ihala_gateway.settings import Settings
from ihala_gateway.watching.taking_in import row_of
from ihala_kit.problems import ServiceUnavailable
from ihala_kit.words import Language
from yarl import URL

from tests.gateway.attacks.seats import MISSING, NGINX, PATH, SECRET, behind_nginx, nginx
from tests.gateway.house import House, free_port

needs_nginx = pytest.mark.skipif(NGINX is None, reason=MISSING)


@pytest.fixture(scope="module")
async def fronted(home: House, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """nginx in front of a gateway."""
    async with behind_nginx(home, tmp_path_factory.mktemp("nginx")) as found:
        yield found


@needs_nginx
@pytest.mark.parametrize(
    "more", [{"Upgrade": "||/"}, {"Upgrade": "||/", "DPoP": "x"}, {"DPoP": "||/"}, {"Upgrade": "h2c"}, {"DPoP": "x"}], ids=str
)
async def test_no_header_talks_nginx_out_of_handing_over(fronted: House, monkeypatch: pytest.MonkeyPatch, more: dict[str, str]) -> None:
    asked: list[int] = []
    monkeypatch.setattr(fronted.gateway._seat, "decide", lambda scope: asked.append(1))
    async with fronted.session.get(PATH, headers=await fronted.signed_in() | more) as answer:
        assert answer.status in (200, 400, 401) and not asked


@needs_nginx
@pytest.mark.parametrize(("length", "chunked", "nginx_asks"), [(999_999, False, True), (1_000_000, False, False), (10, True, False)])
async def test_what_may_be_too_large_is_counted_by_the_gateway(
    fronted: House, monkeypatch: pytest.MonkeyPatch, length: int, chunked: bool, nginx_asks: bool
) -> None:
    asked, seat = [], fronted.gateway._seat
    decide = seat.decide
    monkeypatch.setattr(seat, "decide", lambda scope: asked.append(1) or decide(scope))
    async with fronted.session.post(PATH, headers=await fronted.signed_in(), data=b"x" * length, chunked=chunked or None) as answer:
        assert answer.status == 200 and len(fronted.upstream.seen[-1].body) == length
    assert bool(asked) == nginx_asks


@needs_nginx
@pytest.mark.parametrize("more", [{}, {"DPoP": "x"}, {"Authorization": "Bearer no"}], ids=["passed on", "handed over", "refused"])
async def test_answers_have_the_same_headers_in_both_seats(home: House, fronted: House, more: dict[str, str]) -> None:
    own = {
        "server",
        "date",
        "x-request-id",
        "connection",
        "keep-alive",
        "transfer-encoding",
        "content-length",
        "ratelimit",
        "ratelimit-policy",
    }
    found = []
    for house in (home, fronted):
        async with house.session.get(PATH, headers=await house.signed_in() | more) as answer:
            found.append((answer.status, {name.lower(): value for name, value in answer.headers.items() if name.lower() not in own}))
    assert found[0] == found[1] and found[0][1]["x-frame-options"] == "DENY"


@needs_nginx
@pytest.mark.parametrize(("path", "language"), [(PATH, "ckb"), ("/oauth/jwks", "ar"), ("/", "en")])
async def test_while_the_gateway_is_away_nginx_says_so_in_its_words(home: House, tmp_path: Path, path: str, language: Language) -> None:
    away = Settings.model_validate(home.settings.model_dump() | {"seat_secret": SECRET, "port": free_port()})
    headers = await home.signed_in() | {"Accept-Language": f"{language}, en;q=0.5", "X-Request-Id": "while-away"}
    async with (
        nginx(away, tmp_path) as port,
        aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session,
        session.get(path, headers=headers) as answer,
    ):
        assert (answer.status, answer.headers["Content-Type"]) == (503, "application/problem+json")
        assert answer.headers["Retry-After"] == "2" and answer.headers["X-Request-Id"] == "while-away"
        assert answer.headers["Cache-Control"] == "no-store" and answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Content-Language"] == language
        assert await answer.json(content_type=None) == {
            "type": "urn:ihala:problem:service-unavailable", "title": ServiceUnavailable.title.spoken(language), "status": 503,
            "instance": "urn:ihala:request:while-away",
        }  # fmt: skip
        log = tmp_path / "logs" / "access.log"
        async with asyncio.timeout(30):
            while not log.read_text().endswith("\n"):
                await asyncio.sleep(0.01)
        row = row_of(log.read_text().splitlines()[-1])
        assert row is not None and (row["request_id"], row["status"]) == ("while-away", 503)


@needs_nginx
@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/%68ealth/ready", "//health/ready"])
async def test_health_is_told_at_the_gateways_own_port_only(home: House, fronted: House, path: str) -> None:
    async with fronted.session.get(URL(f"{fronted.address}{path}", encoded=True)) as answer:
        assert answer.status in (400, 404)
    assert await home.status("/health/ready", {}) == 200
