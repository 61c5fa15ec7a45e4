"""A receiver asks that another need be opened: where the consent names it at once, else the office asks the person first."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_contracts.intake_v1 import ConsentWithdrawn, NeedConsentChanged, NeedIdentified, OnwardNeedSettled
from ihala_contracts.referral_v1 import OnwardNeedAsked

from tests.intake.actors import CLEARED_PROVIDER, COORDINATOR, HLP, NGO, OTHER_COORDINATOR, PROVIDER, WLCO
from tests.intake.house import Answer, House
from tests.intake.samples import consent, need
from tests.intake.story import Story, accepted

NAMED = {"consent": consent(needs=["housing", "work.job"])}


async def asked(story: Story, code: str = "work.job") -> UUID:
    onward_id = uuid4()
    await story.tell(OnwardNeedAsked, onward_id=onward_id, need_code=code)
    return onward_id


async def settled(house: House) -> tuple[list[str], list[NeedIdentified]]:
    events = await house.events()
    outcomes = [event.outcome for event in events if isinstance(event, OnwardNeedSettled)]
    return outcomes, [event for event in events if isinstance(event, NeedIdentified)]


async def decide(house: House, onward_id: UUID, body: Any, actor: Any = COORDINATOR) -> Answer:
    version = await house.scalar("SELECT version FROM onward_need WHERE id = :id", id=onward_id)
    return await house.post(f"/v1/onward-needs/{onward_id}/decision", actor, body, if_match=f'"{version}"')


async def test_what_the_consent_names_is_opened_at_once_in_the_same_case(house: House) -> None:
    story = await accepted(house, **NAMED)
    await asked(story)
    outcomes, [opened] = await settled(house)
    assert (outcomes, opened.need_code, opened.urgency) == (["opened"], "work.job", "routine")
    same = (
        "SELECT count(*) FROM need a JOIN need b USING (case_id, person_id, consent_id, request_id) WHERE a.caused_by = b.id AND a.id = :id"
    )
    assert await house.scalar(same, id=opened.need_id) == 1
    assert await house.scalar("SELECT caused_by FROM need WHERE id = :id", id=opened.need_id) == story.need_id
    shown = await house.get(f"/v1/needs/{opened.need_id}", COORDINATOR)
    assert (shown.body["code"], shown.body["state"]) == ("work.job", "open")
    again = await asked(story)
    assert await settled(house) == (["refused"], [])  # it is open already
    assert await house.scalar("SELECT reason FROM onward_need WHERE id = :id", id=again) == "already_open"


@pytest.mark.parametrize("given", [{}, {"consent": consent(needs=["housing"])}])
async def test_what_it_does_not_name_waits_until_the_person_was_asked(house: House, given: dict[str, Any]) -> None:
    story = await accepted(house, **given)
    onward_id = await asked(story)
    assert await settled(house) == (["waits"], [])
    [listed] = (await house.get("/v1/onward-needs", COORDINATOR)).body["items"]
    assert (listed["id"], listed["code"], listed["organization_id"]) == (str(onward_id), "work.job", str(PROVIDER.organization_id))
    refused = await decide(house, onward_id, {"decision": "open"})
    assert (refused.status, refused.slug) == (409, "onward-need-not-covered")
    revision = await house.scalar("SELECT revision FROM consent WHERE id = :id", id=story.consent_id)
    said = consent(needs=["housing", "work.job"])
    revised = await house.post(f"/v1/consents/{story.consent_id}/revisions", COORDINATOR, said, if_match=f'"{revision}"')
    assert revised.status == 201, revised.body
    await house.events()
    assert (await decide(house, onward_id, {"decision": "open"})).body["state"] == "opened"
    outcomes, [opened] = await settled(house)
    assert (outcomes, opened.need_code) == (["opened"], "work.job")
    late = await decide(house, onward_id, {"decision": "refuse", "reason": "not_needed"})
    assert (late.slug, late.body["state"]) == ("onward-need-decided", "opened")


async def test_an_office_refuses_with_a_reason_and_nobody_else_sees_it(house: House) -> None:
    story = await accepted(house)
    onward_id = await asked(story)
    await house.events()
    for actor in (HLP, OTHER_COORDINATOR, PROVIDER):
        assert (await house.get("/v1/onward-needs", actor)).body.get("items", []) == []
        answer = await decide(house, onward_id, {"decision": "refuse", "reason": "not_needed"}, actor)
        assert answer.status in (403, 404)
    for bad in ({"decision": "refuse"}, {"decision": "open", "reason": "other"}):
        assert (await decide(house, onward_id, bad)).slug == "malformed-request"
    assert (await decide(house, onward_id, {"decision": "refuse", "reason": "person_refused"})).body["state"] == "refused"
    assert await settled(house) == (["refused"], [])


async def test_a_withdrawn_consent_covers_nothing(house: House) -> None:
    story = await accepted(house, **NAMED)
    taken_back = {"consent_id": str(story.consent_id), "by": "person", "how": "spoken"}
    assert (await house.post("/v1/withdrawals", HLP, taken_back)).status == 200
    await house.events()
    await asked(story)
    assert (await settled(house))[0] == ["waits"]


async def test_a_centre_of_the_interior_ministry_learns_nothing_of_what_a_receiver_found(house: House) -> None:
    story = await accepted(house, **NAMED)
    path = f"/v1/requests/{story.request_id}"
    before = await house.get(path, HLP)
    await asked(story)
    _, [opened] = await settled(house)
    assert (opened.origin_id, opened.origin_kind) == (COORDINATOR.organization_id, "operator")
    assert (await house.get(path, HLP)).body == before.body
    assert [one["code"] for one in before.body["needs"]] == ["housing.hlp"]
    assert (await house.get(f"/v1/needs/{opened.need_id}", HLP)).status == 404
    seen = (await house.get(path, COORDINATOR)).body["needs"]
    assert [one["code"] for one in seen] == ["housing.hlp", "work.job"]


async def test_any_other_origin_goes_on_with_it(house: House) -> None:
    story = await accepted(house, NGO, **NAMED)
    await asked(story)
    _, [opened] = await settled(house)
    assert (opened.origin_id, opened.origin_kind) == (NGO.organization_id, "nngo")


async def test_a_consent_withdrawn_by_the_centre_ends_what_was_found_under_it_unseen(house: House) -> None:
    story = await accepted(house, **NAMED)
    await asked(story)
    _, [opened] = await settled(house)
    found = Story(house, opened.need_id, story.consent_id, story.request_id, uuid4(), PROVIDER)
    await found.offer()
    await found.accept()
    await house.events()
    taken_back = {"consent_id": str(story.consent_id), "by": "person", "how": "spoken"}
    answer = await house.post("/v1/withdrawals", HLP, taken_back)
    assert [one["need_id"] for one in answer.body["needs"]] == [str(story.need_id)]
    assert {event.need_id for event in await house.events() if isinstance(event, ConsentWithdrawn)} == {story.need_id, opened.need_id}
    assert (await house.get(found.person_path, PROVIDER)).status == 404
    by = "SELECT organization_id FROM consent_revision WHERE act = 'withdrawn'"
    assert await house.scalar(by) == HLP.organization_id


async def test_a_consent_revised_by_the_centre_narrows_what_was_found_under_it(house: House) -> None:
    story = await accepted(house, WLCO, **NAMED)
    await asked(story)
    _, [opened] = await settled(house)
    narrower = consent(needs=["housing", "work.job"], recipients=[str(PROVIDER.organization_id)])
    answer = await house.post(f"/v1/consents/{story.consent_id}/revisions", WLCO, narrower, if_match='"1"')
    assert (answer.status, answer.body["need_ids"]) == (201, [str(story.need_id)])
    assert {event.need_id for event in await house.events() if isinstance(event, NeedConsentChanged)} == {story.need_id, opened.need_id}


@pytest.mark.parametrize("restricted", [False, True])
async def test_what_is_not_brought_by_referral_is_refused_at_once(house: House, restricted: bool) -> None:
    named = {"needs": [need("protection.gbv")], "consent": consent(recipients=[str(CLEARED_PROVIDER.organization_id)])}
    story = await accepted(house, WLCO, CLEARED_PROVIDER, **named) if restricted else await accepted(house, **NAMED)
    onward_id = await asked(story, "work.job" if restricted else "family.resettlement")
    assert await settled(house) == (["refused"], [])
    assert await house.scalar("SELECT reason FROM onward_need WHERE id = :id", id=onward_id) == "not_by_referral"
