"""The list of attacks: forged tokens, paths that two parsers read differently, headers that pretend. A new finding is a new entry."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from tests.gateway.house import ANY_ALGORITHM, House

PATH = "/referral/v1/referrals"
MISSING = object()


def b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


class Forge:
    """Makes tokens with the gateway's own key, as nobody outside could, so that each check is tried alone."""

    def __init__(self, home: House, good: str) -> None:
        self.keys = home.gateway._keys
        self.key = self.keys.access.current()
        head, payload, self.signature = good.split(".")
        self.head: dict[str, Any] = json.loads(base64.urlsafe_b64decode(head + "=="))
        self.claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=="))

    def __call__(self, *, head: dict[str, Any] | None = None, key: Any = None, **claims: Any) -> str:
        made = {name: value for name, value in (self.claims | claims).items() if value is not MISSING}
        header = {name: value for name, value in (self.head | (head or {})).items() if value is not MISSING}
        return jwt.encode(header, made, key or self.key, registry=ANY_ALGORITHM, default_type=None)

    def unsigned(self, head: dict[str, Any], signature: str = "") -> str:
        return f"{b64(json.dumps(self.head | head).encode())}.{b64(json.dumps(self.claims).encode())}.{signature}"


def forgeries(forge: Forge) -> dict[str, str]:
    now, other = int(time.time()), ECKey.generate_key("P-256", {"kid": "x"})
    public_pem = forge.key.as_pem(private=False)
    rsa = RSAKey.generate_key(2048)
    hmac_input = forge.unsigned({"alg": "HS256"}).rpartition(".")[0]
    hmac_signature = b64(hmac.digest(public_pem, hmac_input.encode(), hashlib.sha256))
    zero = b64(bytes(64))
    return {
        "alg none": forge.unsigned({"alg": "none"}),
        "alg None, old signature": forge.unsigned({"alg": "None"}, forge.signature),
        "alg nOnE": forge.unsigned({"alg": "nOnE"}),
        "HMAC with our public key": f"{hmac_input}.{hmac_signature}",
        "HMAC with an empty key": forge(head={"alg": "HS256"}, key=OctKey.import_key(b"x" * 32)),
        "RS256 with another key": forge(head={"alg": "RS256"}, key=rsa),
        "PS256 with another key": forge(head={"alg": "PS256"}, key=rsa),
        "a signature of zeros": forge.unsigned({}, zero),
        "no signature": forge.unsigned({}),
        "another key under our kid": forge(key=other),
        "another token's signature": forge.unsigned({"x": 1}, forge.signature),
        "changed claims": forge().split(".")[0] + "." + b64(json.dumps(forge.claims | {"cleared": True}).encode()) + "." + forge.signature,
        "internal key": forge(head={"kid": forge.keys.internal.current().kid}, key=forge.keys.internal.current()),
        "typ of the internal token": forge(head={"typ": "ihala-internal+jwt"}),
        "typ JWT": forge(head={"typ": "JWT"}),
        "no typ": forge(head={"typ": MISSING}),
        "typ in capitals": forge(head={"typ": "AT+JWT"}),
        "no kid": forge(head={"kid": MISSING}),
        "unknown kid": forge(head={"kid": "other"}),
        "kid as a path": forge(head={"kid": "../../../../dev/null"}),
        "kid as SQL": forge(head={"kid": "x' OR '1'='1"}),
        "kid as a number": forge.unsigned({"kid": 1}, zero),
        "kid as a list": forge.unsigned({"kid": [forge.key.kid]}, zero),
        "embedded jwk": forge(head={"jwk": other.as_dict(private=False)}, key=other),
        "embedded jwk, no kid": forge(head={"jwk": other.as_dict(private=False), "kid": MISSING}, key=other),
        "embedded x5c": forge.unsigned({"x5c": ["MIIB"]}, zero),
        "jku": forge(head={"jku": "http://127.0.0.1:1/keys"}, key=other),
        "x5u": forge(head={"x5u": "http://127.0.0.1:1/cert"}, key=other),
        "crit": forge.unsigned({"crit": ["b64"], "b64": False}, zero),
        "header too deep": b64(b'{"alg":' + b"[" * 5000 + b"]" * 5000 + b"}") + ".e30." + zero,
        "header no object": f"{b64(b'[]')}.e30.{zero}",
        "header no JSON": f"{b64(b'{')}.e30.{zero}",
        "two parts": forge.unsigned({}).rpartition(".")[0],
        "five parts": forge() + ".a.b",
        "JWE": "e30.e30.e30.e30.e30",
        "padding": forge() + "=",
        "longer than 8 KiB": forge(filler="x" * 9000),
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
        "other issuer": forge(iss="https://evil.example"),
        "issuer with a slash": forge(iss=forge.claims["iss"] + "/"),
        "issuers": forge(iss=[forge.claims["iss"]]),
        "no issuer": forge(iss=MISSING),
        "other audience": forge(aud="https://other.example"),
        "audience of a service": forge(aud="referral"),
        "audience of Kafka": forge(aud="kafka"),
        "several audiences": forge(aud=[forge.claims["aud"], "other"]),
        "no audience": forge(aud=MISSING),
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


async def test_every_forged_token_is_refused_with_401(seen: House) -> None:
    forge = Forge(seen, await seen.token())
    async with seen.session.get(PATH, headers={"Authorization": f"Bearer {forge()}"}) as answer:
        assert answer.status == 200, "the forge itself makes good tokens"
    seen.upstream.seen.clear()
    for name, token in forgeries(forge).items():
        status, answer_ = await seen.raw(_get(PATH.encode(), b"Authorization: Bearer " + token.encode()))
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
    status, answer = await seen.raw(_get(PATH.encode(), b"Authorization: Bearer " + token.encode()))
    assert status == 403
    assert b'www-authenticate: Bearer error="insufficient_scope", scope="referral:read"' in answer
    assert b"urn:ihala:problem:insufficient-scope" in answer
    assert seen.upstream.seen == []


@pytest.mark.parametrize(
    "lines",
    [
        b"",
        b"Authorization: ",
        b"Authorization: Bearer",
        b"Authorization: Bearer  ",
        b"Authorization: Basic Y2VudHJlOng=",
        b"Authorization: DPoP %TOKEN%",
        b"Authorization: Bearer\t%TOKEN%",
        b"Authorization: Bearer  %TOKEN%",
        b"Authorization: Bearer %TOKEN%, Bearer x",
        b"Authorization: Bearer %TOKEN% x",
        b"Authorization: Bearer \xff%TOKEN%",
        b"X-Authorization: Bearer %TOKEN%",
        b"Authorization_: Bearer %TOKEN%",
        b"Proxy-Authorization: Bearer %TOKEN%",
        b"Cookie: access_token=%TOKEN%",
    ],
)
async def test_a_token_in_another_place_or_form_is_none(seen: House, lines: bytes) -> None:
    token = (await seen.token()).encode()
    status, answer = await seen.raw(_get(PATH.encode(), lines.replace(b"%TOKEN%", token)))
    assert status == 401 and b"www-authenticate: Bearer" in answer
    assert token not in answer and seen.upstream.seen == []


async def test_contradicting_credentials_are_refused(seen: House) -> None:
    token = (await seen.token()).encode()
    good = b"Authorization: Bearer " + token
    for request in (
        _get(PATH.encode(), good, good),
        _get(PATH.encode(), b"Authorization: Bearer x", good),
        _get(PATH.encode(), good, b"authorization: Basic eA=="),
        _get(b"/directory/v1/needs", good, good),
        _get(PATH.encode() + b"?access_token=" + token),
        _get(PATH.encode() + b"?a=1&access_token=" + token, good),
        _get(PATH.encode(), good, *[b"X-Filler-%d: 1" % n for n in range(200)]),
    ):
        status, answer = await seen.raw(request)
        assert status == 400 and b"urn:ihala:problem:headers-refused" in answer
        assert token not in answer
    assert seen.upstream.seen == []


@pytest.mark.parametrize(
    "path",
    [
        b"/referral/v1/../v1/referrals", b"/referral/v1/..", b"/..", b"/referral/v1/referrals/..", b"/referral/v1/referrals/../../../x",
        b"/directory/v1/needs/../organizations", b"/directory/v1/needs/..;/organizations", b"/directory/v1/needs;/organizations",
        b"/referral//v1/referrals", b"//referral/v1/referrals", b"/referral/v1/referrals//", b"/referral/v1//", b"/referral/v1/./referrals",
        b"/referral/v1/referrals/.", b"/referral/v1/referrals;x=1", b"/referral/v1/referrals\\x", b"/referral\\v1\\referrals",
        b"/referral/v1/%2e%2e/v1/referrals", b"/referral/v1/%2E%2E/x", b"/referral/v1/.%2e/x", b"/referral/v1/referrals/%2e",
        b"/referral/v1%2freferrals", b"/referral%2Fv1/referrals", b"/referral/v1/referrals%2f..%2f..", b"/referral/v1/referrals%5c..",
        b"/referral/v1/referrals%5C", b"/referral/v1/referrals%00", b"/referral/v1/referrals/%0d%0ax", b"/referral/v1/referrals/%09",
        b"/referral/v1/referrals/%1f", b"/referral/v1/referrals/%7f", b"/referral/v1/referrals/%3b", b"/referral/v1/referrals/%252e%252e",
        b"/referral/v1/referrals/%25", b"/referral/v1/referrals/%", b"/referral/v1/referrals/%2", b"/referral/v1/referrals/%zz",
        b"/referral/v1/%72eferrals", b"/referral/v1/r%65ferrals", b"/%72eferral/v1/referrals", b"/referral/v1/referrals/%61",
        b"/referral/v1/referrals/%2d", b"/referral/v1/referrals/%30", b"/referral/v1/referrals/|", b'/referral/v1/referrals/"',
        b"/referral/v1/referrals/<x>", b"/referral/v1/referrals/{x}", b"/referral/v1/referrals/^", b"/referral/v1/referrals/`",
        b"/referral/v1/referrals/" + b"x" * 9000,
    ],
)  # fmt: skip
async def test_a_path_that_two_parsers_could_read_differently_is_refused(seen: House, path: bytes) -> None:
    authorization = (await seen.signed_in())["Authorization"].encode()
    status, answer = await seen.raw(_get(path, b"Authorization: " + authorization))
    assert status == 400 and seen.upstream.seen == []
    assert b"urn:ihala:problem:path-refused" in answer or b"Invalid HTTP request" in answer
    assert path not in answer


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        (b"GET", b"/referral/v1/unknown", 404), (b"GET", b"/referral/v1/referrals/", 404), (b"GET", b"/REFERRAL/v1/referrals", 404),
        (b"GET", b"/v1/referrals", 404), (b"GET", b"/referral/v2/referrals", 404), (b"GET", b"/referral/health/ready", 404),
        (b"GET", b"/referral/openapi.json", 404), (b"GET", b"/notify/v1/x", 404), (b"GET", b"/", 404), (b"GET", b"/referral", 404),
        (b"GET", b"/directory/v1/needs%20", 404), (b"GET", b"/directory/v1/needs/x", 404), (b"GET", b"/oauth/token/x", 404),
        (b"DELETE", b"/referral/v1/referrals", 405), (b"PROPFIND", b"/referral/v1/referrals", 405),
        (b"OPTIONS", b"/referral/v1/referrals", 405),
        (b"TRACE", b"/referral/v1/referrals", 405), (b"PATCH", b"/referral/v1/referrals/x", 405), (b"GET", b"/oauth/token", 405),
        (b"POST", b"/oauth/jwks", 405),
    ],
)  # fmt: skip
async def test_only_listed_routes_answer(seen: House, method: bytes, path: bytes, status: int) -> None:
    authorization = (await seen.signed_in())["Authorization"].encode()
    found, answer = await seen.raw(_get(path, b"Authorization: " + authorization, b"X-HTTP-Method-Override: GET", method=method))
    assert found == status and seen.upstream.seen == []
    assert b"application/problem+json" in answer
    if status == 405:
        assert b"allow: " in answer.lower()


