"""Complaints: taken from everybody, ordinary ones answered by the office, sensitive ones past it and past the provider."""

from datetime import timedelta
from typing import Any

from ihala_contracts.intake_v1 import ComplaintOverdue, ComplaintReceived

from tests.intake.actors import (
    CLEARED_PROVIDER,
    COORDINATOR,
    HLP,
    MOMD,
    NGO,
    OFFICER,
    OTHER_COORDINATOR,
    PROVIDER,
    STRANGER,
    WLCO,
    Actor,
)
from tests.intake.casework import NOOR, done, opened
from tests.intake.house import Answer, House
from tests.intake.samples import PHONE, consent, need
from tests.intake.story import accepted
from tests.intake.test_rows import counted

TEXT = "طلب الموظف مني مالًا"
HANDLER = COORDINATOR.but(client_id="complaints-momd", roles=("complaints",), more={"acting_officer": "judge-1"})


def complaint(topic: str = "waiting_time", **changes: Any) -> dict[str, Any]:
    return {"topic": topic, "text": TEXT, "answer_wanted": True, "contact": PHONE, **changes}


async def filed(house: House, actor: Actor = OFFICER, topic: str = "waiting_time", **changes: Any) -> str:
    answer = await house.post("/v1/complaints", actor, complaint(topic, **changes))
    assert answer.status == 202, answer.body
    return str(answer.body["complaint_id"])


async def seen(house: House, complaint_id: str, actor: Actor | None) -> Answer:
    return await house.get(f"/v1/complaints/{complaint_id}", actor)


async def act(house: House, complaint_id: str, what: str, actor: Actor, body: dict[str, Any], version: int = 1) -> Answer:
    return await house.post(f"/v1/complaints/{complaint_id}/{what}", actor, body, if_match=f'"{version}"')


async def test_whoever_writes_one_down_can_read_what_it_may_be_about(house: House) -> None:
    answer = await house.get("/v1/complaints/topics", NGO)
    listed = {one["code"]: one for one in answer.body["items"]}
    assert (answer.status, len(listed) >= 15) == (200, True)
    assert (listed["fee_asked"]["sensitive"], listed["waiting_time"]["sensitive"], listed["thanks"]["kind"]) == (True, False, "feedback")
    assert listed["waiting_time"]["words"] == {"en": "Waiting time", "ar": "مدة الانتظار", "ckb": "ماوەی چاوەڕوانی"}
    for code, one in listed.items():
        await filed(house, NGO, code, kind=one["kind"])


async def test_an_ordinary_complaint_is_answered_by_the_office(house: House) -> None:
    answer = await house.post("/v1/complaints", NGO, complaint())
    assert answer.body["reference"].startswith("CPL-")
    assert set(answer.body) == {"complaint_id", "reference", "state", "received_at"}
    complaint_id = answer.body["complaint_id"]
    [event] = await house.events()
    assert isinstance(event, ComplaintReceived)
    assert (str(event.complaint_id), event.operator_id, event.sensitive) == (complaint_id, MOMD, False)
    [listed] = (await house.get("/v1/complaints", OFFICER)).body["items"]
    assert TEXT not in str(listed)
    shown = await seen(house, complaint_id, OFFICER)
    assert (shown.body["text"], shown.body["contact"]) == (TEXT, PHONE)
    begun = await act(house, complaint_id, "handling", OFFICER, {"handler": "zainab-7"})
    assert (begun.status, begun.body["state"], begun.body["handler"]) == (200, "in_progress", "zainab-7")
    done_with = {"outcome": "put_right", "answer": "أُضيف شباك ثانٍ", "told": "phone"}
    over = await act(house, complaint_id, "resolution", OFFICER, done_with, 2)
    assert (over.body["state"], over.body["outcome"], over.body["answer"], over.body["act_by"]) == (
        "answered", "put_right", done_with["answer"], None,
    )  # fmt: skip
    for what, body in (("handling", {"handler": "x"}), ("resolution", done_with)):
        assert (await act(house, complaint_id, what, OFFICER, body, 3)).slug == "complaint-over"
        assert (await act(house, complaint_id, what, OFFICER, body, 2)).status == 412
    followed = await seen(house, complaint_id, NGO)  # who wrote it down sees how it stands
    assert (followed.status, followed.body["state"], followed.body["text"], followed.body["answer"]) == (200, "answered", None, None)
    assert (await house.get("/v1/complaints", NGO)).body["items"] == []
    for actor in (STRANGER, HLP, OTHER_COORDINATOR, PROVIDER.but(scopes=STRANGER.scopes)):
        assert (await seen(house, complaint_id, actor)).status == 404
        assert (await act(house, complaint_id, "handling", actor.but(scopes=COORDINATOR.scopes), {"handler": "x"}, 3)).status == 404


