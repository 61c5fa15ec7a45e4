"""What waits for a desk: arrivals that others announce. test_call_backs.py has the people who ask to be called."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from ihala_contracts.directory_v1 import OrganizationJoined
from ihala_contracts.intake_v1 import ArrivalAnnounced, WaitingEnded

from tests.intake.actors import ANYBODY, HLP, MOMD, OFFICER, OTHER_COORDINATOR, PROGRAMME, STRANGER, Actor
from tests.intake.house import Answer, House
from tests.intake.samples import PHONE, SECRETS, need, request

ALSO_READS = PROGRAMME.but(scopes=("intake:announce", "intake:read", "intake:request"))
HIDDEN = ("زينب", "9647701234567", "RP-1")


def arrival(**changes: Any) -> dict[str, Any]:
    return {
        "person": {
            "call_name": "أم يوسف", "given_name": "زينب", "language_spoken": "ckb",
            "phones": [{"number": PHONE, "safe_to_call": True, "safe_to_message": False}],
        },
        "governorate": "IQG15", "agreed": True, "agreed_in": "ckb", "identifier": {"system": "rp", "value": f"RP-1-{uuid4()}"}, **changes,
    }  # fmt: skip


def call_back(**changes: Any) -> dict[str, Any]:
    hours = [{"from_time": "09:00", "until_time": "11:00"}]
    return {"call_name": "أم يوسف", "number": PHONE, "place": "IQG15Q08", "shared": True, "hours": hours, **changes}


async def with_an_operator(house: House, *operators: Any) -> None:
    for operator_id in operators or (MOMD,):
        await house.deliver(OrganizationJoined(
            organization_id=operator_id, kind="operator", names={}, operator_id=operator_id, joined_at=datetime.now(UTC)
        ))  # fmt: skip


async def listed(house: House, path: str, actor: Actor = OFFICER, query: str = "") -> list[dict[str, Any]]:
    answer = await house.get(path + query, actor)
    assert answer.status == 200, answer.body
    return list(answer.body["items"])


async def announced(house: House, **changes: Any) -> str:
    answer = await house.post("/v1/arrivals", PROGRAMME, arrival(**changes))
    assert (answer.status, answer.body) == (202, {"received": True})
    return str((await listed(house, "/v1/arrivals"))[-1]["id"])


async def asks(house: House, language: str = "ar", **changes: Any) -> Answer:
    return await house.post("/v1/requests/self", ANYBODY, call_back(**changes), headers={"Accept-Language": language})


async def key_is_destroyed(house: House, waiting_id: str) -> bool:
    query = "SELECT wrapped IS NULL FROM data_key WHERE id = (SELECT person_id FROM waiting WHERE id = :id)"
    return bool(await house.scalar(query, id=waiting_id))


async def test_a_desk_makes_a_request_of_an_arrival(house: House) -> None:
    arrival_id = await announced(house)
    [told] = await house.events()
    assert isinstance(told, ArrivalAnnounced)
    assert (str(told.arrival_id), told.operator_id, told.governorate) == (arrival_id, MOMD, "IQG15")
    [item] = await listed(house, "/v1/arrivals", query="?governorate=IQG15")
    assert (item["state"], item["announced_by"], "person" in item) == ("waiting", str(PROGRAMME.organization_id), False)
    seen = await house.get(f"/v1/arrivals/{arrival_id}", OFFICER)
    assert (seen.body["person"]["given_name"], seen.body["person"]["phones"][0]["number"]) == ("زينب", "+9647701234567")
    assert (seen.body["agreed_in"], seen.body["identifier"]["system"], seen.etag) == ("ckb", "rp", '"1"')
    path = f"/v1/arrivals/{arrival_id}/completion"
    made = await house.post(path, OFFICER, request(need("reintegration.plan")), if_match='"1"')
    assert made.status == 202, made.body
    assert [type(event).__name__ for event in await house.events()] == ["CaseOpened", "NeedIdentified", "WaitingEnded"]
    after = (await house.get(f"/v1/arrivals/{arrival_id}", OFFICER)).body
    assert (after["state"], after["request_id"], after["person"]) == ("completed", made.body["request_id"], None)
    assert await key_is_destroyed(house, arrival_id)
    again = await house.post(path, OFFICER, request(need()), if_match='"2"')
    assert (again.status, again.slug) == (409, "waits-no-more")
    assert await house.scalar("SELECT count(*) FROM request") == 1


async def test_a_refused_completion_leaves_the_arrival_waiting(house: House) -> None:
    arrival_id = await announced(house)
    refused = await house.post(f"/v1/arrivals/{arrival_id}/completion", OFFICER, request(need("housing.palace")), if_match='"1"')
    assert (refused.status, refused.slug) == (422, "unknown-need-code")
    assert (await listed(house, "/v1/arrivals"))[0]["state"] == "waiting"
    assert not await key_is_destroyed(house, arrival_id)


async def test_who_announces_reads_nothing_back_and_neither_does_anybody_but_the_operator(house: House) -> None:
    arrival_id = await announced(house)
    for actor in (ALSO_READS, HLP, STRANGER, OTHER_COORDINATOR):
        assert await listed(house, "/v1/arrivals", actor) == []
        assert (await house.get(f"/v1/arrivals/{arrival_id}", actor)).slug == "arrival-not-found"
        for step, body in (("completion", request()), ("closure", {"reason": "other"})):
            answer = await house.post(f"/v1/arrivals/{arrival_id}/{step}", actor, body, if_match='"1"')
            assert (answer.status, answer.slug) == (404, "arrival-not-found"), (actor.client_id, step)
    assert (await house.get("/v1/arrivals", PROGRAMME)).slug == "insufficient-scope"


async def test_an_arrival_is_one_however_often_it_is_announced(house: House) -> None:
    body = arrival()
    answers = await asyncio.gather(*(house.post("/v1/arrivals", PROGRAMME, body) for _ in range(5)))
    assert {(answer.status, str(answer.body)) for answer in answers} == {(202, "{'received': True}")}
    assert len(await listed(house, "/v1/arrivals")) == 1
    assert len([event for event in await house.events() if isinstance(event, ArrivalAnnounced)]) == 1
    await house.post("/v1/arrivals", PROGRAMME.but(organization_id=STRANGER.organization_id), body)
    assert len(await listed(house, "/v1/arrivals")) == 2


async def test_what_is_said_last_under_a_number_holds_while_the_person_is_expected(house: House) -> None:
    body = arrival()
    arrival_id = await announced(house, identifier=body["identifier"])
    await house.events()
    await house.later(timedelta(days=100))
    other = body | {"person": body["person"] | {"call_name": "أم علي", "phones": []}, "governorate": "IQG13"}
    for _ in range(2):  # a correction, and the same words again
        assert (await house.post("/v1/arrivals", PROGRAMME, other)).body == {"received": True}
    [told] = await house.events()
    assert isinstance(told, ArrivalAnnounced) and (str(told.arrival_id), told.governorate) == (arrival_id, "IQG13")
    [item] = await listed(house, "/v1/arrivals", query="?governorate=IQG13")
    assert (item["id"], item["version"], item["changed_at"] > item["received_at"]) == (arrival_id, 2, True)
    seen = (await house.get(f"/v1/arrivals/{arrival_id}", OFFICER)).body["person"]
    assert (seen["call_name"], seen["phones"], seen["given_name"], seen["place"]) == ("أم علي", [], "زينب", "IQG13")
    path = f"/v1/arrivals/{arrival_id}/completion"
    assert (await house.post(path, OFFICER, request(need()), if_match='"1"')).slug == "stale"  # it read other words
    await house.later(timedelta(days=100))  # it was announced anew in between
    assert (await house.post(path, OFFICER, request(need()), if_match='"2"')).status == 202
    assert (await house.post("/v1/arrivals", PROGRAMME, body)).body == {"received": True}
    assert await listed(house, "/v1/arrivals") == [] and await key_is_destroyed(house, arrival_id)


@pytest.mark.parametrize("bad", [
    {"agreed": False}, {"agreed": None}, {"route": "x"}, {"reason": "removal"}, {"governorate": "IQG15Q08"}, {"governorate": "XX"},
    {"person": {"call_name": "x", "birth_year": 1990}}, {"person": {"call_name": "x", "movements": []}}, {"note": "x"},
])  # fmt: skip
async def test_nothing_is_taken_without_agreement_nor_beyond_what_may_be_said(house: House, bad: dict[str, Any]) -> None:
    answer = await house.post("/v1/arrivals", PROGRAMME, arrival(**bad))
    assert (answer.status, answer.slug) in {(422, "malformed-request"), (422, "unknown-place")}
    assert await house.scalar("SELECT count(*) FROM waiting") == 0


async def test_reading_an_arrival_is_logged_with_its_person_and_a_list_is_not(house: House) -> None:
    arrival_id = await announced(house)
    person_id = await house.scalar("SELECT person_id FROM waiting WHERE id = :id", id=arrival_id)
    await listed(house, "/v1/arrivals")
    assert await house.chain(person_id) == 0
    for _ in range(2):
        await house.get(f"/v1/arrivals/{arrival_id}", OFFICER)
    assert await house.chain(person_id) == 2


async def test_an_arrival_is_closed_or_lapses_and_what_was_said_is_gone(house: House) -> None:
    of_closed, of_lapsed = ({"system": "rp", "value": f"RP-2-{uuid4()}"} for _ in range(2))
    closed, lapsed = await announced(house, identifier=of_closed), await announced(house, identifier=of_lapsed)
    stale = await house.post(f"/v1/arrivals/{closed}/closure", OFFICER, {"reason": "went_elsewhere"}, if_match='"7"')
    assert (stale.status, stale.slug) == (412, "stale")
    answer = await house.post(f"/v1/arrivals/{closed}/closure", OFFICER, {"reason": "went_elsewhere"}, if_match='"1"')
    assert (answer.status, answer.body["state"], answer.etag) == (200, "closed", '"2"')
    await house.events()
    await house.later(timedelta(days=181))
    ended = [event for event in await house.events() if isinstance(event, WaitingEnded)]
    assert [(str(event.waiting_id), event.state) for event in ended] == [(lapsed, "lapsed")]
    assert [await key_is_destroyed(house, one) for one in (closed, lapsed)] == [True, True]
    for number in (of_closed, of_lapsed, of_lapsed):  # who did not come in time may come yet; what a desk closed stays so
        assert (await house.post("/v1/arrivals", PROGRAMME, arrival(identifier=number))).status == 202
    assert [one["id"] not in (closed, lapsed) for one in await listed(house, "/v1/arrivals")] == [True]


async def test_people_who_wait_are_not_found_by_phone_nor_in_the_clear(house: House) -> None:
    await with_an_operator(house)
    await announced(house)
    assert (await asks(house)).status == 202
    assert await house.scalar("SELECT count(*) FROM person_mark") == 0
    for table in ("waiting", "person", "outbox", "idempotency", "due_work"):
        content = str(await house.scalar(f"SELECT string_agg(t::text, ' ') FROM {table} t"))
        assert not [word for word in (*HIDDEN, *SECRETS) if word in content or word.encode().hex() in content], table


# People who ask by themselves