async def test_headers_that_pretend_do_not_reach_the_service(seen: House) -> None:
    authorization = b"Authorization: " + (await seen.signed_in())["Authorization"].encode()
    pretended = [
        b"X-Ihala-Client: evil", b"X_Ihala_Client: evil", b"x-ihala-organization: evil",
        b"X-Forwarded-For: evil", b"X-Forwarded-Host: evil",
        b"X-Forwarded-Prefix: evil", b"X-Original-URI: evil", b"X-Original-URL: evil", b"X-Rewrite-URL: evil", b"Forwarded: for=evil",
        b"X-Real-IP: evil", b"Client-Cert: :evil:", b"X-HTTP-Method-Override: evil", b"Via: evil", b"Cookie: evil",
        b"Proxy-Authorization: evil",
        b"Keep-Alive: evil", b"TE: evil", b"Trailer: evil", b"Upgrade: evil", b"Expect: evil", b"baggage: evil", b"tracestate: evil",
        b"Connection: X-Request-Id, Authorization, X-Secret, close", b"X-Secret: evil", b"Idempotency_Key: evil", b"Idempotency-Key: mine",
    ]  # fmt: skip
    status, _ = await seen.raw(_get(PATH.encode(), authorization, *pretended))
    assert status == 200
    [at] = seen.upstream.seen
    assert not [name for name, value in at.headers if b"evil" in value]
    assert not [name for name, _ in at.headers if b"_" in name or name.startswith((b"x-ihala", b"x-forwarded"))]
    assert at.all("idempotency-key") == ["mine"]
    assert len(at.all("x-request-id")) == len(at.all("authorization")) == len(at.all("host")) == 1
    assert at.internal()[1]["client_id"] == "centre"


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"POST /referral/v1/referrals HTTP/1.1\r\nHost: x\r\n%AUTH%\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /referral/v1/referrals HTTP/1.1\r\nHost: x\r\n%AUTH%\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"POST /referral/v1/referrals HTTP/1.1\r\nHost: x\r\n%AUTH%\r\nContent-Length: -1\r\n\r\n",
        b"POST /referral/v1/referrals HTTP/1.1\r\nHost: x\r\n%AUTH%\r\nContent-Length: 1_0\r\n\r\n0123456789",
        b"POST /referral/v1/referrals HTTP/1.1\r\nHost: x\r\n%AUTH%\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"POST /referral/v1/referrals HTTP/1.1\r\nHost: x\r\n%AUTH%\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        b"GET /referral/v1/referrals HTTP/1.1\r\nHost: x\r\n%AUTH%\r\nX: a\nX-Ihala-Client: b\r\n\x00: c\r\n\r\n",
        b"GET /referral/v1/ref\x80errals HTTP/1.1\r\nHost: x\r\n%AUTH%\r\n\r\n",
        b"CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: x\r\n%AUTH%\r\n\r\n",
        b"GET /referral/v1/referrals HTTP/1.1\r\nHost: x\r\n%AUTH%\r\n folded: yes\r\n\r\n",
    ],
)
async def test_ambiguous_framing_is_refused(seen: House, request_bytes: bytes) -> None:
    authorization = b"Authorization: " + (await seen.signed_in())["Authorization"].encode()
    status, _ = await seen.raw(request_bytes.replace(b"%AUTH%", authorization))
    assert status in (400, 401)
    assert seen.upstream.seen == []


