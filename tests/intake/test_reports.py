"""What is read to a person before the story, and reports that a law obliged an office to make."""

import json
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

import pytest
from ihala_contracts.directory_v1 import OrganizationJoined
from ihala_contracts.intake_v1 import ReportMade

from tests.intake.actors import COORDINATOR, HLP, MOMD, NGO, OFFICER, OTHER_COORDINATOR, PROVIDER, STRANGER, WLCO
from tests.intake.house import House
from tests.intake.samples import need
from tests.intake.story import Story, asked

DUTY = {"ar": "يُلزمنا القانون بالإبلاغ عن الجرائم الخطيرة.", "en": "The law obliges us to report serious crimes."}


def report(story: Story, **changes: Any) -> dict[str, Any]:
    return {
        "need_id": str(story.need_id), "authority": "محكمة تلعفر", "law": "art. 247 Penal Code", "reason": "سبب سري", "person_told": True,
        "categories": ["identity"], "reported_at": datetime.now(UTC).isoformat(), "recorded_by": "O-1", **changes,
    }  # fmt: skip


async def person_of(house: House, story: Story) -> Any:
    return await house.scalar("SELECT person_id FROM need WHERE id = :id", id=story.need_id)


async def test_the_script_says_what_this_office_must_report(house: House) -> None:
    joined = OrganizationJoined(
        organization_id=NGO.organization_id, kind="nngo", names={}, operator_id=MOMD, reporting_duty=DUTY, joined_at=datetime.now(UTC)
    )
    await house.deliver(joined)
    answer = await house.get("/v1/consents/script?language=en", NGO)
    assert (answer.status, answer.body["reporting_duty"], answer.body["language"]) == (200, DUTY["en"], "en")
    assert (await house.get("/v1/consents/script?language=ckb", NGO)).body["reporting_duty"] == DUTY["ar"]
    by_header = await house.call("GET", "/v1/consents/script", HLP, headers={"Accept-Language": "ar"})
    assert (by_header.body["language"], by_header.body["reporting_duty"]) == ("ar", None)
    assert len(by_header.body["paragraphs"]) == len(answer.body["paragraphs"]) > 4


async def test_a_report_is_a_disclosure_that_no_consent_opened(house: House) -> None:
    story = await asked(house, NGO)
    made = await house.post("/v1/disclosures/reports", NGO, report(story))
    assert made.status == 201, made.body
    [told] = await house.events()
    assert isinstance(told, ReportMade)
    assert (told.need_id, told.organization_id, told.person_told) == (story.need_id, NGO.organization_id, True)
    assert "محكمة" not in told.model_dump_json()
    person_id = await person_of(house, story)
    listed = await house.get(f"/v1/disclosures/reports?person_id={person_id}", OFFICER)
    assert [(one["authority"], one["categories"], one["organization_id"]) for one in listed.body["items"]] == [
        ("محكمة تلعفر", ["identity"], str(NGO.organization_id))
    ]
    assert await house.chain(person_id) == 2
    assert await house.scalar("SELECT what || categories[1] FROM access_log WHERE n = 1") == "reportidentity"
    assert "سبب".encode() not in await house.scalar("SELECT details FROM report")


async def test_a_report_stands_on_the_receipt_when_the_person_was_told(house: House) -> None:
    words = "This office had to report something about you by law"
    for told in (True, False):
        story = await asked(house, NGO, needs=[need("cash.grant" if told else "work.job")])
        await house.post("/v1/disclosures/reports", NGO, report(story, person_told=told))
        _, sheet, _ = await house.sheet(f"/v1/consents/{story.consent_id}/receipt?language=en", NGO)
        assert (words in sheet) is told
        assert "محكمة" not in sheet


async def test_who_writes_reports_down_and_reads_them(house: House) -> None:
    story = await asked(house, NGO)
    person_id = await person_of(house, story)
    for actor in (STRANGER, OTHER_COORDINATOR, PROVIDER):
        one = actor.but(scopes=OFFICER.scopes)
        assert (await house.post("/v1/disclosures/reports", one, report(story))).slug == "need-not-found"
    assert await house.events() == []
    await house.post("/v1/disclosures/reports", OFFICER, report(story))
    for actor in (STRANGER, OTHER_COORDINATOR, NGO):
        listed = await house.get(f"/v1/disclosures/reports?person_id={person_id}", actor)
        assert (listed.status, listed.body["items"]) == (200, [])


async def test_reports_about_restricted_needs_show_to_the_cleared_alone(house: House) -> None:
    story = await asked(house, WLCO, needs=[need("protection.gbv")])
    assert (await house.post("/v1/disclosures/reports", OFFICER, report(story))).slug == "need-not-found"
    await house.post("/v1/disclosures/reports", COORDINATOR, report(story))
    path = f"/v1/disclosures/reports?person_id={await person_of(house, story)}"
    assert (await house.get(path, OFFICER)).body["items"] == []
    assert len((await house.get(path, COORDINATOR)).body["items"]) == 1


@pytest.mark.parametrize(
    "changes",
    [{"categories": []}, {"authority": ""}, {"reported_at": (datetime.now(UTC) + timedelta(days=2)).isoformat()}, {"person_told": None}],
)
async def test_malformed_reports(house: House, changes: dict[str, Any]) -> None:
    story = await asked(house, NGO)
    refused = await house.post("/v1/disclosures/reports", NGO, report(story, **changes))
    assert (refused.status, refused.slug) == (422, "malformed-request")
    assert await house.scalar("SELECT count(*) FROM report") == 0


def test_the_script_says_the_same_in_three_languages() -> None:
    found = json.loads((files("ihala_intake") / "data" / "consent_script.json").read_text("utf-8"))
    assert {language: len(texts) for language, texts in found["paragraphs"].items()} == dict.fromkeys(("en", "ar", "ckb"), 7)
