"""What others told a receiver of a person it reads as long as it may read who that is; who asked and the owning office read on."""

from uuid import UUID, uuid4

import pytest

from tests.referral.actors import FIRST, NGO, OFFICER, Actor
from tests.referral.said import withdrawn
from tests.referral.test_facts import announced
from tests.referral.world import World

TOLD = ("26-59", {"household_size": 6}, ["Two."], ["Ours.", "For all."], True)
NOTHING = (None, {}, [None], ["Ours.", None], False)
MET = {"outcomes": [{"item": "housing.hlp", "result": "met"}]}


async def told(world: World, actor: Actor, referral_id: UUID) -> tuple[object, ...]:
    """Return what an actor reads of the person: band, attributes, answers, notes, and whether FHIR says any of it."""
    path = f"/v1/referrals/{referral_id}"
    shown, notes = (await world.get(actor, path)).body, (await world.get(actor, f"{path}/notes")).body["items"]
    listed = next(one for one in (await world.get(actor, "/v1/referrals")).body["items"] if one["referral_id"] == str(referral_id))
    assert (listed["age_band"], listed["attributes"]) == (shown["age_band"], shown["attributes"])
    answers, words = [one["answer"] for one in shown["exchanges"]], [one["text"] for one in notes]
    return shown["age_band"], shown["attributes"], answers, words, "input" in (await world.get(actor, f"/fhir/R4/Task/{referral_id}")).body


async def told_of(world: World) -> tuple[UUID, UUID]:
    """Return a need and its offer, of which the receiver was told something by everybody."""
    need_id = uuid4()
    await announced(world, need_id, origin_id=NGO.organization_id, origin_kind=NGO.kind)
    referral_id = await world.offer(need_id, FIRST, disclosed_attributes=["age", "household_size"])
    await world.move(FIRST, referral_id, "question", {"text": "How many rooms?"})
    await world.move(NGO, referral_id, "answer", {"text": "Two."})
    for actor, text in ((FIRST, "Ours."), (NGO, "For all.")):
        await world.post(actor, f"/v1/referrals/{referral_id}/notes", {"text": text, "shared": True}, None)
    assert await told(world, FIRST, referral_id) == TOLD
    return need_id, referral_id


async def test_who_declines_reads_no_more_of_the_person(world: World) -> None:
    _, referral_id = await told_of(world)
    await world.move(FIRST, referral_id, "decline", {"reason": "conflict_of_interest"})
    assert await told(world, FIRST, referral_id) == NOTHING


@pytest.mark.parametrize("whole", [True, False])
async def test_a_withdrawal_ends_it_at_once_though_the_service_has_begun(world: World, whole: bool) -> None:
    need_id, referral_id = await told_of(world)
    for act in ("acceptance", "start"):
        await world.move(FIRST, referral_id, act, {})
    await world.deliver(withdrawn(world, need_id, None if whole else referral_id))
    assert await told(world, FIRST, referral_id) == NOTHING


async def test_what_was_begun_is_read_for_two_weeks_more_and_by_who_asked_for_ever(world: World) -> None:
    _, referral_id = await told_of(world)
    for act, body in (("acceptance", {}), ("start", {}), ("completion", MET)):
        assert (await world.move(FIRST, referral_id, act, body)).status == 200
    world.advance(days=13)
    assert await told(world, FIRST, referral_id) == TOLD
    world.advance(days=2)
    assert await told(world, FIRST, referral_id) == NOTHING
    for actor in (NGO, OFFICER):
        shown = (await world.get(actor, f"/v1/referrals/{referral_id}")).body
        assert [one["answer"] for one in shown["exchanges"]] == ["Two."] and shown["age_band"] == "26-59"
