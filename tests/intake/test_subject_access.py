"""All that is held about a person and who saw it: own data only, offices instead of officers, what is restricted on site."""

import re
from uuid import UUID

import pytest
from ihala_contracts.directory_v1 import OrganizationJoined
from ihala_intake.protection.held import NOT_SHOWN, SHOWN
from ihala_intake.tables import Table

from tests.intake.actors import COORDINATOR, NGO, NOTIFY, OFFICER, PROVIDER, WLCO
from tests.intake.casework import opened
from tests.intake.house import House
from tests.intake.protectors import ASKING_COORDINATOR, DPO, FOREIGNERS, OTHER_DPO, UNCLEARED_DPO
from tests.intake.samples import EVERYTHING, NOTE, OFFICER_NAME, consent, joined, need, request
from tests.intake.story import Story, accepted, asked
from tests.intake.test_complaints import HANDLER, filed, seen
from tests.intake.test_reports import report


async def read_by_three(house: House) -> tuple[Story, UUID]:
    story = await accepted(house, needs=[need(note=NOTE)], consent=consent(categories=EVERYTHING))
    named = joined(PROVIDER.organization_id).model_dump() | {"names": {"ar": "منظمة المأوى", "en": "Shelter NGO"}}
    await house.deliver(OrganizationJoined.model_validate(named))
    assert (await house.get(story.person_path, PROVIDER)).status == 200
    assert (await house.get(f"/v1/needs/{story.need_id}", COORDINATOR)).status == 200
    assert (await house.get(f"/v1/contacts/{story.need_id}", NOTIFY)).status == 200
    person_id: UUID = await house.scalar("SELECT person_id FROM need WHERE id = :id", id=story.need_id)
    return story, person_id


async def test_everything_is_there_and_nobody_else(house: House) -> None:
    _, person_id = await read_by_three(house)
    answer = await house.get(f"/v1/persons/{person_id}/held", DPO)
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")
    held = answer.body["held"]
    assert set(held) >= {"person", "case_file", "need", "consent", "consent_revision", "disclosure", "request", "request_identifier"}
    assert held["person"][0]["details"]["given_name"] == "زينب"
    assert held["need"][0]["details"]["note"] == NOTE
    assert held["request_identifier"][0]["value"]["value"].startswith("HLP-2025-0815")
    content = str(answer.body)
    assert "unreadable" not in content
    for other in ("2014", OFFICER_NAME, "hlp-mosul", "coordinator-mosul"):  # the child, and who typed it in
        assert other not in content, other
    readers = [(one["office"].get("ar"), one["what"]) for one in answer.body["readers"]]
    assert readers == [("منظمة المأوى", "disclosure"), (None, "need"), (None, "contact")]
    assert await house.chain(person_id) == 4


async def test_the_page_is_arabic_from_right_to_left_and_carries_no_address(house: House) -> None:
    _, person_id = await read_by_three(house)
    async with house.session.get(f"/v1/persons/{person_id}/held/page", headers=DPO.headers(house.mint)) as answer:
        page = await answer.text()
        assert (answer.status, answer.content_type) == (200, "text/html")
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert '<html lang="ar" dir="rtl">' in page
    for text in ("ما نحفظه عنك", "زينب", NOTE, "منظمة المأوى", "الاحتياج"):
        assert text in page, text
    assert re.findall(r"<script|https?://|src=|href=", page) == []
    for language, direction in (("ckb", "rtl"), ("en", "ltr")):
        path = f"/v1/persons/{person_id}/held/page?language={language}"
        async with house.session.get(path, headers=DPO.headers(house.mint)) as answer:
            assert f'<html lang="{language}" dir="{direction}">' in await answer.text()


async def test_what_a_person_wrote_cannot_change_the_page(house: House) -> None:
    story = await asked(house, needs=[need(note="<script>alert(1)</script> & <b>")])
    person_id = await house.scalar("SELECT person_id FROM need WHERE id = :id", id=story.need_id)
    async with house.session.get(f"/v1/persons/{person_id}/held/page", headers=DPO.headers(house.mint)) as answer:
        page = await answer.text()
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;" in page


