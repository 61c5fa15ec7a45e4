"""Only the gateway's internal token for this very service comes in, and each route asks for its scope."""

import asyncio
import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import aiohttp
import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from ihala_kit import tokens
from ihala_kit.auth import NO_ORGANIZATION, Caller
from ihala_kit.problems import ServiceUnavailable, Unauthenticated
from ihala_kit.testing import ORGANIZATION, Mint
from ihala_kit.tokens import InternalTokens
from joserfc.jwk import ECKey

from tests.kit.small import NAME

READ = ("small:read",)


def checker(mint: Mint) -> InternalTokens:
    made = InternalTokens(mint.issuer, NAME)
    made.keys.learn(mint.key_set())
    return made


async def test_a_good_token_names_its_caller(mint: Mint) -> None:
    token = mint.token(
        NAME, ["a:b", "c:d"], client_id="hlp-mosul", org_kind="hlp", operator=str(UUID(int=5)), gov=["IQ15"], roles=["officer"],
        cleared=True, acting_officer="o-17",
    )  # fmt: skip
    assert await checker(mint).caller_of(token) == Caller(
        client_id="hlp-mosul", organization_id=ORGANIZATION, organization_kind="hlp", operator_id=UUID(int=5),
        governorates=frozenset({"IQ15"}), roles=frozenset({"officer"}), scopes=frozenset({"a:b", "c:d"}), cleared=True,
        acting_officer="o-17",
    )  # fmt: skip


async def test_a_persons_token_names_her_account(mint: Mint) -> None:
    caller = await checker(mint).caller_of(mint.token(NAME, client_id="centre", sub="account-1", acting_officer="account-1"))
    assert (caller.client_id, caller.account_id, caller.acting_officer) == ("centre", "account-1", "account-1")
    assert (await checker(mint).caller_of(mint.token(NAME, acting_officer="o-17"))).account_id is None


async def test_an_anonymous_token_names_nobody(mint: Mint) -> None:
    token = mint.token(NAME, client_id="anonymous", org=None, org_kind=None, roles=["officer"], cleared=True)
    caller = await checker(mint).caller_of(token)
    assert caller == Caller.anonymous()
    assert caller.is_anonymous and not caller.is_system and not caller.cleared


def test_the_system_is_made_only_here() -> None:
    system = Caller.system("suspend")
    assert system.is_system and system.purpose == "suspend" and system.organization_id == NO_ORGANIZATION
    assert not system.scopes and not system.roles and not system.cleared


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "intake"}, {"aud": ["small"]}, {"aud": None}, {"iss": "http://other"}, {"iss": None},
        {"exp": int(time.time()) - 1}, {"exp": None}, {"exp": "9999999999"}, {"exp": 9e9}, {"exp": True}, {"iat": None},
        {"iat": int(time.time()) + 86_400}, {"jti": None}, {"jti": 7}, {"sub": "other"}, {"client_id": None},
        {"sub": "other", "acting_officer": "o-17"}, {"sub": None}, {"sub": ""}, {"sub": "", "acting_officer": ""},
        {"client_id": ["a"], "sub": ["a"]},
        {"client_id": "", "sub": ""}, {"org": None}, {"org": "x"}, {"org": str(NO_ORGANIZATION)}, {"org": 7}, {"org_kind": None},
        {"operator": "x"}, {"gov": "IQ15"}, {"roles": [1]}, {"gov": {}}, {"scope": None}, {"scope": ["a"]},
        {"acting_officer": 1},
        {"header": {"typ": "at+jwt"}}, {"header": {"typ": None}}, {"header": {"kid": "other"}}, {"header": {"kid": 1}},
        {"header": {"crit": ["b64"], "b64": True}},
    ],
)  # fmt: skip
async def test_a_wrong_token_is_refused(mint: Mint, wrong: dict[str, Any]) -> None:
    header = wrong.get("header", {})
    claims = {name: value for name, value in wrong.items() if name != "header"}
    with pytest.raises(Unauthenticated):
        await checker(mint).caller_of(signed(mint, header, claims))


