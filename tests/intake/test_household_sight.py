"""What of a family others see: of each member only what that member's own consent gives."""

import asyncio

from ihala_intake.ledger import check_accesses
from ihala_kit.auth import Caller
from ihala_kit.db import fetch

from tests.intake.actors import COORDINATOR, HLP, NGO, NOTIFY, OFFICER, OTHER_COORDINATOR, PROVIDER, STRANGER
from tests.intake.families import GUARDIAN_PHONE, MOTHER_PHONE, SON_PHONE, brought, member, opened_to, person_of, phone, told
from tests.intake.house import House
from tests.intake.samples import consent, need, person, request

SCHOOL = "education.enrolment"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def test_a_receiver_learns_of_the_other_adults_no_name(house: House) -> None:
    needs, _ = await told(
        house, member("أحمد", "spouse", birth_year=1980), member("يوسف", birth_year=2014), member("عمر", "sibling"),
        consent=consent(categories=["household"]),
    )  # fmt: skip
    seen = (await house.get(await opened_to(house, needs[0]), PROVIDER)).body["household"]["members"]
    assert [(one["role"], one["call_name"]) for one in seen] == [("spouse", None), ("child", "يوسف"), ("sibling", None)]
    assert await house.scalar("SELECT count(*) FROM access_log WHERE what = 'household'") == 3


async def test_two_who_read_of_a_household_at_once_do_not_stand_in_each_others_way(house: House) -> None:
    needs, _ = await told(
        house, member("أحمد", "spouse", need("work.job"), consent=consent(categories=["household"]), birth_year=1980),
        consent=consent(categories=["household"]),
    )  # fmt: skip
    paths = [await opened_to(house, one) for one in needs]
    hers, his = [await person_of(house, one) for one in needs]
    assert [(await house.get(path, PROVIDER)).status for path in paths] == [200, 200]
    async with house.database.transaction(Caller.system("test")) as tx:
        await fetch(tx, "SELECT FROM access_chain WHERE person_id = $1 FOR UPDATE", his)
        reading = []
        for n, path in enumerate(paths, 1):
            reading.append(asyncio.create_task(house.get(path, PROVIDER)))
            async with asyncio.timeout(30):
                while await house.scalar(WAITING) < n:
                    await asyncio.sleep(0.01)
    assert [answer.status for answer in await asyncio.gather(*reading)] == [200, 200]
    for person_id in (hers, his):
        async with house.database.transaction(Caller.system("test")) as tx:
            assert await check_accesses(tx, person_id) == 4


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
    assert (await house.get(f"/v1/contacts/{needs[0]}", NOTIFY)).body["own"] is False  # nor of who named it first


async def test_a_phone_that_another_telling_names_of_somebody_else_is_nobodys_own(house: House) -> None:
    needs, _ = await told(house, member("أحمد", "spouse", need("work.job")), person=person(phones=[phone(MOTHER_PHONE)]))
    assert (await house.get(f"/v1/contacts/{needs[0]}", NOTIFY)).body["own"] is True
    again, _ = await told(house, member("أحمد", "spouse", need("work.job"), phones=[phone(MOTHER_PHONE)]), person=person(phones=[]))
    assert again == needs
    for one in needs:
        assert (await house.get(f"/v1/contacts/{one}", NOTIFY)).body["own"] is False
    await told(house, person=person(phones=[phone(MOTHER_PHONE)]))  # and so it stays, whatever is said of it alone
    assert (await house.get(f"/v1/contacts/{needs[0]}", NOTIFY)).body["own"] is False


async def test_an_e_mail_that_two_name_is_nobodys_own(house: House) -> None:
    mail = {"kind": "email", "address": "home@example.org", "own": True, "safe_to_message": True}
    his = member("أحمد", "spouse", need("work.job"), other_ways=[mail | {"address": "Home@example.org"}])
    needs, _ = await told(house, his, person=person(other_ways=[mail]))
    for one in needs:
        found = (await house.get(f"/v1/contacts/{one}", NOTIFY)).body
        assert (found["email"].casefold(), found["email_own"]) == ("home@example.org", False)
    hers = person(other_ways=[mail])
    asked = await brought(house, request(need("protection.gbv", messages_wanted=True), person=hers | {"phones": []}, household=None))
    assert (await house.get(f"/v1/contacts/{asked['needs'][0]['need_id']}", NOTIFY)).slug == "no-safe-contact"


async def test_no_text_about_a_restricted_need_goes_to_a_phone_that_her_husband_named_before(house: House) -> None:
    await told(house, member("أحمد", "spouse", phones=[phone(MOTHER_PHONE)]), person=person(phones=[phone(SON_PHONE)]))
    for number, status in ((MOTHER_PHONE, 409), (SON_PHONE, 200)):
        hers = person(phones=[phone(number)])
        asked = await brought(house, request(need("protection.gbv", messages_wanted=True), person=hers, household=None))
        answer = await house.get(f"/v1/contacts/{asked['needs'][0]['need_id']}", NOTIFY)
        assert (answer.status, answer.body.get("number")) == (status, None if status == 409 else f"+964{number[1:]}")


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
