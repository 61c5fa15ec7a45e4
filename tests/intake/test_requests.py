"""Requests come in: what is stored and told, what a second one means, and who sees what afterwards."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from ihala_contracts.intake_v1 import CaseOpened, NeedIdentified, Sensitivity
from sqlalchemy import event

from tests.intake.actors import COORDINATOR, HLP, MOMD, NGO, OFFICER, OTHER_COORDINATOR, STRANGER, WLCO
from tests.intake.house import House
from tests.intake.samples import consent, joined, need, person, request


async def test_a_request_opens_a_case_and_identifies_its_needs(house: House) -> None:
    reservation_id = uuid4()
    body = request(need(preferred_reservation_id=str(reservation_id)), need("education.enrolment", "urgent"))
    answer = await house.post("/v1/requests", HLP, body)
    assert answer.status == 202, answer.body
    assert [one["code"] for one in answer.body["needs"]] == ["housing.hlp", "education.enrolment"]
    assert len(answer.body["case_ids"]) == 1
    assert answer.body["information_only"] is False
    assert answer.body["identifiers"] == body["identifiers"]
    case, housing, school = await house.events()
    assert isinstance(case, CaseOpened)
    assert isinstance(housing, NeedIdentified)
    assert isinstance(school, NeedIdentified)
    assert (str(case.case_id), case.operator_id, case.sensitivity) == (answer.body["case_ids"][0], MOMD, Sensitivity.STANDARD)
    assert (housing.governorate, housing.district, housing.urgency, school.urgency) == ("IQG15", "IQG15Q08", "routine", "urgent")
    assert (housing.origin_id, housing.origin_kind, housing.operator_id) == (HLP.organization_id, "hlp", MOMD)
    assert (housing.match_settled, housing.preferred_reservation_id) == (True, reservation_id)
    assert housing.consent == school.consent
    assert (housing.consent.given, housing.consent.recipients, housing.consent.revision) == (True, [], 1)
    assert housing.consent.categories == ["contact", "household", "identity"]
    assert housing.reference.startswith("NIN-")


async def test_a_request_takes_six_ways_to_postgresql_and_back(house: House) -> None:
    """The Idempotency-Key goes along with BEGIN, its answer and the events with COMMIT; referral's sealing key is at hand."""
    await house.post("/v1/requests", HLP, request(need()))
    sent = list[str]()
    async with house.database.engine.connect() as connection:  # the pool gives this one again
        driver: Any = (await connection.get_raw_connection()).driver_connection
    driver.add_query_logger(lambda record: sent.append(" ".join(record.query.split()[:3])))
    event.listen(house.database.engine.sync_engine, "before_cursor_execute", lambda *given: sent.append(given[2]))  # what goes by the ORM
    await house.post("/v1/requests", NGO, request(need(), need("education.enrolment"), person=person(given_name="هدى")))
    await asyncio.sleep(0)
    assert len(sent) == 6, sent


async def test_facts_travel_sealed_and_bound_to_their_need(house: House) -> None:
    await house.post("/v1/requests", HLP, request())
    _, housing, _ = await house.events()
    assert isinstance(housing, NeedIdentified)
    opened = house.unsealed(housing.facts)
    assert opened["about"] == str(housing.need_id)
    assert opened["data"] == {
        "age": datetime.now(UTC).year - 1987, "sex": "female", "status": "group.returnee_idp", "household_size": 5,
        "languages": ["tk", "ar"], "requirements": ["ground_floor"], "disability": None,
    }  # fmt: skip


async def test_without_referrals_key_a_need_waits_and_is_announced_once_it_is_known(bare: House) -> None:
    answer = await bare.post("/v1/requests", HLP, request())
    assert answer.status == 202
    assert [type(event).__name__ for event in await bare.events()] == ["CaseOpened"]
    await bare.run_jobs()
    assert await bare.events() == []
    await bare.publish_referrals_key()
    announced = await bare.events()
    assert [str(event.key) for event in announced] == [one["need_id"] for one in answer.body["needs"]]
    assert all(isinstance(event, NeedIdentified) and event.facts for event in announced)
    await bare.run_jobs()
    assert await bare.events() == []


async def test_only_a_call_name_and_a_place_are_needed(house: House) -> None:
    body = request(need("basic.food", "emergency"), person={"call_name": "خ", "place": "IQG15"}, household=None, identifiers=[])
    answer = await house.post("/v1/requests", OFFICER, body)
    assert answer.status == 202
    [_, identified] = await house.events()
    assert isinstance(identified, NeedIdentified)
    assert identified.district is None


async def test_the_same_number_of_one_origin_means_the_same_request(house: House) -> None:
    body = request()
    first = await house.post("/v1/requests", HLP, body)
    await house.events()
    again = await house.post("/v1/requests", HLP, body | {"needs": [need("cash.grant")]})
    assert (again.status, again.body) == (202, first.body)
    assert "Idempotent-Replayed" not in again.headers
    assert await house.events() == []
    assert await house.scalar("SELECT count(*) FROM need") == 2


