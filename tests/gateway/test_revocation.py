"""Tokens that are ended before their time (RFC 7009), and what is told of them (RFC 7662); tokens for Kafka."""

import base64
import json
import time
from typing import Any

from ihala_contracts.gateway_v1 import TokenRevoked
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from tests.gateway.house import ORGANIZATION, House, opened
from tests.gateway.party import BACK, TOKEN, Party, code, events
from tests.gateway.staff import account, browser

REVOKED = TokenRevoked.model_fields["type"].default
REVOKE, INTROSPECT = "/oauth/revoke", "/oauth/introspect"


async def test_a_revoked_token_is_refused_within_a_second_also_by_other_processes_and_after_a_restart(home: House) -> None:
    party = Party(home)
    token, kept = await home.token(), await home.token()
    assert (await party.call(token, scheme="Bearer"))[0] == 200
    async with opened(home.settings, home.upstream, 0) as second:
        for each in (home, second):
            assert (await Party(each).call(token, scheme="Bearer"))[0] == 200
        assert (await party.post(REVOKE, token=token))[0] == 200
        until = time.monotonic() + 1
        while (refused := [(await Party(each).call(token, scheme="Bearer"))[0] for each in (home, second)]) != [401, 401]:
            assert time.monotonic() < until, refused
    async with opened(home.settings, home.upstream, 0) as third:
        assert (await Party(third).call(token, scheme="Bearer"))[0] == 401
        assert (await Party(third).call(kept, scheme="Bearer"))[0] == 200, "and only that one"
    assert (await party.post(REVOKE, token=token))[0] == 200, "twice is once"
    told = [event for event in await events(home) if event["type"] == REVOKED and event["jti"] == _claims(token)["jti"]]
    assert [(event["client_id"], event["organization_id"]) for event in told] == [("centre", str(ORGANIZATION))]


async def test_a_client_ends_and_hears_of_its_own_tokens_only(home: House) -> None:
    await home.register("second")
    party, other = Party(home), Party(home, "second")
    token = await home.token()
    status, told = await party.post(INTROSPECT, token=token)
    claims = _claims(token)
    assert status == 200 and told["active"] is True and told["token_type"] == "Bearer"
    assert {name: told[name] for name in ("sub", "client_id", "aud", "iss", "exp", "jti", "scope")} == {
        name: claims[name] for name in ("sub", "client_id", "aud", "iss", "exp", "jti", "scope")
    }
    strange = (token + "x", "x", "é", "a.b.c", "WyJhbGciXQ.e30.AAAA", token.replace(".", "", 1))
    for each in (other, party):
        for shown in strange if each is party else (token, *strange):
            assert await each.post(INTROSPECT, token=shown) == (200, {"active": False})
            assert (await each.post(REVOKE, token=shown))[0] == 200
    assert (await party.post(INTROSPECT, token=token))[1]["active"] is True
    await party.post(REVOKE, token=token, token_type_hint="refresh_token")
    assert await party.post(INTROSPECT, token=token) == (200, {"active": False})
    for path in (REVOKE, INTROSPECT):
        assert (await party.post(path))[1]["error"] == "invalid_request"
        assert (await party.post(path, token=token, client_assertion=home.assertion(key=ECKey.generate_key("P-256"))))[0] == 401
        assert (await party.post(path, token=token, client_assertion=None))[0] == 401


async def test_a_changed_client_has_no_active_tokens(home: House) -> None:
    await home.register("changing")
    token = await home.token("changing")
    await home.register("changing", scopes=["referral:read"])
    assert await Party(home, "changing").post(INTROSPECT, token=token) == (200, {"active": False})


async def test_a_refresh_token_takes_its_grant_with_it(home: House) -> None:
    await home.register("app", redirect_uris=[BACK])
    name, _, _ = await account(home)
    party = Party(home, "app", ECKey.generate_key("P-256"))
    async with browser(home) as desk:
        await desk.sign_in(name)
        _, body = await party.exchange(await code(party, desk))
    _, told = await party.post(INTROSPECT, token=body["refresh_token"])
    assert told["active"] is True and "cnf" not in told and told["scope"] == "openid referral:read"
    _, told = await party.post(INTROSPECT, token=body["access_token"])
    assert told["active"] is True and told["token_type"] == "DPoP" and told["sub"] != told["client_id"]
    assert await Party(home).post(INTROSPECT, token=body["refresh_token"]) == (200, {"active": False})
    await Party(home).post(REVOKE, token=body["refresh_token"])
    assert (await party.refresh(body["refresh_token"]))[0] == 200, "another's word ends nothing"
    assert (await party.post(REVOKE, token=body["refresh_token"]))[0] == 200
    assert (await party.refresh(body["refresh_token"]))[1]["error"] == "invalid_grant"
    for token in (body["refresh_token"], body["access_token"]):
        assert await party.post(INTROSPECT, token=token) == (200, {"active": False})
    await home.gateway._upkeep.read_standing()
    assert (await party.call(body["access_token"]))[0] == 401


async def test_a_token_for_kafka_is_good_nowhere_else(home: House) -> None:
    await home.register("reader", scopes=["events:read", "referral:read"], kind="live")
    party = Party(home, "reader")
    status, body = await party.post(TOKEN, grant_type="client_credentials", resource="kafka")
    assert (status, body["token_type"], body["expires_in"], "scope" in body) == (200, "Bearer", 300, False)
    async with home.session.get("/oauth/jwks") as answer:
        claims = jwt.decode(body["access_token"], KeySet.import_key_set(await answer.json()), algorithms=["ES256"]).claims
    assert (claims["aud"], claims["sub"], claims["scope"], claims["exp"] - claims["iat"]) == ("kafka", "reader", "events:read", 300)
    assert claims["principal"] == "client.reader", "whom the broker knows: no client is called like a user of ours"
    assert "cnf" not in claims
    assert (await party.call(body["access_token"], scheme="Bearer"))[0] == 401
    status, said = await party.post(REVOKE, token=body["access_token"])
    assert (status, said["error"]) == (400, "unsupported_token_type"), "nothing that is not so is said to have been done"
    assert (await Party(home).post(REVOKE, token=body["access_token"]))[0] == 200, "and to others it is no token"
    told = (await party.post(INTROSPECT, token=body["access_token"]))[1]
    assert (told["active"], told["aud"], told["scope"], told["exp"]) == (True, "kafka", "events:read", claims["exp"])
    assert (await Party(home).post(INTROSPECT, token=body["access_token"]))[1] == {"active": False}
    assert (await party.post(TOKEN, grant_type="client_credentials", resource="kafka", scope="events:read"))[1]["error"] == "invalid_target"
    assert (await Party(home).post(TOKEN, grant_type="client_credentials", resource="kafka"))[1]["error"] == "invalid_target"


def _claims(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))
