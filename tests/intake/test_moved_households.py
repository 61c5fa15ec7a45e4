"""When one of a household goes to another operator: nobody else's file goes along, and both sides have a household they may see."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_contracts.intake_v1 import NeedChanged

from tests.intake.actors import COORDINATOR, HLP, OFFICER, SECOND_PROVIDER, Actor
from tests.intake.casework import NOOR, done, finished
from tests.intake.families import family, household_of, member, phone
from tests.intake.house import House
from tests.intake.samples import consent, need
from tests.intake.story import Story, served
from tests.intake.test_hand_overs import ERBIL, answered, neighbour, offered

HUSBAND = member("أبو يوسف", "spouse", need("work.training"), birth_year=1985, phones=[phone("07705550001")])
SON = member("يوسف", "child", birth_year=2016, phones=[phone("07705550002")])
GRANDMOTHER = member("أم أحمد", "parent", birth_year=1950)


async def lived(house: House, origin: Actor = OFFICER, *others: dict[str, Any]) -> dict[str, Any]:
    """Bring a mother with these; return the answer, with `cases` by code of the need."""
    answer = await house.post("/v1/requests", origin, family(*(others or (HUSBAND, SON, GRANDMOTHER))))
    assert answer.status == 202, answer.body
    await house.events()
    made: dict[str, Any] = answer.body
    made["cases"] = {
        one["code"]: str(await house.scalar("SELECT case_id FROM need WHERE id = :id", id=one["need_id"])) for one in made["needs"]
    }
    made["people"] = {
        one["code"]: await house.scalar("SELECT person_id FROM need WHERE id = :id", id=one["need_id"]) for one in made["needs"]
    }
    return made


async def went(house: House, case_id: str, **changes: Any) -> str:
    """Hand a case over; return the case at the other operator."""
    answer = await answered(house, await offered(house, case_id, **changes), "acceptance")
    assert answer.status == 200, answer.body
    return str(answer.body["case_id"])


async def shown(house: House, household_id: UUID, actor: Actor) -> dict[str, str | None]:
    answer = await house.get(f"/v1/households/{household_id}", actor)
    assert answer.status == 200, answer.body
    assert answer.body["size"] == 4
    return {one["call_name"]: one["role"] for one in answer.body["members"]}


@pytest.mark.parametrize("husbands", ["open", "closed"])
async def test_both_operators_keep_a_household_of_those_they_may_see(house: House, husbands: str) -> None:
    await neighbour(house)
    made = await lived(house)
    mother, husband = made["people"]["housing.hlp"], made["people"]["work.training"]
    before = await household_of(house, mother)
    if husbands == "closed":
        await finished(house, made["cases"]["work.training"])
        await done(house, made["cases"]["work.training"], "closure", NOOR, {"reason": "goals_reached", "recorded_by": "x"})
    await went(house, made["cases"]["housing.hlp"])
    there = await household_of(house, mother)
    assert there != before
    assert await shown(house, before, COORDINATOR) == {"أبو يوسف": "spouse", "يوسف": "child", "أم أحمد": "parent"}
    assert await shown(house, there, ERBIL) == {"أم يوسف": None, "يوسف": "child"}
    for actor, theirs, others in ((COORDINATOR, (husband, before), (mother, there)), (ERBIL, (mother, there), (husband, before))):
        assert (await house.get(f"/v1/persons/{theirs[0]}", actor)).body["household_id"] == str(theirs[1])
        assert (await house.get(f"/v1/persons/{others[0]}", actor)).status == 404
        assert (await house.get(f"/v1/households/{others[1]}", actor)).status == 404
    for code, household_id in (("housing.hlp", there), ("work.training", before)):
        assert await house.scalar("SELECT household_id FROM case_file WHERE id = :id", id=made["cases"][code]) == household_id
    changed = [event.need_id for event in await house.events() if isinstance(event, NeedChanged)]
    assert [str(one) for one in changed] == [one["need_id"] for one in made["needs"] if one["code"] == "housing.hlp"]


async def test_a_child_is_known_there_as_the_household_knows_it_and_no_more(house: House) -> None:
    await neighbour(house)
    made = await lived(house)
    await went(house, made["cases"]["housing.hlp"])
    there = await household_of(house, made["people"]["housing.hlp"])
    child = await house.scalar("SELECT id FROM person WHERE household_id = :id ORDER BY made_at DESC LIMIT 1", id=there)
    seen = (await house.get(f"/v1/persons/{child}", ERBIL)).body
    assert (seen["identity"]["call_name"], seen["identity"]["birth_year"], seen["contact"]["phones"]) == ("يوسف", 2016, [])
    assert await house.scalar("SELECT count(*) FROM person_mark WHERE person_id = :id AND kind = 'phone'", id=child) == 0
    keys = await house.scalar("SELECT count(DISTINCT key_id) FROM person WHERE household_id IS NOT NULL")
    assert keys == await house.scalar("SELECT count(*) FROM person") == 5


async def test_what_a_child_needs_takes_no_brother_along(house: House) -> None:
    await neighbour(house)
    girl = member("حليمة", "child", need("education.enrolment"), birth_year=2012, guardian={"state": "person", "call_name": "أم يوسف"})
    made = await lived(house, OFFICER, girl, SON, GRANDMOTHER)
    await went(house, made["cases"]["education.enrolment"])
    there = await household_of(house, made["people"]["education.enrolment"])
    assert await shown(house, there, ERBIL) == {"حليمة": "child"}


async def test_both_households_go_on(house: House) -> None:
    await neighbour(house)
    made = await lived(house)
    before = await household_of(house, made["people"]["housing.hlp"])
    await went(house, made["cases"]["housing.hlp"])
    there = await household_of(house, made["people"]["housing.hlp"])
    for household_id, actor, husband in ((before, COORDINATOR, "أبو يوسف"), (there, ERBIL, None)):
        path = f"/v1/households/{household_id}"
        known = await house.get(path, actor)
        new = {"person": {"call_name": "زهراء", "role": "child", "place": "IQG15"}}
        joined = await house.post(f"{path}/members", actor, new, if_match=known.etag)
        assert joined.status == 201, joined.body
        assert joined.body["size"] == 5
        assert (husband in {one["call_name"] for one in joined.body["members"]}) == (husband is not None)
    await went(house, made["cases"]["work.training"])  # he comes after, with all who are left
    assert (await house.get(f"/v1/households/{before}", COORDINATOR)).status == 404
    assert len((await house.get(f"/v1/households/{before}", ERBIL)).body["members"]) == 4


async def test_without_history_the_household_stays_whole(house: House) -> None:
    await neighbour(house)
    made = await lived(house, HLP)
    before = await household_of(house, made["people"]["housing.hlp"])
    await went(house, made["cases"]["housing.hlp"], with_history=False)
    assert len(await shown(house, before, COORDINATOR)) == 4


async def test_receivers_of_either_read_of_nobody_whom_another_operator_has(house: House) -> None:
    await neighbour(house)
    shares = {"consent": consent(categories=["household"], recorded_by="x")}
    husband = HUSBAND | shares
    story = await served(house, OFFICER, **shares, needs=[need()], household={"members": [husband, SON, GRANDMOTHER]})
    his_need = await house.scalar("SELECT id FROM need WHERE code = 'work.training'")
    his = Story(house, his_need, story.consent_id, story.request_id, uuid4(), SECOND_PROVIDER)
    for step in (his.offer, his.accept):
        await step()

    async def roles(one: Story) -> list[str | None]:
        seen = (await house.get(one.person_path, one.provider)).body
        return sorted(str(member["role"]) for member in seen["household"]["members"])

    assert (await roles(story), await roles(his)) == (["child", "parent", "spouse"], ["None", "child", "parent"])
    await went(house, str(await house.scalar("SELECT case_id FROM need WHERE id = :id", id=story.need_id)))
    assert (await roles(story), await roles(his)) == (["child"], ["child", "parent"])