async def test_the_same_number_of_another_origin_is_another_request(house: House) -> None:
    body = request()
    first = await house.post("/v1/requests", HLP, body)
    other = await house.post("/v1/requests", NGO, body)
    assert other.status == 202
    assert other.body["request_id"] != first.body["request_id"]


async def test_numbers_of_different_requests_conflict(house: House) -> None:
    one, two = request(), request()
    await house.post("/v1/requests", HLP, one)
    await house.post("/v1/requests", HLP, two)
    both = await house.post("/v1/requests", HLP, request(identifiers=one["identifiers"] + two["identifiers"]))
    assert (both.status, both.slug) == (409, "identifiers-conflict")


async def test_the_same_number_sent_ten_times_at_once_is_one_request(house: House) -> None:
    body = request()
    answers = await asyncio.gather(*(house.post("/v1/requests", HLP, body) for _ in range(10)))
    assert {answer.status for answer in answers} == {202}
    assert len({answer.body["request_id"] for answer in answers}) == 1
    assert await house.scalar("SELECT count(*) FROM request") == 1


async def test_an_idempotency_key_gives_the_first_answer_and_refuses_another_body(house: House) -> None:
    body = request(identifiers=[])
    first = await house.post("/v1/requests", HLP, body, key="k-1")
    again = await house.post("/v1/requests", HLP, body, key="k-1")
    assert (again.status, again.body, again.headers["Idempotent-Replayed"]) == (202, first.body, "true")
    changed = await house.post("/v1/requests", HLP, body | {"needs": [need("cash.grant")]}, key="k-1")
    assert (changed.status, changed.slug) == (422, "idempotency-key-reused")
    assert await house.scalar("SELECT count(*) FROM request") == 1


async def test_a_refused_consent_is_kept_and_nothing_is_passed_on(house: House) -> None:
    refused = consent(given=False, categories=[])
    answer = await house.post("/v1/requests", NGO, request(consent=refused))
    assert answer.status == 202
    assert answer.body["information_only"] is True
    assert {one["state"] for one in answer.body["needs"]} == {"open"}
    await house.run_jobs()
    assert [type(event).__name__ for event in await house.events()] == ["CaseOpened"]
    assert await house.scalar("SELECT act FROM consent_revision") == "refused"


async def test_help_on_the_spot_may_be_all(house: House) -> None:
    at = datetime.now(UTC).isoformat()
    body = request(consent=None, helped_on_the_spot={"code": "basic.items", "at": at}) | {"needs": []}
    answer = await house.post("/v1/requests", HLP, body)
    assert answer.status == 202
    assert answer.body["helped_on_the_spot"]["code"] == "basic.items"
    assert answer.body["needs"] == []
    assert (await house.get(f"/v1/requests/{answer.body['request_id']}", HLP)).body == answer.body


async def test_restricted_help_on_the_spot_has_a_file_of_its_own(house: House) -> None:
    at = datetime.now(UTC).isoformat()
    body = request(need(), helped_on_the_spot={"code": "protection.safe_talk", "at": at})
    answer = await house.post("/v1/requests", WLCO, body)
    assert len(answer.body["case_ids"]) == 2
    assert answer.body["helped_on_the_spot"]["code"] == "protection.safe_talk"
    assert await house.scalar("SELECT code FROM assistance") == "protection"
    seen = await house.get(f"/v1/requests/{answer.body['request_id']}", OFFICER)
    assert (seen.body["helped_on_the_spot"], len(seen.body["case_ids"])) == (None, 1)


async def test_a_restricted_need_has_a_case_a_person_a_key_and_a_consent_of_its_own(house: House) -> None:
    body = request(need(), need("protection.gbv", "urgent", note="قصة"), need("legal.advice", sensitivity="restricted"))
    answer = await house.post("/v1/requests", WLCO, body)
    assert answer.status == 202
    assert [one["code"] for one in answer.body["needs"]] == ["housing.hlp", "protection.gbv", "legal.advice"]
    assert len(set(answer.body["case_ids"])) == len({one["consent_id"] for one in answer.body["needs"]}) == 3
    assert await house.scalar("SELECT count(DISTINCT person_id) FROM need") == 3
    assert await house.scalar("SELECT count(DISTINCT key_id) FROM need") == 3
    assert await house.scalar("SELECT count(*) FROM case_file WHERE sensitivity = 'restricted' AND household_id IS NOT NULL") == 0
    assert await house.scalar("SELECT count(*) FROM person_mark WHERE kind = 'phone'") == 1
    assert await house.scalar("SELECT count(*) FROM person_mark m JOIN person p ON p.id = m.person_id WHERE sensitivity <> 'standard'") == 0
    identified = [event for event in await house.events() if isinstance(event, NeedIdentified)]
    assert [event.need_code for event in identified] == ["housing.hlp", "protection", "protection"]
    assert [bool(event.facts) for event in identified] == [True, False, False]
    assert [event.district for event in identified] == ["IQG15Q08", None, None]
    assert [event.sensitivity for event in identified] == ["standard", "restricted", "restricted"]


