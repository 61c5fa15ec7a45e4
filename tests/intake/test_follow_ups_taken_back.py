"""Follow-ups of a need whose consent was taken back."""

from datetime import timedelta

from tests.intake.actors import HLP, OFFICER
from tests.intake.house import House
from tests.intake.story import Story, served
from tests.intake.test_follow_ups import due, record, second_time


async def take_back(house: House, story: Story) -> None:
    answer = await house.post("/v1/withdrawals", HLP, {"consent_id": str(story.consent_id), "by": "person", "how": "spoken"})
    assert answer.status == 200, answer.body


async def test_who_took_the_consent_back_is_not_asked_again(house: House) -> None:
    story = await served(house)
    second = await second_time(house, story)
    await take_back(house, story)
    assert (await house.get("/v1/follow-ups?state=due", OFFICER)).body["items"] == []
    refused = await record(house, second, OFFICER, "disputed", '"3"')
    assert (refused.status, refused.slug, await story.state()) == (409, "follow-up-not-due", "verified")
    await house.events()
    await house.later(timedelta(days=31))
    assert await story.named() == []


async def test_without_a_consent_nothing_opens_again(house: House) -> None:
    story = await served(house)
    lost = await due(house, story)
    await house.later(timedelta(days=31))  # nobody asked
    assert await story.state() == "unverified"
    await take_back(house, story)
    refused = await record(house, lost, OFFICER, "disputed", '"3"', way="came_forward")
    assert (refused.status, refused.slug, await story.state()) == (409, "follow-up-not-due", "unverified")
    heard = await record(house, lost, OFFICER, "confirmed", '"3"', way="came_forward")
    assert (heard.status, heard.body["need_state"]) == (200, "verified")
    await house.events()
    await house.later(timedelta(days=90))
    assert await story.named() == []
