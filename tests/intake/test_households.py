"""Families: each member with needs and a consent of their own, and known again when told again."""

from datetime import timedelta

from ihala_contracts.intake_v1 import CaseOpened, NeedIdentified, Sensitivity

from tests.intake.actors import COORDINATOR, NGO, OFFICER, PROVIDER, WLCO
from tests.intake.families import SON_PHONE, brought, family, household_of, member, opened_to, person_of, phone, told
from tests.intake.house import House
from tests.intake.samples import OFFICER_NAME, consent, need, person, request

SCHOOL = "education.enrolment"
WIFE = "ليلى"


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


async def test_a_household_is_never_smaller_than_those_who_are_named(house: House) -> None:
    body = request(need(), household={"size": 2, "members": [member(name) for name in ("a", "b", "c")]})
    assert (await house.post("/v1/requests", NGO, body)).status == 202
    [heard] = [event for event in await house.events() if isinstance(event, NeedIdentified)]
    assert house.unsealed(heard.facts)["data"]["household_size"] == 4


async def test_a_household_of_ten_thousand_is_refused(house: House) -> None:
    answer = await house.post("/v1/requests", NGO, family(*[{"call_name": "x", "role": "child"} for _ in range(10_000)]))
    assert (answer.status, answer.slug) == (422, "malformed-request")
    assert answer.body["errors"][0]["pointer"] == "#/household/members"
    assert await house.scalar("SELECT count(*) FROM data_key") == 0


async def test_a_household_does_not_grow_past_its_limit_by_being_told_again(house: House) -> None:
    await brought(house, family(*[member(f"طفل {n}") for n in range(57)]))
    last = [member(f"طفل {n}") for n in (0, 57, 58, 59)]  # one who is known, two for whom there is room, and one too many
    refused = await house.post("/v1/requests", NGO, family(*last))
    assert (refused.status, refused.slug, refused.body["pointer"]) == (409, "household-too-large", "#/household/members/3")
    [one] = (await house.post("/v1/requests/batch", NGO, {"requests": [family(*last)]})).body["items"]
    assert one["problem"]["type"].endswith(":household-too-large")
    assert await house.scalar("SELECT count(*) FROM person") == 58
    assert (await house.post("/v1/requests", NGO, family(*last[:3]))).status == 202
    assert (await house.post("/v1/requests", NGO, family(*last[:3]))).status == 202  # nobody is new
    full = await house.post("/v1/requests", NGO, family(last[3]))
    assert (full.slug, full.body["pointer"]) == ("household-too-large", "#/household/members/0")
    assert await house.scalar("SELECT count(*) FROM person") == 60


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
