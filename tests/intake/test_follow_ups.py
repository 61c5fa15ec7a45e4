"""Follow-ups: planned at completion, due by the clock, recorded by the office, never by the provider."""

from datetime import timedelta
from typing import Any

import pytest
from ihala_contracts.intake_v1 import FollowUpDue, FollowUpRecorded, NeedChanged, NeedConsentChanged, NeedStateChanged

from tests.intake.actors import COORDINATOR, HLP, NGO, OFFICER, OTHER_COORDINATOR, PROVIDER, STRANGER, WLCO
from tests.intake.house import Answer, House
from tests.intake.samples import consent, need
from tests.intake.story import Story, served


async def due(house: House, story: Story, days: int = 30) -> str:
    """Let the time pass; return the id of the follow-up."""
    await house.later(timedelta(days=days, minutes=1))
    [event] = [event for event in await house.events() if isinstance(event, FollowUpDue)]
    assert event.referral_id == story.referral_id
    return str(event.follow_up_id)


async def record(house: House, follow_up_id: str, actor: Any, result: str, if_match: str = '"2"', **more: Any) -> Answer:
    body = {"result": result, "by": "officer 7", **more}
    return await house.post(f"/v1/follow-ups/{follow_up_id}/result", actor, body, if_match=if_match)


@pytest.mark.parametrize(("result", "state"), [("confirmed", "verified"), ("disputed", "open")])
async def test_the_persons_word_decides(house: House, result: str, state: str) -> None:
    story = await served(house)
    follow_up_id = await due(house, story)
    answer = await record(house, follow_up_id, OFFICER, result)
    assert (answer.status, answer.body["need_state"], answer.body["state"], answer.etag) == (200, state, "recorded", '"3"')
    moved, recorded, *retold = await house.events()
    assert [type(event) for event in retold] == ([NeedChanged, NeedConsentChanged] if result == "disputed" else [])
    assert isinstance(moved, NeedStateChanged)
    assert isinstance(recorded, FollowUpRecorded)
    assert (moved.before, moved.after, recorded.result, recorded.need_state) == ("served", state, result, state)
    again = await record(house, follow_up_id, OFFICER, result, '"3"')
    assert (again.status, again.slug) == (409, "follow-up-not-due")


async def test_nothing_is_due_before_its_time(house: House) -> None:
    story = await served(house)
    await house.later(timedelta(days=29))
    assert await story.named() == ["DisclosureClosed"]  # the provider's own 14 days
    planned = (await house.get("/v1/follow-ups?state=planned", OFFICER)).body["items"]
    assert (await record(house, planned[0]["follow_up_id"], OFFICER, "confirmed", '"1"')).slug == "follow-up-not-due"


@pytest.mark.parametrize(("urgency", "days"), [("emergency", 3), ("urgent", 30)])
async def test_after_an_emergency_it_is_soon(house: House, urgency: str, days: int) -> None:
    story = await served(house, needs=[need("basic.food", urgency)])
    await due(house, story, days)


async def test_three_failed_tries_on_three_days_make_a_need_unverified(house: House) -> None:
    story = await served(house)
    follow_up_id = await due(house, story)
    for number, left in ((2, 2), (3, 1)):
        answer = await record(house, follow_up_id, OFFICER, "unreached", f'"{number}"', way="phone")
        assert (answer.body["state"], answer.body["need_state"], answer.body["tries_left"]) == ("due", "served", left)
        again = await record(house, follow_up_id, OFFICER, "unreached", f'"{number + 1}"', way="visit")
        assert (again.status, again.slug) == (409, "tried-today")
        await house.later(timedelta(days=1))
    assert await story.named() == ["FollowUpRecorded", "FollowUpRecorded"]
    last = await record(house, follow_up_id, OFFICER, "unreached", '"4"', way="visit")
    assert (last.body["need_state"], last.body["state"], last.body["result"]) == ("unverified", "recorded", "unreached")
    moved, recorded = await house.events()
    assert isinstance(moved, NeedStateChanged)
    assert isinstance(recorded, FollowUpRecorded)
    assert (recorded.result, recorded.need_state) == ("unreached", "unverified")
    shown = (await house.get(f"/v1/follow-ups/{follow_up_id}", OFFICER)).body
    assert [(one["way"], one["by"]) for one in shown["tried"]] == [("phone", "officer 7"), ("phone", "officer 7"), ("visit", "officer 7")]


