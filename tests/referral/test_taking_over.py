"""A case that goes to another operator takes along what was tried for its needs; the former operator has no part in it any more."""

from uuid import UUID, uuid4

from ihala_contracts.intake_v1 import FollowUpRecorded, NeedChanged
from ihala_contracts.referral_v1 import PlacementTriaged

from tests.referral.actors import COORDINATOR, FIRST, OFFICER, SECOND
from tests.referral.cast import OTHER_OPERATOR as THERE
from tests.referral.said import change
from tests.referral.world import World, kinds

MET = {"outcomes": [{"item": "housing.hlp", "result": "met"}]}


def taken_over(world: World, need_id: UUID) -> NeedChanged:
    return change(world, need_id).model_copy(update={"operator_id": THERE.organization_id})


async def test_what_was_tried_before_goes_along_and_the_former_desk_asks_for_nothing_more(world: World) -> None:
    need_id, tried = await world.offered(FIRST, origin=OFFICER)
    await world.move(FIRST, tried, "decline", {"reason": "other", "comment": "Full until spring."})
    assert kinds(await world.deliver(taken_over(world, need_id))) == ["placement-cancelled", "placement-requested"]
    for actor in (COORDINATOR, OFFICER):
        assert (await world.get(actor, f"/v1/referrals/{tried}")).status == 404
        assert [(await world.get(actor, f"/v1/referrals?role={role}")).body["items"] for role in ("office", "origin")] == [[], []]
    shown = (await world.get(THERE, f"/v1/placements/{(await world.placement(need_id)).id}")).body
    assert [one["referral_id"] for one in shown["referrals"]] == [str(tried)]
    assert (await world.get(THERE, f"/v1/referrals/{tried}")).body["comment"] == "Full until spring."
    following = await world.offer(need_id, SECOND)
    await world.move(SECOND, following, "question", {"text": "How many?"})
    assert (await world.move(OFFICER, following, "answer", {"text": "Six."})).status == 404
    assert (await world.move(THERE, following, "answer", {"text": "Six."})).status == 200


async def test_who_says_later_that_no_help_came_is_heard_by_the_operator_that_has_the_case(world: World) -> None:
    need_id, referral_id = await world.in_service(FIRST)
    assert (await world.move(FIRST, referral_id, "completion", MET)).status == 200
    assert await world.deliver(taken_over(world, need_id)) == []
    assert await world.overtaken(need_id) == []
    ended = await world.placement(need_id)
    assert (ended.state, ended.owner, ended.next_at) == ("ended", None, None)
    assert [(await world.get(actor, f"/v1/referrals/{referral_id}")).status for actor in (COORDINATOR, THERE)] == [404, 200]
    disputed = FollowUpRecorded(
        need_id=need_id, operator_id=THERE.organization_id, follow_up_id=uuid4(), referral_id=referral_id, result="disputed",
        need_state="open", recorded_at=world.now,
    )  # fmt: skip
    [triaged] = await world.deliver(disputed)
    assert isinstance(triaged, PlacementTriaged) and triaged.operator_id == THERE.organization_id
    assert (await world.decide(COORDINATOR, need_id, "placing", {})).status == 404
    assert (await world.decide(THERE, need_id, "placing", {})).status == 200