async def test_what_is_restricted_is_shown_on_site_by_the_cleared(house: House) -> None:
    await house.post("/v1/requests", WLCO, request(need("protection.gbv", note=NOTE), need()))
    rows = await house.scalar("SELECT jsonb_object_agg(sensitivity, person_id) FROM need")
    path = f"/v1/persons/{rows['restricted']}/held"
    assert (await house.get(path, DPO)).slug == "on-site-only"
    assert (await house.get(f"{path}/page", DPO)).slug == "on-site-only"
    for actor in (UNCLEARED_DPO, OFFICER.but(scopes=("intake:protect",))):
        assert (await house.get(f"{path}?on_site=true", actor)).slug == "person-not-found"
    shown = await house.get(f"{path}?on_site=true", DPO)
    assert shown.body["held"]["need"][0]["details"] == {"code": "protection.gbv", "note": NOTE}
    other = await house.get(f"/v1/persons/{rows['standard']}/held", DPO)
    assert "protection" not in str(other.body)
    assert len(other.body["held"]["need"]) == len(other.body["held"]["case_file"]) == 1


async def test_a_report_she_was_not_told_of_does_not_reach_her_on_paper(house: House) -> None:
    story = await asked(house, NGO)
    person_id = await house.scalar("SELECT person_id FROM need WHERE id = :id", id=story.need_id)
    path = f"/v1/persons/{person_id}/held"
    assert (await house.post("/v1/disclosures/reports", NGO, report(story, law="told"))).status == 201
    told = (await house.get(path, DPO)).body
    assert [one["details"]["law"] for one in told["held"]["report"]] == ["told"]
    assert [one["what"] for one in told["readers"]] == ["report"]
    assert (await house.post("/v1/disclosures/reports", NGO, report(story, law="secret", person_told=False))).status == 201
    held = (await house.get(path, DPO)).body
    assert [one["details"]["law"] for one in held["held"]["report"]] == ["told"]
    assert "report" not in [one["what"] for one in held["readers"]]
    reads = (await house.get(f"/v1/access-log?person_id={person_id}", DPO)).body["items"]
    assert [one["what"] for one in reads].count("report") == 2  # the officer for data protection knows


async def test_who_looked_at_a_complaint_is_not_printed_by_the_office_it_may_be_about(house: House) -> None:
    complaint_id = await filed(house, OFFICER, "staff_conduct", case_id=await opened(house))
    assert (await seen(house, complaint_id, HANDLER)).status == 200
    person_id = await house.scalar("SELECT person_id FROM complaint")
    assert "complaint" in await house.scalar("SELECT array_agg(what) FROM access_log WHERE person_id = :id", id=person_id)
    held = (await house.get(f"/v1/persons/{person_id}/held", DPO)).body
    assert "complaint" not in {*held["held"], *(one["what"] for one in held["readers"])}


async def test_after_erasure_there_is_nothing_to_show(house: House) -> None:
    story, person_id = await read_by_three(house)
    await house.erase(story.need_id)
    assert (await house.get(f"/v1/persons/{person_id}/held", DPO)).slug == "person-erased"


async def test_the_dpo_reads_who_read(house: House) -> None:
    story, person_id = await read_by_three(house)
    path = f"/v1/access-log?person_id={person_id}"
    reads = (await house.get(path, DPO)).body["items"]
    assert [(one["n"], one["what"], one["client_id"]) for one in reads] == [
        (1, "disclosure", PROVIDER.client_id), (2, "need", COORDINATOR.client_id), (3, "contact", NOTIFY.client_id)
    ]  # fmt: skip
    assert (reads[0]["organization_kind"], reads[0]["referral_id"]) == ("nngo", str(story.referral_id))
    first = await house.get(f"{path}&limit=2", DPO)
    link = first.headers["Link"].partition(">")[0].removeprefix("</intake")
    assert [one["n"] for one in (await house.get(link, DPO)).body["items"]] == [3]
    assert await house.chain(person_id) == 3
    assert (await house.get(path, ASKING_COORDINATOR)).slug == "role-needed"


@pytest.mark.parametrize("what", ["access-log?person_id={}", "persons/{}/held", "persons/{}/held/page"])
async def test_strangers_find_no_such_person(house: House, what: str) -> None:
    _, person_id = await read_by_three(house)
    before = await house.chain(person_id)
    for actor in (*FOREIGNERS, OTHER_DPO):
        assert (await house.get(f"/v1/{what.format(person_id)}", actor)).slug == "person-not-found", actor.client_id
    assert (await house.get(f"/v1/{what.format(person_id)}", None)).status == 401
    assert (await house.get(f"/v1/{what.format(person_id)}", COORDINATOR)).slug == "insufficient-scope"
    assert await house.chain(person_id) == before


def test_every_table_with_something_personal_is_shown_or_says_why_not() -> None:
    personal = {table.name for table in Table.metadata.tables.values() if any(column.info["personal"] for column in table.columns)}
    assert personal - SHOWN.keys() - NOT_SHOWN.keys() == set()
    assert not SHOWN.keys() & NOT_SHOWN.keys()