async def test_somebody_who_comes_forward_after_all_is_heard(house: House) -> None:
    story = await served(house, needs=[need("education.enrolment")])
    follow_up_id = await due(house, story)
    await house.later(timedelta(days=31))
    assert await story.state() == "unverified"
    refused = await record(house, follow_up_id, OFFICER, "unreached", '"3"')
    assert (refused.status, refused.slug) == (409, "follow-up-not-due")
    heard = await record(house, follow_up_id, OFFICER, "confirmed", '"3"', way="came_forward")
    assert (heard.status, heard.body["need_state"]) == (200, "verified")
    assert (await record(house, follow_up_id, OFFICER, "disputed", '"4"')).slug == "follow-up-not-due"


@pytest.mark.parametrize(("code", "again"), [("housing.hlp", True), ("work.job", True), ("education.enrolment", False)])
async def test_livelihood_and_housing_are_asked_about_again_at_90_days(house: House, code: str, *, again: bool) -> None:
    story = await served(house, needs=[need(code)])
    await record(house, await due(house, story), OFFICER, "confirmed")
    await house.events()
    await house.later(timedelta(days=59))
    assert await story.named() == []
    await house.later(timedelta(days=1, hours=1))
    assert await story.named() == (["FollowUpDue"] if again else [])


async def second_time(house: House, story: Story) -> str:
    """Confirm at 30 days; return the id of the question at 90."""
    await record(house, await due(house, story), OFFICER, "confirmed")
    await house.events()
    return await due(house, story, 60)


async def test_the_second_word_counts_like_the_first_and_a_silence_takes_nothing_back(house: House) -> None:
    story = await served(house)
    follow_up_id = await second_time(house, story)
    shown = (await house.get(f"/v1/follow-ups/{follow_up_id}", OFFICER)).body
    assert (shown["number"], shown["need_state"]) == (2, "verified")
    await house.later(timedelta(days=31))
    assert await story.named() == ["FollowUpRecorded"]
    assert await story.state() == "verified"


async def test_a_dispute_opens_a_closed_case_again_and_nothing_planned_is_asked(house: House) -> None:
    story = await served(house, NGO, needs=[need("work.job")])
    follow_up_id = await second_time(house, story)
    case_id = str(await house.scalar("SELECT case_id FROM need WHERE id = :id", id=story.need_id))
    closure = {"reason": "goals_reached", "told": "spoken", "recorded_by": "x"}
    closed = await house.post(f"/v1/cases/{case_id}/closure", COORDINATOR, closure, if_match='"1"')
    assert closed.body["state"] == "closed"
    await house.events()
    answer = await record(house, follow_up_id, NGO, "disputed", note="العمل انتهى بعد أسبوع")
    assert (answer.status, answer.body["need_state"]) == (200, "open")
    assert await story.named() == ["NeedStateChanged", "CaseReopened", "FollowUpRecorded", "NeedChanged", "NeedConsentChanged"]
    assert (await house.get(f"/v1/cases/{case_id}", COORDINATOR)).body["state"] == "open"
    [*_, step] = (await house.get(f"/v1/cases/{case_id}/steps", COORDINATOR)).body["items"]
    assert (step["act"], step["reason"], step["organization_id"]) == ("reopened", "disputed", str(NGO.organization_id))
    shown = (await house.get(f"/v1/follow-ups/{follow_up_id}", COORDINATOR)).body
    assert (shown["note"], shown["by"]) == ("العمل انتهى بعد أسبوع", "officer 7")


async def test_a_dispute_takes_back_what_was_planned(house: House) -> None:
    story = await served(house, needs=[need("work.job")])
    follow_up_id = await due(house, story)
    await house.later(timedelta(days=31))  # nobody asked: unverified, and the second question is planned
    await house.events()
    assert (await record(house, follow_up_id, OFFICER, "disputed", '"3"')).body["need_state"] == "open"
    await house.events()
    await house.later(timedelta(days=60))
    assert await story.named() == []


