"""Consents of people under 18: the child's assent and a safe guardian's word, or a decision by two people in the child's interest."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_contracts.intake_v1 import DecisionAwaited, LawfulBasisUsed, NeedConsentChanged, NeedIdentified
from ihala_intake.contacts import ways_of
from ihala_intake.details import Guardian, PersonDetails
from ihala_intake.minors import Minor, minor, state_of

from tests.intake.actors import CLEARED_PROVIDER, COORDINATOR, HLP, NGO, OFFICER, OTHER_COORDINATOR, PROVIDER, STRANGER, WLCO
from tests.intake.families import phone
from tests.intake.house import House
from tests.intake.protectors import DPO
from tests.intake.samples import consent, need, person, request
from tests.intake.story import Story, accepted, asked

AT = datetime(2026, 11, 22, tzinfo=UTC)
PROTECTOR = COORDINATOR.but(client_id="child-protection-mosul", roles=("child-protection",))
YES: dict[str, Any] = {"agreed": True, "how": "spoken", "relation": "mother"}
DECISION: dict[str, Any] = {"basis": "best_interests", "reason": "لا أحد معه", "recorded_by": "O-1", "categories": ["contact", "identity"]}


def child(age: int = 12, **more: Any) -> dict[str, Any]:
    return person(birth_year=datetime.now(UTC).year - age, **more)


async def of_child(house: House, **said: Any) -> Story:
    """Bring a child's request to the NGO."""
    return await asked(house, NGO, person=child(said.pop("age", 12)), household=None, consent=consent(**said))


async def waiting(house: House, origin: Any = NGO, **changes: Any) -> Story:
    """Bring a child's request that waits for a decision."""
    changes = {"person": child(), "household": None, "consent": consent(assent="given"), **changes}
    return await asked(house, origin, **changes)


def path(story: Story) -> str:
    return f"/v1/consents/{story.consent_id}/decisions"


async def state(house: House, story: Story) -> str:
    return str(await house.scalar("SELECT state || ' ' || basis FROM consent WHERE id = :id", id=story.consent_id))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"assent": "given", "guardian": YES}, "given"),
        ({"assent": "given"}, "awaited"),
        ({"guardian": YES}, "awaited"),
        ({"assent": "refused", "guardian": YES}, "awaited"),
        ({"assent": "given", "guardian": {**YES, "agreed": False}}, "awaited"),
        ({"assent": "too_young", "guardian": YES, "age": 5}, "given"),
        ({"given": False, "categories": [], "assent": "refused"}, "refused"),
    ],
)
async def test_both_the_child_and_a_guardian_agree_or_somebody_decides(house: House, said: dict[str, Any], expected: str) -> None:
    story = await of_child(house, **said)
    assert await state(house, story) == f"{expected} consent"
    announced = await house.scalar("SELECT announced_at IS NOT NULL FROM need WHERE id = :id", id=story.need_id)
    assert announced is (expected == "given")
    assert await house.scalar("SELECT act FROM consent_revision WHERE consent_id = :id", id=story.consent_id) == expected


@pytest.mark.parametrize(
    ("years", "said", "pointer", "code"),
    [
        (35, {"guardian": YES}, "#/consent/guardian", "guardian_of_an_adult"),
        (35, {"assent": "given"}, "#/consent/assent", "assent_of_an_adult"),
        (12, {"assent": "too_young", "guardian": YES}, "#/consent/assent", "old_enough_to_be_asked"),
    ],
)
async def test_nobody_speaks_for_an_adult_and_a_child_is_asked(
    house: House, years: int, said: dict[str, Any], pointer: str, code: str
) -> None:
    body = {"person": child(years), "needs": [need()], "consent": consent(**said)}
    answer = await house.post("/v1/requests", HLP, body)
    [error] = answer.body["errors"]
    assert (answer.status, error["pointer"], error["code"]) == (422, pointer, code)
    assert await house.scalar("SELECT count(*) FROM person") == 0


