"""Attacks at the token endpoint by somebody who would be a client: replayed, foreign, weak and unfit proofs."""

import json
import time
from typing import Any
from uuid import uuid4

from ihala_gateway import store
from ihala_gateway.oauth import assertions, authorization, client_endpoint, compact, registered, token_request
from ihala_gateway.oauth.profile import SANDBOX
from ihala_gateway.oauth.registered import Registered
from ihala_gateway.oauth.tables import PushedRequest
from ihala_gateway.oauth.token_request import TokenRequest
from joserfc import jws
from joserfc.jwk import RSAKey
from pytest import MonkeyPatch

from tests.gateway.attacks.attack import Attack, Try, Weaken, gone
from tests.gateway.attacks.forge import foreign_key
from tests.gateway.house import ASSERTION_TYPE, KEY, SECRET, House
from tests.gateway.party import BACK, TOKEN, Party

LIVE_BACK = "https://app.example/back"


async def _given(house: House, assertion: str) -> bool:
    status, _ = await house.ask_token(client_assertion_type=ASSERTION_TYPE, client_assertion=assertion)
    return status == 200


def _with_assertion(**claims: Any) -> Try:
    """Return the try of an assertion with these claims replaced."""

    async def gets_through(house: House) -> bool:
        made = {name: value(house) if callable(value) else value for name, value in claims.items()}
        return await _given(house, house.assertion(**made))

    return gets_through


def _without_claim(name: str) -> Weaken:
    """Return the weakening that checks all claims of an assertion but one."""
    check = assertions._check_claims

    def weaken(monkeypatch: MonkeyPatch, _: House) -> None:
        def lax(claims: dict[str, Any], client_id: str, issuer: str, now: float) -> Any:
            good = {"aud": issuer, "iss": client_id, "sub": client_id, "exp": int(now) + 60, "nbf": now, "iat": now, "jti": uuid4().hex}
            claims[name] = good[name]
            return check(claims, client_id, issuer, now)

        monkeypatch.setattr(assertions, "_check_claims", lax)

    return weaken


async def _replayed(house: House) -> bool:
    assertion = house.assertion()
    assert await _given(house, assertion), "it is good the first time"
    return await _given(house, assertion)


async def _replayed_elsewhere(house: House) -> bool:
    form = {"token": "none", "client_assertion_type": ASSERTION_TYPE, "client_assertion": house.assertion()}
    for _ in range(2):
        async with house.session.post("/oauth/introspect", data=form) as answer:
            status = answer.status
    return status == 200


def _replays_taken(monkeypatch: MonkeyPatch, _: House) -> None:
    async def spend(*_: Any) -> bool:
        return True

    monkeypatch.setattr(store, "spend_alone", spend)  # for who asks for a token and nothing else
    monkeypatch.setattr(store, "spend", spend)

    async def spend_if_same(*_: Any) -> tuple[bool, bool]:
        return True, True

    monkeypatch.setattr(store, "spend_if_same", spend_if_same)


def _any_key(monkeypatch: MonkeyPatch, _: House) -> None:
    monkeypatch.setattr(assertions, "_proven_by", lambda *_: KEY)


async def _rs256(house: House) -> bool:
    key = RSAKey.generate_key(2048, {"kid": "r1"})  # a new one each time: what a weakened server took is remembered by head and key
    await house.register("rsa", jwks={"keys": [key.as_dict(private=False)]})
    return await _given(house, house.assertion("rsa", key=key, header={"alg": "RS256", "kid": "r1"}))


def _rs256_taken(monkeypatch: MonkeyPatch, _: House) -> None:
    monkeypatch.setattr(compact, "algorithms_of", lambda _: ("RS256", "ES256"))
    monkeypatch.setattr(assertions, "_REGISTRY", jws.JWSRegistry(algorithms=["RS256", "ES256"]))


async def _scope_never_given(house: House) -> bool:
    status, body = await house.ask_token(
        client_assertion_type=ASSERTION_TYPE, client_assertion=house.assertion(), scope="referral:read referral:coordinate"
    )
    return status == 200 and "referral:coordinate" in body["scope"]


