"""The token endpoint: who gets a token, what stands in it, and every way in which an assertion or a secret is refused."""

import asyncio
import base64
import json
import time
from typing import Any
from uuid import uuid4

import pytest
from authlib.oauth2.rfc6749.errors import InsecureTransportError
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from ihala_gateway.oauth.token_request import Credentials, Shown, TokenRequest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey

from tests.gateway.house import ANY_ALGORITHM, ASSERTION_TYPE, KEY, OPERATOR, ORGANIZATION, SCOPES, SECRET, House

MISSING = None


async def test_a_token_says_who_its_client_is_and_is_signed_by_a_published_key(home: House) -> None:
    status, body = await home.ask_token(client_assertion_type=ASSERTION_TYPE, client_assertion=home.assertion())
    assert status == 200
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 600, " ".join(SCOPES))
    assert body.keys() == {"access_token", "token_type", "expires_in", "scope"}
    async with home.session.get("/oauth/jwks") as answer:
        keys = KeySet.import_key_set(await answer.json())
    token = jwt.decode(body["access_token"], keys, algorithms=["ES256"])
    assert token.header.keys() == {"alg", "typ", "kid"} and token.header["typ"] == "at+jwt"
    claims = token.claims
    assert claims.pop("exp") - claims.pop("iat") == 600
    assert len(claims.pop("jti")) == 32
    assert claims == {
        "iss": home.settings.issuer, "aud": home.settings.issuer, "sub": "centre", "client_id": "centre", "ver": 1,
        "org": str(ORGANIZATION), "org_kind": "hlp", "operator": str(OPERATOR), "gov": ["IQG15"], "roles": ["officer"],
        "scope": " ".join(SCOPES), "cleared": False,
    }  # fmt: skip


async def test_access_and_internal_tokens_share_no_key(home: House) -> None:
    kids = []
    for path in ("/oauth/jwks", "/oauth/internal-jwks"):
        async with home.session.get(path) as answer:
            document = await answer.json(content_type="application/jwk-set+json")
            assert all("d" not in key and key["alg"] == "ES256" for key in document["keys"])
            kids.append({key["kid"] for key in document["keys"]})
    assert kids[0] and kids[1] and kids[0].isdisjoint(kids[1])


async def test_the_metadata_is_what_rfc_8414_wants(home: House) -> None:
    async with home.session.get("/.well-known/oauth-authorization-server") as answer:
        document = await answer.json()
    assert document["issuer"] == home.settings.issuer
    known = ["directory:read", "intake:request", "offline_access", "openid", "referral:answer", "referral:coordinate"]
    known += ["referral:read", "referral:refer"]
    assert [scope for scope in document["scopes_supported"] if not scope.startswith("gateway:")] == known
    https = json.loads(json.dumps(document).replace("http://", "https://"))  # the check wants https, which a test's loopback is not
    AuthorizationServerMetadata(https).validate()


async def test_scope_can_be_narrowed_but_not_widened(home: House) -> None:
    status, body = await _by_assertion(home, scope="referral:read")
    assert (status, body["scope"]) == (200, "referral:read")
    for scope in ("referral:read admin", "referral:answer", "*", '"><script>'):
        status, body = await _by_assertion(home, scope=scope)
        assert (status, body["error"]) == (400, "invalid_scope") and scope not in json.dumps(body)


async def test_an_untrained_client_has_no_scope_that_concerns_persons_or_referrals(home: House) -> None:
    of_persons = ["intake:case", "intake:read", "intake:request", "notify:send", "referral:answer", "referral:coordinate", "referral:read"]
    of_nobody = ["directory:read", "events:read", "referral:calendar", "referral:statistics"]
    await home.register("untrained", trained_on=MISSING, scopes=of_persons + of_nobody)
    status, body = await _by_assertion(home, "untrained")
    assert (status, body["scope"].split()) == (200, of_nobody)
    for scope in of_persons:
        status, body = await _by_assertion(home, "untrained", scope=scope)
        assert (status, body["error"]) == (400, "invalid_scope"), scope


