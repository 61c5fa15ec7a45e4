"""Who sits at a client: one opaque sign goes on inside the internal token, never as a header, and only for those who have a token."""

from typing import Any

import pytest
from ihala_gateway.edge.acting_officers import officer_of
from ihala_gateway.errors import ActingOfficerRefused
from ihala_gateway.oauth.grant import Grant
from ihala_gateway.oauth.internal_tokens import MOST_KEPT, InternalTokens

from tests.gateway.house import House, get

PATH = "/referral/v1/referrals"
HEADER = "Ihala-Acting-Officer"


def grant(**claims: Any) -> Grant:
    good = {"sub": "c", "client_id": "c", "org": "o", "scope": "", "jti": "j"}
    return Grant(good | claims, "c", 1, "o", frozenset(), 0, "j")


async def test_the_officer_goes_on_inside_the_token_and_each_has_one_of_her_own(seen: House) -> None:
    signed = await seen.signed_in()
    for officer in ("officer.7", "officer.8", "officer.7", None):
        async with seen.session.get(PATH, headers=signed | ({HEADER: officer} if officer else {})) as answer:
            assert answer.status == 200
    told = [at.internal()[1].get("acting_officer") for at in seen.upstream.seen]
    assert told == ["officer.7", "officer.8", "officer.7", None]
    first, second, again, _ = (at.all("authorization")[0] for at in seen.upstream.seen)
    assert first == again != second
    assert [at.all(HEADER.lower()) for at in seen.upstream.seen] == [[]] * 4


@pytest.mark.parametrize("officer", ["", "Zaynab Ali", "a" * 65, "a/b", "زينب", "a,b"])
async def test_what_is_no_opaque_sign_is_refused_and_not_repeated(seen: House, officer: str) -> None:
    authorization = (await seen.signed_in())["Authorization"].encode()
    status, answer = await seen.raw(get(PATH.encode(), b"Authorization: " + authorization, HEADER.encode() + b": " + officer.encode()))
    assert status == 400 and b"acting-officer-refused" in answer
    assert not seen.upstream.seen
    assert not officer or officer.encode() not in answer


async def test_two_of_them_are_refused(seen: House) -> None:
    authorization = (await seen.signed_in())["Authorization"].encode()
    status, answer = await seen.raw(
        get(PATH.encode(), b"Authorization: " + authorization, b"Ihala-Acting-Officer: a", b"ihala-acting-officer: a")
    )
    assert status == 400 and b"acting-officer-refused" in answer


async def test_nobody_names_an_officer_without_a_token(seen: House) -> None:
    async with seen.session.get("/directory/v1/needs", headers={HEADER: "officer.7"}) as answer:
        assert answer.status == 200
    assert "acting_officer" not in seen.upstream.seen[0].internal()[1]
    assert seen.upstream.seen[0].all(HEADER.lower()) == []
    async with seen.session.get(PATH, headers={HEADER: "not one sign"}) as answer:
        assert answer.status == 401


def test_a_token_that_names_an_officer_says_it_alone() -> None:
    named, other = [(b"ihala-acting-officer", b"a")], [(b"ihala-acting-officer", b"b")]
    assert officer_of([], grant(acting_officer="a")) == officer_of(named, grant(acting_officer="a")) == "a"
    with pytest.raises(ActingOfficerRefused):
        officer_of(other, grant(acting_officer="a"))
    assert officer_of(other, grant()) == "b" and officer_of([], grant()) is None


async def test_only_so_many_tokens_of_a_client_are_kept(home: House) -> None:
    tokens, one = InternalTokens(home.gateway._keys.internal, "http://x"), grant()
    made = {tokens.header("referral", one, f"officer-{number}") for number in range(MOST_KEPT + 20)}
    assert len(made) == MOST_KEPT + 20 and len(one.internal) == MOST_KEPT
    newest = f"officer-{MOST_KEPT + 19}"
    assert tokens.header("referral", one, newest) in made


async def test_partners_read_of_it_where_a_token_is_needed(home: House) -> None:
    async with home.session.get("/openapi/referral.v1.json") as answer:
        document = await answer.json()
    reference = {"$ref": "#/components/parameters/ActingOfficer"}
    assert reference in document["paths"]["/v1/referrals"]["get"]["parameters"]
    assert document["components"]["parameters"]["ActingOfficer"]["name"] == HEADER
    async with home.session.get("/openapi/directory.v1.json") as answer:
        public = (await answer.json())["paths"]["/v1/needs"]["get"]
    assert reference not in public.get("parameters", [])
