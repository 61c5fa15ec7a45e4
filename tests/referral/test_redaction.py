"""A referral that should never have been is emptied by two people; its skeleton and audit stay."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from ihala_contracts import referral_v1

from tests.referral.actors import COORDINATOR, FIRST, MOMD, NGO, OFFICER, SECOND, Actor
from tests.referral.cast import BROUGHT, OTHER_OPERATOR, brought_to
from tests.referral.said import change
from tests.referral.test_schema import restricted_offer
from tests.referral.world import Answer, World, kinds

DPO = Actor("dpo", MOMD, "operator", "referral:read", ("dpo",), MOMD, True)
SECOND_DPO = Actor("second-dpo", MOMD, "operator", "referral:read", ("dpo",), MOMD)
SECOND_COORDINATOR = Actor("second-coordinator", MOMD, "operator", COORDINATOR.scopes, ("coordinator",), MOMD, True)


async def asked(world: World, referral_id: UUID, actor: Actor = COORDINATOR) -> Answer:
    return await world.post(actor, f"/v1/referrals/{referral_id}/redaction", {"reason": "wrong_person"}, None)


async def decided(world: World, referral_id: UUID, actor: Actor = DPO, *, agree: bool = True) -> Answer:
    return await world.post(actor, f"/v1/referrals/{referral_id}/redaction/decision", {"agree": agree}, None)


async def test_the_content_is_gone_and_the_skeleton_stays(world: World) -> None:
    need_id, referral_id = await world.offered(FIRST, NGO)
    await world.move(FIRST, referral_id, "question", {"text": "Which street?"})
    await world.move(NGO, referral_id, "answer", {"text": "The one of the mill."})
    await world.post(FIRST, f"/v1/referrals/{referral_id}/notes", {"text": "mill", "shared": True}, None)
    await world.move(FIRST, referral_id, "decline", {"reason": "other", "comment": "mill"})
    ended_at = (await world.referral(referral_id)).ended_at
    before, moves = await world.count(), await world.value("SELECT count(*) FROM movement WHERE referral_id = :id", id=referral_id)
    world.advance(days=1)
    assert (await asked(world, referral_id)).status == 201
    assert (await decided(world, referral_id)).body["state"] == "done"
    assert [(event.before, event.state) for event in await world.all(referral_v1.ReferralRedacted)] == [("declined", "entered_in_error")]
    assert kinds(await world.emitted(before)) == ["redacted"]
    for actor in (FIRST, NGO, OFFICER):
        shown = (await world.get(actor, f"/v1/referrals/{referral_id}")).body
        assert (shown["state"], shown["reason"], shown["comment"]) == ("entered_in_error", "entered_in_error", None)
        assert [(one["question"], one["answer"]) for one in shown["exchanges"]] == [(None, None)]
        notes = (await world.get(actor, f"/v1/referrals/{referral_id}/notes")).body["items"]
        assert [one["text"] for one in notes] == [None]
    row = await world.referral(referral_id)
    assert (row.shown, row.comment, row.attributes, row.ended_at) == (None, None, [], ended_at)
    assert await world.value("SELECT count(*) FROM movement WHERE referral_id = :id", id=referral_id) == moves + 2
    assert await world.states(need_id) == ("placing", ["entered_in_error"])  # the next search goes on as it was


@pytest.mark.parametrize("state", BROUGHT)
async def test_whoever_had_it_a_coordinator_decides_what_becomes_of_its_need(world: World, state: str) -> None:
    referral_id = await brought_to(world, state)
    need_id = (await world.referral(referral_id)).need_id
    await asked(world, referral_id)
    assert (await decided(world, referral_id)).status == 200
    assert await world.states(need_id) == ("triage", ["entered_in_error"])
    assert (await world.last(referral_v1.PlacementTriaged, need_id)).reasons == ["entered_in_error"]
    assert (await world.decide(COORDINATOR, need_id, "placing", {})).status == 200
    wanted = await world.last(referral_v1.PlacementRequested, need_id)
    assert wanted.excluded == []  # nothing was wrong with the provider
    assert (await asked(world, referral_id)).problem == "move-not-allowed"
    again = await world.offer(need_id, FIRST)
    assert (await world.referral(again)).replaces == referral_id


async def test_a_restricted_one_goes_back_to_triage(world: World) -> None:
    need_id = await restricted_offer(world)
    [row] = await world.rows("SELECT id FROM referral WHERE need_id = :need", need=need_id)
    assert (await asked(world, row.id, SECOND_DPO)).status == 404  # not cleared
    await asked(world, row.id)
    assert (await decided(world, row.id)).status == 200
    assert await world.states(need_id) == ("triage", ["entered_in_error"])


@pytest.mark.parametrize(
    ("first", "second", "done"),
    [
        (COORDINATOR, DPO, True), (DPO, COORDINATOR, True), (DPO, SECOND_DPO, True), (DPO, DPO, False), (COORDINATOR, COORDINATOR, False),
        (COORDINATOR, SECOND_COORDINATOR, False),
    ],
)  # fmt: skip
async def test_two_people_decide_and_one_is_the_data_protection_officer(world: World, first: Actor, second: Actor, done: bool) -> None:
    referral_id = await brought_to(world, "offered")
    assert (await asked(world, referral_id, first)).status == 201
    before = await world.count()
    answer = await decided(world, referral_id, second)
    assert (answer.status, await world.count() > before) == ((200, True) if done else (409, False))
    assert done or answer.problem == "second-person-needed"


async def test_nobody_else_asks_decides_or_sees_it(world: World) -> None:
    referral_id = await brought_to(world, "offered")
    for actor, status in ((FIRST, 409), (NGO, 409), (OFFICER, 409), (SECOND, 404), (OTHER_OPERATOR, 404)):
        assert (await asked(world, referral_id, actor)).status == status
    assert (await decided(world, referral_id)).problem == "redaction-not-found"
    await asked(world, referral_id)
    assert (await asked(world, referral_id, DPO)).problem == "redaction-under-way"
    assert [one["reason"] for one in (await world.get(DPO, "/v1/redactions")).body["items"]] == ["wrong_person"]
    for actor in (FIRST, NGO, OFFICER, OTHER_OPERATOR):
        assert (await world.get(actor, "/v1/redactions")).body["items"] == []
    assert (await decided(world, referral_id, agree=False)).body["state"] == "refused"
    assert (await world.referral(referral_id)).state == "offered"
    assert (await world.get(DPO, "/v1/redactions")).body["items"] == []


async def test_what_waits_for_a_second_person_goes_with_the_case_to_another_operator(world: World) -> None:
    referral_id = await brought_to(world, "offered")
    await asked(world, referral_id)
    moved = change(world, (await world.referral(referral_id)).need_id).model_copy(update={"operator_id": OTHER_OPERATOR.organization_id})
    await world.deliver(moved)
    there = replace(DPO, organization_id=OTHER_OPERATOR.organization_id, operator_id=None)
    assert (await world.get(DPO, "/v1/redactions")).body["items"] == []
    assert [one["reason"] for one in (await world.get(there, "/v1/redactions")).body["items"]] == ["wrong_person"]
    assert (await decided(world, referral_id, there)).body["state"] == "done"


async def test_a_repeated_decision_is_one_decision(world: World) -> None:
    referral_id = await brought_to(world, "offered")
    await asked(world, referral_id)
    key, path = str(uuid4()), f"/v1/referrals/{referral_id}/redaction/decision"
    first, again = [await world.post(DPO, path, {"agree": True}, None, key) for _ in range(2)]
    assert first.body == again.body and len(await world.all(referral_v1.ReferralRedacted)) == 1