KEYS: dict[str, ECKey | RSAKey | OKPKey] = {
    "PS256": RSAKey.generate_key(2048, {"kid": "rsa"}),
    "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "ed"}),
    "Ed25519": OKPKey.generate_key("Ed25519", {"kid": "ed2"}),
    "ES256": ECKey.generate_key("P-256", {"kid": "ec"}),
}


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # that name is what partners' libraries still write
@pytest.mark.parametrize("algorithm", KEYS)
async def test_each_algorithm_of_fapi_works_and_only_with_its_own_key(home: House, algorithm: str) -> None:
    keys = {"keys": [key.as_dict(private=False) for key in KEYS.values()]}
    client_id = f"many-{algorithm.lower()}"
    await home.register(client_id, jwks=keys)
    key = KEYS[algorithm]
    status, _ = await _post(home, home.assertion(client_id, key, {"alg": algorithm, "kid": key.kid}))
    assert status == 200
    for header in ({"kid": "other"}, {"kid": None}):  # of several keys, one must be named
        status, body = await _post(home, home.assertion(client_id, key, {"alg": algorithm} | header))
        assert (status, body["error"]) == (401, "invalid_client")


def refused_assertions(home: House) -> dict[str, str]:
    now, other, rsa = int(time.time()), ECKey.generate_key("P-256", {"kid": "c1"}), RSAKey.generate_key(2048, {"kid": "c1"})
    issuer = home.settings.issuer
    parts = home.assertion().split(".")
    public = KEY.as_pem(private=False)
    good = {"sub": "centre", "iss": "centre", "aud": issuer, "exp": now + 60, "jti": "x"}
    return {
        "another key": home.assertion(key=other),
        "RS256": home.assertion(key=rsa, header={"alg": "RS256"}),
        "HMAC with the public key": home.assertion(key=OctKey.import_key(base64.b64encode(public)), header={"alg": "HS256"}),
        "alg none": f"{_b64({'alg': 'none', 'kid': 'c1'})}.{parts[1]}.",
        "header no object": f"{_b64(['alg', 'kid'])}.{parts[1]}.{parts[2]}",
        "no signature": f"{parts[0]}.{parts[1]}.",
        "another's signature": f"{parts[0]}.{_b64(good)}.{parts[2]}",
        "unknown client": home.assertion("nobody"),
        "embedded jwk": home.assertion(key=other, header={"jwk": other.as_dict(private=False)}),
        "jku": home.assertion(header={"jku": "http://127.0.0.1:1/"}),
        "crit": _unchecked({"alg": "ES256", "kid": "c1", "crit": ["x"], "x": 1}, parts),
        "typ of an access token": home.assertion(header={"typ": "at+jwt"}),
        "unknown kid": home.assertion(header={"kid": "c2"}),
        "two audiences": home.assertion(aud=[issuer, "https://other.example"]),
        "audience in a list": home.assertion(aud=[issuer]),
        "token endpoint as audience": home.assertion(aud=f"{issuer}/oauth/token"),
        "other audience": home.assertion(aud="https://other.example"),
        "no audience": home.assertion(aud=MISSING),
        "iss of another": home.assertion(iss="other"),
        "no iss": home.assertion(iss=MISSING),
        "sub of another": home.assertion(sub="other"),
        "sub a number": home.assertion(sub=1),
        "expired": home.assertion(exp=now - 60),
        "lives too long": home.assertion(exp=now + 700),
        "no exp": home.assertion(exp=MISSING),
        "exp a text": home.assertion(exp=str(now + 60)),
        "exp true": home.assertion(exp=True),
        "exp not a number": home.assertion(exp=float("nan")),
        "exp infinite": home.assertion(exp=float("inf")),
        "from the future": home.assertion(iat=now + 120),
        "not before": home.assertion(nbf=now + 120),
        "no jti": home.assertion(jti=MISSING),
        "empty jti": home.assertion(jti=""),
        "jti a number": home.assertion(jti=7),
        "no JWT": "x",
        "no JSON": "e30.e30.e30",
        "header a list that names alg": f"WyJhbGciXQ.{parts[1]}.{parts[2]}",
        "payload too deep": f"{parts[0]}.{base64.urlsafe_b64encode(b'[' * 5000).decode()}.{parts[2]}",
        "not ASCII": "é.é.é",
    }


