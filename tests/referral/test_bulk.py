"""Many moves in one request: each by itself, each with its result, safe to repeat."""

import asyncio
from typing import Any, get_args
from uuid import UUID, uuid4

from ihala_referral.api.bulk import ROUTES
from ihala_referral.states import Act
from ihala_referral.worklists.models import BulkAct

from tests.referral.actors import COORDINATOR, FIRST, HLP, NGO, SECOND, STRANGER, Actor
from tests.referral.cast import READER
from tests.referral.world import Answer, World


def item(referral_id: UUID, act: str, version: int = 1, body: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"referral_id": str(referral_id), "version": version, "act": act} | ({"body": body} if body is not None else {})


async def bulk(world: World, actor: Actor | None, *items: dict[str, Any], key: str | None = None) -> Answer:
    return await world.post(actor, "/v1/referrals/bulk", {"items": list(items)}, None, key)


def results(answer: Answer) -> list[Any]:
    assert answer.status == 200, answer.body
    return [one["state"] or one["problem"]["type"].rpartition(":")[2] for one in answer.body["results"]]


async def test_each_move_is_made_or_refused_by_itself(world: World) -> None:
    ours = [(await world.offered(FIRST, NGO))[1] for _ in range(6)]
    _, others = await world.offered(SECOND, NGO)
    answer = await bulk(
        world, FIRST,
        item(ours[0], "acknowledge"), item(ours[1], "accept"), item(ours[2], "decline", body={"reason": "no_capacity"}),
        item(ours[3], "accept", version=7), item(ours[4], "start", body={}), item(ours[5], "decline", body={"reason": "Because of Ali"}),
        item(others, "accept"), item(ours[0], "accept", version=2),
    )  # fmt: skip
    assert results(answer) == [
        "acknowledged", "accepted", "declined", "stale", "move-not-allowed", "malformed-request", "referral-not-found", "accepted",
    ]  # fmt: skip
    told = answer.body["results"]
    assert [one["status"] for one in told] == [200, 200, 200, 412, 409, 422, 404, 200]
    assert [one["referral_id"] for one in told] == [str(one) for one in (*ours, others, ours[0])]
    assert (told[0]["version"], told[7]["version"]) == (2, 3)
    assert "acknowledge" in told[4]["problem"]["moves"]
    assert told[5]["problem"]["errors"][0]["pointer"] == "#/items/5/body/reason" and "Ali" not in str(answer.body)
    assert [(await world.referral(one)).state for one in ours] == ["accepted", "accepted", "declined", "offered", "offered", "offered"]


async def test_a_repeated_request_makes_no_move_twice_and_tries_what_was_refused(world: World) -> None:
    ours = [(await world.offered(FIRST, NGO))[1] for _ in range(2)]
    items = (item(ours[0], "acknowledge"), item(ours[1], "start", body={}), item(ours[1], "acknowledge"))
    first = await bulk(world, FIRST, *items, key="same")
    before = await world.count()
    second = await bulk(world, FIRST, *items, key="same")
    assert results(first) == results(second) == ["acknowledged", "move-not-allowed", "acknowledged"]
    assert await world.count() == before
    another = await bulk(world, FIRST, item(ours[0], "accept", version=2), key="same")
    assert another.problem == "idempotency-key-reused" and (await world.referral(ours[0])).state == "acknowledged"


async def test_two_at_once_with_one_key_move_once(world: World) -> None:
    ours = [(await world.offered(FIRST, NGO))[1] for _ in range(5)]
    items = [item(one, "acknowledge") for one in ours]
    answers = await asyncio.gather(*(bulk(world, FIRST, *items, key="k") for _ in range(3)))
    assert {answer.status for answer in answers} <= {200, 409}
    rows = await world.rows("SELECT version FROM referral")
    assert [row.version for row in rows] == [2] * 5
    assert await world.value("SELECT count(*) FROM movement WHERE act = 'acknowledge'") == 5


async def test_who_may(world: World) -> None:
    _, referral_id = await world.offered(FIRST, NGO)
    _, of_centre = await world.offered(FIRST, HLP)
    assert (await bulk(world, None, item(referral_id, "accept"))).status == 401
    assert results(await bulk(world, STRANGER, item(referral_id, "accept"))) == ["referral-not-found"]
    assert results(await bulk(world, HLP, item(of_centre, "cancel", body={"reason": "need_changed"}))) == ["referral-not-found"]
    assert results(await bulk(world, READER, item(referral_id, "accept"))) == ["insufficient-scope"]
    assert results(await bulk(world, COORDINATOR, item(referral_id, "cancel", body={"reason": "need_changed"}))) == ["cancelled"]


async def test_what_is_no_list_of_moves_is_refused_whole(world: World) -> None:
    _, referral_id = await world.offered(FIRST, NGO)
    one = item(referral_id, "acknowledge")
    for items in ([], [one] * 101, [item(referral_id, "expire")], [item(referral_id, "redact")], [one | {"more": 1}]):
        assert (await bulk(world, FIRST, *items)).problem == "malformed-request"
    missing = await world.call(FIRST, "POST", "/v1/referrals/bulk", {"items": [one]})
    assert missing.problem == "idempotency-key-missing"
    assert (await world.referral(referral_id)).state == "offered"
    assert results(await bulk(world, FIRST, *[item(uuid4(), "acknowledge")] * 100)) == ["referral-not-found"] * 100


def test_every_move_that_a_party_makes_can_be_made_here() -> None:
    assert set(ROUTES) == set(get_args(BulkAct)) == set(Act) - {Act.WITHDRAW, Act.EXPIRE, Act.REDACT}
