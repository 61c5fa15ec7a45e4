"""Work items: listed, taken, closed by whoever did them, with a code and no note."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest
from ihala_contracts import intake_v1
from ihala_kit.auth import Caller
from sqlalchemy import text

from tests.referral.actors import ALL, COORDINATOR, FIRST, HLP, NGO
from tests.referral.cast import OTHER_OPERATOR
from tests.referral.racing import race_to_write, wait_for
from tests.referral.said import withdrawn
from tests.referral.world import World


async def test_work_items_are_taken_and_closed_with_a_code(world: World) -> None:
    _, referral_id = await world.offered(FIRST, NGO)
    await world.move(FIRST, referral_id, "decline", {"reason": "out_of_area"})
    [item] = (await world.get(COORDINATOR, "/v1/work-items?kind=directory_task")).body["items"]
    path = f"/v1/work-items/{item['id']}"
    assert (await world.post(COORDINATOR, path + "/assignment", {"officer": COORDINATOR.name}, None)).status == 200
    queries = {
        "officer=mine": 1, "officer=unassigned": 0, "urgency=routine": 1, "urgency=urgent": 0,
        "opened_before=2026-11-01T00:00:00Z": 0, "opened_before=2099-01-01T00:00:00Z": 1,
    }  # fmt: skip
    for query, expected in queries.items():
        assert len((await world.get(COORDINATOR, f"/v1/work-items?kind=directory_task&{query}")).body["items"]) == expected, query
    assert (await world.post(OTHER_OPERATOR, path + "/closure", {"outcome": "done"}, None)).problem == "work-item-not-found"
    assert (await world.get(OTHER_OPERATOR, path)).status == 404
    assert (await world.post(COORDINATOR, path + "/closure", {"outcome": "x1"}, None)).problem == "outcome-unknown"
    closed = await world.post(COORDINATOR, path + "/closure", {"outcome": "done"}, None)
    assert closed.body["outcome"] == "done" and closed.body["closed_at"]
    assert (await world.post(COORDINATOR, path + "/closure", {"outcome": "done"}, None)).problem == "already-ended"
    assert (await world.post(COORDINATOR, path + "/assignment", {"officer": "c"}, None)).problem == "already-ended"
    assert (await world.get(COORDINATOR, "/v1/work-items?kind=directory_task")).body["items"] == []


async def test_what_closes_by_itself_is_not_closed_by_hand(world: World) -> None:
    await world.identified(NGO, match_settled=False)
    world.advance(days=4)
    await world.tick()
    [item] = (await world.get(COORDINATOR, "/v1/work-items?kind=triage")).body["items"]
    answer = await world.post(COORDINATOR, f"/v1/work-items/{item['id']}/closure", {"outcome": "done"}, None)
    assert answer.problem == "closes-by-itself"


async def test_nobody_is_to_be_called_about_what_was_taken_back(world: World) -> None:
    for reason, item in (("client_refused", "private_confirmation"), ("unable_to_contact", "contact_check")):
        need_id, referral_id = await world.offered(FIRST, NGO)
        await world.move(FIRST, referral_id, "decline", {"reason": reason})
        assert await world.work_items(need_id) == {item}
        await world.deliver(withdrawn(world, need_id))
        assert await world.work_items(need_id) == set()


async def test_of_who_was_erased_nothing_is_left_to_correct_or_compare(world: World) -> None:
    need_id, referral_id = await world.offered(FIRST, NGO)
    await world.move(FIRST, referral_id, "decline", {"reason": "already_served"})
    await world.deliver(withdrawn(world, need_id))
    assert await world.work_items(need_id) == {"duplicate_check"}
    gone = intake_v1.PersonErased(erasure_id=uuid4(), operator_id=COORDINATOR.organization_id, needs=[need_id], erased_at=world.now)
    await world.deliver(gone)
    assert await world.work_items(need_id) == set()


async def test_what_no_operator_is_known_for_is_before_all_until_one_takes_it(world: World) -> None:
    insert = "INSERT INTO work_item (id, kind, about_id, restricted, opened_at) VALUES (:id, 'parked', :id, true, :at) RETURNING 1"
    await world.rows(insert, id=uuid4(), at=world.now)
    both = (COORDINATOR, replace(OTHER_OPERATOR, scopes=ALL))
    [seen] = {item["id"] for actor in both for item in (await world.get(actor, "/v1/work-items")).body["items"]}
    assert (await world.get(replace(COORDINATOR, cleared=False), "/v1/work-items")).body["items"] == []
    assert (await world.post(COORDINATOR, f"/v1/work-items/{seen}/assignment", {"officer": "c-1"}, None)).status == 200
    assert [len((await world.get(actor, "/v1/work-items")).body["items"]) for actor in both] == [1, 0]


@pytest.mark.parametrize(("act", "body"), [("assignment", {"officer": "c-1"}), ("closure", {"outcome": "done"})])
async def test_of_two_operators_that_take_the_same_item_at_once_one_has_it_and_the_other_is_told(
    world: World, act: str, body: dict[str, str]
) -> None:
    insert = "INSERT INTO work_item (id, kind, about_id, restricted, opened_at) VALUES (:id, 'parked', :id, true, :at) RETURNING 1"
    item_id = uuid4()
    await world.rows(insert, id=item_id, at=world.now)
    both = (COORDINATOR, replace(OTHER_OPERATOR, scopes=ALL))
    runners = [world.post(actor, f"/v1/work-items/{item_id}/{act}", body, None) for actor in both]
    answers = await race_to_write(world, "UPDATE work_item SET detail = 'x' WHERE id = :id", *runners, id=item_id)
    assert sorted(answer.status for answer in answers) == [200, 404]
    assert [answer.problem for answer in answers if answer.status == 404] == ["work-item-not-found"]


async def test_who_assigns_what_goes_to_another_operator_in_that_moment_is_told_that_it_is_gone(world: World) -> None:
    need_id, referral_id = await world.offered(FIRST, HLP)
    placement_id = (await world.placement(need_id)).id
    theirs = f"/v1/referrals/{referral_id}/assignment", f"/v1/placements/{placement_id}/assignment"
    async with world.database.transaction(Caller.system("test")) as tx:
        for table in ("referral", "placement"):
            statement = text(f"UPDATE {table} SET operator_id = :there WHERE need_id = :need")
            await tx.execute(statement, {"there": OTHER_OPERATOR.organization_id, "need": need_id})
        bodies = {"role": "office", "officer": "c-1"}, {"officer": "c-1"}
        posts = [world.post(COORDINATOR, path, body, None) for path, body in zip(theirs, bodies, strict=True)]
        started = [asyncio.ensure_future(post) for post in posts]
        await wait_for(world, 2)
    answers = await asyncio.gather(*started)
    assert [(answer.status, answer.problem) for answer in answers] == [(404, "referral-not-found"), (404, "placement-not-found")]


async def test_a_case_that_goes_to_another_operator_leaves_its_officers_behind(world: World) -> None:
    need_id, referral_id = await world.offered(FIRST, HLP)
    placement_id = (await world.placement(need_id)).id
    for role in ("office", "origin"):
        await world.post(COORDINATOR, f"/v1/referrals/{referral_id}/assignment", {"role": role, "officer": "c-1"}, None)
    await world.post(FIRST, f"/v1/referrals/{referral_id}/assignment", {"role": "receiver", "officer": "p-1"}, None)
    await world.post(COORDINATOR, f"/v1/placements/{placement_id}/assignment", {"officer": "c-1"}, None)
    moved = intake_v1.NeedChanged(
        need_id=need_id, operator_id=OTHER_OPERATOR.organization_id, urgency="routine", governorate="IQG15", match_settled=True,
        changed_at=world.now,
    )  # fmt: skip
    await world.deliver(moved)
    row = await world.referral(referral_id)
    assert (row.office_officer, row.origin_officer, row.receiver_officer) == (None, None, "p-1")
    assert (await world.placement(need_id)).officer is None
    assert (await world.get(OTHER_OPERATOR, f"/v1/referrals/{referral_id}/assignments")).body["items"] == []