async def test_every_bad_assertion_is_refused(home: House) -> None:
    async with home.session.post("/oauth/token", data={"client_assertion": "x", "client_assertion_type": ASSERTION_TYPE}) as answer:
        assert answer.status == 401 and "WWW-Authenticate" in answer.headers, "RFC 9110, 15.5.2"
    for name, assertion in refused_assertions(home).items():
        status, body = await _post(home, assertion)
        assert (status, body["error"]) == (401, "invalid_client"), name
        assert "access_token" not in body and body.keys() == {"error", "error_description"}, name


async def test_a_head_is_read_up_to_a_length(home: House) -> None:
    for indent, status in ((100, 200), (300, 401), (300, 401)):
        assertion = _unchecked({"alg": "ES256", "kid": "c1"}, home.assertion().split("."), indent)
        assert (await _post(home, assertion))[0] == status


def test_a_request_comes_to_a_safe_address() -> None:
    for _ in range(2):
        TokenRequest("https://api.example/oauth/token", {}, Credentials("centre"), Shown())
        with pytest.raises(InsecureTransportError):
            TokenRequest("http://api.example/oauth/token", {}, Credentials("centre"), Shown())


async def test_a_proven_client_is_told_what_to_correct_and_a_stranger_nothing(home: House) -> None:
    _, body = await _post(home, home.assertion(aud=[home.settings.issuer]))
    assert body["error_description"] == "aud of the assertion must be the issuer, as one string"
    texts = {
        (await _post(home, assertion))[1]["error_description"]
        for assertion in (home.assertion("nobody"), home.assertion(key=ECKey.generate_key("P-256", {"kid": "c1"})), "x")
    }
    assert texts == {"client authentication failed"}


async def test_an_assertion_is_good_once(home: House) -> None:
    assertion = home.assertion()
    results = await asyncio.gather(*(_post(home, assertion) for _ in range(5)))
    assert sorted(status for status, _ in results) == [200, 401, 401, 401, 401]
    # even one that bought nothing
    assertion = home.assertion()
    assert (await _post(home, assertion, scope="unknown"))[0] == 400
    assert (await _post(home, assertion))[0] == 401
    # a jti belongs to its client
    await home.register("second")
    jti = uuid4().hex
    assert [(await _post(home, home.assertion(client, jti=jti)))[0] for client in ("centre", "second")] == [200, 200]
    # JSON may hold half a character
    claims = json.dumps({
        "iss": "centre", "sub": "centre", "aud": home.settings.issuer, "exp": int(time.time()) + 60, "jti": "\ud800",
    }).encode()  # fmt: skip
    assertion = jws.serialize_compact({"alg": "ES256", "kid": "c1"}, claims, KEY)
    assert [(await _post(home, assertion))[0] for _ in range(2)] == [200, 401]


async def test_secrets_work_for_sandbox_clients_by_header_and_form(home: House) -> None:
    await home.register("trial", jwks=MISSING, secret=SECRET)
    form = {"grant_type": "client_credentials"}
    async with home.session.post("/oauth/token", data=form, headers=_basic("trial", SECRET)) as answer:
        assert answer.status == 200
    assert (await home.ask_token(client_id="trial", client_secret=SECRET))[0] == 200
    for secret in (SECRET[:-1], SECRET + "x", "", "x" * 1000):
        async with home.session.post("/oauth/token", data=form, headers=_basic("trial", secret)) as answer:
            assert answer.status == 401 and answer.headers["WWW-Authenticate"] == 'Basic realm="token"'
            assert (await answer.json())["error"] == "invalid_client"
        assert (await home.ask_token(client_id="trial", client_secret=secret))[0] == 401
    # a secret is no way for a client that has keys, nor an assertion for one that has a secret
    assert (await home.ask_token(client_id="centre", client_secret=SECRET))[0] == 401
    assert (await _post(home, home.assertion("trial")))[0] == 401


