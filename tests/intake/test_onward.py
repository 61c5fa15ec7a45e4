"""A receiver asks that another need be opened: where the consent names it at once, else the office asks the person first."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_contracts.intake_v1 import NeedIdentified, OnwardNeedSettled
from ihala_contracts.referral_v1 import OnwardNeedAsked

from tests.intake.actors import COORDINATOR, HLP, OTHER_COORDINATOR, PROVIDER
from tests.intake.house import Answer, House
from tests.intake.samples import consent
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
