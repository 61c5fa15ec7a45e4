"""People sign in for a client: codes, consent, ID tokens. Real HTTP, a browser without scripts."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import pytest
from ihala_gateway.oauth import families
from ihala_gateway.oauth.tables import AuthorizationCode
from ihala_gateway.staff.tables import Account
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from yarl import URL

from tests.gateway.house import OPERATOR, ORGANIZATION, House, opened
from tests.gateway.party import BACK, OTHER, Party, answered, changed, code, events
from tests.gateway.staff import Browser, account, browser


async def test_a_person_signs_in_agrees_and_the_client_acts_for_her(seen: House, person: tuple[Browser, Account]) -> None:
    party, (_, row) = Party(seen, "app"), person
    name, row, _ = await account(seen)
    async with browser(seen) as guest:
        sent = await guest.open(party.address())
        assert sent.status == 303 and sent.headers["Location"].startswith("/sign-in?next=")
        await guest.sign_in(name, next_path=sent.headers["Location"].partition("next=")[2])
        assert unquote(sent.headers["Location"].partition("next=")[2]).startswith("/oauth/authorize?client_id=app&")
        asked = await guest.open(party.address())
        assert asked.status == 200 and "app" in asked.text and "referral:read" in asked.text
        assert "form-action 'self';" in asked.headers["Content-Security-Policy"]
        back = answered(await guest.send(party.address(), decision="allow"))
        assert guest.seen.status == 200, "no redirect: browsers would hold it against that policy, also where the client leads on"
    assert back.keys() == {"code", "state", "iss"} and (back["state"], back["iss"]) == ("s-1", seen.settings.issuer)
    status, body = await party.exchange(back["code"])
    assert status == 200 and body["scope"] == "openid referral:read" and body["token_type"] == "Bearer"
    assert (await party.call(body["access_token"], scheme="Bearer"))[0] == 200
    claims = seen.upstream.seen[-1].internal()[1]
    assert (claims["sub"], claims["acting_officer"], claims["client_id"]) == (str(row.account_id), str(row.account_id), "app")
    assert (claims["org"], claims["operator"], claims["gov"], claims["roles"]) == (str(ORGANIZATION), str(OPERATOR), ["IQG15"], ["officer"])


async def test_the_id_token_says_that_she_signed_in_and_opens_nothing(home: House, person: tuple[Browser, Account]) -> None:
    party, (desk, row) = Party(home, "app"), person
    _, body = await party.exchange(await code(party, desk))
    async with home.session.get("/oauth/jwks") as answer:
        claims = jwt.decode(body["id_token"], KeySet.import_key_set(await answer.json()), algorithms=["ES256"]).claims
    assert (claims["iss"], claims["sub"], claims["aud"], claims["nonce"]) == (home.settings.issuer, str(row.account_id), "app", "n-1")
    assert claims["amr"] == ["pwd"] and claims["auth_time"] <= claims["iat"]
    assert row.sealed_name not in str(claims).encode()
    assert (await party.call(body["id_token"], scheme="Bearer"))[0] == 401
    _, without = await party.exchange(await code(party, desk, scope="referral:read"))
    assert "id_token" not in without


async def test_a_first_party_client_asks_nobody_and_signs_in_people_of_all_its_operators_organisations(
    home: House, person: tuple[Browser, Account]
) -> None:
    back = answered(await person[0].open(Party(home, "own").address()))
    assert (await Party(home, "own").exchange(back["code"]))[0] == 200
    for first_party in (False, True):
        await home.register("foreign", redirect_uris=[BACK], organization_id=OTHER, first_party=first_party)
        refused = answered(await person[0].open(Party(home, "foreign").address()))
        assert refused["error"] == "access_denied" and "code" not in refused


async def test_a_code_is_good_once_and_its_second_use_ends_what_it_gave(home: House, person: tuple[Browser, Account]) -> None:
    party = Party(home, "app")
    given = await code(party, person[0])
    found = await asyncio.gather(*(party.exchange(given) for _ in range(4)))
    assert sorted(status for status, _ in found) == [200, 400, 400, 400]
    [body] = [body for status, body in found if status == 200]
    assert {body["error"] for status, body in found if status == 400} == {"invalid_grant"}
    assert (await party.call(body["access_token"], scheme="Bearer"))[0] == 401, "here at once"
    assert (await party.refresh(body["refresh_token"]))[1]["error"] == "invalid_grant"
    assert [event["type"] for event in await events(home)][-1] == "org.ihala.gateway.token-revoked"


@pytest.mark.parametrize(
    "more",
    [
        {"redirect_uri": BACK + "/"}, {"redirect_uri": None}, {"code_verifier": "w" * 43}, {"code_verifier": None},
        {"code_verifier": "v" * 42}, {"code": "x" * 43}, {"code": None}, {"resource": "https://other.example"}, {"resource": "kafka"},
    ],
)  # fmt: skip
async def test_a_code_is_bound_to_address_and_challenge(home: House, person: tuple[Browser, Account], more: dict[str, Any]) -> None:
    party = Party(home, "app")
    given = await code(party, person[0])
    status, body = await party.exchange(given, **more)
    assert status == 400 and body["error"] in {"invalid_grant", "invalid_request", "invalid_target"} and "access_token" not in body
    assert (await party.exchange(given))[0] == 200, "and the same, well sent, is good"


async def test_a_code_is_bound_to_its_client_and_to_its_minute(home: House, person: tuple[Browser, Account]) -> None:
    party = Party(home, "app")
    await home.register("thief", redirect_uris=[BACK])
    given = await code(party, person[0])
    assert (await Party(home, "thief").exchange(given))[1]["error"] == "invalid_grant"
    assert (await party.exchange(given, code_verifier=None))[1]["error"] == "invalid_grant"
    assert (await party.exchange(given))[0] == 200, "a thief's try ends nothing"
    given = await code(party, person[0])
    await changed(home, AuthorizationCode, "code_hash", families.hash_of(given), expires_at=datetime.now(UTC))
    assert (await party.exchange(given))[1]["error"] == "invalid_grant"
    assert (await Party(home).exchange(given))[1]["error"] == "unauthorized_client", "and a system's client has no people"


async def test_a_code_may_be_bound_to_a_key_beforehand(home: House, person: tuple[Browser, Account]) -> None:
    party, other = Party(home, "app", ECKey.generate_key("P-256")), Party(home, "app", ECKey.generate_key("P-256"))
    assert party.key is not None
    given = await code(party, person[0], dpop_jkt=party.key.thumbprint())
    assert (await other.exchange(given))[1]["error"] == "invalid_grant"
    assert (await Party(home, "app").exchange(given))[1]["error"] == "invalid_grant"
    assert (await party.exchange(given))[0] == 200
    pushed = await party.pushed()  # its proof binds as well
    await person[0].open(pushed)
    given = answered(await person[0].send(pushed, decision="allow"))["code"]
    assert (await other.exchange(given))[1]["error"] == "invalid_grant"
    assert (await party.exchange(given))[0] == 200


@pytest.mark.parametrize(("system", "herself"), [(True, True), (True, False), (False, True)])
async def test_what_is_restricted_is_seen_by_the_cleared_through_cleared_systems(home: House, system: bool, herself: bool) -> None:
    await home.register("cleared-app", redirect_uris=[BACK], cleared=system)
    name, _, _ = await account(home, cleared=herself)
    async with browser(home) as desk:
        await desk.sign_in(name)
        party = Party(home, "cleared-app")
        _, body = await party.exchange(await code(party, desk))
    assert (await party.call(body["access_token"], scheme="Bearer"))[0] == 200
    assert home.upstream.seen[-1].internal()[1]["cleared"] is (system and herself)


async def test_a_client_for_people_does_not_speak_for_itself(home: House, person: tuple[Browser, Account]) -> None:
    assert (await Party(home, "app").post("/oauth/token", grant_type="client_credentials"))[1]["error"] == "unauthorized_client"


async def test_each_step_may_meet_another_process(home: House, person: tuple[Browser, Account]) -> None:
    key = ECKey.generate_key("P-256")
    async with opened(home.settings, home.upstream, 0) as second, browser(second) as desk:
        desk.session.cookie_jar.update_cookies(person[0].session.cookie_jar.filter_cookies(URL(home.address)))
        here, there = Party(home, "app", key), Party(second, "app", key)
        address = await here.pushed()
        assert (await desk.open(address)).status == 200
        given = answered(await person[0].send(address, decision="allow", **desk.seen.hidden))["code"]
        found = await asyncio.gather(here.exchange(given), there.exchange(given))
        assert sorted(status for status, _ in found) == [200, 400], "one code, one token, wherever it is shown"
        given = await code(Party(home, "app"), person[0])
        _, body = await there.exchange(given)
        assert (await here.call(body["access_token"]))[0] == (await there.call(body["access_token"]))[0] == 200
        assert (await here.refresh(body["refresh_token"]))[0] == 200
        replayed = there.proof("GET", "/referral/v1/referrals", body["access_token"])
        assert (await here.call(body["access_token"], proof=replayed))[1]["challenge"].startswith('DPoP error="use_dpop_nonce"')
