"""The list of attacks, first part: access tokens that are forged, foreign, out of date or too weak. A new finding is a new entry."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable

import pytest
from joserfc.jwk import OctKey, RSAKey

from tests.gateway.attacks.forge import MISSING, ZEROS, Forge, b64, foreign_key
from tests.gateway.attacks.seats import by_nginx
from tests.gateway.house import House, get

PATH = "/referral/v1/referrals"


def signatures(forge: Forge) -> dict[str, str]:
    """Not signed, or not by the key that counts."""
    hmac_input = forge.unsigned({"alg": "HS256"}).rpartition(".")[0]
    hmac_signature = b64(hmac.digest(forge.key.as_pem(private=False), hmac_input.encode(), hashlib.sha256))
    rsa, changed = RSAKey.generate_key(2048), b64(json.dumps(forge.claims | {"cleared": True}).encode())
    return {
        "alg none": forge.unsigned({"alg": "none"}),
        "alg None, old signature": forge.unsigned({"alg": "None"}, forge.signature),
        "alg nOnE": forge.unsigned({"alg": "nOnE"}),
        "HMAC with our public key": f"{hmac_input}.{hmac_signature}",
        "HMAC with an empty key": forge(head={"alg": "HS256"}, key=OctKey.import_key(b"x" * 32)),
        "RS256 with another key": forge(head={"alg": "RS256"}, key=rsa),
        "PS256 with another key": forge(head={"alg": "PS256"}, key=rsa),
        "a signature of zeros": forge.unsigned({}, ZEROS),
        "no signature": forge.unsigned({}),
        "another key under our kid": forge(key=foreign_key()),
        "another token's signature": forge.unsigned({"x": 1}, forge.signature),
        "changed claims": f"{forge().split('.')[0]}.{changed}.{forge.signature}",
        "internal key": forge(head={"kid": forge.keys.internal.current().kid}, key=forge.keys.internal.current()),
    }


def headers(forge: Forge) -> dict[str, str]:
    """A header that says what the token is not, or where else the key would be."""
    other = foreign_key()
    return {
        "typ of the internal token": forge(head={"typ": "ihala-internal+jwt"}),
        "typ JWT": forge(head={"typ": "JWT"}),
        "no typ": forge(head={"typ": MISSING}),
        "typ in capitals": forge(head={"typ": "AT+JWT"}),
        "no kid": forge(head={"kid": MISSING}),
        "unknown kid": forge(head={"kid": "other"}),
        "kid as a path": forge(head={"kid": "../../../../dev/null"}),
        "kid as SQL": forge(head={"kid": "x' OR '1'='1"}),
        "kid as a number": forge.unsigned({"kid": 1}, ZEROS),
        "kid as a list": forge.unsigned({"kid": [forge.key.kid]}, ZEROS),
        "embedded jwk": forge(head={"jwk": other.as_dict(private=False)}, key=other),
        "embedded jwk, no kid": forge(head={"jwk": other.as_dict(private=False), "kid": MISSING}, key=other),
        "embedded x5c": forge.unsigned({"x5c": ["MIIB"]}, ZEROS),
        "jku": forge(head={"jku": "http://127.0.0.1:1/keys"}, key=other),
        "x5u": forge(head={"x5u": "http://127.0.0.1:1/cert"}, key=other),
        "crit": forge.unsigned({"crit": ["b64"], "b64": False}, ZEROS),
    }


def shapes(forge: Forge) -> dict[str, str]:
    """Not the shape of a token."""
    return {
        "header too deep": b64(b'{"alg":' + b"[" * 5000 + b"]" * 5000 + b"}") + ".e30." + ZEROS,
        "header no object": f"{b64(b'[]')}.e30.{ZEROS}",
        "header no JSON": f"{b64(b'{')}.e30.{ZEROS}",
        "header a list that names alg": "WyJhbGciXQ.e30.AAAA",
        "two parts": forge.unsigned({}).rpartition(".")[0],
        "five parts": forge() + ".a.b",
        "JWE": "e30.e30.e30.e30.e30",
        "padding": forge() + "=",
        "longer than 8 KiB": forge(filler="x" * 9000),
    }


def times(forge: Forge) -> dict[str, str]:
    """Not now, or at no time."""
    now = int(time.time())
    return {
        "expired": forge(exp=now - 1),
        "expires as a text": forge(exp=str(now + 100)),
        "expires as a fraction": forge(exp=now + 100.5),
        "expires as true": forge(exp=True),
        "expires never": forge(exp=MISSING),
        "expires null": forge(exp=None),
        "issued in the future": forge(iat=now + 3600),
        "issued as a text": forge(iat=str(now)),
        "not issued": forge(iat=MISSING),
        "not before": forge(nbf=now + 3600),
    }


def parties(forge: Forge) -> dict[str, str]:
    """By another, or for another."""
    return {
        "other issuer": forge(iss="https://evil.example"),
        "issuer with a slash": forge(iss=forge.claims["iss"] + "/"),
        "issuers": forge(iss=[forge.claims["iss"]]),
        "no issuer": forge(iss=MISSING),
        "other audience": forge(aud="https://other.example"),
        "audience of a service": forge(aud="referral"),
        "audience of Kafka": forge(aud="kafka"),
        "several audiences": forge(aud=[forge.claims["aud"], "other"]),
        "no audience": forge(aud=MISSING),
    }


def clients(forge: Forge) -> dict[str, str]:
    """Of a client, or bound to something, that cannot be."""
    return {
        "scope as a list": forge(scope=["referral:read"]),
        "no scope": forge(scope=MISSING),
        "no client": forge(client_id=MISSING),
        "client as a number": forge(client_id=1),
        "sub of another": forge(sub="other"),
        "no sub": forge(sub=MISSING),
        "no jti": forge(jti=MISSING),
        "jti as a number": forge(jti=1),
        "organization as a list": forge(org=["x"]),
        "client version as a text": forge(ver="1"),
        "bound by DPoP": forge(cnf={"jkt": "x"}),
        "bound to a certificate": forge(cnf={"x5t#S256": "x"}),
        "bound to nothing": forge(cnf={}),
    }


FORGERIES = (signatures, headers, shapes, times, parties, clients)


@pytest.mark.parametrize("forgeries", FORGERIES)
async def test_every_forged_token_is_refused_with_401(seen: House, forgeries: Callable[[Forge], dict[str, str]]) -> None:
    forge = Forge(seen, await seen.token())
    async with seen.session.get(PATH, headers={"Authorization": f"Bearer {forge()}"}) as answer:
        assert answer.status == 200, "the forge itself makes good tokens"
    seen.upstream.seen.clear()
    for name, token in forgeries(forge).items():
        status, answer_ = await seen.raw(get(PATH.encode(), b"Authorization: Bearer " + token.encode()))
        if by_nginx(answer_):
            continue
        assert status == 401, name
        assert b'www-authenticate: Bearer error="invalid_token"' in answer_, name
        assert b"application/problem+json" in answer_ and b"urn:ihala:problem:unauthenticated" in answer_, name
        assert token.encode() not in answer_, name
    assert seen.upstream.seen == []


@pytest.mark.parametrize(
    "scope", ["", "referral:reader", "xreferral:read", "referral:read2 directory:read", "REFERRAL:READ", "referral:read\nx"]
)
async def test_a_scope_that_only_looks_like_the_right_one_is_refused(seen: House, scope: str) -> None:
    token = Forge(seen, await seen.token())(scope=scope)
    status, answer = await seen.raw(get(PATH.encode(), b"Authorization: Bearer " + token.encode()))
    assert status == 403
    assert b'www-authenticate: Bearer error="insufficient_scope", scope="referral:read"' in answer
    assert b"urn:ihala:problem:insufficient-scope" in answer
    assert seen.upstream.seen == []