async def test_a_restricted_need_does_not_wait_for_referrals_key(bare: House) -> None:
    await bare.post("/v1/requests", WLCO, request(need("protection.child", "emergency")))
    assert "NeedIdentified" in [type(event).__name__ for event in await bare.events()]


async def test_an_origin_never_lowers_how_sensitive_a_need_is(house: House) -> None:
    await house.post("/v1/requests", HLP, request(need("protection.gbv", sensitivity="protected"), need("health.medical")))
    assert await house.scalar("SELECT string_agg(sensitivity, ' ' ORDER BY sensitivity) FROM need") == "protected restricted"


async def test_a_desk_without_clearance_may_bring_a_restricted_need_and_sees_it_no_more(house: House) -> None:
    answer = await house.post("/v1/requests", OFFICER, request(need("protection.shelter", "emergency"), identifiers=[]))
    assert answer.status == 202
    assert answer.body["needs"][0]["code"] == "protection.shelter"
    seen = await house.get(f"/v1/requests/{answer.body['request_id']}", OFFICER)
    assert (seen.status, seen.body["needs"], seen.body["case_ids"]) == (200, [], [])
    seen = await house.get(f"/v1/requests/{answer.body['request_id']}", COORDINATOR)
    assert [one["code"] for one in seen.body["needs"]] == ["protection.shelter"]


async def test_a_centre_may_keep_the_identity(house: House) -> None:
    body = request(
        need("protection.gbv"), household=None, identity_held_by="origin", person={"call_name": "W-17", "place": "IQG15Q05"},
        focal_point={"call_name": "Focal point", "number": "07709999999"},
    )  # fmt: skip
    assert (await house.post("/v1/requests", WLCO, body)).status == 202
    for person_body in (person(), person(phones=[]) | {"call_name": "W-17"}):
        refused = await house.post("/v1/requests", WLCO, body | {"identifiers": [], "person": person_body})
        assert (refused.status, refused.slug) == (422, "identity-held-by-origin")


async def test_who_sees_a_request(house: House) -> None:
    made = await house.post("/v1/requests", HLP, request())
    for actor in (HLP, COORDINATOR, OFFICER):
        seen = await house.get(f"/v1/requests/{made.body['request_id']}", actor)
        assert (seen.status, len(seen.body["needs"])) == (200, 2)
    for actor in (STRANGER, NGO, OTHER_COORDINATOR):
        assert (await house.get(f"/v1/requests/{made.body['request_id']}", actor)).slug == "request-not-found"
    assert (await house.get(f"/v1/requests/{made.body['request_id']}", None)).status == 401


async def test_a_request_that_does_not_exist_looks_like_a_foreign_one(house: House) -> None:
    made = await house.post("/v1/requests", HLP, request())
    foreign = await house.get(f"/v1/requests/{made.body['request_id']}", STRANGER)
    none = await house.get(f"/v1/requests/{uuid4()}", STRANGER)
    assert {**foreign.body, "instance": ""} == {**none.body, "instance": ""}


async def test_requests_are_found_by_the_number_that_their_origin_gave(house: House) -> None:
    body = request()
    made = await house.post("/v1/requests", HLP, body)
    await house.post("/v1/requests", NGO, body)
    number = body["identifiers"][0]
    path = f"/v1/requests?system={number['system']}&value={number['value']}"
    assert [one["request_id"] for one in (await house.get(path, HLP)).body["items"]] == [made.body["request_id"]]
    assert len((await house.get(path, COORDINATOR)).body["items"]) == 2
    assert (await house.get(path, STRANGER)).body == {"items": []}
    assert (await house.get("/v1/requests?system=moi.hlp", HLP)).status == 422
    first = await house.get(f"{path}&limit=1", COORDINATOR)
    link = first.headers["Link"].partition(">")[0].removeprefix("</intake")
    second = await house.get(link, COORDINATOR)
    assert len(first.body["items"]) == len(second.body["items"]) == 1
    assert first.body != second.body


async def test_the_ministrys_centres_see_three_words_and_others_the_state(house: House) -> None:
    for actor, word in ((HLP, "received"), (NGO, "open")):
        made = await house.post("/v1/requests", actor, request())
        seen = await house.get(f"/v1/requests/{made.body['request_id']}", actor)
        assert {(one["status"], one["state"]) for one in seen.body["needs"]} == {("received", word)}


async def test_only_the_origin_sees_its_numbers(house: House) -> None:
    made = await house.post("/v1/requests", HLP, request())
    assert (await house.get(f"/v1/requests/{made.body['request_id']}", COORDINATOR)).body["identifiers"] == []


async def test_a_client_without_an_operator_is_refused_until_the_directory_names_one(house: House) -> None:
    lost = STRANGER.but(operator_id=None)
    refused = await house.post("/v1/requests", lost, request())
    assert (refused.status, refused.slug) == (422, "operator-unknown")
    await house.deliver(joined(lost.organization_id))
    assert (await house.post("/v1/requests", lost, request())).status == 202
    assert await house.scalar("SELECT operator_id FROM need LIMIT 1") == MOMD
