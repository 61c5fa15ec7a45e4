"""What a client may ask of a person, in plain or pushed (RFC 9126), and where she is sent."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from ihala_gateway.oauth.redirects import with_answer
from ihala_gateway.oauth.tables import PushedRequest
from ihala_gateway.staff.tables import Account, StaffSession

from tests.gateway.house import House
from tests.gateway.party import BACK, Party, answered, changed
from tests.gateway.staff import Browser, account, browser


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"scope": "referral:answer"}, "invalid_scope"),
        ({"scope": "directory:read referral:coordinate"}, "invalid_scope"),
        ({"request": "e30."}, "request_not_supported"),
        ({"resource": "kafka"}, "invalid_target"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "none"}, "consent_required"),
        ({"dpop_jkt": "x"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_told_the_client_with_state_and_issuer(
    home: House, person: tuple[Browser, Account], more: dict[str, Any], error: str
) -> None:
    back = answered(await person[0].open(Party(home, "app").address(**more)))
    assert (back["error"], back["state"], back["iss"]) == (error, "s-1", home.settings.issuer) and "code" not in back


@pytest.mark.parametrize(
    "more",
    [
        {"redirect_uri": BACK + "/"}, {"redirect_uri": BACK + "?x=1"}, {"redirect_uri": BACK.replace("back", "Back")},
        {"redirect_uri": "https://evil.example/back"}, {"redirect_uri": BACK + "#x"}, {"redirect_uri": None},
        {"redirect_uri": "http://127.0.0.1:9@evil.example/back"}, {"client_id": "nobody"}, {"client_id": None}, {"client_id": "centre"},
        {"client_id": "\x00"},
        {"state": "a\r\nb"}, {"request_uri": "urn:ietf:params:oauth:request_uri:x"}, {"request_uri": "https://evil.example/r"},
    ],
)  # fmt: skip
async def test_nobody_is_sent_where_the_client_did_not_register(home: House, person: tuple[Browser, Account], more: dict[str, Any]) -> None:
    seen = await person[0].open(Party(home, "app").address(**more))
    if more.get("state"):
        assert answered(seen)["error"] == "invalid_request"
        return
    assert seen.status == 400 and "Location" not in seen.headers and "evil" not in seen.text
    assert (await person[0].open(Party(home, "app").address() + "&scope=openid")).status == 400, "no parameter is there twice"


async def test_a_parameter_without_a_value_is_as_good_as_none(home: House, person: tuple[Browser, Account]) -> None:
    party, blank = Party(home, "app"), dict.fromkeys(("state", "nonce", "prompt", "max_age", "resource", "dpop_jkt", "request"), "")
    for address in (party.address(**blank), await party.pushed(**blank)):
        assert (await person[0].open(address)).status == 200
        assert answered(await person[0].send(address, decision="allow")).keys() == {"code", "iss"}
    assert (await Party(home).post("/oauth/token", grant_type="client_credentials", resource="", scope=""))[0] == 200


@pytest.mark.parametrize("given", ["https://a.example/b", "https://a.example/b?", "https://a.example/b?x=1", "https://a.example/b?x=1&"])
def test_the_answer_is_added_to_the_query_that_is_there(given: str) -> None:
    found = parse_qs(urlsplit(with_answer(given, {"code": "c", "state": None})).query, strict_parsing=not given.endswith(("?", "&")))
    assert found == {"code": ["c"]} | ({"x": ["1"]} if "x=" in given else {})


async def test_a_form_says_what_an_address_says(home: House, person: tuple[Browser, Account]) -> None:
    party, desk = Party(home, "app"), person[0]
    async with desk.session.post("/oauth/authorize", data=party.wanted(state="of the form"), allow_redirects=False) as answer:
        assert answer.status == 303
        assert (await desk.open(answer.headers["Location"])).status == 200
    assert answered(await desk.send(answer.headers["Location"], decision="allow"))["state"] == "of the form"
    for data, kind in (("a=1&a=2", "x-www-form-urlencoded"), ("{}", "json"), ("", "x-www-form-urlencoded")):
        async with desk.session.post("/oauth/authorize", data=data, headers={"Content-Type": f"application/{kind}"}) as answer:
            assert answer.status == 400 and "Location" not in answer.headers


async def test_pages_are_in_the_language_that_the_client_asks_for_unless_she_chose_one(home: House) -> None:
    party = Party(home, "app")
    async with browser(home) as guest:
        for wished, shown in (("fr ckb en", "ckb"), ("ar-IQ", "ar"), ("fr", "en"), ("en ar", "en")):
            seen = await guest.open(party.address(ui_locales=wished), **{"Accept-Language": "en"})
            found = await guest.open(seen.headers["Location"], **{"Accept-Language": "en"})
            assert f'<html lang="{shown}"' in found.text, wished
            guest.session.cookie_jar.clear()
        await guest.open("/sign-in?lang=ar")
        seen = await guest.open(await party.pushed(ui_locales="ckb"))
        assert '<html lang="ar"' in (await guest.open(seen.headers["Location"])).text
    status, body = await party.post("/oauth/par", **party.wanted(ui_locales="\x00"))
    assert (status, body["error"]) == (400, "invalid_request")


async def test_who_took_too_long_is_told_to_begin_again_where_she_came_from(home: House, person: tuple[Browser, Account]) -> None:
    over, nowhere = Party(home, "app").address(request_uri="urn:ietf:params:oauth:request_uri:x"), Party(home, "nobody").address()
    assert "This request is over" in (await person[0].open(over)).text and "begin again there" in person[0].seen.text
    assert "This link leads nowhere" in (await person[0].open(nowhere)).text


async def test_a_pushed_request_is_its_clients_and_good_once(home: House, person: tuple[Browser, Account]) -> None:
    party, desk = Party(home, "app"), person[0]
    address = await party.pushed(unknown="\x00")  # no database keeps that, nor need it
    assert (await desk.open(address.replace("client_id=app", "client_id=own"))).status == 400
    assert (await desk.open(address + "&scope=directory%3Aread&redirect_uri=https%3A%2F%2Fevil.example")).status == 200
    assert ">referral:read<" in desk.seen.text and ">directory:read" not in desk.seen.text
    back = answered(await desk.send(address, decision="allow"))
    assert (await party.exchange(back["code"]))[0] == 200
    assert (await desk.open(address)).status == 400
    late = await party.pushed()
    await changed(home, PushedRequest, "client_id", "app", expires_at=datetime.now(UTC))
    assert (await desk.open(late)).status == 400
    for more in ({"redirect_uri": "https://evil.example"}, {"request_uri": "x"}, {"client_id": "own"}, {"code_challenge": None}):
        status, body = await party.post("/oauth/par", **party.wanted(**more))
        assert status in (400, 401) and "request_uri" not in body, more
    assert (await Party(home).post("/oauth/par", **Party(home).wanted()))[1]["error"] == "unauthorized_client"


async def test_a_live_client_pushes_first_binds_its_tokens_and_wants_a_second_factor(home: House, person: tuple[Browser, Account]) -> None:
    party, back = Party(home, "live-app"), "https://app.example/back"
    assert (await person[0].open(party.address(redirect_uri=back))).status == 400
    sent = await person[0].open(await party.pushed(redirect_uri=back))
    assert sent.status == 303 and "error=access_denied" in sent.headers["Location"] and "second+factor" in sent.headers["Location"]


async def test_prompt_and_age_lead_to_the_sign_in_again(home: House) -> None:
    party = Party(home, "app")
    name, row, _ = await account(home)
    async with browser(home) as desk:
        assert answered(await desk.open(party.address(prompt="none")))["error"] == "login_required"
        await desk.sign_in(name)
        assert (await desk.open(party.address(prompt="login"))).status == 200, "she signed in just now"
        await changed(home, StaffSession, "account_id", row.account_id, signed_in_at=datetime.now(UTC) - timedelta(minutes=10))
        for more in ({"prompt": "login"}, {"max_age": 60}):
            assert (await desk.open(party.address(**more))).headers["Location"].startswith("/sign-in?")
        assert (await desk.open(party.address(max_age=3600))).status == 200
        await changed(home, StaffSession, "account_id", row.account_id, signed_in_at=datetime.now(UTC) - timedelta(seconds=110))
        assert (await desk.open(party.address(max_age=60))).headers["Location"].startswith("/sign-in?"), "what was asked for, to the second"
        assert (await desk.open(party.address(max_age=0))).status == 200, "as prompt=login: she was asked just now"
        await changed(home, StaffSession, "account_id", row.account_id, signed_in_at=datetime.now(UTC))
        plain = party.address(max_age=10)
        await desk.open(plain)
        await changed(home, StaffSession, "account_id", row.account_id, signed_in_at=datetime.now(UTC) - timedelta(seconds=50))
        assert answered(await desk.send(plain, decision="allow"))["code"], "she read for 50 seconds what she is asked"


@pytest.mark.parametrize("more", [{"prompt": "login"}, {"max_age": 0}, {"max_age": 5}])
async def test_a_pushed_request_is_answered_by_who_signed_in_for_it(home: House, more: dict[str, Any]) -> None:
    party = Party(home, "app")
    name, row, _ = await account(home)
    async with browser(home) as desk:
        await desk.sign_in(name)
        await changed(home, StaffSession, "account_id", row.account_id, signed_in_at=datetime.now(UTC) - timedelta(seconds=6))
        pushed = await party.pushed(**more)
        assert (await desk.open(pushed)).headers["Location"].startswith("/sign-in?"), "she signed in before the client asked"
        await desk.sign_in(name)
        assert (await desk.open(pushed)).status == 200
        await changed(home, PushedRequest, "client_id", "app", expires_at=datetime.now(UTC) + timedelta(minutes=1))  # four minutes ago
        await changed(home, StaffSession, "account_id", row.account_id, signed_in_at=datetime.now(UTC) - timedelta(minutes=3))
        assert answered(await desk.send(pushed, decision="allow"))["code"], "three minutes later she has read what she is asked"


async def test_a_no_and_a_form_of_another_page_give_no_code(home: House, person: tuple[Browser, Account]) -> None:
    party, desk = Party(home, "app"), person[0]
    await desk.open(party.address())
    assert answered(await desk.send(party.address(), decision="deny"))["error"] == "access_denied"
    pushed = await party.pushed()
    await desk.open(pushed)
    assert answered(await desk.send(pushed, decision="deny"))["error"] == "access_denied"
    assert (await desk.open(pushed)).status == 400, "she is not asked again what she said no to"
    for forged in ({"csrf": None}, {"csrf": "0" * 40}):
        await desk.open(party.address())
        assert (await desk.send(party.address(), decision="allow", **forged)).status == 403
    await desk.open(party.address())
    assert (await desk.send(party.address(), {"Sec-Fetch-Site": "cross-site"}, decision="allow")).status == 403


async def test_a_first_party_client_may_have_her_asked(home: House, person: tuple[Browser, Account]) -> None:
    seen = await person[0].open(Party(home, "own").address(prompt="consent"))
    assert seen.status == 200 and 'value="allow"' in seen.text