async def test_a_sensitive_complaint_bypasses_the_office_and_whoever_wrote_it_down(house: House) -> None:
    case_id = await opened(house)
    complaint_id = await filed(house, OFFICER, "fee_asked", case_id=case_id)
    for actor in (OFFICER, COORDINATOR, NOOR, NGO, HLP, STRANGER, OTHER_COORDINATOR, OTHER_COORDINATOR.but(roles=("complaints",))):
        assert (await seen(house, complaint_id, actor)).status == 404, actor.client_id
        assert (await house.get("/v1/complaints", actor)).body["items"] == []
        assert (await act(house, complaint_id, "handling", actor.but(scopes=COORDINATOR.scopes), {"handler": "x"})).status == 404
        assert await counted(house, actor, "complaint") == 0
    assert [one["topic"] for one in (await house.get("/v1/complaints", HANDLER)).body["items"]] == ["fee_asked"]
    shown = await seen(house, complaint_id, HANDLER)
    assert (shown.status, shown.body["text"], shown.body["sensitive"]) == (200, TEXT, True)
    person_id = await house.scalar("SELECT person_id FROM case_file WHERE id = :id", id=case_id)
    assert await house.chain(str(person_id)) == 1
    assert (await act(house, complaint_id, "handling", HANDLER, {"handler": "judge-1"})).status == 200


async def test_what_is_raised_or_of_a_restricted_case_is_sensitive(house: House) -> None:
    raised = await filed(house, OFFICER, "quality", sensitive=True)
    restricted = await opened(house, WLCO, need("protection.gbv"))
    told = await filed(house, WLCO, "quality", case_id=restricted)
    allowed = consent(recipients=[str(CLEARED_PROVIDER.organization_id)], categories=["needs"])
    story = await accepted(house, WLCO, CLEARED_PROVIDER, needs=[need("protection.gbv")], consent=allowed)
    about = [await filed(house, actor, "quality", about_referral_id=str(story.referral_id)) for actor in (WLCO, COORDINATOR)]
    for complaint_id in (raised, told, *about):
        for actor in (COORDINATOR, OFFICER, WLCO):
            assert (await seen(house, complaint_id, actor)).status == 404
        assert (await seen(house, complaint_id, HANDLER)).body["sensitive"] is True
    assert (await house.post("/v1/complaints", OFFICER, complaint(sensitive=False))).slug == "malformed-request"
    assert (await house.post("/v1/complaints", OFFICER, complaint(case_id=restricted))).slug == "case-not-found"


async def test_a_complaint_about_a_provider_never_reaches_it(house: House) -> None:
    story = await accepted(house, OFFICER, PROVIDER)
    complaint_id = await filed(house, OFFICER, "quality", about_referral_id=str(story.referral_id))
    assert (await seen(house, complaint_id, OFFICER)).body["about_organization_id"] == str(PROVIDER.organization_id)
    assert (await seen(house, complaint_id, PROVIDER.but(scopes=COORDINATOR.scopes))).status == 404
    centres = await accepted(house, HLP, PROVIDER)
    theirs = await filed(house, HLP, "quality", about_referral_id=str(centres.referral_id))
    followed = await seen(house, theirs, HLP)  # who brought the person from the ministry learns of no provider
    assert (followed.status, followed.body["about_organization_id"]) == (200, None)
    assert (await seen(house, theirs, OFFICER)).body["about_organization_id"] == str(PROVIDER.organization_id)
    own = await filed(house, NGO, "quality", about_organization_id=str(NGO.organization_id))
    assert (await seen(house, own, NGO)).status == 404
    assert await counted(house, NGO, "complaint") == 0
    assert await counted(house, OFFICER, "complaint") == 3
    foreign = await house.post("/v1/complaints", STRANGER, complaint(about_referral_id=str(story.referral_id)))
    assert (foreign.status, foreign.slug) == (404, "referral-not-found")