async def test_an_absolute_target_is_decided_and_forwarded_by_its_path(seen: House) -> None:
    authorization = b"Authorization: " + (await seen.signed_in())["Authorization"].encode()
    status, _ = await seen.raw(_get(b"http://evil.example/referral/v1/referrals?x=1", authorization))
    assert status == 200 and seen.upstream.seen[0].raw_path == b"/v1/referrals"
    assert seen.upstream.seen[0].all("host")[0].startswith("127.0.0.1:")


async def test_refusals_speak_the_callers_language_and_repeat_nothing(seen: House) -> None:
    titles = set()
    for language in ("en", "ar", "ckb"):
        headers = {"Accept-Language": language, "Authorization": "Bearer secret-token-text", "X-Request-Id": "for-the-log"}
        async with seen.session.get("/referral/v1/referrals/private-id?name=private", headers=headers) as answer:
            text = await answer.text()
            assert answer.headers["Content-Language"] == language and answer.headers["Cache-Control"] == "no-store"
            assert "private" not in text and "secret" not in text
            document = json.loads(text)
            assert document.keys() == {"type", "title", "status", "instance"}
            assert document["instance"] == "urn:ihala:request:for-the-log"
            titles.add(document["title"])
    assert len(titles) == 3


def _get(path: bytes, *lines: bytes, method: bytes = b"GET") -> bytes:
    return b"\r\n".join([method + b" " + path + b" HTTP/1.1", b"Host: x", *filter(None, lines), b"", b""])
