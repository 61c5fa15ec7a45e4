"""Attacks by access tokens: forged, foreign, of another time, for another, of somebody who is suspended, or stolen."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from ihala_gateway.clients import standing as suspensions
from ihala_gateway.oauth import access_tokens
from ihala_gateway.oauth.access_tokens import AccessTokens
from ihala_gateway.oauth.standing import Standing
from ihala_kit.auth import Caller
from joserfc import jwt
from joserfc.jwk import ECKey
from pytest import MonkeyPatch

from tests.gateway.attacks.attack import Attack, Weaken, authorization, both, gone, header_unchecked, reaches, with_token
from tests.gateway.attacks.forge import MISSING, Forge, b64, foreign_key
from tests.gateway.house import House

ELSEWHERE = foreign_key()  # a key that the attacker publishes at an address of its own
_ADDRESS = "http://127.0.0.1:1/keys"


def _parsed(token: str) -> tuple[dict[str, Any], SimpleNamespace, str, bytes]:
    head, payload, signature = (part + "=" * (-len(part) % 4) for part in token.split("."))
    claims = SimpleNamespace(claims=json.loads(base64.urlsafe_b64decode(payload)))
    return json.loads(base64.urlsafe_b64decode(head)), claims, token.rpartition(".")[0], base64.urlsafe_b64decode(signature)


def _decoding(trusts: Callable[[dict[str, Any], str, bytes, ECKey], bool]) -> Weaken:
    """Return the weakening after which a signature holds also when `trusts` says so."""

    def decode(token: str, key: ECKey, **more: Any) -> Any:
        head, claims, signed, signature = _parsed(token)
        return claims if trusts(head, signed, signature, key) else jwt.decode(token, key, **more)

    return both(header_unchecked, gone(access_tokens, "jwt", SimpleNamespace(decode=decode)))


def _without_claim(name: str, good: Callable[[AccessTokens], Any]) -> Weaken:
    """Return the weakening that checks all claims but one."""
    check = AccessTokens._check_claims
    return gone(AccessTokens, "_check_claims", lambda self, claims: check(self, claims | {name: good(self)}))


def _nbf_unchecked(monkeypatch: MonkeyPatch, _: House) -> None:
    check = AccessTokens._check_claims
    without = lambda self, claims: check(self, {name: value for name, value in claims.items() if name != "nbf"})  # noqa: E731
    monkeypatch.setattr(AccessTokens, "_check_claims", without)


def _hmac_with_public_key(forge: Forge) -> str:
    signed = forge.unsigned({"alg": "HS256"}).rpartition(".")[0]
    return f"{signed}.{b64(hmac.digest(forge.key.as_pem(private=False), signed.encode(), hashlib.sha256))}"


def _is_hmac(head: dict[str, Any], signed: str, signature: bytes, key: ECKey) -> bool:
    expected = hmac.digest(key.as_pem(private=False), signed.encode(), hashlib.sha256)
    return head["alg"] == "HS256" and hmac.compare_digest(expected, signature)


def _by_key_elsewhere(head: dict[str, Any], *_: Any) -> bool:
    return _ADDRESS in (head.get("jku"), head.get("x5u"))


def _any_key_id(monkeypatch: MonkeyPatch, house: House) -> None:
    """Let a kid be looked up where the caller says: as a file."""
    ring = house.gateway._keys.access
    found = type("Files", (dict,), {"get": lambda self, kid: dict.get(self, kid) or (ELSEWHERE if "/" in kid else None)})
    monkeypatch.setattr(ring, "published", found(ring.published))


async def _of_a_suspended_client(house: House) -> bool:
    name = f"suspended-{time.monotonic_ns()}"
    await house.register(name)
    line = await authorization(house, name)
    async with house.database.transaction(Caller.system("test")) as tx:
        await suspensions.suspend(tx, name)
    await house.gateway._upkeep.read_standing()
    return await reaches(house, line)


class _BySubstring(frozenset[str]):
    """Scopes as a server sees them that looks for a text in a text."""

    def __ge__(self, needed: Any) -> bool:
        return all(any(each in scope for scope in self) for each in needed)

    def __sub__(self, others: Any) -> Any:
        return _BySubstring(frozenset(self).difference(others))


def _scopes_by_substring(monkeypatch: MonkeyPatch, _: House) -> None:
    monkeypatch.setattr(access_tokens, "frozenset", _BySubstring, raising=False)


def _now(offset: int) -> int:
    return int(time.time()) + offset


def _exp_invented(monkeypatch: MonkeyPatch, _: House) -> None:
    """Take a token without an end for one that ends later."""

    def decode(*arguments: Any, **more: Any) -> Any:
        found = jwt.decode(*arguments, **more)
        found.claims.setdefault("exp", _now(60))
        return found

    monkeypatch.setattr(access_tokens, "jwt", SimpleNamespace(decode=decode))


ATTACKS = (
    Attack(
        "alg none",
        with_token(lambda forge: forge.unsigned({"alg": "none"}, cleared=True)),
        _decoding(lambda head, *_: head["alg"] == "none"),
    ),
    Attack("HS/RS confusion: HMAC with our public key", with_token(_hmac_with_public_key), _decoding(_is_hmac)),
    Attack(
        "embedded jwk",
        with_token(lambda forge: forge(head={"jwk": ELSEWHERE.as_dict(private=False)}, key=ELSEWHERE)),
        _decoding(lambda head, *_: "jwk" in head),
    ),
    Attack("jku", with_token(lambda forge: forge(head={"jku": _ADDRESS}, key=ELSEWHERE)), _decoding(_by_key_elsewhere)),
    Attack("x5u", with_token(lambda forge: forge(head={"x5u": _ADDRESS}, key=ELSEWHERE)), _decoding(_by_key_elsewhere)),
    Attack("kid injection", with_token(lambda forge: forge(head={"kid": "../../tmp/key"}, key=ELSEWHERE)), _any_key_id),
    Attack("tampered", with_token(lambda forge: forge.unsigned({}, forge.signature, cleared=True)), _decoding(lambda *_: True)),
    Attack("wrong iss", with_token(lambda forge: forge(iss="https://evil.example")), _without_claim("iss", lambda tokens: tokens.issuer)),
    Attack("wrong aud", with_token(lambda forge: forge(aud="kafka")), _without_claim("aud", lambda tokens: tokens.audience)),
    Attack("wrong typ: an ID token", with_token(lambda forge: forge(head={"typ": "JWT"})), header_unchecked),
    Attack(
        "ID token used as access token",
        with_token(lambda forge: forge(head={"typ": "JWT"}, aud="centre")),
        both(header_unchecked, _without_claim("aud", lambda tokens: tokens.audience)),
    ),
    Attack("expired", with_token(lambda forge: forge(exp=_now(-1))), _without_claim("exp", lambda _: _now(60))),
    Attack("no exp", with_token(lambda forge: forge(exp=MISSING)), _exp_invented),
    Attack("not yet valid: nbf", with_token(lambda forge: forge(nbf=_now(3600))), _nbf_unchecked),
    Attack("not yet valid: iat", with_token(lambda forge: forge(iat=_now(3600))), _without_claim("iat", lambda _: _now(0))),
    Attack("huge token", with_token(lambda forge: forge(filler="x" * 9000)), gone(access_tokens, "LONGEST_TOKEN", 1_000_000)),
    Attack("scope that only looks like the right one", with_token(lambda forge: forge(scope="xreferral:reader")), _scopes_by_substring),
    Attack("token of a suspended client", _of_a_suspended_client, gone(Standing, "holds", lambda *_: True)),
    Attack(
        "stolen token without its certificate",
        with_token(lambda forge: forge(cnf={"x5t#S256": "A" * 43})),
        gone(AccessTokens, "_prove", lambda *_: None),
    ),
    Attack(
        "stolen token without its DPoP key, as a bearer token",
        with_token(lambda forge: forge(cnf={"jkt": "A" * 43})),
        both(gone(access_tokens, "_by_key", lambda _: False), gone(AccessTokens, "_prove", lambda *_: None)),
    ),
)