async def test_whose_decision_is_awaited_is_told_each_day_and_listed(house: House) -> None:
    story = await waiting(house)
    await house.work()
    [told] = await house.events()
    assert isinstance(told, DecisionAwaited)
    assert (told.consent_id, told.need_id) == (story.consent_id, story.need_id)
    await house.later(timedelta(hours=25))
    assert await story.named() == ["DecisionAwaited"]
    listed = await house.get("/v1/consents", COORDINATOR)
    assert [one["consent_id"] for one in listed.body["items"]] == [str(story.consent_id)]
    for actor in (NGO, STRANGER, OTHER_COORDINATOR):
        assert (await house.get("/v1/consents", actor)).body["items"] == []
    await house.post("/v1/withdrawals", NGO, {"consent_id": str(story.consent_id), "by": "person", "how": "spoken"})
    await house.events()
    await house.later(timedelta(hours=25))
    assert await house.events() == []


async def test_a_guardian_who_comes_later_ends_the_waiting(house: House) -> None:
    story = await waiting(house)
    body = consent(assent="given", guardian=YES)
    answer = await house.post(f"/v1/consents/{story.consent_id}/revisions", NGO, body, if_match='"1"')
    assert (answer.status, answer.body["state"], answer.body["basis"]) == (201, "given", "consent")
    [identified] = await house.events()
    assert isinstance(identified, NeedIdentified)
    alone = await house.post(f"/v1/consents/{story.consent_id}/revisions", NGO, consent(assent="given"), if_match='"2"')
    assert (alone.status, alone.slug) == (422, "guardian-needed")


async def test_two_people_decide_in_a_childs_best_interests(house: House) -> None:
    story = await waiting(house)
    proposed = await house.post(path(story), PROTECTOR, DECISION)
    assert (proposed.status, proposed.body["state"]) == (201, "proposed")
    assert await state(house, story) == "awaited consent"
    assert await house.events() == []
    answer = f"{path(story)}/{proposed.body['decision_id']}/answer"
    alone = await house.post(answer, PROTECTOR, {"confirmed": True, "by": "O-1"})
    assert (alone.status, alone.slug) == (403, "second-person-needed")
    confirmed = await house.post(answer, COORDINATOR, {"confirmed": True, "by": "O-2"})
    assert (confirmed.status, confirmed.body["state"], confirmed.body["revision"]) == (200, "confirmed", 2)
    assert await state(house, story) == "given best_interests"
    identified, told = await house.events()
    assert isinstance(identified, NeedIdentified)
    assert isinstance(told, LawfulBasisUsed)
    assert (identified.consent.revision, identified.consent.categories, told.basis) == (2, ["contact", "identity"], "best_interests")
    assert await house.scalar("SELECT act || ' ' || basis FROM consent_revision WHERE revision = 2") == "decided best_interests"
    other = await house.get("/v1/consents?which=other_basis", COORDINATOR)
    assert [one["basis"] for one in other.body["items"]] == ["best_interests"]
    person_id = await house.scalar("SELECT person_id FROM consent")
    held = await house.get(f"/v1/persons/{person_id}/held", DPO)  # which the guardian may ask for
    assert held.body["held"]["consent_revision"][1]["details"] == {"how": "decided", "said_by": "best_interests", "needs": []}


async def test_a_guardian_of_a_child_who_came_of_age_is_no_way_to_an_adult(house: House) -> None:
    mother = {"state": "person", "call_name": "أم علي", "phone": phone("07709999999", safe_to_call=True)}
    until = (house.database.clock.now() + timedelta(days=1000)).isoformat()
    agreed = consent(assent="given", guardian=YES, until=until)
    story = await accepted(house, NGO, person=child(17, guardian=mother, phones=[]), household=None, consent=agreed)
    assert (await house.get(story.person_path, PROVIDER)).body["contact"]["guardian"]["call_name"] == "أم علي"
    await house.later(timedelta(days=2 * 366))
    await house.fresh()
    assert (await house.get(story.person_path, PROVIDER)).body["contact"]["guardian"] is None


@pytest.mark.parametrize(
    ("born", "ways"), [(2012, ["call", "through_origin"]), (2005, ["through_origin"]), (None, ["call", "through_origin"])]
)
def test_through_whom_somebody_is_reached_at_which_age(born: int | None, ways: list[str]) -> None:
    phone = {"number": "+9647709999999", "safe_to_call": True, "safe_to_message": False, "shared": False, "owner": "own"}
    said = {"call_name": "x", "place": "IQG15", "birth_year": born, "guardian": {"state": "person", "call_name": "y", "phone": phone}}
    assert ways_of(PersonDetails.model_validate(said), ["contact"], AT, restricted=False, held_by_origin=False) == ways


