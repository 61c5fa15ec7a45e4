"""A case in the hands of its operator: found, read, given on, closed with two pairs of eyes, opened again."""

import asyncio
from uuid import uuid4

from ihala_contracts.intake_v1 import CaseClosed, CaseMoved, CaseReopened

from tests.intake.actors import COORDINATOR, HLP, MOMD, NGO, OFFICER, OTHER_COORDINATOR, STRANGER, WLCO
from tests.intake.casework import KARIM, NOOR, TOLD, ZAINAB, done, finished, opened, seen
from tests.intake.house import House
from tests.intake.samples import SECRETS, need, person, request

CLOSURE = {"reason": "goals_reached", "told": "spoken", "recorded_by": TOLD["recorded_by"]}


async def test_a_case_shows_its_needs_and_what_to_call_the_person_and_the_read_is_logged(house: House) -> None:
    case_id = await opened(house)
    answer = await seen(house, case_id)
    assert (answer.status, answer.body["call_name"], answer.body["state"]) == (200, "أم يوسف", "open")
    assert [(one["code"], one["state"]) for one in answer.body["needs"]] == [("housing.hlp", "open"), ("education.enrolment", "open")]
    assert answer.etag == '"1"'
    assert await house.chain(answer.body["person_id"]) == 1
    assert await house.scalar("SELECT what FROM access_log") == "case"


async def test_lists_name_nobody_and_show_only_ones_own(house: House) -> None:
    case_id = await opened(house, HLP)
    answer = await house.get("/v1/cases", OFFICER)
    assert [one["case_id"] for one in answer.body["items"]] == [case_id]
    assert [word for word in SECRETS if word in str(answer.body)] == []
    assert await house.scalar("SELECT count(*) FROM access_log") == 0
    for actor in (HLP, STRANGER, OTHER_COORDINATOR, NGO):
        assert (await house.get("/v1/cases", actor)).body["items"] == []
        assert (await seen(house, case_id, actor)).status == 404
        assert (await house.get(f"/v1/cases/{case_id}/steps", actor)).status == 404


async def test_cases_are_found_by_reference_officer_office_and_page(house: House) -> None:
    office = uuid4()
    first, second, third = [await opened(house, office_id=str(office)) for _ in range(3)]
    await done(house, second, "assignment", NOOR, {"officer": "zainab-7"})

    async def found(query: str) -> list[str]:
        answer = await house.get(f"/v1/cases?{query}", OFFICER)
        assert answer.status == 200, answer.body
        return [one["case_id"] for one in answer.body["items"]]

    assert await found("officer=zainab-7") == [second]
    assert await found("unassigned=true") == [first, third]
    assert await found(f"office_id={office}&officer=zainab-7") == [second]
    assert await found(f"office_id={uuid4()}") == []
    reference = (await seen(house, third)).body["reference"]
    assert await found(f"reference={reference.lower().replace('-', '')}") == [third]
    assert await found("reference=NIN-2222-2222") == []
    page = await house.get("/v1/cases?limit=2", OFFICER)
    following = page.headers["Link"].split(";")[0].strip("<>").removeprefix("/intake")
    assert [one["case_id"] for one in (await house.get(following, OFFICER)).body["items"]] == [third]
    need_reference = await house.scalar("SELECT reference FROM need WHERE case_id = :id", id=second)  # what stands in her message
    assert await found(f"reference={need_reference}") == [second]
    asked = await house.post("/v1/requests", OFFICER, request(need(), need("cash.grant"), person=person(given_name="هدى", phones=[])))
    again = await house.post("/v1/requests", OFFICER, request(need(), person=person(given_name="هدى", phones=[]), household=None))
    for answer in (asked, again):
        assert await found(f"reference={answer.body['reference']}") == asked.body["case_ids"]


