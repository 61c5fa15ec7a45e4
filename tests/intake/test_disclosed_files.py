"""Files for the receiver of a referral: those the consent covers, through the same lock as the person, and no others."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_contracts.referral_v1 import ReferralFailed

from tests.intake.actors import (
    CLEARED_PROVIDER,
    COORDINATOR,
    HLP,
    NGO,
    OFFICER,
    OTHER_COORDINATOR,
    PROVIDER,
    SECOND_PROVIDER,
    STRANGER,
    WLCO,
    Actor,
)
from tests.intake.files import AUTHOR, photo
from tests.intake.files import opened as picture
from tests.intake.house import House
from tests.intake.samples import consent, left, need
from tests.intake.story import Story, accepted, asked
from tests.intake.test_attachments import NAME, file, sent
from tests.intake.test_rows import counted

FILES = consent(categories=["identity", "files"])


async def case_of(house: House, story: Story) -> str:
    return str(await house.scalar("SELECT case_id FROM need WHERE id = :id", id=story.need_id))


async def story_with_file(house: House, agreed: dict[str, Any] = FILES, **changes: Any) -> tuple[Story, str]:
    """Return an accepted referral, and a clean file of its case."""
    story = await accepted(house, consent=agreed)
    attachment = await sent(house, await case_of(house, story), photo(), **changes)
    await house.work()
    return story, attachment


async def fetched(house: House, story: Story, attachment: object, actor: Actor | None = PROVIDER) -> tuple[int, bytes, Any]:
    headers = actor.headers(house.mint) if actor else {}
    async with house.session.get(f"{story.person_path}/files/{attachment}", headers=headers) as answer:
        return answer.status, await answer.read(), answer.headers


async def listed(house: House, story: Story, actor: Actor = PROVIDER) -> list[str]:
    answer = await house.get(story.person_path, actor)
    assert answer.status == 200, answer.body
    return [one["attachment_id"] for one in answer.body["files"] or []]


async def test_the_receiver_finds_and_fetches_the_clean_copy_and_it_is_written_down(house: House) -> None:
    story, attachment = await story_with_file(house)
    [shown] = (await house.get(story.person_path, PROVIDER)).body["files"]
    assert (shown["attachment_id"], shown["name"], shown["purpose"]) == (attachment, NAME, "identity_document")
    assert set(shown) == {"attachment_id", "purpose", "media_type", "size", "name", "added_at"}
    status, content, headers = await fetched(house, story, attachment)
    assert (status, len(content), headers["Content-Type"], headers["Cache-Control"]) == (200, shown["size"], "image/jpeg", "no-store")
    assert picture(content).size == (48, 64)
    assert AUTHOR.encode() not in content
    assert NAME not in headers["Content-Disposition"]
    assert "sandbox" in headers["Content-Security-Policy"]
    row = "SELECT what || ' ' || client_id || ' ' || array_to_string(categories, ',') FROM access_log WHERE what = 'file'"
    assert await house.scalar(row) == "file provider files"
    person_id = await house.scalar("SELECT person_id FROM need WHERE id = :id", id=story.need_id)
    [receipt] = (await house.get(f"/v1/disclosures?person_id={person_id}", COORDINATOR)).body["items"]
    assert {"files", "files.content"} <= set(receipt["read"][0]["fields"])


async def test_without_that_category_there_are_no_files(house: House) -> None:
    story, attachment = await story_with_file(house, consent(categories=["identity", "documents"]))
    assert (await house.get(story.person_path, PROVIDER)).body["files"] is None
    assert (await fetched(house, story, attachment))[0] == 404
    assert [await counted(house, PROVIDER, table) for table in ("attachment", "attachment_part")] == [0, 0]


async def test_what_is_not_clean_does_not_exist_for_a_receiver(house: House) -> None:
    story = await accepted(house, consent=FILES)
    case_id = await case_of(house, story)
    announced = await house.post(f"/v1/cases/{case_id}/attachments", OFFICER, file(photo()))
    quarantined = await sent(house, case_id, photo())
    for attachment in (announced.body["attachment_id"], quarantined, uuid4()):
        assert (await fetched(house, story, attachment))[0] == 404
    assert await listed(house, story) == []
    assert await counted(house, PROVIDER, "attachment_part") == 0
    await house.work()
    assert await listed(house, story) == [quarantined]
    gone = await house.post(f"/v1/attachments/{quarantined}/removal", OFFICER, {"reason": "person_asked"}, if_match='"3"')
    assert gone.status == 200, gone.body
    assert (await fetched(house, story, quarantined))[0] == 404


async def test_a_file_for_one_need_goes_to_no_other_and_a_medical_one_to_none_by_itself(house: House) -> None:
    story = await accepted(house, needs=[need(), need("education.enrolment")], consent=FILES)
    other = UUID(str(await house.scalar("SELECT id FROM need WHERE id <> :id", id=story.need_id)))
    beside = Story(house, other, story.consent_id, story.request_id, uuid4(), SECOND_PROVIDER)
    await beside.offer()
    await beside.accept()
    case_id = await case_of(house, story)
    for_all = await sent(house, case_id, photo())
    for_one = await sent(house, case_id, photo(), need_id=str(story.need_id), purpose="medical_document")
    for_none = await sent(house, case_id, photo(), purpose="medical_document")
    await house.work()
    assert (await listed(house, story), await listed(house, beside, SECOND_PROVIDER)) == ([for_all, for_one], [for_all])
    assert [(await fetched(house, beside, one, SECOND_PROVIDER))[0] for one in (for_all, for_one, for_none)] == [200, 404, 404]
    assert (await fetched(house, story, for_none))[0] == 404
    assert [await counted(house, one, "attachment") for one in (PROVIDER, SECOND_PROVIDER)] == [2, 1]
    wrong = await house.post(f"/v1/cases/{case_id}/attachments", OFFICER, file(photo(), need_id=str(uuid4())))
    assert (wrong.status, wrong.slug, wrong.body["pointer"]) == (404, "need-not-found", "#/need_id")


async def test_a_file_of_another_case_of_the_same_person_stays_there(house: House) -> None:
    story, _ = await story_with_file(house)
    elsewhere = await accepted(house, NGO, consent=FILES, person={"call_name": "كريم", "place": "IQG15"}, household=None)
    other = await sent(house, await case_of(house, elsewhere), photo())
    await house.work()
    assert (await fetched(house, story, other))[0] == 404


async def test_nobody_else_and_nobody_too_early_gets_a_file(house: House) -> None:
    story, attachment = await story_with_file(house)
    with_scope = [one.but(scopes=("intake:disclosure",)) for one in (HLP, COORDINATOR, OTHER_COORDINATOR)]
    for actor in (STRANGER, SECOND_PROVIDER, *with_scope):
        assert (await fetched(house, story, attachment, actor))[0] == 404, actor.client_id
    assert (await fetched(house, story, attachment, None))[0] == 401
    assert (await fetched(house, story, attachment, PROVIDER.but(scopes=("intake:read",))))[0] == 403
    assert (await fetched(house, story, "x"))[0] == 422
    waiting = await asked(house, NGO, consent=FILES)
    await waiting.offer()
    assert (await fetched(house, waiting, attachment))[0] == 409
    await house.fresh(age=timedelta(seconds=61))
    assert (await fetched(house, story, attachment))[0] == 503
    assert await house.scalar("SELECT count(*) FROM access_log WHERE what = 'file'") == 0


@pytest.mark.parametrize("how", ["failed", "withdrawn", "narrowed", "last day", "left", "erased"])
async def test_it_ends_with_the_referral_and_with_the_consent(house: House, how: str) -> None:
    story, attachment = await story_with_file(house)
    assert (await fetched(house, story, attachment))[0] == 200
    if how == "failed":
        await story.tell(ReferralFailed)
    elif how == "withdrawn":
        said = {"referral_id": str(story.referral_id), "by": "person", "how": "spoken"}
        assert (await house.post("/v1/withdrawals", HLP, said)).status == 200
    elif how == "narrowed":
        less = consent(categories=["identity"])
        assert (await house.post(f"/v1/consents/{story.consent_id}/revisions", COORDINATOR, less, if_match='"1"')).status == 201
    elif how == "last day":
        house.database.clock.offset += timedelta(days=366)
    elif how == "left":
        await house.deliver(left(PROVIDER.organization_id))
    else:
        await house.erase(story.need_id)
    assert (await fetched(house, story, attachment))[0] == 404
    if how in ("failed", "withdrawn"):
        assert [await counted(house, PROVIDER, table) for table in ("attachment", "attachment_part")] == [0, 0]


async def test_of_a_restricted_case_only_the_named_and_cleared_get_a_file(house: House) -> None:
    named = consent(recipients=[str(CLEARED_PROVIDER.organization_id)], categories=["files"])
    story = await accepted(house, WLCO, CLEARED_PROVIDER, needs=[need("protection.gbv")], consent=named)
    attachment = await sent(house, await case_of(house, story), photo(), COORDINATOR, purpose="photo")
    await house.work()
    uncleared = CLEARED_PROVIDER.but(cleared=False)
    assert (await fetched(house, story, attachment, CLEARED_PROVIDER))[0] == 200
    assert (await fetched(house, story, attachment, uncleared))[0] == 404
    assert [await counted(house, uncleared, table) for table in ("attachment", "attachment_part")] == [0, 0]