@pytest.mark.parametrize(
    "header", ["Basic", "Basic !", "Basic " + base64.b64encode(b"no-colon").decode(), "Bearer x", "Basic //8=", "Digest x"]
)
async def test_a_malformed_authorization_header_is_refused(home: House, header: str) -> None:
    async with home.session.post("/oauth/token", data={"grant_type": "client_credentials"}, headers={"Authorization": header}) as answer:
        assert (answer.status, (await answer.json())["error"]) == (401, "invalid_client")


async def test_requests_that_are_no_token_requests_are_refused_without_an_echo(home: House) -> None:
    proof = {"client_assertion_type": ASSERTION_TYPE}
    cases: list[tuple[dict[str, Any], int, str]] = [
        ({"grant_type": "password<x>"}, 400, "unsupported_grant_type"),
        ({"grant_type": None}, 400, "invalid_request"),
        ({"grant_type": ""}, 400, "invalid_request"),
        ({"resource": "kafka"}, 400, "invalid_target"),
        ({"client_secret": "x", "client_id": "centre"}, 400, "invalid_request"),
        ({"client_id": "other"}, 401, "invalid_client"),
        ({"client_assertion_type": "x"}, 401, "invalid_client"),
        ({"client_assertion": None}, 401, "invalid_client"),
        ({"client_assertion": None, "client_id": "a\x00b", "client_secret": "x"}, 401, "invalid_client"),
    ]
    for more, status, error in cases:
        found, body = await home.ask_token(**(proof | {"client_assertion": home.assertion()} | more))
        assert (found, body["error"]) == (status, error), more
        assert "<x>" not in json.dumps(body)


async def test_only_one_plain_form_of_bounded_size_is_read(home: House) -> None:
    form = f"grant_type=client_credentials&client_assertion_type={ASSERTION_TYPE}&client_assertion={home.assertion()}"
    kind = "application/x-www-form-urlencoded"
    for data, content_type in (
        (form, "application/json"),
        (form, ""),
        (form + "&scope=referral:read&scope=directory:read", kind),
        (form + "&grant_type=client_credentials", kind),
        (form + "&x=" + "y" * 20_000, kind),
        (form + "".join(f"&x{n}=1" for n in range(60)), kind),
        (form + "&x=%ff", kind),
        ("\xff", kind),
    ):
        async with home.session.post("/oauth/token", data=data.encode("latin-1"), headers={"Content-Type": content_type}) as answer:
            assert (answer.status, (await answer.json())["error"]) == (400, "invalid_request"), data[-40:]
            assert answer.headers["Cache-Control"] == "no-store"
    async with home.session.post("/oauth/token", data="x" * 70_000, headers={"Content-Type": kind}) as answer:
        assert (answer.status, answer.content_type) == (413, "application/problem+json")
    async with home.session.post("/oauth/token", data=form, headers={"Content-Type": kind + "; charset=utf-8"}) as answer:
        assert answer.status == 200, "and the same form, well sent, is good"


async def _by_assertion(home: House, client_id: str = "centre", **fields: Any) -> tuple[int, dict[str, Any]]:
    return await _post(home, home.assertion(client_id), **fields)


async def _post(home: House, assertion: str, **fields: Any) -> tuple[int, dict[str, Any]]:
    return await home.ask_token(client_assertion_type=ASSERTION_TYPE, client_assertion=assertion, **fields)


def _basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


def _b64(value: Any, indent: int | None = None) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, indent=indent).encode()).rstrip(b"=").decode()


def _unchecked(header: dict[str, Any], parts: list[str], indent: int | None = None) -> str:
    """Sign with the right key under a header that the library itself would not write."""
    signing_input = f"{_b64(header, indent)}.{parts[1]}".encode()
    signature = ANY_ALGORITHM.get_alg("ES256").sign(signing_input, KEY)
    return f"{signing_input.decode()}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