async def test_a_restricted_case_shows_to_the_cleared_alone(house: House) -> None:
    await opened(house, WLCO, need("protection.gbv"))
    [case] = (await house.get("/v1/cases", COORDINATOR)).body["items"]
    assert (case["sensitivity"], case["officer"]) == ("restricted", None)
    assert (await house.get("/v1/cases", OFFICER)).body["items"] == []
    needs = "SELECT reference FROM need UNION SELECT reference FROM request"
    for reference in (case["reference"], *await house.scalar(f"SELECT array_agg(reference) FROM ({needs}) r")):
        assert (await house.get(f"/v1/cases?reference={reference}", OFFICER)).body["items"] == []
        assert len((await house.get(f"/v1/cases?reference={reference}", COORDINATOR)).body["items"]) == 1
    assert (await seen(house, case["case_id"], OFFICER)).status == 404
    answer = await done(house, case["case_id"], "assignment", ZAINAB, {"officer": "zainab-7"})
    assert answer.status == 404
    shown = await seen(house, case["case_id"])
    assert [one["code"] for one in shown.body["needs"]] == ["protection"]


async def test_an_officer_takes_a_case_and_gives_it_to_a_colleague(house: House) -> None:
    case_id = await opened(house)
    taken = await done(house, case_id, "assignment", ZAINAB, {"officer": "zainab-7"})
    assert (taken.status, taken.body["officer"], taken.etag) == (200, "zainab-7", '"2"')
    refused = await done(house, case_id, "assignment", KARIM, {"officer": "karim-2"})
    assert (refused.status, refused.slug) == (403, "role-needed")
    given = await done(house, case_id, "assignment", ZAINAB, {"officer": "karim-2", "reason": "language"})
    assert given.body["officer"] == "karim-2"
    first, second = await house.events()
    assert isinstance(first, CaseMoved)
    assert isinstance(second, CaseMoved)
    assert (second.to, second.operator_id, second.from_operator_id, str(second.case_id)) == ("officer", MOMD, None, case_id)
    steps = (await house.get(f"/v1/cases/{case_id}/steps", OFFICER)).body["items"]
    assert [(one["act"], one["officer"], one["reason"], one["acting_officer"]) for one in steps] == [
        ("assigned", "zainab-7", "first", "zainab-7"), ("assigned", "karim-2", "language", "zainab-7"),
    ]  # fmt: skip


async def test_two_officers_who_take_a_case_at_once_do_not_both_have_it(house: House) -> None:
    case_id = await opened(house)
    both = await asyncio.gather(
        *(done(house, case_id, "assignment", who, {"officer": who.more["acting_officer"]}) for who in (ZAINAB, KARIM))
    )
    assert sorted(answer.status for answer in both) == [200, 412]
    assert len(await house.events()) == 1


async def test_the_person_chooses_another_office_and_nobody_has_the_case_then(house: House) -> None:
    case_id, office = await opened(house), str(uuid4())
    await done(house, case_id, "assignment", ZAINAB, {"officer": "zainab-7"})
    await house.events()
    refused = await done(house, case_id, "office", KARIM, {"office_id": office, **TOLD})
    assert (refused.status, refused.slug) == (403, "role-needed")
    answer = await done(house, case_id, "office", ZAINAB, {"office_id": office, **TOLD})
    assert (answer.status, answer.body["office_id"], answer.body["officer"]) == (200, office, None)
    [event] = await house.events()
    assert isinstance(event, CaseMoved)
    assert (event.to, str(event.office_id)) == ("office", office)


async def test_a_name_is_no_officer(house: House) -> None:
    case_id = await opened(house)
    for name in ("زينب خضر", "Zainab Khidir", "", "x" * 65):
        answer = await done(house, case_id, "assignment", NOOR, {"officer": name})
        assert (answer.status, answer.slug) == (422, "malformed-request")
        assert not name or name not in str(answer.body)