async def _wrong_secret(house: House) -> bool:
    await house.register("by-secret", jwks=None, secret=SECRET)
    status, _ = await house.ask_token(client_id="by-secret", client_secret=SECRET + "x")
    return status == 200


def _secret_unchecked(monkeypatch: MonkeyPatch, _: House) -> None:
    async def fits(asked: TokenRequest) -> str | None:
        return None if asked.row is None else asked.row.secret_hash

    monkeypatch.setattr(client_endpoint, "_fitting_hash", fits)


def _live(path: str, **fields: Any) -> Try:
    """Return the try of a live client to have less than FAPI 2.0 demands."""

    async def gets_through(house: House) -> bool:
        await house.register("live", kind="live", redirect_uris=[LIVE_BACK] if "authorize" in path else None)
        if "authorize" in path:
            wanted = Party(house, "live").wanted(redirect_uri=LIVE_BACK)
            async with house.session.get(path, params=wanted, allow_redirects=False) as answer:
                return answer.headers.get("Location", "").startswith("/sign-in")
        status, _ = await Party(house, "live").post(path, grant_type="client_credentials", **fields)
        return status == 200

    return gets_through


async def _pushed_by_another(house: House) -> bool:
    """Use the address that another client's pushed request was given."""
    for name in ("app", "thief"):
        await house.register(name, redirect_uris=[BACK])
    address = (await Party(house, "app").pushed()).replace("client_id=app", "client_id=thief")
    async with house.session.get(address, allow_redirects=False) as answer:
        return answer.headers.get("Location", "").startswith("/sign-in")


def _pushed_for_all(monkeypatch: MonkeyPatch, _: House) -> None:
    async def pushed(tx: Any, request_hash: bytes, *_: Any) -> Any:
        return await tx.get(PushedRequest, request_hash)

    monkeypatch.setattr(authorization.store, "pushed", pushed)


async def _said_twice(house: House) -> bool:
    """An assertion that names two subjects: whoever reads the first and whoever reads the last see different clients."""
    good = jws.extract_compact(house.assertion().encode())
    claims = json.loads(good.payload)
    twice = '{"sub":"somebody-else",' + json.dumps(claims)[1:]
    return await _given(house, jws.serialize_compact({"alg": "ES256", "kid": "c1"}, twice.encode(), KEY))


ATTACKS = (
    Attack("wrong secret", _wrong_secret, _secret_unchecked),
    Attack("scope that was never given", _scope_never_given, gone(Registered, "get_allowed_scope", lambda _, scope: scope)),
    Attack("live client without a bound token", _live(TOKEN), gone(registered, "profile_of", lambda _: SANDBOX)),
    Attack("live client without a pushed request", _live("/oauth/authorize"), gone(registered, "profile_of", lambda _: SANDBOX)),
    Attack("pushed request of another client", _pushed_by_another, _pushed_for_all),
    Attack("duplicate claims in an assertion", _said_twice, gone(token_request, "_once", dict)),
    Attack("replayed assertion", _replayed, _replays_taken),
    Attack("assertion replayed at introspection", _replayed_elsewhere, _replays_taken),
    Attack("assertion by another's key", _with_assertion(key=foreign_key(), header={"kid": "c1"}), _any_key),
    Attack("assertion with RS256", _rs256, _rs256_taken),
    Attack("assertion for another server", _with_assertion(aud="https://other.example/token"), _without_claim("aud")),
    Attack(
        "assertion for several servers",
        _with_assertion(aud=lambda house: [house.settings.issuer, "https://other.example"]),
        _without_claim("aud"),
    ),
    Attack("assertion by another client", _with_assertion(iss="other"), _without_claim("iss")),
    Attack("expired assertion", _with_assertion(exp=lambda _: int(time.time()) - 120), _without_claim("exp")),
    Attack("assertion without an end", _with_assertion(exp=lambda _: None), _without_claim("exp")),
    Attack("assertion good for a year", _with_assertion(exp=lambda _: int(time.time()) + 31_536_000), _without_claim("exp")),
    Attack("assertion of tomorrow", _with_assertion(nbf=lambda _: int(time.time()) + 86_400), _without_claim("nbf")),
    Attack("assertion without jti, to show it again and again", _with_assertion(jti=None), _without_claim("jti")),
)
