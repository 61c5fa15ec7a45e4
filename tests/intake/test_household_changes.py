"""Who lives together changes: somebody moves in, leaves, or has another role."""

from typing import Any
from uuid import UUID, uuid4

from ihala_contracts.intake_v1 import NeedChanged

from tests.intake.actors import COORDINATOR, HLP, NOTIFY, OFFICER, PROVIDER
from tests.intake.families import brought, household_of, member, opened_to, person_of, told
from tests.intake.house import Answer, House
from tests.intake.samples import consent, need, person, request

SCHOOL = "education.enrolment"
WIFE = "ليلى"


async def joined(house: House, household_id: UUID, body: dict[str, Any], if_match: str = '"1"') -> Answer:
    return await house.post(f"/v1/households/{household_id}/members", OFFICER, body, if_match=if_match)


async def test_somebody_new_moves_in(house: House) -> None:
    needs, household_id = await told(house, member("يوسف", "child", need(SCHOOL)))
    new = {"person": {"call_name": "سارة", "role": "child", "place": "IQG15Q08", "birth_year": 2025}}
    answer = await joined(house, household_id, new)
    assert (answer.status, answer.etag, answer.body["size"], len(answer.body["members"])) == (201, '"2"', 3, 3)
    changed = [event for event in await house.events() if isinstance(event, NeedChanged)]
    assert {str(event.need_id) for event in changed} == set(needs)
    assert {house.unsealed(event.facts)["data"]["household_size"] for event in changed} == {3}
    assert (await joined(house, household_id, new)).slug == "stale"


async def test_somebody_known_moves_in_and_lives_in_one_place(house: House) -> None:
    needs, household_id = await told(house, member("يوسف"))
    alone = await brought(house, request(need(), person=person(call_name="جدة", given_name="حليمة"), household=None), HLP)
    person_id = await person_of(house, alone["needs"][0]["need_id"])
    body = {"person_id": str(person_id), "role": "grandparent"}
    answer = await joined(house, household_id, body)
    assert answer.status == 201
    assert ("جدة", "grandparent") in [(one["call_name"], one["role"]) for one in answer.body["members"]]
    for one in (needs[0], alone["needs"][0]["need_id"]):  # both have the same number: it is nobody's own now
        assert (await house.get(f"/v1/contacts/{one}", NOTIFY)).body["own"] is False
    assert (await joined(house, household_id, body, '"2"')).slug == "in-another-household"
    _, elsewhere = await told(house, member("علي"), person=person(call_name="أم علي", given_name="هدى"))
    assert (await joined(house, elsewhere, body)).slug == "in-another-household"


async def test_a_restricted_files_person_never_moves_in(house: House) -> None:
    needs, household_id = await told(house, member(WIFE, "spouse", need("protection.gbv")))
    apart = await person_of(house, needs[1])
    for actor in (OFFICER, COORDINATOR):
        body = {"person_id": str(apart), "role": "spouse"}
        refused = await house.post(f"/v1/households/{household_id}/members", actor, body, if_match='"1"')
        assert (refused.status, refused.slug) == (404, "person-not-found")


async def test_who_leaves_is_out_of_everybodys_sight(house: House) -> None:
    needs, household_id = await told(
        house, member("أحمد", "spouse", need("work.job"), birth_year=1980), member("يوسف", birth_year=2014),
        consent=consent(categories=["household"]),
    )  # fmt: skip
    mother, father = [await opened_to(house, one) for one in needs]
    leaver = await person_of(house, needs[0])
    path = f"/v1/households/{household_id}/members/{leaver}/departure"
    answer = await house.post(path, OFFICER, {"reason": "safety"}, if_match='"1"')
    assert (answer.status, answer.etag, answer.body["size"]) == (200, '"2"', 2)
    assert str(leaver) not in str(answer.body)
    assert (await house.get(mother, PROVIDER)).body["household"] is None
    assert (await house.get(father, PROVIDER)).status == 200
    found = (await house.get(f"/v1/persons/{leaver}", OFFICER)).body
    assert (found["household_id"], found["role"], found["household_size"]) == (None, None, None)
    assert await house.scalar("SELECT count(*) FROM case_file WHERE household_id IS NOT NULL AND person_id = :id", id=leaver) == 0
    assert await house.scalar("SELECT count(*) FROM disclosure WHERE household_id IS NOT NULL AND person_id = :id", id=leaver) == 0
    assert await house.scalar("SELECT left_reason FROM household_member WHERE person_id = :id", id=leaver) == "safety"
    assert (await house.post(path, OFFICER, {"reason": "safety"}, if_match='"2"')).slug == "household-not-found"
    assert (await joined(house, household_id, {"person_id": str(leaver), "role": "spouse"}, '"2"')).status == 201


async def test_nobody_writes_to_who_died(house: House) -> None:
    needs, household_id = await told(house, member("أحمد", "spouse", need("work.job"), birth_year=1980))
    [_, his] = needs
    path = f"/v1/households/{household_id}/members/{await person_of(house, his)}/departure"
    assert (await house.post(path, OFFICER, {"reason": "died"}, if_match='"1"')).status == 200
    refused = await house.get(f"/v1/contacts/{his}", NOTIFY)
    assert (refused.status, refused.slug) == (409, "messages-stopped")
    assert (await house.get(f"/v1/contacts/{needs[0]}", NOTIFY)).status == 200


async def test_a_role_is_kept_right(house: House) -> None:
    needs, household_id = await told(house, member("أحمد", "sibling", need("work.job")))
    person_id = await person_of(house, needs[1])
    path = f"/v1/households/{household_id}/members/{person_id}"
    answer = await house.call("PATCH", path, OFFICER, {"role": "spouse"}, if_match='"1"')
    assert (answer.status, answer.etag) == (200, '"2"')
    assert [one["role"] for one in answer.body["members"] if one["person_id"] == str(person_id)] == ["spouse"]
    assert [str(event.key) for event in await house.events()] == [needs[1]]
    assert (await house.call("PATCH", path, OFFICER, {"role": "spouse"}, if_match='"1"')).slug == "stale"
    strangers = f"/v1/households/{household_id}/members/{uuid4()}"
    assert (await house.call("PATCH", strangers, OFFICER, {"role": "spouse"}, if_match='"2"')).slug == "household-not-found"


async def test_refusals_of_a_joining(house: House) -> None:
    _, household_id = await told(house, *[member(f"طفل {n}") for n in range(59)])
    baby = {"call_name": "سارة", "role": "child", "place": "IQG15"}
    for body, slug in (
        ({"person": baby}, "household-too-large"),
        ({}, "malformed-request"),
        ({"person_id": str(uuid4())}, "malformed-request"),
        ({"person_id": str(uuid4()), "role": "child"}, "person-not-found"),
        ({"person": baby, "person_id": str(uuid4()), "role": "child"}, "malformed-request"),
    ):
        assert (await joined(house, household_id, body)).slug == slug, body
    _, small = await told(house, member("x"), person=person(call_name="y", given_name="هدى"))
    assert (await joined(house, small, {"person": baby | {"place": "SY01"}})).slug == "unknown-place"
    assert (await joined(house, small, {"person": baby | {"guardian": {"state": "unsafe"}}})).slug == "filed-apart"
    counted = request(need(), person=person(call_name="z", given_name="ندى"), household={"size": 60, "members": [member("x")]})
    third = (await brought(house, counted))["needs"][0]["need_id"]  # whom a household only counted live there, too
    assert (await joined(house, await household_of(house, await person_of(house, third)), {"person": baby})).slug == "household-too-large"
    assert await house.scalar("SELECT count(*) FROM household_member") == 64
