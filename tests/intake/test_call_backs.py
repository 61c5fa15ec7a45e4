"""People who ask to be called: the same answer for everybody, and a desk that calls."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ihala_contracts.intake_v1 import CallBackAsked

from tests.intake.actors import ANYBODY, COORDINATOR, HLP, MOMD, OFFICER, OTHER_COORDINATOR, OTHER_OPERATOR, STRANGER
from tests.intake.house import House
from tests.intake.samples import need, request
from tests.intake.test_waiting import asks, key_is_destroyed, listed, with_an_operator


async def test_a_desk_calls_back_and_makes_a_request_of_it(house: House) -> None:
    await with_an_operator(house)
    assert (await asks(house)).status == 202
    [told] = await house.events()
    assert isinstance(told, CallBackAsked)
    assert (told.operator_id, told.governorate) == (MOMD, "IQG15")
    [item] = await listed(house, "/v1/requests/self")
    assert (item["id"], item["announced_by"], item["tries"]) == (str(told.call_back_id), None, 0)
    path = f"/v1/requests/self/{item['id']}"
    seen = (await house.get(path, COORDINATOR)).body["person"]
    assert (seen["phones"][0]["safe_to_message"], seen["phones"][0]["owner"], seen["place"]) == (False, "shared", "IQG15Q08")
    assert seen["phones"][0]["hours"] == [{"from_time": "09:00", "until_time": "11:00"}]
    made = await house.post(f"{path}/completion", OFFICER, request(need()), if_match='"1"')
    assert made.status == 202, made.body
    assert (await house.get(path, OFFICER)).body["request_id"] == made.body["request_id"]
    assert await key_is_destroyed(house, item["id"])


async def test_everybody_gets_the_same_answer_and_a_phone_waits_once(house: House) -> None:
    await with_an_operator(house)
    await house.post("/v1/requests", OFFICER, request(need()))  # who is known already
    answers = [await asks(house) for _ in range(5)] + [await asks(house, number="07709999999", call_name="x")]
    assert {(answer.status, str(answer.body)) for answer in answers} == {(202, str(answers[0].body))}
    assert "خلال يومين" in answers[0].body["words"]
    assert (await asks(house, "ckb")).body["words"] != answers[0].body["words"]
    assert len(await listed(house, "/v1/requests/self")) == 2


async def test_one_phone_at_once_is_written_down_once_and_three_times_a_day(house: House) -> None:
    await with_an_operator(house)
    await asyncio.gather(*(asks(house) for _ in range(5)))
    for _ in range(4):
        for item in await listed(house, "/v1/requests/self"):
            path = f"/v1/requests/self/{item['id']}/closure"
            assert (await house.post(path, OFFICER, {"reason": "no_real_person"}, if_match='"1"')).status == 200
        assert (await asks(house)).status == 202
    known = "SELECT count(*) FROM waiting WHERE mark IS NOT NULL"
    await house.work()
    assert await house.scalar("SELECT count(*) FROM waiting") == await house.scalar(known) == 3
    await house.later(timedelta(days=2))
    assert await house.scalar(known) == 0  # the phone of a call that is over is counted no more, and forgotten
    assert (await asks(house)).status == 202
    assert await house.scalar("SELECT count(*) FROM waiting") == 4


async def test_who_asks_needs_one_connection_so_that_many_at_once_do_not_wait_for_each_other(house: House) -> None:
    await with_an_operator(house)
    pool: Any = house.database.engine.pool
    async with AsyncExitStack() as others:
        for _ in range(pool.size() - 1):
            await others.enter_async_context(house.database.engine.connect())
        assert (await asks(house)).status == 202


async def test_a_flood_is_held_back_for_everybody_alike_and_only_in_its_governorate(house: House) -> None:
    await with_an_operator(house)
    minutes = "SELECT date_trunc('minute', now() + n * interval '1 minute') AS minute FROM generate_series(-1, 1) n"
    await house.scalar(f"INSERT INTO asking_rate SELECT 'IQG15', minute, 30 FROM ({minutes}) m RETURNING n")
    refused = await asks(house)
    assert (refused.status, refused.slug, refused.headers["Retry-After"]) == (429, "too-many-ask", "60")
    assert (await asks(house, place="IQG08")).status == 202
    house.database.clock.offset += timedelta(hours=3)
    assert (await asks(house)).status == 202
    assert await house.scalar("SELECT count(*) FROM asking_rate") == 1


async def test_three_calls_without_an_answer_end_it(house: House) -> None:
    await with_an_operator(house)
    await asks(house)
    [item] = await listed(house, "/v1/requests/self")
    path, at = f"/v1/requests/self/{item['id']}/tries", datetime.now(UTC)
    for wrong in (at - timedelta(hours=1), at + timedelta(days=31)):
        refused = await house.post(path, OFFICER, {"again_at": wrong.isoformat()}, if_match='"1"')
        assert (refused.status, refused.slug) == (422, "malformed-request")
    for n in (1, 2, 3):
        again = {"again_at": (at + timedelta(days=n)).isoformat()}
        answer = await house.post(path, OFFICER, again, if_match=f'"{n}"')
        assert (answer.status, answer.body["tries"]) == (200, n)
    assert (answer.body["state"], answer.body["next_at"]) == ("lapsed", None)
    assert await key_is_destroyed(house, item["id"])


async def test_who_waits_for_a_call_is_seen_by_the_operators_desks_alone(house: House) -> None:
    await with_an_operator(house)
    await asks(house)
    [item] = await listed(house, "/v1/requests/self")
    path = f"/v1/requests/self/{item['id']}"
    for actor in (HLP, STRANGER, OTHER_COORDINATOR):
        assert await listed(house, "/v1/requests/self", actor) == []
        for answer in (
            await house.get(path, actor),
            await house.post(f"{path}/completion", actor, request(), if_match='"1"'),
            await house.post(f"{path}/closure", actor, {"reason": "other"}, if_match='"1"'),
            await house.post(f"{path}/tries", actor, {"again_at": datetime.now(UTC).isoformat()}, if_match='"1"'),
            await house.get(path.replace("requests/self", "arrivals"), OFFICER),
        ):
            assert answer.status == 404, actor.client_id
    assert (await house.get("/v1/requests/self", ANYBODY)).status == 401


async def test_where_nobody_or_more_than_one_could_call_it_says_so(house: House) -> None:
    refused = await asks(house)
    assert (refused.status, refused.slug) == (422, "no-desk-there")
    await with_an_operator(house, MOMD, OTHER_OPERATOR)
    assert (await asks(house)).slug == "no-desk-there"
    house.service.settings.desks["IQG15"] = OTHER_OPERATOR  # type: ignore[attr-defined]
    try:
        assert (await asks(house)).status == 202
        assert (await asks(house, place="IQG08")).slug == "no-desk-there"
    finally:
        house.service.settings.desks.clear()  # type: ignore[attr-defined]
    assert len(await listed(house, "/v1/requests/self", OTHER_COORDINATOR)) == 1


@pytest.mark.parametrize("bad", [
    {"number": "12"}, {"number": "زينب"}, {"place": "XX"}, {"need": "housing.hlp"}, {"note": "x"}, {"call_name": ""}, {"hours": [{}]},
])  # fmt: skip
async def test_what_is_not_asked_is_not_taken(house: House, bad: dict[str, Any]) -> None:
    await with_an_operator(house)
    answer = await asks(house, **bad)
    assert (answer.status, answer.slug) in {(422, "malformed-request"), (422, "unknown-place")}
    assert await house.scalar("SELECT count(*) FROM waiting") == 0
