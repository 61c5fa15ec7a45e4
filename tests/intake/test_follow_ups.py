"""Follow-ups: planned at completion, due by the clock, recorded by the office, never by the provider."""

from datetime import timedelta
from typing import Any

import pytest
from ihala_contracts.intake_v1 import FollowUpDue, FollowUpRecorded, NeedStateChanged

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


@pytest.mark.parametrize(("result", "state"), [("confirmed", "verified"), ("disputed", "open"), ("unreachable", "unverified")])
async def test_the_persons_word_decides(house: House, result: str, state: str) -> None:
    story = await served(house)
    follow_up_id = await due(house, story)
    answer = await record(house, follow_up_id, OFFICER, result)
    assert (answer.status, answer.body["need_state"], answer.body["state"], answer.etag) == (200, state, "recorded", '"3"')
    moved, recorded = await house.events()
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


async def test_three_failed_tries_make_a_need_unverified(house: House) -> None:
    story = await served(house)
    follow_up_id = await due(house, story)
    for number in (2, 3):
        answer = await record(house, follow_up_id, OFFICER, "unreachable", f'"{number}"', tries=1)
        assert (answer.body["state"], answer.body["need_state"], answer.body["tries"]) == ("due", "served", number - 1)
    assert await story.named() == ["FollowUpRecorded", "FollowUpRecorded"]
    assert (await record(house, follow_up_id, OFFICER, "unreachable", '"4"', tries=1)).body["need_state"] == "unverified"


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


async def test_a_restricted_one_belongs_to_her_own_worker(house: House) -> None:
    named = consent(recipients=[str(PROVIDER.organization_id)])
    story = await served(house, WLCO, needs=[need("protection.gbv")], consent=named)
    follow_up_id = await due(house, story, 14)
    assert (await house.get("/v1/follow-ups", OFFICER)).body["items"] == []
    assert len((await house.get("/v1/follow-ups", COORDINATOR)).body["items"]) == 1
    assert len((await house.get("/v1/follow-ups", WLCO)).body["items"]) == 1
    assert (await record(house, follow_up_id, WLCO, "confirmed")).status == 200


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
