"""Many requests in one call: each has its result; and many statuses in one call."""

import asyncio
from uuid import uuid4

from tests.intake.actors import COORDINATOR, HLP, NGO, STRANGER, WLCO
from tests.intake.house import House
from tests.intake.samples import SECRETS, consent, need, person, request

OTHER = {"given_name": "Sara", "birth_year": 1999}


async def test_each_request_of_a_batch_has_its_result(house: House) -> None:
    bodies = [
        request(need()), request(need("housing.palace")), {"person": "زينب"}, request(need(), person=person(**OTHER, place="XX01")),
        request(need("cash.grant"), person=person(**OTHER)), request(need(), person=person(religion="x")),
    ]  # fmt: skip
    answer = await house.post("/v1/requests/batch", HLP, {"requests": bodies}, headers={"Accept-Language": "ar"})
    assert answer.status == 200, answer.body
    assert [one["status"] for one in answer.body["items"]] == [202, 422, 422, 422, 202, 422]
    assert [one["index"] for one in answer.body["items"]] == list(range(6))
    assert (answer.body["taken"], answer.body["refused"]) == (2, 4)
    slugs = [one["problem"]["type"].rsplit(":", 1)[1] for one in answer.body["items"] if one.get("problem")]
    assert slugs == ["unknown-need-code", "malformed-request", "unknown-place", "malformed-request"]
    assert answer.body["items"][1]["problem"]["pointer"] == "#/needs/0/code"
    assert {error["pointer"] for error in answer.body["items"][2]["problem"]["errors"]} == {"#/person"}
    assert "هذا الاحتياج" in answer.body["items"][1]["problem"]["title"]
    assert not [word for word in (*SECRETS, "palace", "religion") if word in str([one["problem"] for one in answer.body["items"]])]
    assert await house.scalar("SELECT count(*) FROM request") == 2
    assert [type(event).__name__ for event in await house.events()] == ["CaseOpened", "NeedIdentified"] * 2


async def test_a_refused_one_leaves_nothing_behind(house: House) -> None:
    one, two = request(need()), request(need(), person=person(**OTHER))
    for body in (one, two):
        await house.post("/v1/requests", HLP, body)
    await house.events()
    both = request(need("cash.grant"), identifiers=one["identifiers"] + two["identifiers"])
    answer = await house.post("/v1/requests/batch", HLP, {"requests": [both, request(need(consent=None))]})
    assert [item["status"] for item in answer.body["items"]] == [409, 422]
    assert await house.events() == []
    assert await house.scalar("SELECT count(*) FROM request") == 2


async def test_a_batch_sent_again_and_two_at_once_in_another_order_are_the_same_requests(house: House) -> None:
    bodies = [request(need(), person=person(birth_year=1980 + n)) for n in range(8)]
    answers = await asyncio.gather(
        house.post("/v1/requests/batch", HLP, {"requests": bodies}), house.post("/v1/requests/batch", HLP, {"requests": bodies[::-1]})
    )
    assert {answer.status for answer in answers} == {200}
    first, second = ([one["request"]["request_id"] for one in answer.body["items"]] for answer in answers)
    assert first == second[::-1]
    again = await house.post("/v1/requests/batch", HLP, {"requests": bodies}, key="k-1")
    replayed = await house.post("/v1/requests/batch", HLP, {"requests": bodies}, key="k-1")
    assert again.body == replayed.body
    assert replayed.headers["Idempotent-Replayed"] == "true"
    assert await house.scalar("SELECT count(*) FROM request") == 8


async def test_a_batch_has_an_end(house: House) -> None:
    for many in (0, 101):
        bodies: list[dict[str, str]] = [{}] * many
        answer = await house.post("/v1/requests/batch", HLP, {"requests": bodies})
        assert (answer.status, answer.slug) == (422, "malformed-request")


async def test_many_statuses_in_one_call(house: House) -> None:
    bodies = [
        request(need()),
        request(need("protection.gbv"), person=person(**OTHER)),
        request(consent=consent(given=False, categories=[])),
    ]
    made = [(await house.post("/v1/requests", WLCO, body)).body for body in bodies]
    foreign = (await house.post("/v1/requests", NGO, bodies[0])).body
    asked = {
        "request_ids": [made[1]["request_id"], foreign["request_id"], str(uuid4())],
        "identifiers": [bodies[0]["identifiers"][0], {"system": "moi.hlp", "value": "none"}, bodies[2]["identifiers"][0]],
    }
    answer = await house.post("/v1/requests/statuses", WLCO, asked)
    assert answer.status == 200, answer.body
    assert [item["requests"] for item in answer.body["items"]] == [[made[1]], [], [], [made[0]], [], [made[2]]]
    assert answer.body["items"][3]["identifier"] == bodies[0]["identifiers"][0]
    seen = (await house.post("/v1/requests/statuses", COORDINATOR, asked)).body["items"]
    assert [len(item["requests"]) for item in seen] == [1, 1, 0, 2, 0, 1]
    assert {item["requests"] == [] for item in (await house.post("/v1/requests/statuses", STRANGER, asked)).body["items"]} == {True}


async def test_statuses_ask_for_something_and_not_for_everything(house: House) -> None:
    for body in (
        {},
        {"request_ids": [str(uuid4())] * 201},
        {"request_ids": [str(uuid4())] * 150, "identifiers": [{"system": "a", "value": "b"}] * 51},
    ):
        answer = await house.post("/v1/requests/statuses", HLP, body)
        assert (answer.status, answer.slug) == (422, "malformed-request")