def signed(mint: Mint, header: dict[str, Any], claims: dict[str, Any]) -> str:
    """Sign what no library would: by hand, with the right key."""
    parts = [{"typ": tokens.TYPE, "alg": "ES256", "kid": "test"} | header, mint.claims(NAME, READ) | claims]
    text = ".".join(b64({name: value for name, value in part.items() if value is not None}) for part in parts)
    r, s = decode_dss_signature(mint.key.get_op_key("sign").sign(text.encode(), ECDSA(SHA256())))
    return text + "." + b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def b64(value: object) -> str:
    plain = value if isinstance(value, bytes) else json.dumps(value).encode()
    return urlsafe_b64encode(plain).rstrip(b"=").decode()


async def test_signing_by_hand_makes_good_tokens_too(mint: Mint) -> None:
    assert (await checker(mint).caller_of(signed(mint, {}, {}))).client_id == "client"


@pytest.mark.parametrize("cleared", ["true", 1, None])
async def test_cleared_is_true_or_nothing(mint: Mint, cleared: object) -> None:
    assert not (await checker(mint).caller_of(mint.token(NAME, cleared=cleared))).cleared


async def test_forgeries_are_refused(mint: Mint) -> None:
    good = mint.token(NAME, READ)
    head, body, signature = good.split(".")
    public = mint.key.as_pem(private=False)
    confused = b64({"typ": tokens.TYPE, "alg": "HS256", "kid": "test"}) + "." + body
    by_hmac = confused + "." + b64(hmac.digest(public, confused.encode(), hashlib.sha256))
    none = b64({"typ": tokens.TYPE, "alg": "none", "kid": "test"})
    stranger = Mint(mint.issuer).token(NAME, READ)
    for token in (
        by_hmac, stranger, f"{none}.{body}.", f"{head}.{body}.", f"{head}.{body}", f"{head}.{body}.{'A' * 86}", good + "A", "", "a.b.c",
        "....", "é.b.c", f"{body}.{head}.{signature}", "a" * 9000,
    ):  # fmt: skip
        with pytest.raises(Unauthenticated):
            await checker(mint).caller_of(token)


async def test_a_remembered_token_is_refused_once_it_expires(mint: Mint) -> None:
    checked = checker(mint)
    token = mint.token(NAME, READ, exp=int(time.time()) + 1)
    await checked.caller_of(token)
    await asyncio.sleep(1.1)
    with pytest.raises(Unauthenticated):
        await checked.caller_of(token)


async def test_no_more_tokens_are_remembered_than_fit(mint: Mint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "REMEMBERED_TOKENS", 3)
    checked = checker(mint)
    for _ in range(5):
        await checked.caller_of(mint.token(NAME, READ))
    assert len(checked._known) == 3


class Gateway:
    """The gateway's key address, which can be away."""

    def __init__(self) -> None:
        self.mint = Mint()
        self.asked = 0
        self.away = False

    async def keys(self, _: web.Request) -> web.Response:
        self.asked += 1
        return web.Response(status=500) if self.away else web.json_response(self.mint.key_set())


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    made = Gateway()
    app = web.Application()
    app.router.add_get("/oauth/internal-jwks", made.keys)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.mint.issuer = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


async def test_keys_are_fetched_once_for_all_who_wait(gateway: Gateway) -> None:
    checked = InternalTokens(gateway.mint.issuer, NAME)
    await asyncio.gather(*(checked.caller_of(gateway.mint.token(NAME)) for _ in range(20)))
    assert gateway.asked == 1


