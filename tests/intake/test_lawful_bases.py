"""Vital interest: what is passed on to save a life although nobody agreed, and where even that is not done."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from ihala_contracts.intake_v1 import DisclosureOpened, LawfulBasisUsed
from ihala_intake.decision_rules import refused

from tests.intake.actors import COORDINATOR, NGO, OFFICER, PROVIDER, WLCO
from tests.intake.house import House
from tests.intake.samples import consent, need
from tests.intake.story import Story, accepted, asked

REFUSED = consent(given=False, categories=[])
DECISION: dict[str, Any] = {"basis": "vital_interest", "reason": "فاقد الوعي", "recorded_by": "O-1", "categories": ["identity"]}
CONFIRMED = {"confirmed": True, "by": "O-2"}


def path(story: Story) -> str:
    return f"/v1/consents/{story.consent_id}/decisions"


async def decided(house: House, story: Story, **changes: Any) -> Any:
    proposed = await house.post(path(story), OFFICER, DECISION | changes)
    assert proposed.status == 201, proposed.body
    return await house.post(f"{path(story)}/{proposed.body['decision_id']}/answer", COORDINATOR, CONFIRMED)


async def test_a_life_is_saved_with_a_reason_a_second_person_and_the_officer_told(house: House) -> None:
    story = await asked(house, NGO, needs=[need("health.medical", "emergency")], consent=REFUSED)
    assert (await decided(house, story)).status == 200
    [told] = [event for event in await house.events() if isinstance(event, LawfulBasisUsed)]
    assert (told.need_id, told.basis, told.revision) == (story.need_id, "vital_interest", 2)
    until = await house.scalar("SELECT until FROM consent")
    assert timedelta(days=29) < until - datetime.now(UTC) < timedelta(days=31)
    assert await house.scalar("SELECT string_agg(act || ' ' || basis, ', ' ORDER BY revision) FROM consent_revision") == (
        "refused consent, decided vital_interest"
    )
    await story.offer()
    await story.accept()
    [opened] = [event for event in await house.events() if isinstance(event, DisclosureOpened)]
    assert opened.categories == ["identity"]
    answer = (await house.get(story.person_path, PROVIDER)).body
    assert (answer["revision"], answer["identity"] is not None, answer["contact"]) == (2, True, None)


async def test_a_survivors_refusal_is_never_overridden(house: House) -> None:
    story = await asked(house, WLCO, needs=[need("protection.gbv")], consent=REFUSED)
    for decision in (DECISION, DECISION | {"basis": "best_interests"}):
        answer = await house.post(path(story), COORDINATOR.but(roles=("officer", "child-protection")), decision)
        assert (answer.status, answer.slug) == (409, "refusal-stands")
    assert await house.scalar("SELECT count(*) FROM consent_decision") == 0


async def test_best_interests_are_a_childs_alone(house: House) -> None:
    story = await asked(house, NGO, consent=REFUSED)
    protector = COORDINATOR.but(roles=("child-protection",))
    assert (await house.post(path(story), protector, DECISION | {"basis": "best_interests"})).slug == "refusal-stands"


async def test_where_the_persons_word_holds_nothing_is_decided(house: House) -> None:
    story = await accepted(house, NGO)
    assert (await house.post(path(story), OFFICER, DECISION)).slug == "nothing-to-decide"
    await house.post("/v1/withdrawals", NGO, {"consent_id": str(story.consent_id), "by": "person", "how": "spoken"})
    assert (await house.post(path(story), OFFICER, DECISION)).slug == "consent-ended"


async def test_what_was_decided_and_ran_out_may_be_decided_anew(house: House) -> None:
    story = await asked(house, NGO, consent=REFUSED)
    await decided(house, story)
    await story.offer()
    await story.accept()
    assert (await house.post(path(story), OFFICER, DECISION)).slug == "nothing-to-decide"
    await house.later(timedelta(days=31))
    await house.fresh()
    assert (await house.get(story.person_path, PROVIDER)).status == 404
    assert (await decided(house, story)).status == 200
    answer = await house.get(story.person_path, PROVIDER)
    assert (answer.status, answer.body["revision"]) == (200, 3)


async def test_what_was_decided_ends_by_the_persons_word(house: House) -> None:
    story = await asked(house, NGO, consent=REFUSED)
    await decided(house, story)
    await story.offer()
    await story.accept()
    taken = await house.post("/v1/withdrawals", NGO, {"consent_id": str(story.consent_id), "by": "person", "how": "spoken"})
    assert (taken.status, taken.body["disclosures_closed"]) == (200, 1)
    assert (await house.get(story.person_path, PROVIDER)).status == 404


async def test_one_who_agrees_after_a_decision_speaks_for_herself_again(house: House) -> None:
    story = await asked(house, NGO, consent=REFUSED)
    await decided(house, story)
    answer = await house.post(f"/v1/consents/{story.consent_id}/revisions", NGO, consent(), if_match='"2"')
    assert (answer.body["basis"], answer.body["revision"]) == ("consent", 3)
    assert (await house.get("/v1/consents?which=other_basis", COORDINATOR)).body["items"] == []


async def test_the_person_may_agree_while_the_second_one_is_looked_for(house: House) -> None:
    story = await asked(house, NGO, consent=REFUSED)
    proposed = await house.post(path(story), OFFICER, DECISION)
    await house.post(f"/v1/consents/{story.consent_id}/revisions", NGO, consent(), if_match='"1"')
    late = await house.post(f"{path(story)}/{proposed.body['decision_id']}/answer", COORDINATOR, CONFIRMED)
    assert (late.status, late.slug) == (409, "nothing-to-decide")
    assert await house.scalar("SELECT basis FROM consent") == "consent"


@pytest.mark.parametrize(
    "changes", [{"reason": " "}, {"categories": []}, {"basis": "public_interest"}, {"until": "2020-01-01"}, {"until": "2099-01-01"}]
)
async def test_malformed_decisions(house: House, changes: dict[str, Any]) -> None:
    story = await asked(house, NGO, consent=REFUSED)
    assert (await house.post(path(story), OFFICER, DECISION | changes)).slug == "malformed-request"


async def test_the_reason_lies_sealed_and_the_chain_holds(house: House) -> None:
    story = await asked(house, NGO, consent=REFUSED)
    await decided(house, story)
    stored = await house.scalar("SELECT details FROM consent_decision")
    assert "فاقد".encode() not in stored
    from ihala_intake import ledger
    from ihala_kit.auth import Caller

    async with house.database.transaction(Caller.system("test")) as tx:
        assert await ledger.check_revisions(tx, story.consent_id) == 2


@pytest.mark.parametrize("ran_out", [False, True])
def test_all_decisions_that_may_be_taken(ran_out: bool) -> None:
    """Of all combinations: a child's consent by best interests, and vital interest where no adult refused something restricted."""
    over = {"withdrawn"} if ran_out else {"given", "withdrawn"}
    open_to = {
        (basis, state, of_minor, restricted)
        for basis, state, of_minor, restricted in product(
            ("best_interests", "vital_interest"), ("given", "refused", "withdrawn", "awaited"), (True, False), (True, False)
        )
        if refused(basis, state, ran_out=ran_out, of_minor=of_minor, restricted=restricted) is None  # type: ignore[arg-type]
    }
    assert {one for one in open_to if one[1] in over} == set()
    assert {one for one in open_to if not one[2] and (one[3] or one[0] == "best_interests")} == set()
    assert {one[2:] for one in open_to if one[0] == "best_interests"} == {(True, True), (True, False)}
    assert {one[2:] for one in open_to if one[0] == "vital_interest"} == {(True, False), (False, False)}