async def test_what_changed_while_a_need_counted_as_met_is_told_once_it_is_disputed(house: House) -> None:
    """Referral placed nothing then; now a place is sought where she is, and nobody is asked whom she does not want any more."""
    story = await served(house, NGO)
    follow_up_id = await due(house, story)
    await house.later(timedelta(days=31))  # nobody asked: unverified, and neither place nor consent is told any more
    person = f"/v1/persons/{await house.scalar('SELECT person_id FROM need WHERE id = :id', id=story.need_id)}"
    moved = await house.call("PATCH", person, OFFICER, {"place": "IQG13"}, if_match='"1"')
    unwanted = consent(how="written", objections=[str(PROVIDER.organization_id)])
    revised = await house.post(f"/v1/consents/{story.consent_id}/revisions", COORDINATOR, unwanted, if_match='"1"')
    assert (moved.status, revised.status) == (200, 201)
    await house.events()
    assert (await record(house, follow_up_id, NGO, "disputed", '"3"')).body["need_state"] == "open"
    *_, recorded, place, agreed = await house.events()
    assert isinstance(recorded, FollowUpRecorded)
    assert isinstance(place, NeedChanged)
    assert isinstance(agreed, NeedConsentChanged)
    assert (place.governorate, place.facts is not None) == ("IQG13", True)
    assert (agreed.consent.revision, agreed.consent.objections) == (2, [PROVIDER.organization_id])


async def test_a_question_that_nobody_puts_lapses(house: House) -> None:
    story = await served(house)
    follow_up_id = await due(house, story)
    await house.later(timedelta(days=31))
    assert await story.named() == ["NeedStateChanged", "FollowUpRecorded"]
    assert await story.state() == "unverified"
    assert (await house.get(f"/v1/follow-ups/{follow_up_id}", OFFICER)).body["state"] == "lapsed"


async def test_who_sees_and_records_a_follow_up(house: House) -> None:
    story = await served(house, NGO)
    follow_up_id = await due(house, story)
    for actor in (STRANGER, OTHER_COORDINATOR, PROVIDER.but(scopes=("intake:follow-up",))):
        assert (await house.get("/v1/follow-ups", actor)).body["items"] == []
        assert (await house.get(f"/v1/follow-ups/{follow_up_id}", actor)).slug == "follow-up-not-found"
        assert (await record(house, follow_up_id, actor, "confirmed")).slug == "follow-up-not-found"
    for actor in (OFFICER, COORDINATOR, NGO):
        assert [one["follow_up_id"] for one in (await house.get("/v1/follow-ups", actor)).body["items"]] == [follow_up_id]
        assert (await house.get(f"/v1/follow-ups/{follow_up_id}", actor)).etag == '"2"'
    assert (await record(house, follow_up_id, NGO, "confirmed")).status == 200


async def test_never_by_the_provider_even_where_it_is_the_operator(house: House) -> None:
    story = await served(house, NGO, PROVIDER.but(organization_id=COORDINATOR.organization_id))
    follow_up_id = await due(house, story)
    refused = await record(house, follow_up_id, COORDINATOR, "confirmed")
    assert (refused.status, refused.slug) == (403, "provider-may-not-verify")
    assert (await record(house, follow_up_id, NGO, "confirmed")).status == 200


async def test_a_restricted_one_belongs_to_her_own_worker_and_nobody_calls(house: House) -> None:
    named = consent(recipients=[str(PROVIDER.organization_id)])
    story = await served(house, WLCO, needs=[need("protection.gbv")], consent=named)
    follow_up_id = await due(house, story, 14)
    assert (await house.get("/v1/follow-ups", OFFICER)).body["items"] == []
    [shown] = (await house.get("/v1/follow-ups", COORDINATOR)).body["items"]
    assert (shown["own_worker"], shown["ways"]) == (True, ["at_the_office", "meeting", "came_forward"])
    refused = await record(house, follow_up_id, COORDINATOR, "confirmed", way="meeting")
    assert (refused.status, refused.slug) == (403, "not-her-worker")
    for more in ({}, {"way": "phone"}, {"way": "message"}, {"way": "visit"}):
        for result in ("confirmed", "disputed", "unreached"):
            refused = await record(house, follow_up_id, WLCO, result, **more)
            assert (refused.status, refused.slug, refused.body["ways"]) == (422, "way-not-allowed", shown["ways"])
    assert (await record(house, follow_up_id, WLCO, "disputed", way="meeting")).body["need_state"] == "open"