async def test_nobody_handles_a_complaint_about_their_own_work(house: House) -> None:
    case_id = await opened(house)
    await done(house, case_id, "assignment", NOOR, {"officer": "zainab-7"})
    complaint_id = await filed(house, NOOR, "decision", case_id=case_id)
    refused = await act(house, complaint_id, "handling", NOOR, {"handler": "zainab-7"})
    assert (refused.status, refused.slug) == (409, "handler-is-concerned")
    zainab = OFFICER.but(more={"acting_officer": "zainab-7"})
    assert (await act(house, complaint_id, "resolution", zainab, {"outcome": "not_confirmed"})).slug == "handler-is-concerned"
    assert (await act(house, complaint_id, "handling", NOOR, {"handler": "karim-2"})).status == 200


async def test_a_complaint_that_nobody_looks_at_is_escalated_again_and_again(house: House) -> None:
    ordinary, sensitive = await filed(house), await filed(house, OFFICER, "threat")
    await house.events()
    await house.later(timedelta(days=2))
    [first] = await house.events()
    assert isinstance(first, ComplaintOverdue)
    assert (str(first.complaint_id), first.sensitive, first.escalations) == (sensitive, True, 1)
    await house.later(timedelta(days=4))
    assert {str(event.key) for event in await house.events()} == {ordinary, sensitive}
    version = (await seen(house, ordinary, OFFICER)).body["version"]
    over = await act(house, ordinary, "resolution", OFFICER, {"outcome": "noted"}, version)
    assert (over.body["state"], over.body["answered_at"]) == ("closed", None)
    await house.later(timedelta(days=40))
    assert {str(event.key) for event in await house.events()} == {sensitive}


async def test_feedback_and_what_is_refused(house: House) -> None:
    thanks = await filed(house, OFFICER, "thanks", kind="feedback", contact=None, answer_wanted=False)
    assert (await seen(house, thanks, OFFICER)).body["kind"] == "feedback"
    for bad in ({"topic": "weather"}, {"topic": "thanks"}, {"kind": "feedback"}):
        answer = await house.post("/v1/complaints", OFFICER, complaint() | bad)
        assert (answer.status, answer.slug, answer.body["pointer"]) == (422, "unknown-complaint-topic", "#/topic")
        assert TEXT not in str(answer.body)
    for bad in ({"text": "x" * 2001}, {"text": ""}, {"contact": "x" * 201}, {"contact": "x\u202ey"}, {"about_office_id": "here"}):
        assert (await house.post("/v1/complaints", OFFICER, complaint() | bad)).slug == "malformed-request"


async def test_an_erased_persons_complaint_keeps_its_outcome_without_a_word(house: House) -> None:
    case_id = await opened(house)
    complaint_id = await filed(house, OFFICER, case_id=case_id)
    anonymous = await filed(house)
    await house.erase((await house.get(f"/v1/cases/{case_id}", COORDINATOR)).body["needs"][0]["need_id"])
    shown = await seen(house, complaint_id, OFFICER)
    assert (shown.status, shown.body["text"], shown.body["topic"]) == (200, None, "waiting_time")
    ended = await act(house, complaint_id, "resolution", OFFICER, {"outcome": "noted", "answer": TEXT})
    assert (ended.status, ended.body["state"], ended.body["outcome"], ended.body["answer"]) == (200, "closed", "noted", None)
    await house.events()
    await house.later(timedelta(days=6))
    overdue = [str(event.complaint_id) for event in await house.events() if isinstance(event, ComplaintOverdue)]
    assert overdue == [anonymous]  # nobody is reminded for ever of what nobody can read
    assert (await seen(house, anonymous, OFFICER)).body["text"] == TEXT