async def test_two_officers_of_one_client_are_two_people_and_one_officer_of_two_clients_is_one(house: House) -> None:
    first = PROTECTOR.but(roles=("child-protection", "coordinator"), more={"acting_officer": "o-1"})
    story = await waiting(house)
    proposed = await house.post(path(story), first, DECISION)
    answer = f"{path(story)}/{proposed.body['decision_id']}/answer"
    same = COORDINATOR.but(more={"acting_officer": "o-1"})
    assert (await house.post(answer, same, {"confirmed": True, "by": "x"})).slug == "second-person-needed"
    second = first.but(more={"acting_officer": "o-2"})
    assert (await house.post(answer, second, {"confirmed": True, "by": "x"})).status == 200


async def test_what_is_rejected_changes_nothing_and_another_may_be_proposed(house: House) -> None:
    story = await waiting(house)
    proposed = await house.post(path(story), PROTECTOR, DECISION)
    twice = await house.post(path(story), PROTECTOR, DECISION)
    assert (twice.status, twice.slug) == (409, "nothing-to-decide")
    answer = f"{path(story)}/{proposed.body['decision_id']}/answer"
    assert (await house.post(answer, COORDINATOR, {"confirmed": False, "by": "O-2"})).body["state"] == "rejected"
    assert (await house.post(answer, COORDINATOR, {"confirmed": True, "by": "O-2"})).slug == "nothing-to-decide"
    assert await state(house, story) == "awaited consent"
    assert (await house.post(path(story), PROTECTOR, DECISION)).status == 201
    shown = (await house.get(path(story), COORDINATOR)).body["items"]
    assert [(one["state"], one["reason"]) for one in shown] == [("rejected", "لا أحد معه"), ("proposed", "لا أحد معه")]
    person_id = await house.scalar("SELECT person_id FROM need WHERE id = :id", id=story.need_id)
    assert await house.chain(person_id) == 1


async def test_who_may_decide(house: House) -> None:
    story = await waiting(house)
    for actor in (STRANGER, OTHER_COORDINATOR, NGO):
        one = actor.but(scopes=COORDINATOR.scopes, roles=("child-protection", "coordinator"), cleared=True)
        assert (await house.post(path(story), one, DECISION)).slug == "consent-not-found"
        assert (await house.get(path(story), one)).slug == "consent-not-found"
    for actor in (COORDINATOR, PROTECTOR.but(cleared=False)):
        assert (await house.post(path(story), actor, DECISION)).slug == "role-needed"
    proposed = await house.post(path(story), PROTECTOR, DECISION)
    answer = f"{path(story)}/{proposed.body['decision_id']}/answer"
    for actor in (OFFICER, COORDINATOR.but(cleared=False)):
        assert (await house.post(answer, actor, {"confirmed": True, "by": "x"})).slug == "role-needed"
    unknown = await house.post(f"{path(story)}/{story.need_id}/answer", COORDINATOR, {"confirmed": True, "by": "x"})
    assert (unknown.status, unknown.slug) == (404, "decision-not-found")
    assert await state(house, story) == "awaited consent"


async def test_a_childs_restricted_need_is_decided_for_named_receivers(house: House) -> None:
    story = await waiting(house, WLCO, needs=[need("protection.gbv")])
    body = {**DECISION, "recipients": [str(CLEARED_PROVIDER.organization_id)]}
    proposed = await house.post(path(story), PROTECTOR, body)
    await house.post(f"{path(story)}/{proposed.body['decision_id']}/answer", COORDINATOR, {"confirmed": True, "by": "O-2"})
    [changed] = [event for event in await house.events() if isinstance(event, NeedConsentChanged)]
    assert (changed.consent.given, changed.consent.recipients) == (True, [CLEARED_PROVIDER.organization_id])