async def test_her_worker_at_the_operator_is_the_officer_who_has_her_case(house: House) -> None:
    named = consent(recipients=[str(PROVIDER.organization_id)])
    noor = COORDINATOR.but(more={"acting_officer": "noor-1"})
    story = await served(house, COORDINATOR, needs=[need("protection.gbv")], consent=named)
    follow_up_id = await due(house, story, 14)
    assert (await record(house, follow_up_id, noor, "confirmed", way="meeting")).slug == "not-her-worker"
    case_id = await house.scalar("SELECT case_id FROM need WHERE id = :id", id=story.need_id)
    given = await house.post(f"/v1/cases/{case_id}/assignment", noor, {"officer": "noor-1"}, if_match='"1"')
    assert given.status == 200, given.body
    sara = COORDINATOR.but(more={"acting_officer": "sara-4"})
    assert (await record(house, follow_up_id, sara, "confirmed", way="meeting")).slug == "not-her-worker"
    assert (await record(house, follow_up_id, noor, "confirmed", way="meeting")).body["need_state"] == "verified"


async def test_a_read_is_logged_and_an_erased_person_leaves_no_word(house: House) -> None:
    story = await served(house)
    follow_up_id = await due(house, story)
    await record(house, follow_up_id, OFFICER, "confirmed", note="كل شيء بخير")
    person_id = await house.scalar("SELECT person_id FROM need WHERE id = :id", id=story.need_id)
    before = await house.chain(person_id)
    assert (await house.get(f"/v1/follow-ups/{follow_up_id}", OFFICER)).body["note"] == "كل شيء بخير"
    assert await house.chain(person_id) == before + 1
    await house.erase(story.need_id)
    shown = await house.get(f"/v1/follow-ups/{follow_up_id}", OFFICER)
    assert (shown.status, shown.body["note"], shown.body["by"], shown.body["result"]) == (200, None, None, "confirmed")


async def test_the_ministrys_centres_get_no_others(house: House) -> None:
    story = await served(house, HLP)
    await due(house, story)
    assert (await house.get("/v1/follow-ups", HLP.but(scopes=("intake:follow-up",)))).body["items"] == []


async def test_lists_lead_through_all_pages(house: House) -> None:
    for _ in range(5):
        await served(house)
    await house.later(timedelta(days=31))
    seen, path = [], "/v1/follow-ups?limit=2"
    while path:
        answer = await house.get(path, OFFICER)
        seen += [one["follow_up_id"] for one in answer.body["items"]]
        path = answer.headers.get("Link", "").partition(">")[0].removeprefix("</intake")
    assert len(set(seen)) == len(seen) == 5


async def test_one_whose_need_was_withdrawn_meanwhile_lapses_silently(house: House) -> None:
    story = await served(house)
    await house.post("/v1/withdrawals", HLP, {"need_id": str(story.need_id), "by": "person", "how": "spoken"})
    await house.events()
    await house.later(timedelta(days=31))
    assert await story.named() == []
    assert await house.scalar("SELECT state FROM follow_up") == "lapsed"


async def test_refusals_of_a_result(house: House) -> None:
    story = await served(house)
    follow_up_id = await due(house, story)
    for body, if_match, slug in (
        ({"result": "fine", "by": "x"}, '"2"', "malformed-request"),
        ({"result": "confirmed"}, '"2"', "malformed-request"),
        ({"result": "confirmed", "by": "x"}, '"1"', "stale"),
        ({"result": "confirmed", "by": "x"}, None, "precondition-required"),
    ):
        assert (await house.post(f"/v1/follow-ups/{follow_up_id}/result", OFFICER, body, if_match=if_match)).slug == slug
    assert (await house.get("/v1/follow-ups?state=lost", OFFICER)).slug == "malformed-request"
    assert await story.state() == "served"
