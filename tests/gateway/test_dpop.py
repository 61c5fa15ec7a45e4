"""Tokens bound to a key (DPoP, RFC 9449): each proof is good once, for one request, for the key's owner."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from ihala_gateway.oauth import dpop
from ihala_gateway.oauth.dpop import NonceNeeded, Nonces, ProofRefused, Proofs, normal
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.gateway.house import ANY_ALGORITHM, SECRET, House
from tests.gateway.party import TOKEN, Party, b64

PATH = "/referral/v1/referrals"
GRANT = {"grant_type": "client_credentials"}


async def bound(home: House, client_id: str = "centre", **fields: Any) -> tuple[Party, str]:
    """Return a party with a key, and a token bound to it."""
    party = Party(home, client_id, ECKey.generate_key("P-256", private=True))
    status, body = await party.post(TOKEN, **GRANT, **fields)
    assert (status, body.get("token_type")) == (200, "DPoP"), body
    return party, str(body["access_token"])


async def test_a_token_is_bound_and_calls_with_a_new_proof_each_time(seen: House) -> None:
    party, token = await bound(seen)
    assert [(await party.call(token))[0] for _ in range(3)] == [200, 200, 200]
    assert all(not request.all("dpop") for request in seen.upstream.seen), "proofs go no further than the gateway"


async def test_a_bound_token_is_never_good_as_a_bearer_token_nor_the_other_way_round(seen: House) -> None:
    party, token = await bound(seen)
    for other in (party, Party(seen)):
        status, said = await other.call(token, scheme="Bearer")
        assert status == 401 and 'error="invalid_token"' in said["challenge"]
    assert (await party.call(await seen.token()))[0] == 401
    assert (await party.call(token))[0] == 200
    assert (await party.call(token, scheme="Bearer"))[0] == 401, "also once it is remembered"
    assert (await Party(seen).call(token, scheme="DPoP"))[0] == 401
    assert len(seen.upstream.seen) == 1


async def test_a_proof_is_good_once(seen: House) -> None:
    party, token = await bound(seen)
    proof = party.proof("GET", PATH, token)
    assert [(await party.call(token, proof=proof))[0] for _ in range(3)] == [200, 401, 401]
    again = party.proof("POST", TOKEN)
    for status in (200, 400):
        fields = {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion": seen.assertion()}
        async with seen.session.post(TOKEN, data=GRANT | fields, headers={"DPoP": again}) as answer:
            assert (answer.status, (await answer.json()).get("error")) == (status, None if status == 200 else "invalid_dpop_proof")


def wrong(party: Party, token: str) -> dict[str, str]:
    other, rsa = ECKey.generate_key("P-256"), RSAKey.generate_key(2048)
    weak = RSAKey.generate_key(1024)
    assert party.key is not None
    now, head, proof = int(time.time()), party.proof("GET", PATH, token).split("."), party.proof
    public = party.key.as_dict(private=False)
    return {
        "another's key": Party(party.home, key=other, nonce=party.nonce).proof("GET", PATH, token),
        "another's key in the header": proof("GET", PATH, token, head={"jwk": other.as_dict(private=False)}),
        "private key": proof("GET", PATH, token, head={"jwk": party.key.as_dict(private=True)}),
        "no key": proof("GET", PATH, token, head={"jwk": None}),
        "weak key": jws.serialize_compact(
            {"alg": "PS256", "typ": "dpop+jwt", "jwk": weak.as_dict(private=False)}, b"{}", weak, registry=ANY_ALGORITHM),
        "RS256": jws.serialize_compact(
            {"alg": "RS256", "typ": "dpop+jwt", "jwk": rsa.as_dict(private=False)}, b"{}", rsa, registry=ANY_ALGORITHM),
        "HMAC": jws.serialize_compact(
            {"alg": "HS256", "typ": "dpop+jwt", "jwk": public}, b"{}", OctKey.import_key("x" * 32), registry=ANY_ALGORITHM),
        "no signature": ".".join([*head[:2], ""]),
        "changed": ".".join([head[0], proof("POST", PATH, token).split(".")[1], head[2]]),
        "typ": proof("GET", PATH, token, head={"typ": "JWT"}),
        "another signature": ".".join([*head[:2], "AAAA"]),
        "crit": _by_hand({"alg": "ES256", "typ": "dpop+jwt", "jwk": public, "crit": ["x"], "x": 1}, head[1], party.key),
        "method": proof("POST", PATH, token),
        "address": proof("GET", PATH + "/x", token),
        "case of the address": proof("GET", PATH.upper(), token),
        "host": proof("GET", PATH, token, htu="https://evil.example" + PATH),
        "address is no text": proof("GET", PATH, token, htu=7),
        "port is no number": proof("GET", PATH, token, htu="http://127.0.0.1:x" + PATH),
        "no ath": proof("GET", PATH),
        "ath of another": proof("GET", PATH, token + "x"),
        "no jti": proof("GET", PATH, token, jti=None),
        "long jti": proof("GET", PATH, token, jti="j" * 300),
        "old": proof("GET", PATH, token, iat=now - 3600),
        "from the future": proof("GET", PATH, token, iat=now + 90),
        "over": proof("GET", PATH, token, exp=now - 3600),
        "not yet": proof("GET", PATH, token, nbf=now + 90),
        "ends at no time": proof("GET", PATH, token, exp="tomorrow"),
        "no time": proof("GET", PATH, token, iat=None),
        "nothing": "x", "not ASCII": "é", "empty": "", "long": "x" * 5000,
    }  # fmt: skip


@pytest.mark.filterwarnings("ignore:Key size should be")
async def test_every_wrong_proof_is_refused(seen: House) -> None:
    party, token = await bound(seen)
    for name, proof in wrong(party, token).items():
        status, said = await party._call(token, PATH, "DPoP", proof)
        assert status == 401 and 'DPoP error="invalid_' in said["challenge"], name
    async with seen.session.get(PATH, headers=[
        ("Authorization", f"DPoP {token}"), ("DPoP", party.proof("GET", PATH, token)), ("DPoP", party.proof("GET", PATH, token)),
    ]) as answer:  # fmt: skip
        assert answer.status == 401, "two proofs"
    assert not seen.upstream.seen
    assert (await party.call(token))[0] == 200, "and a right one is good"


async def test_what_a_proof_says_beside_means_nothing(seen: House) -> None:
    party, token = await bound(seen)
    assert party.key is not None
    head = {"alg": "ES256", "typ": "dpop+jwt", "jwk": party.key.as_dict(private=False), "tx_id": 7, "jku": "http://127.0.0.1:1/"}
    payload = party.proof("GET", PATH, token, aud="x").split(".")[1]
    assert (await party.call(token, proof=_by_hand(head, payload, party.key)))[0] == 200
    now = int(time.time())  # FAPI 2.0, 5.3.2.1: clocks may be ten seconds apart
    assert (await party.call(token, proof=party.proof("GET", PATH, token, iat=now + 10, nbf=now + 10, exp=now + 300)))[0] == 200


def _by_hand(head: dict[str, Any], payload: str, key: Any) -> str:
    """Sign under a header that the library itself would not write."""
    text = f"{b64(json.dumps(head).encode())}.{payload}"
    return f"{text}.{b64(ANY_ALGORITHM.get_alg('ES256').sign(text.encode(), key))}"


async def test_a_proof_carries_a_nonce_of_this_process(seen: House) -> None:
    party, token = await bound(seen)
    for nonce in (None, "of-another-process", 7):
        status, said = await party._call(token, PATH, "DPoP", party.proof("GET", PATH, token, nonce=nonce))
        assert (status, said["challenge"].split(",")[0]) == (401, 'DPoP error="use_dpop_nonce"') and said["nonce"]
    assert not seen.upstream.seen
    party.nonce = None
    async with seen.session.post(TOKEN, data=GRANT | {"client_id": "centre"}, headers={"DPoP": party.proof("POST", TOKEN)}) as answer:
        assert answer.status == 401, "an unknown caller hears nothing of nonces"
    fields = {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion": seen.assertion()}
    async with seen.session.post(TOKEN, data=GRANT | fields, headers={"DPoP": party.proof("POST", TOKEN)}) as answer:
        assert (answer.status, (await answer.json())["error"]) == (400, "use_dpop_nonce") and answer.headers["DPoP-Nonce"]
        party.nonce = answer.headers["DPoP-Nonce"]
    async with seen.session.post(TOKEN, data=GRANT | fields, headers={"DPoP": party.proof("POST", TOKEN)}) as answer:
        assert answer.status == 200, "the assertion was not spent by that"


async def test_a_newer_nonce_comes_with_the_answer_before_the_older_one_ends(seen: House) -> None:
    party, token = await bound(seen)
    nonces = seen.gateway._door._gatekeeper.tokens.proofs.nonces
    nonces._next_at = time.monotonic()
    status, said = await party.call(token, proof=party.proof("GET", PATH, token))
    assert status == 200 and said["nonce"] == nonces.current()
    assert (await party.call(token))[1]["nonce"] is None
    assert "dpop-nonce" not in {name.lower() for name, _ in seen.upstream.seen[-1].headers}


def test_nonces_end_and_nothing_that_was_seen_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(dpop.time, "monotonic", lambda: now[0])
    nonces = Nonces()
    first = nonces.current()
    nonces.spend(first, b"a")
    now[0] += dpop.NONCE_SECONDS
    second = nonces.current()
    assert second != first
    with pytest.raises(ProofRefused):
        nonces.spend(first, b"a")
    nonces.spend(first, b"b")
    now[0] += dpop.NONCE_SECONDS
    with pytest.raises(NonceNeeded):
        nonces.spend(first, b"c")
    now[0] += 10 * dpop.NONCE_SECONDS
    with pytest.raises(NonceNeeded):
        nonces.spend(second, b"a")
    monkeypatch.setattr(dpop, "MOST_SEEN", 2)
    full = nonces.current()
    nonces.spend(full, b"a")
    nonces.spend(full, b"b")
    assert nonces.current() != full, "a new one is given rather than a proof forgotten"
    with pytest.raises(ProofRefused):
        nonces.spend(full, b"a")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HTTPS://API.Example:443/a", "https://api.example/a"),
        ("https://api.example", "https://api.example/"),
        ("https://api.example/%7Ea%2fb?x=1#y", "https://api.example/~a%2Fb"),
        ("http://[::1]:80/", "http://[::1]/"),
        ("https://api.example:8443/a", "https://api.example:8443/a"),
    ],
)
def test_an_address_has_one_normal_form(one: str, other: str) -> None:
    assert normal(one) == normal(other)


@pytest.mark.parametrize(
    "one", ["https://api.example/A", "https://api.example:80/a", "http://api.example/a", "https://api.example/a/", "//x"]
)
def test_other_addresses_stay_others(one: str) -> None:
    assert normal(one) != normal("https://api.example/a")


def _proof(nonce: str, head: dict[str, Any], payload: bytes | None) -> str:
    key = ECKey.generate_key("P-256")
    claims = {"jti": "1", "htm": "GET", "htu": "https://api/a", "iat": int(time.time()), "nonce": nonce}
    whole = {"alg": "ES256", "typ": "dpop+jwt", "jwk": key.as_dict(private=False)} | head
    content = f"{b64(json.dumps(whole).encode())}.{b64(payload or json.dumps(claims).encode())}"
    return f"{content}.{b64(jws.JWSRegistry(algorithms=['ES256']).get_alg('ES256').sign(content.encode(), key))}"


@pytest.mark.parametrize(
    ("head", "payload", "changed", "refused_for"),
    [
        ({}, None, lambda proof: proof, None),
        ({"kid": "mine", "new": 1}, None, lambda proof: proof, None),
        ({}, None, lambda proof: proof.replace(".", "=.", 1), "Error"),  # the same in other signs
        ({}, None, lambda proof: proof + "=", "Error"),
        ({}, None, lambda proof: "e30." + proof, "ValueError"),
        ({}, None, lambda proof: proof[:-86] + "A" * 86, "signature"),
        ({}, None, lambda proof: proof.rpartition(".")[0] + ".", "signature"),
        ({"jwk": ECKey.generate_key("P-256").as_dict(private=False)}, None, lambda proof: proof, "signature"),
        ({"typ": "JWT"}, None, lambda proof: proof, "ValueError"),
        ({"alg": "PS256"}, None, lambda proof: proof, "ValueError"),
        ({"crit": ["b64"], "b64": False}, None, lambda proof: proof, "ValueError"),
        ({"kid": 7}, None, lambda proof: proof, "InvalidHeaderValueError"),
        ({}, b"[]", lambda proof: proof, "claims"),
        ({}, b"{", lambda proof: proof, "JSONDecodeError"),
    ],
)
def test_a_proof_is_good_once_and_only_as_it_was_signed(
    head: dict[str, Any], payload: bytes | None, changed: Callable[[str], str], refused_for: str | None
) -> None:
    proofs = Proofs("https://api")
    proof = changed(_proof(proofs.nonces.current(), head, payload)).encode()
    if refused_for is None:
        assert len(proofs.check([proof], "GET", b"/a")[0]) == 43
    for _ in range(2):  # its head is remembered the second time
        with pytest.raises(ProofRefused, match=f"^{refused_for or 'replay'}$"):
            proofs.check([proof], "GET", b"/a")


def test_half_a_character_names_a_proof_like_any_text() -> None:
    proofs = Proofs("https://api")
    claims = {"jti": "\ud800", "htm": "GET", "htu": "https://api/a", "iat": int(time.time()), "nonce": proofs.nonces.current()}
    proof = _proof("", {}, json.dumps(claims).encode()).encode()
    assert len(proofs.check([proof], "GET", b"/a")[0]) == 43
    with pytest.raises(ProofRefused, match="replay"):
        proofs.check([proof], "GET", b"/a")


@pytest.mark.parametrize(("algorithm", "key"), [("PS256", RSAKey.generate_key(2048)), ("Ed25519", OKPKey.generate_key("Ed25519"))])
async def test_other_keys_prove_as_well(seen: House, algorithm: str, key: Any) -> None:
    party, _ = await bound(seen)
    other = Party(seen, key=key, nonce=party.nonce, head={"alg": algorithm})
    status, body = await other.post(TOKEN, **GRANT)
    assert (status, body["token_type"]) == (200, "DPoP")
    assert (await other.call(body["access_token"]))[0] == 200
    wrong_name = {"ES256": "PS256", "PS256": "RS256", "Ed25519": "ES256"}[algorithm]
    assert (await other.call(body["access_token"], proof=f"{b64(json.dumps({'alg': wrong_name}).encode())}.e30.AAAA"))[0] == 401


async def test_who_is_live_has_bound_tokens_only_and_never_a_secret(home: House) -> None:
    await home.register("live", kind="live")
    status, body = await Party(home, "live").post(TOKEN, **GRANT)
    assert (status, body["error"]) == (400, "invalid_request") and "DPoP" in body["error_description"]
    party, token = await bound(home, "live")
    assert (await party.call(token))[0] == 200
    await home.register("trial", jwks=None, secret=SECRET)
    assert (await home.ask_token(client_id="trial", client_secret=SECRET))[0] == 200
    async with home.database.engine.begin() as connection:
        with pytest.raises(IntegrityError):
            await connection.execute(text("UPDATE client SET kind = 'live' WHERE client_id = 'trial'"))