async def test_a_child_whom_nobody_safe_stands_for_is_taken_and_triaged_as_restricted(house: House) -> None:
    for guardian in ({"state": "none"}, {"state": "unsafe"}):
        answer = await house.post("/v1/requests", NGO, request(need(), person=child(guardian=guardian), consent=consent(assent="given")))
        [identified] = [event for event in await house.events() if isinstance(event, NeedIdentified)]
        assert (identified.consent.given, identified.need_code, identified.sensitivity) == (False, "protection", "restricted")
        [brought] = answer.body["needs"]
        story = Story(house, UUID(brought["need_id"]), UUID(brought["consent_id"]), answer.body["request_id"], uuid4(), CLEARED_PROVIDER)
        await story.accept()
        assert "DisclosureRefused" in await story.named()
        assert await state(house, story) == "awaited consent"
        assert await house.scalar("SELECT sensitivity FROM need WHERE id = :id", id=story.need_id) == "restricted"
    spoken_for = {"person": child(guardian={"state": "unsafe"}), "needs": [need()], "consent": consent(assent="given", guardian=YES)}
    refused = await house.post("/v1/requests", NGO, spoken_for)
    [error] = refused.body["errors"]
    assert (error["pointer"], error["code"]) == ("#/consent/guardian", "guardian_is_unsafe")


async def test_a_child_whose_birth_nobody_knows_is_a_child(house: House) -> None:
    unknown = person(birth_year=None)
    story = await asked(house, NGO, person=unknown, household=None, consent=consent(assent="given"))
    assert await state(house, story) == "awaited consent"
    as_adult = await house.post(f"/v1/consents/{story.consent_id}/revisions", NGO, consent(), if_match='"1"')
    assert as_adult.body["state"] == "awaited"
    assert (await house.post(path(story), PROTECTOR, DECISION)).status == 201
    other = person(birth_year=None, given_name="سارة")
    both = await asked(house, NGO, person=other, household=None, consent=consent(assent="too_young", guardian=YES))
    assert await state(house, both) == "given consent"
    wider = f"/v1/consents/{both.consent_id}/revisions"
    for n, said, expected in ((1, consent(), (422, "guardian-needed")), (1, consent(assent="too_young", guardian=YES), (201, None))):
        answer = await house.post(wider, NGO, said, if_match=f'"{n}"')  # nobody speaks for a child as if they were an adult
        assert (answer.status, answer.slug if answer.status > 400 else None) == expected
    adult = await asked(house, NGO, person=person(birth_year=None, given_name="ليلى"), household=None)
    assert await state(house, adult) == "given consent"


def details(**more: Any) -> PersonDetails:
    return PersonDetails(call_name="x", **more)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({}, None),
        ({"birth_year": 2007}, None),
        ({"birth_year": 2008}, Minor(17, False)),
        ({"birth_on": date(2008, 11, 22)}, None),
        ({"birth_on": date(2008, 11, 23)}, Minor(17, False)),
        ({"birth_on": date(2008, 7, 1)}, Minor(17, False)),
        ({"birth_year": 2014, "guardian": Guardian(state="person", call_name="x")}, Minor(11, False)),
        ({"birth_year": 2014, "guardian": Guardian(state="none")}, Minor(11, True)),
        ({"birth_year": 2026}, Minor(0, False)),
        ({"guardian": Guardian(state="none")}, Minor(0, True)),
    ],
)
def test_who_counts_as_a_minor(known: dict[str, Any], expected: Minor | None) -> None:
    assert minor(details(**known), AT) == expected


def test_every_combination_of_what_is_said() -> None:
    """Only three of all combinations let a child's need go on without somebody deciding."""
    cases = [
        (age, alone, assent, agreed)
        for age in (5, 12) for alone in (True, False)
        for assent in (None, "given", "refused", "too_young") for agreed in (None, True, False)
    ]  # fmt: skip
    given = {case for case in cases if state_of(True, Minor(case[0], case[1]), case[2], case[3]) == "given"}  # type: ignore[arg-type]
    assert given == {(5, False, "given", True), (5, False, "too_young", True), (12, False, "given", True)}
    assert {state_of(False, Minor(12, False), "given", True), state_of(False, None, None, None)} == {"refused"}
    assert state_of(True, None, None, None) == "given"
