"""The list of attacks, second part: tokens in wrong places, paths that two parsers read differently, headers that pretend."""

import json

import pytest

from tests.gateway.attacks.seats import by_nginx
from tests.gateway.house import House, get

PATH = "/referral/v1/referrals"


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
    status, answer = await seen.raw(get(PATH.encode(), lines.replace(b"%TOKEN%", token)))
    assert status == 401 and b"www-authenticate: Bearer" in answer
    assert token not in answer and seen.upstream.seen == []


async def test_contradicting_credentials_are_refused(seen: House) -> None:
    token = (await seen.token()).encode()
    good = b"Authorization: Bearer " + token
    for request in (
        get(PATH.encode(), good, good),
        get(PATH.encode(), b"Authorization: Bearer x", good),
        get(PATH.encode(), good, b"authorization: Basic eA=="),
        get(b"/directory/v1/needs", good, good),
        get(PATH.encode() + b"?access_token=" + token),
        get(PATH.encode() + b"?a=1&access_token=" + token, good),
    ):
        status, answer = await seen.raw(request)
        assert status == 400 and (b"urn:ihala:problem:headers-refused" in answer or by_nginx(answer))
        assert token not in answer
    assert seen.upstream.seen == []


async def test_a_flood_of_headers_ends_at_the_door(seen: House) -> None:
    good = b"Authorization: " + (await seen.signed_in())["Authorization"].encode()
    status, answer = await seen.raw(get(PATH.encode(), good, *[b"X-Filler-%d: 1" % n for n in range(200)]))
    if status == 200:  # nginx counts bytes, not lines, and passes on only headers that it knows
        assert b"Server: nginx" in answer and not [name for name, _ in seen.upstream.seen[0].headers if name.startswith(b"x-filler")]
    else:
        assert status == 400 and b"urn:ihala:problem:headers-refused" in answer and seen.upstream.seen == []
    status, _ = await seen.raw(get(PATH.encode(), good, *[b"X-Filler-%d: %s" % (n, b"x" * 4000) for n in range(20)]))
    assert status in (400, 431) and len(seen.upstream.seen) <= 1


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
    ],
)  # fmt: skip
async def test_a_path_that_two_parsers_could_read_differently_is_refused(seen: House, path: bytes) -> None:
    authorization = (await seen.signed_in())["Authorization"].encode()
    status, answer = await seen.raw(get(path, b"Authorization: " + authorization))
    assert seen.upstream.seen == []
    assert by_nginx(answer) or (status == 400 and (b"urn:ihala:problem:path-refused" in answer or b"Invalid HTTP request" in answer))
    assert path not in answer


async def test_an_address_that_is_too_long_is_told_so(seen: House) -> None:
    authorization = b"Authorization: " + (await seen.signed_in())["Authorization"].encode()
    for path in (PATH.encode() + b"/" + b"x" * 9000, PATH.encode() + b"?x=" + b"x" * 9000, b"/sign-in?next=" + b"x" * 9000):
        status, answer = await seen.raw(get(path, authorization))
        assert status == 414 and (by_nginx(answer) or b"urn:ihala:problem:address-too-long" in answer) and b"xxxx" not in answer
    assert seen.upstream.seen == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        (b"GET", b"/referral/v1/unknown", 404), (b"GET", b"/referral/v1/referrals/", 404), (b"GET", b"/REFERRAL/v1/referrals", 404),
        (b"GET", b"/v1/referrals", 404), (b"GET", b"/referral/v2/referrals", 404), (b"GET", b"/referral/health/ready", 404),
        (b"GET", b"/referral/openapi.json", 404), (b"GET", b"/notify/v1/x", 404), (b"GET", b"/index", 404), (b"GET", b"/referral", 404),
        (b"GET", b"/directory/v1/needs%20", 404), (b"GET", b"/directory/v1/needs/x", 404), (b"GET", b"/oauth/token/x", 404),
        (b"DELETE", b"/referral/v1/referrals", 405), (b"PROPFIND", b"/referral/v1/referrals", 405),
        (b"OPTIONS", b"/referral/v1/referrals", 405),
        (b"TRACE", b"/referral/v1/referrals", 405), (b"PATCH", b"/referral/v1/referrals/x", 405), (b"GET", b"/oauth/token", 405),
        (b"POST", b"/oauth/jwks", 405),
    ],
)  # fmt: skip
async def test_only_listed_routes_answer(seen: House, method: bytes, path: bytes, status: int) -> None:
    authorization = (await seen.signed_in())["Authorization"].encode()
    found, answer = await seen.raw(get(path, b"Authorization: " + authorization, b"X-HTTP-Method-Override: GET", method=method))
    assert found == status and seen.upstream.seen == []
    assert b"application/problem+json" in answer or by_nginx(answer)
    if status == 405 and not by_nginx(answer):
        assert b"allow: " in answer.lower()


@pytest.mark.parametrize("upgrade", [True, False])
async def test_headers_that_pretend_do_not_reach_the_service(seen: House, upgrade: bool) -> None:
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
    if not upgrade:  # with it, nginx hands the request over to the gateway
        pretended.remove(b"Upgrade: evil")
    status, _ = await seen.raw(get(PATH.encode(), authorization, *pretended))
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
    status, answer = await seen.raw(request_bytes.replace(b"%AUTH%", authorization))
    assert status in (400, 401) or by_nginx(answer)
    assert seen.upstream.seen == []


async def test_an_absolute_target_is_decided_and_forwarded_by_its_path(seen: House) -> None:
    authorization = b"Authorization: " + (await seen.signed_in())["Authorization"].encode()
    status, _ = await seen.raw(get(b"http://evil.example/referral/v1/referrals?x=1", authorization))
    assert status == 200 and seen.upstream.seen[0].raw_path == b"/v1/referrals"
    assert seen.upstream.seen[0].all("host")[0].startswith(("127.0.0.1:", "ihala-referral"))


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
