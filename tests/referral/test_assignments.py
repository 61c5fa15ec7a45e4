"""Who works on what: given, taken, handed over; inside one organisation, and never seen from another."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from ihala_kit.auth import Caller
from ihala_referral.worklists import handing_over
from sqlalchemy import text

from tests.referral.actors import COORDINATOR, FIRST, HLP, NGO, OFFICER, SECOND, STRANGER, Actor
from tests.referral.cast import OTHER_OPERATOR, READER
from tests.referral.racing import wait_for
from tests.referral.said import left, reinstated, suspended
from tests.referral.test_schema import restricted_offer
from tests.referral.test_worklists import REFERRALS, listed
from tests.referral.world import Answer, World


async def assign(world: World, actor: Actor | None, referral_id: UUID, officer: str | None, role: str = "receiver", **more: Any) -> Answer:
    return await world.post(actor, f"/v1/referrals/{referral_id}/assignment", {"role": role, "officer": officer, **more}, None)


async def history(world: World, actor: Actor, referral_id: UUID) -> list[tuple[str | None, str | None]]:
    items = (await world.get(actor, f"/v1/referrals/{referral_id}/assignments")).body["items"]
    return [(item["before"], item["officer"]) for item in items]


async def officers(world: World, referral_id: UUID) -> tuple[str | None, str | None, str | None]:
    row = await world.referral(referral_id)
    return row.receiver_officer, row.origin_officer, row.office_officer


async def test_each_side_has_its_own_officer_and_sees_no_other(world: World) -> None:
    _, referral_id = await world.offered(FIRST, NGO)
    version = (await world.referral(referral_id)).version
    sides = ((FIRST, "receiver", "p-1"), (NGO, "origin", "o-1"), (COORDINATOR, "office", "c-1"))
    for actor, role, officer in sides:
        assert (await assign(world, actor, referral_id, officer, role)).status == 200
    assert await officers(world, referral_id) == ("p-1", "o-1", "c-1")
    assert (await world.referral(referral_id)).version == version  # no part of the life cycle
    for actor, role, officer in sides:
        assert await history(world, actor, referral_id) == [(None, officer)]
        others = {one for _, _, one in sides} - {officer}
        for path in (f"{REFERRALS}?role={role}", f"/v1/referrals/{referral_id}"):
            seen = str((await world.get(actor, path)).body)
            assert not any(f"'{other}'" in seen for other in others), (actor.name, path)
    assert (await world.get(COORDINATOR, f"{REFERRALS}?role=office")).body["items"][0]["officer"] == "c-1"


async def test_an_officer_takes_what_nobody_has_and_nobody_takes_it_unseen(world: World) -> None:
    _, referral_id = await world.offered(FIRST, NGO)
    assert await listed(world, FIRST, f"{REFERRALS}?list=unassigned") == [str(referral_id)]
    assert (await assign(world, FIRST, referral_id, FIRST.name)).status == 200
    again = await assign(world, FIRST, referral_id, "p-2")
    assert (again.status, again.problem, again.body["officer"]) == (409, "assigned-otherwise", FIRST.name)
    assert await listed(world, FIRST, f"{REFERRALS}?list=mine") == [str(referral_id)]  # no officer named: the client itself
    assert await listed(world, FIRST, f"{REFERRALS}?list=unassigned") == []
    assert (await assign(world, FIRST, referral_id, "p-2", instead_of=FIRST.name)).status == 200
    assert await listed(world, FIRST, f"{REFERRALS}?list=mine") == []
    assert (await assign(world, FIRST, referral_id, None, instead_of="p-2")).status == 200
    assert await history(world, FIRST, referral_id) == [("p-2", None), (FIRST.name, "p-2"), (None, FIRST.name)]


async def test_of_several_who_take_it_at_once_one_has_it(world: World) -> None:
    _, referral_id = await world.offered(FIRST, NGO)
    answers = await asyncio.gather(*(assign(world, FIRST, referral_id, f"p-{number}") for number in range(5)))
    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409, 409]
    [(before, officer)] = await history(world, FIRST, referral_id)
    assert before is None and (await officers(world, referral_id))[0] == officer
    assert [answer.body["officer"] for answer in answers] == [officer] * 5


async def test_mine_is_whose_officer_the_token_names(world: World) -> None:
    _, referral_id = await world.offered(FIRST, NGO)
    await assign(world, FIRST, referral_id, "p-7")
    token = world.mint.headers(
        "referral", FIRST.scopes.split(), client_id=FIRST.name, org=str(FIRST.organization_id), org_kind="nngo", acting_officer="p-7"
    )
    mine = await world.call(None, "GET", f"{REFERRALS}?list=mine", headers=token)
    assert [item["referral_id"] for item in mine.body["items"]] == [str(referral_id)]
    taken = {**token, "Idempotency-Key": "k"}
    body = {"role": "receiver", "officer": "p-8", "instead_of": "p-7"}
    given = await world.call(None, "POST", f"/v1/referrals/{referral_id}/assignment", body, taken)
    assert (given.body["acting_officer"], given.body["client_id"]) == ("p-7", FIRST.name)


async def test_who_may_assign(world: World) -> None:
    _, referral_id = await world.offered(FIRST, HLP)
    for actor, role, status, problem in (
        (None, "receiver", 401, "unauthenticated"),
        (STRANGER, "receiver", 404, "referral-not-found"),
        (SECOND, "receiver", 404, "referral-not-found"),
        (HLP, "origin", 404, "referral-not-found"),  # a centre of the ministry gets nothing of it
        (OTHER_OPERATOR, "office", 404, "referral-not-found"),
        (FIRST, "office", 409, "side-not-yours"),
        (READER, "receiver", 409, "side-not-yours"),
        (COORDINATOR, "receiver", 409, "side-not-yours"),
    ):
        answer = await assign(world, actor, referral_id, "x", role)
        assert (answer.status, answer.problem) == (status, problem), actor and actor.name
    assert (await assign(world, OFFICER, referral_id, "x", "origin")).status == 200  # the office acts as origin for centres
    assert (await assign(world, FIRST, referral_id, "Zaynab Ali")).problem == "malformed-request"
    assert await officers(world, referral_id) == (None, "x", None)
    await world.move(FIRST, referral_id, "decline", {"reason": "no_capacity"})
    assert (await assign(world, FIRST, referral_id, "p")).problem == "already-ended"


async def test_a_repeated_assignment_is_one(world: World) -> None:
    _, referral_id = await world.offered(FIRST, NGO)
    path, body = f"/v1/referrals/{referral_id}/assignment", {"role": "receiver", "officer": "p-1"}
    first, second = [await world.post(FIRST, path, body, None, "same") for _ in range(2)]
    assert first.body == second.body and await history(world, FIRST, referral_id) == [(None, "p-1")]


async def test_placements_are_given_to_coordinators(world: World) -> None:
    need_id = await world.identified(NGO, match_settled=False)
    path = f"/v1/placements/{(await world.placement(need_id)).id}/assignment"
    assert (await world.post(COORDINATOR, path, {"officer": "c-1"}, None)).status == 200
    assert (await world.post(COORDINATOR, path, {"officer": "c-2"}, None)).problem == "assigned-otherwise"
    assert (await world.post(OTHER_OPERATOR, path, {"officer": "c-2"}, None)).problem == "placement-not-found"
    assert (await world.post(OFFICER, path, {"officer": "c-2"}, None)).status == 403
    [shown] = (await world.get(COORDINATOR, "/v1/worklists/placements")).body["items"]
    assert shown["officer"] == "c-1"
    [given] = (await world.get(COORDINATOR, path + "s")).body["items"]
    assert (given["before"], given["officer"]) == (None, "c-1")


async def test_all_work_of_an_officer_is_handed_over_in_batches(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handing_over, "BATCH", 2)
    ours = [(await world.offered(FIRST, NGO))[1] for _ in range(5)]
    _, ended = await world.offered(FIRST, NGO)
    _, of_another = await world.offered(SECOND, NGO)
    for referral_id in (*ours, ended):
        await assign(world, FIRST, referral_id, "p-1")
    await assign(world, SECOND, of_another, "p-1")
    await world.move(FIRST, ended, "decline", {"reason": "no_capacity"})
    answer = await world.post(FIRST, "/v1/hand-overs", {"officer": "p-1", "to_officer": "p-2"}, None)
    assert (answer.status, answer.body["moved"], answer.body["finished_at"]) == (202, 0, None)
    await world.tick()
    path = f"/v1/hand-overs/{answer.body['id']}"
    done = (await world.get(FIRST, path)).body
    assert done["moved"] == 5 and done["finished_at"]
    assert {(await officers(world, one))[0] for one in ours} == {"p-2"}
    assert (await officers(world, ended))[0] == (await officers(world, of_another))[0] == "p-1"
    assert await history(world, FIRST, ours[0]) == [("p-1", "p-2"), (None, "p-1")]
    for stranger in (SECOND, STRANGER):
        assert (await world.get(stranger, path)).problem == "hand-over-not-found"
    assert (await world.post(FIRST, "/v1/hand-overs", {"officer": "a", "to_officer": "a"}, None)).problem == "hand-over-to-same"
    assert (await world.get(FIRST, f"/v1/hand-overs/{uuid4()}")).status == 404


async def test_a_coordinators_placements_and_work_items_go_along_and_restricted_ones_to_nobody_unless_by_the_cleared(world: World) -> None:
    need_id = await world.identified(NGO, match_settled=False)
    restricted = await restricted_offer(world)
    for one in (need_id, restricted):
        path = f"/v1/placements/{(await world.placement(one)).id}/assignment"
        assert (await world.post(COORDINATOR, path, {"officer": "c-1"}, None)).status == 200
    world.advance(days=4)
    await world.tick()
    [item, *_] = (await world.get(COORDINATOR, "/v1/work-items?kind=triage")).body["items"]
    await world.post(COORDINATOR, f"/v1/work-items/{item['id']}/assignment", {"officer": "c-1"}, None)
    unseen = (await world.placement(restricted)).id
    for actor, moved, officer in ((replace(COORDINATOR, cleared=False), 2, None), (COORDINATOR, 1, "c-2")):
        await world.post(COORDINATOR, f"/v1/placements/{unseen}/assignment", {"officer": "c-1"}, None)
        answer = await world.post(actor, "/v1/hand-overs", {"officer": "c-1", "to_officer": "c-2"}, None)
        await world.tick()
        assert (await world.get(COORDINATOR, f"/v1/hand-overs/{answer.body['id']}")).body["moved"] == moved
        assert (await world.placement(restricted)).officer == officer
        unassigned = (await world.get(COORDINATOR, "/v1/worklists/placements?list=unassigned")).body["items"]
        assert (str(unseen) in {one["placement_id"] for one in unassigned}) is (officer is None)
    changes = (await world.get(COORDINATOR, f"/v1/placements/{unseen}/assignments")).body["items"]
    assert [one["officer"] for one in changes][:4] == ["c-2", "c-1", None, "c-1"]
    assert (await world.get(COORDINATOR, f"/v1/work-items/{item['id']}")).body["officer"] == "c-2"


async def test_a_hand_over_holds_no_referral_while_it_waits_for_a_placement(world: World) -> None:
    need_id, referral_id = await world.offered(FIRST, NGO)
    await assign(world, COORDINATOR, referral_id, "c-1", "office")
    path = f"/v1/placements/{(await world.placement(need_id)).id}/assignment"
    await world.post(COORDINATOR, path, {"officer": "c-1"}, None)
    asked = await world.post(COORDINATOR, "/v1/hand-overs", {"officer": "c-1", "to_officer": "c-2"}, None)
    take_referral = text("SELECT FROM referral WHERE id = :id FOR UPDATE NOWAIT")
    async with world.database.transaction(Caller.system("test")) as tx:  # as a move does: the placement, then its referral
        await tx.execute(text("SELECT FROM placement WHERE need_id = :need FOR UPDATE"), {"need": need_id})
        handing_over_now = asyncio.ensure_future(world.tick())
        await wait_for(world, 1)
        await tx.execute(take_referral, {"id": referral_id})
    await handing_over_now
    done = (await world.get(COORDINATOR, f"/v1/hand-overs/{asked.body['id']}")).body
    assert done["moved"] == 2 and done["finished_at"]
    assert ((await officers(world, referral_id))[2], (await world.placement(need_id)).officer) == ("c-2", "c-2")


async def test_the_office_acts_for_an_origin_that_is_away(world: World) -> None:
    _, referral_id = await world.offered(FIRST, NGO)
    await world.move(FIRST, referral_id, "question", {"text": "?"})
    await assign(world, NGO, referral_id, "o-1", "origin")
    assert await listed(world, OFFICER, f"{REFERRALS}?role=origin") == []
    await world.deliver(suspended(world, NGO))
    await world.tick()
    assert await listed(world, NGO, f"{REFERRALS}?role=origin") == []
    assert await listed(world, OFFICER, f"{REFERRALS}?role=origin&list=unassigned") == [str(referral_id)]
    assert await history(world, NGO, referral_id) == [("o-1", None), (None, "o-1")]
    assert await world.moves(NGO, referral_id) == []
    assert await world.moves(OFFICER, referral_id) == ["answer", "cancel"]
    assert (await world.move(OFFICER, referral_id, "answer", {"text": "."})).status == 200
    await world.deliver(reinstated(world, NGO))
    await world.tick()
    assert await listed(world, NGO, f"{REFERRALS}?role=origin") == [str(referral_id)]
    assert await world.moves(OFFICER, referral_id) == []


async def test_what_an_office_does_for_a_centre_of_the_ministry_stays_its_officers_when_the_centre_is_suspended(world: World) -> None:
    _, referral_id = await world.offered(FIRST, HLP)
    await assign(world, OFFICER, referral_id, "o-1", "origin")
    for event in (suspended(world, HLP), reinstated(world, HLP)):
        await world.deliver(event)
        await world.tick()
        assert (await officers(world, referral_id))[1] == "o-1"
    assert await history(world, OFFICER, referral_id) == [(None, "o-1")]
    assert await world.rows("SELECT 1 FROM assignment WHERE organization_id = :hlp", hlp=HLP.organization_id) == []


async def test_an_offer_that_is_born_while_its_origin_is_away_is_the_offices(world: World) -> None:
    need_id = await world.identified(NGO)
    await world.deliver(left(world, NGO))
    await world.tick()
    referral_id = await world.offer(need_id, FIRST)
    assert await listed(world, OFFICER, f"{REFERRALS}?role=origin") == [str(referral_id)]
    assert await world.moves(NGO, referral_id) == [] != await world.moves(OFFICER, referral_id)
