"""`authorize` alone, as another seat would call it: no server, no I/O."""

import base64
import hashlib
import time
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ihala_gateway.edge.authorize import Gatekeeper, path_is_plain
from ihala_gateway.edge.headers import onward
from ihala_gateway.edge.routes import compile_routes
from ihala_gateway.oauth import access_tokens
from ihala_gateway.oauth.access_tokens import AccessTokens
from ihala_gateway.oauth.keys import Keyring
from ihala_gateway.oauth.standing import Change, Changes, Standing
from joserfc import jwt
from joserfc.jwk import ECKey

from tests.gateway.house import DOCUMENTS, ORGANIZATION

ISSUER = "https://ihala.example"
KEY = ECKey.generate_key("P-256", {"kid": "k"})
PATH = b"/referral/v1/referrals"
CERT = b"a certificate in DER"


def token(**more: Any) -> bytes:
    now = int(time.time())
    claims = {
        "iss": ISSUER, "aud": ISSUER, "sub": "c", "client_id": "c", "ver": 1, "org": str(ORGANIZATION), "scope": "referral:read",
        "jti": "j", "iat": now, "exp": now + 60,
    } | more  # fmt: skip
    return b"Bearer " + jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": "k"}, claims, KEY).encode()


@pytest.fixture
def gatekeeper() -> Gatekeeper:
    standing = Standing()
    standing.learn(Changes())
    return Gatekeeper(compile_routes(DOCUMENTS), AccessTokens(Keyring(KEY, {"k": KEY}), ISSUER, ISSUER), standing)


def test_an_allowed_request_names_route_caller_and_exactly_the_path_to_forward(gatekeeper: Gatekeeper) -> None:
    decision = gatekeeper.authorize("GET", PATH + b"/a%20b?q=1", [(b"authorization", token())])
    assert decision.refusal is None and decision.path == PATH + b"/a%20b"
    assert decision.route is not None and decision.route.template == "/referral/v1/referrals/{referral_id}"
    assert decision.grant is not None and decision.grant.client_id == "c"


def test_a_verified_token_is_remembered_but_not_beyond_its_life(gatekeeper: Gatekeeper, monkeypatch: pytest.MonkeyPatch) -> None:
    headers = [(b"authorization", token(exp=int(time.time()) + 20))]
    first = gatekeeper.authorize("GET", PATH, headers).grant
    assert gatekeeper.authorize("GET", PATH, headers).grant is first
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 21)
    refusal = gatekeeper.authorize("GET", PATH, headers).refusal
    assert refusal is not None and refusal.status == 401


def test_a_remembered_token_still_meets_scope_and_standing(gatekeeper: Gatekeeper) -> None:
    headers = [(b"authorization", token())]
    assert gatekeeper.authorize("GET", PATH, headers).refusal is None
    assert _status(gatekeeper, "POST", headers) == 403
    gatekeeper.standing.learn(Changes({"c": Change(2, suspended=True)}))
    assert _status(gatekeeper, "GET", headers) == 401
    gatekeeper.standing.learn(Changes({"c": Change(2, suspended=False)}))
    assert _status(gatekeeper, "GET", headers) == 401
    gatekeeper.standing.learn(Changes({"c": Change(1, suspended=False), "d": Change(9, suspended=True)}))
    assert _status(gatekeeper, "GET", headers) == 200


def test_what_is_remembered_is_bounded(gatekeeper: Gatekeeper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_tokens, "REMEMBERED", 2)
    for number in range(4):
        assert _status(gatekeeper, "GET", [(b"authorization", token(jti=str(number)))]) == 200
    assert len(gatekeeper.tokens._known) == 2


def test_a_bound_token_needs_its_certificate_every_time(gatekeeper: Gatekeeper) -> None:
    thumbprint = base64.urlsafe_b64encode(hashlib.sha256(CERT).digest()).rstrip(b"=").decode()
    headers = [(b"authorization", token(cnf={"x5t#S256": thumbprint}))]
    assert gatekeeper.authorize("GET", PATH, headers, CERT).refusal is None
    for cert in (None, b"", b"another"):
        refusal = gatekeeper.authorize("GET", PATH, headers, cert).refusal
        assert refusal is not None and refusal.status == 401
    mixed = [(b"authorization", token(cnf={"x5t#S256": thumbprint, "jkt": "x"}))]
    assert gatekeeper.authorize("GET", PATH, mixed, CERT).refusal is not None


@given(st.binary(max_size=40))
def test_whatever_passes_as_a_path_reads_the_same_after_one_decoding(tail: bytes) -> None:
    path = b"/referral/v1/" + tail
    if path_is_plain(path):
        decoded = unquote_to_bytes(path)
        assert decoded.count(b"/") == path.count(b"/")
        assert not any(part in decoded for part in (b"..", b"\\", b";", b"//"))
        assert not any(byte < 0x20 or byte == 0x7F for byte in decoded)
        assert b"%" not in decoded


NAMES = [b"connection", b"x-a", b"x_b", b"x-ihala-c", b"authorization", b"idempotency-key"]


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.just(b"x-a, idempotency-key"))))
def test_no_mix_of_headers_brings_a_forbidden_one_through(headers: list[tuple[bytes, bytes]]) -> None:
    names = {name for name, _ in onward(headers)}
    assert names <= {b"x-a", b"idempotency-key"}
    if any(name == b"connection" for name, _ in headers):
        assert not names


def _status(gatekeeper: Gatekeeper, method: str, headers: list[tuple[bytes, bytes]]) -> int:
    refusal = gatekeeper.authorize(method, PATH, headers).refusal
    return 200 if refusal is None else refusal.status
