"""The one door of withdrawal: a consent, a need or a referral; and withdrawal against acceptance, raced."""

import asyncio
from typing import Any

import pytest
from ihala_contracts.intake_v1 import ConsentWithdrawn, DisclosureClosed, DisclosureRefused, NeedStateChanged

from tests.intake.actors import COORDINATOR, HLP, NGO, OFFICER, OTHER_COORDINATOR, PROVIDER, SECOND_PROVIDER, STRANGER
from tests.intake.house import House
from tests.intake.samples import consent, need, person
from tests.intake.story import Story, accepted, asked


def taken_back(**what: Any) -> dict[str, Any]:
    return {**{name: str(value) for name, value in what.items()}, "by": "person", "how": "spoken"}


async def test_a_whole_consent_ends_all_its_needs_in_one_transaction(house: House) -> None:
    story = await accepted(house, needs=[need(), need("cash.grant")])
    answer = await house.post("/v1/withdrawals", HLP, taken_back(consent_id=story.consent_id))
    assert answer.status == 200, answer.body
    assert (answer.body["disclosures_closed"], {one["state"] for one in answer.body["needs"]}) == (None, {"closed"})
    events = await house.events()
    assert [type(event) for event in events] == [DisclosureClosed, NeedStateChanged, ConsentWithdrawn, NeedStateChanged, ConsentWithdrawn]
    assert {event.referral_id for event in events if isinstance(event, ConsentWithdrawn)} == {None}
    assert (await house.get(story.person_path, PROVIDER)).status == 404
    await story.again(SECOND_PROVIDER).accept()
    [refused] = await house.events()
    assert isinstance(refused, DisclosureRefused)
    assert refused.reason == "withdrawn"


async def test_one_need_leaves_the_others(house: House) -> None:
    story = await accepted(house, needs=[need(), need("cash.grant")])
    answer = await house.post("/v1/withdrawals", COORDINATOR, taken_back(need_id=story.need_id))
    assert [one["need_id"] for one in answer.body["needs"]] == [str(story.need_id)]
    assert answer.body["disclosures_closed"] == 1
    assert await house.scalar("SELECT string_agg(state, ' ' ORDER BY state) FROM need") == "closed open"
    assert await house.scalar("SELECT state FROM consent") == "given"
    assert await story.named() == ["DisclosureClosed", "NeedStateChanged", "ConsentWithdrawn"]


async def test_one_referral_leaves_the_need(house: House) -> None:
    story = await accepted(house)
    answer = await house.post("/v1/withdrawals", COORDINATOR, taken_back(referral_id=story.referral_id))
    assert answer.body["referral_id"] == str(story.referral_id)
    closed, withdrawn = await house.events()
    assert isinstance(closed, DisclosureClosed)
    assert isinstance(withdrawn, ConsentWithdrawn)
    assert withdrawn.referral_id == story.referral_id
    assert await story.state() == "referring"
    following = story.again(SECOND_PROVIDER)
    await following.accept()
    assert await story.named() == ["DisclosureOpened"]


async def test_a_referral_taken_back_before_it_was_accepted_never_opens(house: House) -> None:
    story = await asked(house)
    await story.offer()
    await house.post("/v1/withdrawals", NGO.but(organization_id=HLP.organization_id), taken_back(referral_id=story.referral_id))
    await house.events()
    await story.accept()
    [refused] = await house.events()
    assert isinstance(refused, DisclosureRefused)
    assert refused.reason == "withdrawn"


async def test_a_need_that_referral_never_heard_of_is_not_spoken_of(bare: House) -> None:
    story = await asked(bare)
    await bare.post("/v1/withdrawals", HLP, taken_back(need_id=story.need_id))
    assert await story.named() == ["NeedStateChanged"]
    await bare.publish_referrals_key()
    assert await story.named() == []


@pytest.mark.parametrize("what", ["consent_id", "need_id", "referral_id"])
async def test_who_may_withdraw(house: House, what: str) -> None:
    story = await accepted(house)
    body = taken_back(**{what: getattr(story, what)})
    for actor in (STRANGER, OTHER_COORDINATOR, PROVIDER.but(scopes=("intake:withdraw",))):
        answer = await house.post("/v1/withdrawals", actor, body)
        assert answer.status == 404, actor.client_id
    assert (await house.post("/v1/withdrawals", None, body)).status == 401
    assert await house.events() == []
    assert (await house.post("/v1/withdrawals", OFFICER, body)).status == 200
    twice = await house.post("/v1/withdrawals", OFFICER, body)
    assert (twice.status, twice.slug) == (409, "already-withdrawn")


async def test_sent_twice_it_is_answered_twice_and_done_once(house: House) -> None:
    story = await accepted(house)
    body = taken_back(consent_id=story.consent_id)
    first = await house.post("/v1/withdrawals", HLP, body, key="w-1")
    again = await house.post("/v1/withdrawals", HLP, body, key="w-1")
    assert (again.status, again.body) == (200, first.body)
    assert await house.scalar("SELECT count(*) FROM consent_revision") == 2


async def test_malformed_withdrawals(house: House) -> None:
    story = await accepted(house)
    both = taken_back(consent_id=story.consent_id, need_id=story.need_id)
    for body in (both, taken_back(), {"consent_id": str(story.consent_id)}):
        assert (await house.post("/v1/withdrawals", HLP, body)).status == 422
    without_key = await house.post("/v1/withdrawals", HLP, taken_back(consent_id=story.consent_id), key=None)
    assert (without_key.status, without_key.slug) == (400, "idempotency-key-missing")
    assert await house.scalar("SELECT state FROM consent") == "given"


async def test_a_refused_consent_cannot_be_taken_back(house: House) -> None:
    story = await asked(house, consent=consent(given=False, categories=[]))
    assert (await house.post("/v1/withdrawals", HLP, taken_back(need_id=story.need_id))).slug == "already-withdrawn"


@pytest.mark.parametrize("what", ["consent_id", "need_id", "referral_id"])
async def test_withdrawal_against_acceptance_never_leaves_anything_open(house: House, what: str) -> None:
    """Twenty of each kind, at the same moment, in both orders."""
    stories = [await asked(house, person=person(given_name=f"زينب {letter}")) for letter in "ابتثجحخدذرزسشصضطظعغف"]  # nobody twice
    for story in stories:
        await story.offer()
    await house.events()

    async def race(n: int, story: Story) -> None:
        body = taken_back(**{what: getattr(story, what)})
        both = [house.post("/v1/withdrawals", HLP, body), story.accept()]
        answers = await asyncio.gather(*(both if n % 2 else reversed(both)))
        [answer] = [one for one in answers if one is not None]
        assert answer.status == 200, answer.body

    for start in range(0, 20, 10):
        await asyncio.gather(*(race(n, story) for n, story in enumerate(stories[start : start + 10])))
    assert await house.scalar("SELECT count(*) FROM disclosure WHERE state = 'open'") == 0
    assert await house.parked() == 0
    events = await house.events()
    for story in stories:
        mine = [type(event).__name__ for event in events if event.key == story.need_id]
        assert mine.count("ConsentWithdrawn") == 1
        assert mine.count("DisclosureOpened") == mine.count("DisclosureClosed")
        assert mine.count("DisclosureOpened") + mine.count("DisclosureRefused") == 1