async def test_closing_needs_finished_needs_and_two_people(house: House) -> None:
    case_id = await opened(house)
    await done(house, case_id, "assignment", NOOR, {"officer": "zainab-7"})
    await house.events()
    early = await done(house, case_id, "closure", ZAINAB, CLOSURE)
    assert (early.status, early.slug, early.body["needs"]) == (409, "case-unfinished", 2)
    await finished(house, case_id)
    proposed = await done(house, case_id, "closure", ZAINAB, CLOSURE)
    assert (proposed.status, proposed.body["state"], proposed.body["closing_reason"]) == (200, "open", "goals_reached")
    assert await house.events() == []
    assert [one["case_id"] for one in (await house.get("/v1/cases?closing=true", OFFICER)).body["items"]] == [case_id]
    closed = await done(house, case_id, "closure", NOOR, CLOSURE)
    assert (closed.status, closed.body["state"], closed.body["closed_reason"]) == (200, "closed", "goals_reached")
    [event] = await house.events()
    assert isinstance(event, CaseClosed)
    assert (str(event.case_id), event.reason) == (case_id, "goals_reached")
    assert (await house.get("/v1/cases", OFFICER)).body["items"] == []
    assert len((await house.get("/v1/cases?state=closed", OFFICER)).body["items"]) == 1
    for act, body in (("assignment", {"officer": "karim-2"}), ("office", {"office_id": str(uuid4()), **TOLD}), ("closure", CLOSURE)):
        answer = await done(house, case_id, act, NOOR, body)
        assert (answer.status, answer.slug) == (409, "case-closed")


async def test_a_coordinator_does_not_close_her_own_case_alone(house: House) -> None:
    case_id = await opened(house)
    await finished(house, case_id)
    await done(house, case_id, "assignment", NOOR, {"officer": "noor-1"})
    answer = await done(house, case_id, "closure", NOOR, CLOSURE)
    assert (answer.body["state"], answer.body["closing_reason"]) == ("open", "goals_reached")
    other = NOOR.but(more={"acting_officer": "sara-4"})
    refused = await done(house, case_id, "closure-refusal", other, None)
    assert (refused.status, refused.body["closing_reason"]) == (200, None)
    again = await done(house, case_id, "closure-refusal", other, None)
    assert (again.status, again.slug) == (409, "closing-not-proposed")
    assert (await done(house, case_id, "closure", other, CLOSURE)).body["state"] == "closed"


async def test_a_closed_case_is_opened_again(house: House) -> None:
    case_id = await opened(house)
    assert (await done(house, case_id, "reopening", NOOR, {"reason": "new_need"})).slug == "case-open"
    await finished(house, case_id)
    await done(house, case_id, "closure", NOOR, CLOSURE)
    await house.events()
    answer = await done(house, case_id, "reopening", ZAINAB, {"reason": "person_came_back"})
    assert (answer.status, answer.body["state"], answer.body["closed_at"], answer.body["closed_reason"]) == (200, "open", None, None)
    [event] = await house.events()
    assert isinstance(event, CaseReopened)
    assert (str(event.case_id), event.reason) == (case_id, "person_came_back")


async def test_what_was_decided_on_an_older_version_is_refused(house: House) -> None:
    case_id = await opened(house)
    await done(house, case_id, "assignment", NOOR, {"officer": "zainab-7"})
    for act, body in (
        ("assignment", {"officer": "karim-2"}), ("office", {"office_id": str(uuid4()), **TOLD}), ("reopening", {"reason": "other"}),
    ):  # fmt: skip
        answer = await house.post(f"/v1/cases/{case_id}/{act}", NOOR, body, if_match='"1"')
        assert (answer.status, answer.slug) == (412, "stale")
        assert (await house.post(f"/v1/cases/{case_id}/{act}", NOOR, body)).status == 428


async def test_an_erased_person_leaves_a_case_without_a_name(house: House) -> None:
    case_id = await opened(house)
    await house.erase((await seen(house, case_id)).body["needs"][0]["need_id"])
    answer = await seen(house, case_id)
    assert (answer.status, answer.body["call_name"]) == (200, None)
    assert (await done(house, case_id, "assignment", NOOR, {"officer": "zainab-7"})).slug == "person-erased"