async def test_known_keys_stay_good_while_the_gateway_is_away(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = InternalTokens(gateway.mint.issuer, NAME)
    await checked.caller_of(gateway.mint.token(NAME))
    gateway.away = True
    monkeypatch.setattr(tokens, "KEYS_KEPT_SECONDS", 0.0)
    monkeypatch.setattr(tokens, "FETCH_AT_MOST_EVERY_SECONDS", 0.0)
    for _ in range(2):
        await checked.caller_of(gateway.mint.token(NAME))
        await asyncio.sleep(0.1)  # the refresh runs behind
    assert gateway.asked == 3


async def test_an_unknown_key_is_asked_for_but_not_at_each_request(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = InternalTokens(gateway.mint.issuer, NAME)
    await checked.caller_of(gateway.mint.token(NAME))
    old = mint_with(gateway.mint.key, gateway.mint.issuer)
    gateway.mint.key = ECKey.generate_key("P-256", {"kid": "next"})
    for _ in range(3):
        with pytest.raises(Unauthenticated):
            await checked.caller_of(gateway.mint.token(NAME))
    assert gateway.asked == 1
    monkeypatch.setattr(tokens, "FETCH_AT_MOST_EVERY_SECONDS", 0.0)
    await checked.caller_of(gateway.mint.token(NAME))
    assert gateway.asked == 2
    with pytest.raises(Unauthenticated):  # the issuer no longer names it
        await checked.caller_of(old.token(NAME))


def mint_with(key: ECKey, issuer: str) -> Mint:
    made = Mint(issuer)
    made.key = key
    return made


async def test_without_any_key_the_service_says_so(gateway: Gateway) -> None:
    gateway.away = True
    with pytest.raises(ServiceUnavailable):
        await InternalTokens(gateway.mint.issuer, NAME).caller_of(gateway.mint.token(NAME))
    with pytest.raises(ServiceUnavailable):
        await InternalTokens("http://127.0.0.1:1", NAME).caller_of(gateway.mint.token(NAME))


@pytest.mark.parametrize("document", [None, [], {}, {"keys": []}, {"keys": [1]}, {"keys": [{"kty": "oct", "k": "AA", "kid": "a"}]}])
def test_a_key_set_without_our_kind_of_key_is_refused(document: object) -> None:
    with pytest.raises(ValueError, match="issuer"):
        InternalTokens("http://127.0.0.1:1", NAME).keys.learn(document)


async def test_each_route_asks_for_its_scopes(client: aiohttp.ClientSession, mint: Mint) -> None:
    async with client.get("/v1/who", headers=mint.headers(NAME, READ)) as answer:
        assert answer.status == 200
        assert (await answer.json())["is_system"] is False
    headers = mint.headers(NAME, READ) | {"Idempotency-Key": "k"}
    async with client.post("/v1/things", json={"name": "a"}, headers=headers) as answer:
        assert answer.status == 403
        assert (await answer.json())["needed"] == ["small:read", "small:write"]
        assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]


async def test_nobody_comes_in_without_an_internal_token(client: aiohttp.ClientSession, mint: Mint) -> None:
    access_token = mint.token("https://api", READ, header={"typ": "at+jwt"})
    for path in ("/v1/who", "/v1/public", "/v1/nothing", "/openapi.json", "/docs"):
        for headers in ({}, {"Authorization": f"Bearer {access_token}"}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer"}):
            async with client.get(path, headers=headers) as answer:
                assert answer.status == 401, path
                assert answer.headers["WWW-Authenticate"].startswith("Bearer")
                assert (await answer.json(content_type=None))["type"] == "urn:ihala:problem:unauthenticated"


async def test_two_authorizations_are_none(client: aiohttp.ClientSession, mint: Mint) -> None:
    good = mint.headers(NAME, READ)["Authorization"]
    async with client.get("/v1/who", headers=[("Authorization", good), ("Authorization", good)]) as answer:
        assert answer.status == 401


async def test_strangers_are_refused_before_their_body_is_read(client: aiohttp.ClientSession) -> None:
    async with client.post("/v1/things", data=b"{", headers={"Content-Type": "application/json"}) as answer:
        assert answer.status == 401


async def test_a_public_route_takes_nobody_and_a_closed_one_does_not(client: aiohttp.ClientSession, mint: Mint) -> None:
    nobody = mint.headers(NAME, client_id="anonymous")
    async with client.get("/v1/public", headers=nobody) as answer:
        assert (answer.status, await answer.json()) == (200, "anonymous")
    async with client.get("/v1/public", headers=mint.headers(NAME, client_id="known")) as answer:
        assert (answer.status, await answer.json()) == (200, "known")
    for scopes in ((), READ):
        async with client.get("/v1/who", headers=mint.headers(NAME, scopes, client_id="anonymous")) as answer:
            assert answer.status == 401
