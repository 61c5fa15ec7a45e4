"""Families: each member with needs and a consent of their own, and nothing of one that another's office, receiver or file could show."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from ihala_contracts.intake_v1 import CaseOpened, NeedChanged, NeedIdentified, Sensitivity
from ihala_contracts.referral_v1 import ReferralAccepted

from tests.intake.actors import COORDINATOR, HLP, NGO, NOTIFY, OFFICER, OTHER_COORDINATOR, PROVIDER, STRANGER, WLCO
from tests.intake.families import GUARDIAN_PHONE, MOTHER_PHONE, SON_PHONE, brought, family, household_of, member, person_of, phone
from tests.intake.house import Answer, House
from tests.intake.samples import OFFICER_NAME, consent, need, person, referral_event, request

SCHOOL, WIFE = "education.enrolment", "ليلى"


async def told(house: House, *members: dict[str, Any], **changes: Any) -> tuple[list[str], UUID]:
    """Bring a mother with these members; return all needs in the order of the family, and the household."""
    made = await brought(house, family(*members, **changes))
    needs = [one["need_id"] for one in made["needs"]]
    return needs, await household_of(house, await person_of(house, needs[0]))


async def opened_to(house: House, need_id: str) -> str:
    """Let the provider accept a referral of this need; return where it reads."""
    referral_id = uuid4()
    await house.deliver(referral_event(ReferralAccepted, UUID(need_id), referral_id))
    await house.events()
    return f"/v1/disclosures/{referral_id}"


async def test_each_member_with_a_need_has_a_file_a_key_and_a_consent_of_their_own(house: House) -> None:
    body = family(member("يوسف", "child", need(SCHOOL)), member("مريم", "child", need(SCHOOL)), member("أحمد", "spouse"))
    answer = await house.post("/v1/requests", NGO, body)
    assert (answer.status, len(answer.body["case_ids"])) == (202, 3)
    assert [one["code"] for one in answer.body["needs"]] == ["housing.hlp", SCHOOL, SCHOOL]
    assert len({one["consent_id"] for one in answer.body["needs"]}) == 3
    assert await house.scalar("SELECT count(DISTINCT person_id) FROM need") == 3
    assert await house.scalar("SELECT count(DISTINCT key_id) FROM need") == 3
    assert await house.scalar("SELECT count(*) FROM person WHERE household_id IS NOT NULL") == 4
    assert await house.scalar("SELECT count(*) FROM household_member WHERE left_at IS NULL") == 4
    events = await house.events()
    assert [type(event) for event in events].count(CaseOpened) == 3
    facts = [house.unsealed(event.facts)["data"] for event in events if isinstance(event, NeedIdentified)]
    assert [one["household_size"] for one in facts] == [4, 4, 4]
    assert [one["sex"] for one in facts] == ["female", None, None]  # the mother's facts are hers


async def test_somebody_may_ask_for_a_member_alone(house: House) -> None:
    body = family(member("يوسف", "child", need(SCHOOL))) | {"needs": [], "consent": None}
    answer = await house.post("/v1/requests", NGO, body)
    assert (answer.status, len(answer.body["case_ids"]), len(answer.body["needs"])) == (202, 1, 1)
    assert await house.scalar("SELECT count(*) FROM person WHERE household_id IS NOT NULL") == 2


async def test_nobody_agrees_for_another(house: House) -> None:
    without = family(member("يوسف", "child", need(SCHOOL)) | {"consent": None})
    for body, slug, pointer in (
        (without, "consent-missing", "#/household/members/0/consent"),
        (family(member("x"), member("y", "spouse", need(), place="SY01")), "unknown-place", "#/household/members/1/place"),
        (family(member("y", "spouse", need("housing.palace"))), "unknown-need-code", "#/household/members/0/needs/0/code"),
        (family(member("y", consent=consent())), "malformed-request", "#/household/members/0/needs"),
        (family(member("y", guardian={"state": "none"})), "malformed-request", "#/household/members/0/needs"),
        (family(member("y", "leader")), "malformed-request", "#/household/members/0/role"),
        (family(*[member(f"x{n}") for n in range(60)]), "malformed-request", "#/household/members"),
    ):
        answer = await house.post("/v1/requests", NGO, body)
        assert (answer.status, answer.slug) == (422, slug), pointer
        assert pointer in (answer.body.get("pointer"), *(one["pointer"] for one in answer.body.get("errors", [])))
    assert await house.scalar("SELECT count(*) FROM person") == 0
    assert await house.events() == []


async def test_a_household_of_ten_thousand_is_refused(house: House) -> None:
    answer = await house.post("/v1/requests", NGO, family(*[{"call_name": "x", "role": "child"} for _ in range(10_000)]))
    assert (answer.status, answer.slug) == (422, "malformed-request")
    assert answer.body["errors"][0]["pointer"] == "#/household/members"
    assert await house.scalar("SELECT count(*) FROM data_key") == 0


async def test_a_refusal_of_one_touches_no_other(house: House) -> None:
    spouse = member("أحمد", "spouse", need("work.job")) | {"consent": consent(given=False, categories=[])}
    made = await house.post("/v1/requests", NGO, family(spouse))
    identified = [event for event in await house.events() if isinstance(event, NeedIdentified)]
    assert [str(event.need_id) for event in identified] == [made.body["needs"][0]["need_id"]]


async def test_a_withdrawal_of_one_touches_no_other(house: House) -> None:
    needs, _ = await told(house, member("أحمد", "spouse", need("work.job")))
    paths = [await opened_to(house, one) for one in needs]
    consent_id = await house.scalar("SELECT consent_id FROM need WHERE id = :id", id=needs[0])
    assert (await house.post("/v1/withdrawals", NGO, {"consent_id": str(consent_id), "by": "person", "how": "spoken"})).status == 200
    assert [(await house.get(path, PROVIDER)).status for path in paths] == [404, 200]


async def test_a_restricted_need_of_a_member_stands_outside_the_household(house: House) -> None:
    wife = member(WIFE, "spouse", need("protection.gbv"), phones=[phone(SON_PHONE)])
    needs, household_id = await told(house, wife)
    apart = await person_of(house, needs[1])
    assert await household_of(house, apart) is None
    assert await house.scalar("SELECT count(*) FROM case_file WHERE household_id IS NULL AND sensitivity = 'restricted'") == 1
    assert await house.scalar("SELECT count(*) FROM household_member WHERE person_id = :id", id=apart) == 0
    assert await house.scalar("SELECT count(*) FROM person_mark WHERE person_id = :id", id=apart) == 0
    seen = (await house.get(f"/v1/households/{household_id}", OFFICER)).body
    assert [one["call_name"] for one in seen["members"]] == ["أم يوسف", WIFE]
    assert str(apart) not in str(seen)
    shown = await house.get(f"/v1/persons/{apart}", COORDINATOR)
    assert (shown.body["role"], shown.body["household_size"], shown.body["identity"]["call_name"]) == (None, None, WIFE)
    [in_household] = [one["person_id"] for one in seen["members"] if one["call_name"] == WIFE]
    ordinary = await house.get(f"/v1/persons/{in_household}", OFFICER)
    assert ordinary.status == 200
    assert "gbv" not in str(ordinary.body)


async def test_a_household_is_not_made_for_somebody_whose_every_need_is_restricted(house: House) -> None:
    await brought(house, request(need("protection.gbv"), household={"members": [member("أحمد", "spouse")]}), WLCO)
    assert await house.scalar("SELECT count(*) FROM household") == 0
    assert await house.scalar("SELECT count(*) FROM person") == 1


async def test_the_household_of_a_members_need_does_not_know_the_restricted_asker(house: House) -> None:
    body = request(need("protection.gbv"), household={"members": [member("يوسف", "child", need(SCHOOL))]})
    made = await brought(house, body, WLCO)
    asker, child = [await person_of(house, one["need_id"]) for one in made["needs"]]
    assert await household_of(house, asker) is None
    seen = (await house.get(f"/v1/households/{await household_of(house, child)}", OFFICER)).body
    assert [one["call_name"] for one in seen["members"]] == ["يوسف"]


async def test_all_that_concerns_a_child_without_a_safe_guardian_is_restricted(house: House) -> None:
    for state in ("none", "unsafe"):
        child = member("يوسف", "child", need(SCHOOL), birth_year=2015, guardian={"state": state})
        needs, household_id = await told(house, child, person=person(call_name=state))
        assert await house.scalar("SELECT sensitivity || ' ' || code FROM need WHERE id = :id", id=needs[1]) == "restricted protection"
        seen = (await house.get(f"/v1/households/{household_id}", OFFICER)).body
        [in_household] = [one["person_id"] for one in seen["members"] if one["call_name"] == "يوسف"]
        ordinary = (await house.get(f"/v1/persons/{in_household}", OFFICER)).body
        assert ordinary["contact"]["guardian"] is None  # that the guardian is unsafe stands in the child's own file alone
        apart = (await house.get(f"/v1/persons/{await person_of(house, needs[1])}", COORDINATOR)).body
        assert apart["contact"]["guardian"]["state"] == state


async def test_an_unaccompanied_child_is_taken(house: House) -> None:
    child = person(call_name="طفل", birth_year=2014, guardian={"state": "none"}, phones=[])
    made = await house.post("/v1/requests", NGO, request(need("basic.food"), person=child, household=None))
    assert (made.status, made.body["needs"][0]["code"]) == (202, "basic.food")
    [opened, *_] = await house.events()
    assert isinstance(opened, CaseOpened)
    assert opened.sensitivity is Sensitivity.RESTRICTED
    assert await house.scalar("SELECT code || ' ' || sensitivity || ' ' || state FROM need") == "protection restricted open"


async def test_a_receiver_learns_of_the_other_adults_no_name(house: House) -> None:
    needs, _ = await told(
        house, member("أحمد", "spouse", birth_year=1980), member("يوسف", birth_year=2014), member("عمر", "sibling"),
        consent=consent(categories=["household"]),
    )  # fmt: skip
    seen = (await house.get(await opened_to(house, needs[0]), PROVIDER)).body["household"]["members"]
    assert [(one["role"], one["call_name"]) for one in seen] == [("spouse", None), ("child", "يوسف"), ("sibling", None)]
    assert await house.scalar("SELECT count(*) FROM access_log WHERE what = 'household'") == 3


async def test_the_receiver_of_one_need_reads_nothing_of_another_members(house: House) -> None:
    needs, _ = await told(
        house, member("يوسف", "child", need(SCHOOL, note="ملاحظة الابن"), phones=[phone(SON_PHONE)], birth_year=2014),
        person=person(phones=[phone(MOTHER_PHONE)]), consent=consent(categories=["identity", "contact", "household", "needs"]),
    )  # fmt: skip
    answer = str((await house.get(await opened_to(house, needs[0]), PROVIDER)).body)
    assert MOTHER_PHONE[1:] in answer
    assert [secret for secret in (SON_PHONE[1:], "ملاحظة الابن", SCHOOL) if secret in answer] == []


async def test_nobody_is_reached_through_the_head_of_the_household(house: House) -> None:
    needs, _ = await told(house, member("أحمد", "parent", need("health.medical")), person=person(phones=[phone(MOTHER_PHONE)], role="head"))
    mother, father = [(await house.get(f"/v1/contacts/{one}", NOTIFY)).body for one in needs]
    assert (mother["channel"], mother["own"]) == ("sms", True)
    assert (father["channel"], father["number"]) == ("slip", None)


async def test_a_phone_that_two_name_is_nobodys_own(house: House) -> None:
    needs, _ = await told(house, member("أحمد", "spouse", need("work.job"), phones=[phone(MOTHER_PHONE)]),
                          person=person(phones=[phone(MOTHER_PHONE)]))  # fmt: skip
    for one in needs:
        assert (await house.get(f"/v1/contacts/{one}", NOTIFY)).body["own"] is False


async def test_a_phone_that_a_member_names_later_is_nobodys_own_either(house: House) -> None:
    needs, _ = await told(house, member("أحمد", "spouse", need("work.job")), person=person(phones=[phone(MOTHER_PHONE)]))
    path = f"/v1/persons/{await person_of(house, needs[1])}"
    answer = await house.call("PATCH", path, OFFICER, {"phones": [phone(MOTHER_PHONE), phone(SON_PHONE)]}, if_match='"1"')
    assert [(one["shared"], one["owner"]) for one in answer.body["contact"]["phones"]] == [(True, "shared"), (False, "own")]


async def test_a_child_is_reached_through_a_guardian_and_never_with_a_full_text(house: House) -> None:
    guardian = {"state": "person", "call_name": "جدته", "relation": "grandmother", "phone": phone(GUARDIAN_PHONE)}
    needs, _ = await told(house, member("يوسف", "child", need(SCHOOL), birth_year=2014, guardian=guardian))
    found = (await house.get(f"/v1/contacts/{needs[1]}", NOTIFY)).body
    assert (found["number"], found["own"]) == (f"+964{GUARDIAN_PHONE[1:]}", False)


async def test_a_household_says_who_lives_there_and_nothing_else(house: House) -> None:
    needs, household_id = await told(house, member("أحمد", "spouse", need("work.job"), phones=[phone(SON_PHONE)], birth_year=1980))
    answer = await house.get(f"/v1/households/{household_id}", OFFICER)
    assert (answer.status, answer.etag, answer.body["size"]) == (200, '"1"', 2)
    assert {key for one in answer.body["members"] for key in one} == {"person_id", "call_name", "role", "sex", "birth_year"}
    assert [await house.chain(await person_of(house, one)) for one in needs] == [1, 1]
    for actor in (NGO, HLP, STRANGER, PROVIDER, OTHER_COORDINATOR):
        assert (await house.get(f"/v1/households/{household_id}", actor.but(scopes=COORDINATOR.scopes))).slug == "household-not-found"


# Who lives together changes


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
    _, household_id = await told(house, member("يوسف"))
    alone = await brought(house, request(need(), person=person(call_name="جدة", given_name="حليمة"), household=None), HLP)
    person_id = await person_of(house, alone["needs"][0]["need_id"])
    body = {"person_id": str(person_id), "role": "grandparent"}
    answer = await joined(house, household_id, body)
    assert answer.status == 201
    assert ("جدة", "grandparent") in [(one["call_name"], one["role"]) for one in answer.body["members"]]
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
    assert await house.scalar("SELECT count(*) FROM household_member") == 62


async def test_the_same_family_told_again_is_the_known_one(house: House) -> None:
    first, household_id = await told(house, member("يوسف", "child", birth_year=2014))
    again, same = await told(house, member("يوسف", "child", need(SCHOOL), birth_year=2014), member("سارة"))
    assert same == household_id
    assert await house.scalar("SELECT count(*) FROM person") == 3
    assert len({await household_of(house, await person_of(house, one)) for one in (*first, *again)}) == 1


async def test_what_a_member_waits_for_is_not_asked_twice(house: House) -> None:
    children = (member("يوسف", "child", need(SCHOOL)), member("مريم", "child", need(SCHOOL)))
    first, _ = await told(house, *children)
    again, _ = await told(house, *children)
    assert again == first
    third, _ = await told(house, *children, member("سارة", "child", need(SCHOOL)))
    assert third[:3] == first
    assert await house.scalar("SELECT count(*) FROM need") == 4
    assert await house.scalar("SELECT count(*) FROM case_file") == 4
    fourth, _ = await told(house, member("يوسف", "child", need("education.support")))
    case = "SELECT case_id FROM need WHERE id = :id"
    assert await house.scalar(case, id=fourth[1]) == await house.scalar(case, id=first[1])


async def test_twins_are_two(house: House) -> None:
    twins = [member("محمد", "child", need(SCHOOL), birth_year=2000) for _ in range(2)]
    first, household_id = await told(house, *twins)
    again, _ = await told(house, *twins)
    assert (again, len(set(first))) == (first, 3)
    assert await house.scalar("SELECT count(*) FROM person WHERE household_id = :id", id=household_id) == 3


async def test_a_member_who_needs_something_is_followed_up_apart(house: House) -> None:
    needs, _ = await told(house, member("أحمد", "spouse", need("work.job"), language_written="ckb"))
    await house.later(timedelta(days=1))
    found = [(await house.get(f"/v1/needs/{one}", OFFICER)).body for one in needs]
    assert len({one["case_id"] for one in found}) == 2
    person_seen = (await house.get(f"/v1/needs/{needs[1]}/person", OFFICER)).body
    assert (person_seen["identity"]["call_name"], person_seen["contact"]["language_written"]) == ("أحمد", "ckb")
    assert OFFICER_NAME not in str(found)
