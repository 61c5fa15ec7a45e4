"""What a consent is for, and how one by telephone is made sure of."""

from datetime import date
from typing import Any

import pytest
from ihala_intake.consent_rules import is_for

from tests.intake.actors import COORDINATOR, HLP, NGO, PROVIDER
from tests.intake.house import House
from tests.intake.samples import consent, need, request
from tests.intake.story import asked

CALL: dict[str, Any] = {"called_back": True, "witness": "O-2"}


async def test_a_need_that_the_person_did_not_agree_to_is_refused_and_nothing_is_stored(house: House) -> None:
    body = request(need(), need("health.medical"), consent=consent(needs=["housing.hlp"]))
    refused = await house.post("/v1/requests", HLP, body)
    assert (refused.status, refused.slug, refused.body["pointer"]) == (422, "consent-does-not-cover", "#/needs/1")
    assert await house.scalar("SELECT count(*) FROM person") == 0
    assert await house.events() == []


async def test_a_members_need_is_held_against_the_members_own_consent(house: House) -> None:
    member = {"call_name": "مريم", "role": "spouse", "birth_year": 1990, "needs": [need("cash.grant")]}
    member["consent"] = consent(needs=["work.job"])
    refused = await house.post("/v1/requests", HLP, request(household={"members": [member]}))
    assert (refused.status, refused.body["pointer"]) == (422, "#/household/members/0/needs/0")


async def test_a_consent_for_a_group_of_needs_covers_them(house: House) -> None:
    story = await asked(house, NGO, needs=[need(), need("housing.repair")], consent=consent(needs=["housing"]))
    assert await house.scalar("SELECT count(*) FROM need WHERE announced_at IS NOT NULL") == 2
    assert "housing" not in str(await house.scalar("SELECT details FROM consent_revision WHERE consent_id = :id", id=story.consent_id))


async def test_one_who_refuses_needs_name_nothing(house: House) -> None:
    body = request(need(), consent=consent(given=False, categories=[], needs=["cash.grant"]))
    assert (await house.post("/v1/requests", HLP, body)).status == 202


async def test_a_need_that_goes_on_is_taken_out_by_withdrawing_it(house: House) -> None:
    story = await asked(house, NGO, needs=[need(), need("cash.grant")])
    path = f"/v1/consents/{story.consent_id}/revisions"
    narrower = consent(needs=["housing.hlp"])
    refused = await house.post(path, NGO, narrower, if_match='"1"')
    assert (refused.status, refused.slug) == (409, "withdrawal-has-one-door")
    cash = await house.scalar("SELECT id FROM need WHERE code = 'cash.grant'")
    await house.post("/v1/withdrawals", NGO, {"need_id": str(cash), "by": "person", "how": "spoken"})
    assert (await house.post(path, COORDINATOR, narrower, if_match='"2"')).status == 201


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"how": "phone"}, "call"),
        ({"how": "spoken", "call": CALL}, "call"),
        ({"how": "phone", "call": {"called_back": False, "witness": "O-2"}}, "call_back_first"),
        ({"how": "phone", "call": {"called_back": True}}, "witness_or_signature"),
        ({"recipients": [str(PROVIDER.organization_id)], "objections": [str(PROVIDER.organization_id)]}, "named_and_objected_to"),
    ],
)
async def test_consents_that_are_not_sure(house: House, said: dict[str, Any], code: str) -> None:
    refused = await house.post("/v1/requests", HLP, request(consent=consent(**said)))
    assert (refused.status, [error["code"] for error in refused.body["errors"]]) == (422, [code])
    assert await house.scalar("SELECT count(*) FROM person") == 0


@pytest.mark.parametrize("call", [CALL, {"called_back": True, "signs_on": date(2026, 12, 1).isoformat()}])
async def test_a_consent_by_telephone_with_a_call_back(house: House, call: dict[str, Any]) -> None:
    assert (await house.post("/v1/requests", HLP, request(consent=consent(how="phone", call=call)))).status == 202


async def test_a_refusal_by_telephone_needs_no_witness(house: House) -> None:
    body = request(consent=consent(given=False, categories=[], how="phone"))
    assert (await house.post("/v1/requests", HLP, body)).status == 202


@pytest.mark.parametrize(
    ("codes", "code", "covered"),
    [([], "housing.hlp", True), (["housing.hlp"], "housing.hlp", True), (["housing"], "housing.hlp", True),
     (["housing.hlp"], "housing.repair", False), (["hous"], "housing.hlp", False), (["other"], "other", True), (["cash"], "other", False)],
)  # fmt: skip
def test_what_a_consent_is_for(codes: list[str], code: str, covered: bool) -> None:
    assert is_for(codes, code) is covered
